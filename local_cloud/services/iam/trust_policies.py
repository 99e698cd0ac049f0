"""Checks of a role's trust policy. moto accepts any text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from local_cloud.access.evaluator import as_list, statements
from local_cloud.access.identities import LEARNER, find_role
from local_cloud.access.service_principals import is_service
from local_cloud.constants import ACCOUNT_ID
from local_cloud.errors import AwsError
from local_cloud.services.iam.entities import find, length
from local_cloud.services.iam.permission_policies import check_operators, check_sids, malformed

LONGEST = 2048
"""Characters of a trust policy at most."""

_AWS_PRINCIPAL = re.compile(r"\*|\d{12}|arn:aws:(iam|sts)::\d{12}:(root|(user|role|assumed-role|federated-user)/\S+)")
_ASSUME = {"sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity", "sts:tagsession", "sts:*"}
_ASSUME |= {"sts:setsourceidentity", "sts:setcontext"}
_OF_A_POLICY = {"Version", "Id", "Statement"}
_OF_A_STATEMENT = {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Condition"}


def check_trust_policy(text: str) -> None:
    """Refuse a trust policy as IAM does.

    Raises:
        AwsError: MalformedPolicyDocument, or LimitExceeded.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise malformed("This policy contains invalid Json") from None
    if not isinstance(document, dict):
        raise malformed("Syntax errors in policy.")
    _check_fields(document, _OF_A_POLICY)
    if not statements(document):
        raise malformed("Syntax errors in policy.")
    if document.get("Version", "2008-10-17") not in ("2008-10-17", "2012-10-17"):
        raise malformed("The policy must contain a valid version string")  # S3's message; IAM's is not known
    check_sids(statements(document))
    for statement in statements(document):
        _check_statement(statement)
    if length(text) > LONGEST:
        raise AwsError("LimitExceeded", f"Cannot exceed quota for ACLSizePerRole: {LONGEST}", 409)


def _check_statement(statement: Mapping[str, Any]) -> None:
    for field in ("Resource", "NotResource"):
        if field in statement:
            raise malformed(f"Has prohibited field {field}")
    _check_fields(statement, _OF_A_STATEMENT)
    for field in ("Effect", "Principal", "Action"):
        if field not in statement and f"Not{field}" not in statement:
            raise malformed(f"Missing required field {field}")
    if statement["Effect"] not in ("Allow", "Deny"):
        raise malformed("Syntax errors in policy.")
    if any(str(action).lower() not in _ASSUME for action in as_list(statement.get("Action"))):
        raise malformed("AssumeRole policy may only specify STS AssumeRole actions.")
    check_operators(statement)
    _check_principals(statement.get("Principal"))


def _check_fields(element: Mapping[str, Any], known: set[str]) -> None:
    """Refuse unknown elements (`Unknown field statement`, quoted by users of AWS)."""
    if unknown := [field for field in element if field not in known]:
        raise malformed(f"Unknown field {unknown[0]}")


def _check_principals(named: Any) -> None:
    if named is None or named == "*":
        return
    if not isinstance(named, dict) or not named or not set(named) <= {"AWS", "Service", "Federated", "CanonicalUser"}:
        raise malformed("Syntax errors in policy.")
    for name in map(str, as_list(named.get("AWS"))):
        if not _AWS_PRINCIPAL.fullmatch(name) or not _exists(name):
            raise malformed(f'Invalid principal in policy: "AWS":"{name}"')
    for name in map(str, as_list(named.get("Service"))):
        if not is_service(name):
            raise malformed(f'Invalid principal in policy: "SERVICE":"{name}"')


def _exists(principal: str) -> bool:
    """Whether a user or role of this account exists. Principals of other accounts count as existing."""
    prefix, _, name = principal.partition("/")
    if prefix == f"arn:aws:iam::{ACCOUNT_ID}:role":
        return find_role(principal) is not None
    if prefix == f"arn:aws:iam::{ACCOUNT_ID}:user":
        return principal == LEARNER or find("user", name.rpartition("/")[2]) is not None
    return True
