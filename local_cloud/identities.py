"""What a role may do at this moment: IAM's state, which moto keeps, asked through the policy evaluator."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from moto.backends import get_backend

from local_cloud.access import Access, Document, covers_action, decide, may_assume, statements
from local_cloud.call import ACCOUNT_ID


def find_role(role_arn: str) -> Any | None:
    """The role with this ARN, as moto keeps it, or None."""
    return next((role for role in _backends()[ACCOUNT_ID]["aws"].roles.values() if role.arn == role_arn), None)


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


class Permissions:
    """What a role may do now. To be asked only while the cloud's lock is held, which keeps the moment.

    Args:
        role_arn: The role; one that doesn't exist may do nothing.
    """

    def __init__(self, role_arn: str) -> None:
        self.role_arn = role_arn
        self._statements = [found for document in identity_policies(role_arn) for found in statements(document)]
        self._about: dict[str, Document] = {}
        self._decided: dict[tuple[str, str], bool] = {}

    def may(self, action: str, resource: str, *, policy: bytes | None = None) -> bool:
        """Whether the role, once assumed, may do something.

        Args:
            action: Such as `"s3:ReplicateObject"`.
            resource: An ARN.
            policy: The resource's own policy, if it has one.
        """
        asked = action, resource
        if asked not in self._decided:
            resource_policies = [parse(policy)] if policy else []
            access = Access(self.role_arn, action, resource)
            self._decided[asked] = bool(
                decide(access, identity=[self._policy_about(action)], resource=resource_policies)
            )
        return self._decided[asked]

    def _policy_about(self, action: str) -> Document:
        """The role's statements about one action; a job asks about few actions, and thousands of resources."""
        if action not in self._about:
            self._about[action] = {"Statement": [one for one in self._statements if covers_action(one, action)]}
        return self._about[action]

    def may_be_used_by(self, service: str) -> bool:
        """Whether the role exists and the service, such as `"s3.amazonaws.com"`, may assume it."""
        asked = "sts:AssumeRole", service
        if asked not in self._decided:
            self._decided[asked] = can_be_assumed(self.role_arn, service)
        return self._decided[asked]


@cache
def _backends() -> Any:
    return get_backend("iam")


@lru_cache(256)
def parse(text: str | bytes | None) -> Document:
    """A policy document, to be read only; one that isn't a JSON object grants nothing."""
    try:
        document = json.loads(text or "{}")
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
