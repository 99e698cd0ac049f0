"""What a role may do at this moment: IAM's state, which moto keeps, asked through the policy evaluator."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from moto.backends import get_backend

from local_cloud.access import Access, Decision, Document, decide, may_assume
from local_cloud.call import ACCOUNT_ID


def find_role(role_arn: str) -> Any | None:
    """The role with this ARN, as moto keeps it, or None."""
    backend = get_backend("iam")[ACCOUNT_ID]["aws"]
    return next((role for role in backend.roles.values() if role.arn == role_arn), None)


def can_be_assumed(role_arn: str, principal: str, *, context: Mapping[str, str] | None = None) -> bool:
    """Whether the role exists and its trust policy names the principal, such as `"s3.amazonaws.com"`."""
    role = find_role(role_arn)
    return role is not None and may_assume(parse(role.assume_role_policy_document), principal, context=context)


def identity_policies(role_arn: str) -> list[Document]:
    """A role's inline policies and the default versions of its managed ones; none for a role that is gone."""
    role = find_role(role_arn)
    if role is None:
        return []
    managed = [
        version.document
        for policy in role.managed_policies.values()
        for version in policy.versions
        if version.version_id == policy.default_version_id
    ]
    return [parse(text) for text in [*role.policies.values(), *managed]]


def role_may(role_arn: str, action: str, resource: str, *, resource_policy: Document | None = None) -> Decision:
    """Whether a role, once assumed, may do something."""
    resource_policies = [resource_policy] if resource_policy else []
    return decide(Access(role_arn, action, resource), identity=identity_policies(role_arn), resource=resource_policies)


@lru_cache(256)
def parse(text: str | bytes | None) -> Document:
    """A policy document, to be read only; one that isn't a JSON object grants nothing."""
    try:
        document = json.loads(text or "{}")
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
