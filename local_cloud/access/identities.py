"""The permissions of users and roles, from IAM's state in moto."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from moto.backends import get_backend

from local_cloud.access.evaluator import Access, Document, covers_action, decide, may_assume, statements
from local_cloud.access.known import look_up
from local_cloud.constants import ACCOUNT_ID

LEARNER = f"arn:aws:iam::{ACCOUNT_ID}:user/learner"
"""The caller with a key that was not made here. moto doesn't know this user."""


def find_role(role_arn: str) -> Any | None:
    """The role with this ARN, as moto stores it, or None."""
    return next((role for role in _backends()[ACCOUNT_ID]["aws"].roles.values() if role.arn == role_arn), None)


def can_be_assumed(role_arn: str, principal: str, *, context: Mapping[str, str] | None = None) -> bool:
    """Whether the role is known and its trust policy names the principal, such as `"s3.amazonaws.com"`."""
    return may_assume(parse(look_up(role_arn).trust), principal, context=context)


def find_by_name(kind: str, name: str) -> str | None:
    """The ARN (with the path) of the role, user, group or instance profile with a name, or None."""
    backend = _backends()[ACCOUNT_ID]["aws"]
    kept = {"role": backend.roles, "user": backend.users, "group": backend.groups}.get(kind, backend.instance_profiles)
    return next((found.arn for found in kept.values() if found.name == name), None)


def role_of_session(principal: str) -> str | None:
    """The ARN of the role of a session; None for any other principal."""
    if ":assumed-role/" not in principal:
        return None
    return find_by_name("role", principal.split("/")[1])


def policy_texts(principal: str) -> tuple[str, ...]:
    """The identity policies of a user, group, role, or session of a role: inline, managed, and those of its groups.

    A principal that doesn't exist, or isn't known yet, has none, and may do nothing.
    """
    return look_up(role_of_session(principal) or principal).policies


def boundary_texts(principal: str) -> tuple[str, ...]:
    """The permissions boundary of a user, a role or a session's role, if it has one."""
    return look_up(role_of_session(principal) or principal).boundary


def boundary_arn(principal: str) -> str | None:
    """The ARN of the permissions boundary of a user or role, if it has one. moto keeps none for users."""
    backend = _backends()[ACCOUNT_ID]["aws"]
    found = next((one for one in (*backend.roles.values(), *backend.users.values()) if one.arn == principal), None)
    return getattr(found, "permissions_boundary_arn", None) or None


def user_id(principal: str) -> str:
    """The unique id of a user, or of a role's session."""
    if ":assumed-role/" in principal:
        sessions = get_backend("sts")[ACCOUNT_ID]["aws"].assumed_roles
        return next((str(one.user_id) for one in reversed(sessions) if one.arn == principal), principal)
    users = _backends()[ACCOUNT_ID]["aws"].users.values()
    return next((str(user.id) for user in users if user.arn == principal), principal.split("/")[-1])


def identity_policies(principal: str) -> list[Document]:
    """The identity policies of a principal, as documents."""
    return [parse(text) for text in policy_texts(principal)]


class Permissions:
    """The current permissions of a role. Hold the cloud's lock while you use it, so that they don't change.

    Args:
        role_arn: The role. One that doesn't exist may do nothing.
    """

    def __init__(self, role_arn: str) -> None:
        self.role_arn = role_arn
        self._statements = [found for document in identity_policies(role_arn) for found in statements(document)]
        self._limits = [parse(text) for text in boundary_texts(role_arn)]
        self._about: dict[str, Document] = {}
        self._decided: dict[tuple[str, str], bool] = {}

    def may(self, action: str, resource: str, *, policy: bytes | None = None) -> bool:
        """Whether a session of the role may do something.

        Args:
            action: Such as `"s3:ReplicateObject"`.
            resource: An ARN.
            policy: The resource's own policy, if it has one.
        """
        asked = action, resource
        if asked not in self._decided:
            resource_policies = [parse(policy)] if policy else []
            access = Access(self.role_arn, action, resource)
            identity = [self._policy_about(action)]
            decision = decide(access, identity=identity, resource=resource_policies, limits=self._limits)
            self._decided[asked] = bool(decision)
        return self._decided[asked]

    def _policy_about(self, action: str) -> Document:
        """The role's statements on one action. A job checks few actions on thousands of resources."""
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
    """Parse a policy document. Don't change the result. A document that isn't a JSON object allows nothing."""
    try:
        document = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}
