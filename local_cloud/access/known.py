"""What services know of roles, users and groups: their policies, their boundaries, and who may assume them.

IAM's changes may be made to reach the services late, as on AWS. IAM itself always answers with the newest. moto has one
state of IAM for each process, and so has this module.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from moto.backends import get_backend

from local_cloud.constants import ACCOUNT_ID
from local_cloud.late import Late


class Entity(NamedTuple):
    """What is known of a role, a user or a group."""

    policies: tuple[str, ...] = ()
    """Its identity policies: inline, managed, and those of its groups."""
    boundary: tuple[str, ...] = ()
    """Its permissions boundary, if it has one."""
    trust: str | None = None
    """The trust policy of a role."""


class _Known:
    """The newest state, or an older one."""

    late: Late[Mapping[str, Entity]] | None = None


def be_late(seconds: float, *, now: Callable[[], float] = time.monotonic) -> None:
    """Begin again with no entities. From now on, `look_up` knows of changes so many seconds late."""
    _Known.late = Late({}, seconds=seconds, now=now) if seconds else None


def note_change() -> None:
    """Say that something in IAM has changed."""
    if _Known.late:
        iam = _iam()
        everyone = (*iam.roles.values(), *iam.users.values(), *iam.groups.values())
        _Known.late.put({one.arn: _describe(one) for one in everyone})


def look_up(arn: str, *, newest: bool = False) -> Entity:
    """What services know of a role, a user or a group. One that they don't know has no policies.

    Args:
        arn: Its ARN.
        newest: Say what IAM itself knows, even if the services know it later.
    """
    if _Known.late and not newest:
        return _Known.late.get().get(arn, Entity())
    iam = _iam()
    kinds = (iam.roles.values(), iam.users.values(), iam.groups.values())
    return next((_describe(one) for kind in kinds for one in kind if one.arn == arn), Entity())


def _describe(one: Any) -> Entity:
    iam = _iam()
    groups = [group for group in iam.groups.values() if one in group.users]
    boundary = iam.managed_policies.get(getattr(one, "permissions_boundary_arn", None))
    return Entity(
        policies=tuple(text for holder in (one, *groups) for text in _policies_of(holder)),
        boundary=tuple(_default_texts([boundary])) if boundary else (),
        trust=getattr(one, "assume_role_policy_document", None),
    )


def _policies_of(holder: Any) -> list[str]:
    return [*holder.policies.values(), *_default_texts(holder.managed_policies.values())]


def _default_texts(policies: Iterable[Any]) -> list[str]:
    """The default versions of managed policies."""
    return [
        version.document
        for policy in policies
        for version in policy.versions
        if version.version_id == policy.default_version_id
    ]


def _iam() -> Any:
    return get_backend("iam")[ACCOUNT_ID]["aws"]
