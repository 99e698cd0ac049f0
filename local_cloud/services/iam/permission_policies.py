"""Checks of permission policies and their sizes, in addition to moto's own validator."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from moto.iam import policy_validation

from local_cloud.access.conditions import is_operator
from local_cloud.access.evaluator import statements
from local_cloud.access.identities import parse
from local_cloud.errors import AwsError
from local_cloud.services.iam.entities import as_text, find, length

LONGEST_MANAGED = 6144
"""Characters of a managed policy at most, without white space."""

LONGEST_INLINE = {"user": 2048, "group": 5120, "role": 10_240}
"""Characters of all inline policies of an entity at most, without white space."""

_WITH_A_REGION = ("job/", "storage-lens", "access-grants/", "async-request/")
"""Resources of S3 whose ARNs have a region (SAR/s3, resource types). moto knows only access points."""

policy_validation.SERVICE_TYPE_REGION_INFORMATION_ERROR_ASSOCIATIONS["s3"]["valid_starting_values"] += _WITH_A_REGION


def malformed(message: str) -> AwsError:
    """IAM's error for a malformed policy document."""
    return AwsError("MalformedPolicyDocument", message)


def check_permission_policy(text: str) -> None:
    """Refuse a policy of a user, group or role as IAM does. moto makes the other checks.

    Raises:
        AwsError: MalformedPolicyDocument.
    """
    for statement in statements(parse(text)):
        if "Principal" in statement or "NotPrincipal" in statement:
            raise malformed("Policy document should not specify a principal.")
        check_operators(statement)
    check_sids(statements(parse(text)))


def check_session_policy(text: str) -> None:
    """Refuse an invalid session policy. moto checks only its length.

    Raises:
        AwsError: MalformedPolicyDocument.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise malformed("This policy contains invalid Json") from None
    if not isinstance(document, dict) or not statements(document):
        raise malformed("Syntax errors in policy.")
    check_permission_policy(text)


def check_sids(found: Sequence[Mapping[str, Any]]) -> None:
    """Refuse statement IDs with other characters than letters and digits, and duplicate ones.

    Raises:
        AwsError: MalformedPolicyDocument.
    """
    sids = [str(statement["Sid"]) for statement in found if statement.get("Sid")]
    if not all(re.fullmatch("[0-9A-Za-z]*", sid) for sid in sids):
        raise malformed(
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression "
            "[0-9A-Za-z]*"
        )
    if len(set(sids)) < len(sids):
        raise malformed("Statement IDs (SID) in a single policy must be unique.")


def check_operators(statement: Mapping[str, Any]) -> None:
    """Refuse condition operators that don't exist.

    Raises:
        AwsError: MalformedPolicyDocument.
    """
    block = statement.get("Condition") or {}
    if not isinstance(block, dict) or not all(isinstance(keys, dict) for keys in block.values()):
        raise malformed("Syntax errors in policy.")
    if unknown := [operator for operator in block if not is_operator(operator)]:
        raise malformed(f"Invalid Condition type : {unknown[0]}.")


def check_managed_size(text: str) -> None:
    """Refuse a managed policy that is too long.

    Raises:
        AwsError: LimitExceeded.
    """
    if length(text) > LONGEST_MANAGED:
        raise AwsError("LimitExceeded", f"Cannot exceed quota for PolicySize: {LONGEST_MANAGED}", 409)


def check_inline_size(kind: str, name: str, policy_name: str, text: str) -> None:
    """Refuse an inline policy that, with the others, is too long for a `"user"`, `"group"` or `"role"`.

    Raises:
        AwsError: LimitExceeded.
    """
    found: Any = find(kind, name)
    others = {} if found is None else {key: value for key, value in found.policies.items() if key != policy_name}
    if length(text) + sum(length(as_text(other)) for other in others.values()) > LONGEST_INLINE[kind]:
        message = f"Maximum policy size of {LONGEST_INLINE[kind]} bytes exceeded for {kind} {name}"
        raise AwsError("LimitExceeded", message, 409)
