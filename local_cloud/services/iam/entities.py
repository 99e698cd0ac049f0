"""Users, roles, groups and policies as moto stores them, and AWS's errors for missing ones."""

from __future__ import annotations

import datetime
import json
from typing import Any
from urllib.parse import quote

from moto.backends import get_backend

from local_cloud.access.identities import LEARNER, boundary_arn
from local_cloud.call import Call
from local_cloud.constants import ACCOUNT_ID
from local_cloud.errors import AwsError

THE_LEARNER = {
    "Path": "/",
    "UserName": "learner",
    "UserId": "learner",
    "Arn": LEARNER,
    "CreateDate": datetime.datetime(2018, 1, 1, tzinfo=datetime.UTC),  # before any other entity
}
"""The learner, as `GetUser` returns it."""


def backend() -> Any:
    """The state of IAM in moto. A reset replaces the object."""
    return get_backend("iam")[ACCOUNT_ID]["aws"]


def no_such_entity(message: str) -> AwsError:
    """IAM's error for an entity that doesn't exist."""
    return AwsError("NoSuchEntity", message, 404)


def find(kind: str, name: str) -> Any | None:
    """A `"role"`, `"user"` or `"group"` by its name, or None. Case matters."""
    kept = {"role": backend().roles, "user": backend().users, "group": backend().groups}[kind]
    return next((one for one in kept.values() if one.name == name), None)


def check_group_is_empty(name: str) -> None:
    """Refuse to delete a group that has users or policies.

    Raises:
        AwsError: DeleteConflict.
    """
    group: Any = find("group", name)
    for has, what in (
        (group and group.users, "remove users from group"),
        (group and group.managed_policies, "detach all policies"),
        (group and group.policies, "delete policies"),
    ):
        if has:
            raise AwsError("DeleteConflict", f"Cannot delete entity, must {what} first.", 409)


def check_name_is_free(kind: str, name: str) -> None:
    """Refuse a name that is taken. IAM ignores case here.

    Raises:
        AwsError: EntityAlreadyExists.
    """
    kept = {"role": backend().roles, "user": backend().users, "group": backend().groups}[kind]
    if any(one.name.lower() == name.lower() for one in kept.values()):
        raise AwsError("EntityAlreadyExists", f"{kind.capitalize()} with name {name} already exists.", 409)


def check_exists(call: Call) -> None:
    """Refuse a call about a role, user or group that doesn't exist.

    Raises:
        AwsError: NoSuchEntity.
    """
    for kind in ("role", "user", "group"):
        name = call.parameters.get(f"{kind.capitalize()}Name")
        if name and not find(kind, name) and (kind, name) != ("user", LEARNER.rpartition("/")[2]):
            raise no_such_entity(f"The {kind} with name {name} cannot be found.")


def find_policy_version(arn: str, version_id: str) -> Any:
    """One version of a managed policy.

    Raises:
        AwsError: NoSuchEntity.
    """
    policy = backend().managed_policies.get(arn)
    for version in policy.versions if policy else ():
        if version.version_id == version_id:
            return version
    raise no_such_entity(f"Policy {arn} version {version_id} does not exist or is not attachable.")


def length(document: str) -> int:
    """Characters of a policy, without white space, which IAM's limits don't count (IAM User Guide, quotas)."""
    return sum(not char.isspace() for char in document)


def as_text(document: Any) -> str:
    """A policy document as text. moto stores some as text and some parsed."""
    return document if isinstance(document, str) else json.dumps(document)


def describe_user(user: Any) -> dict[str, Any]:
    """A user of moto, as `GetUser` returns it."""
    shown = {
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.id,
        "Arn": user.arn,
        "CreateDate": user.create_date,
    }
    tags, boundary = backend().tagger.list_tags_for_resource(user.arn)["Tags"], boundary_arn(user.arn)
    if boundary:
        shown["PermissionsBoundary"] = {
            "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
            "PermissionsBoundaryArn": boundary,
        }
    return {**shown, "Tags": tags} if tags else shown


def describe_role(role: Any) -> dict[str, Any]:
    """A role of moto, as `CreateRole` returns it."""
    return {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": role.arn,
        "CreateDate": role.create_date,
        "AssumeRolePolicyDocument": quote(as_text(role.assume_role_policy_document)),
        "Description": role.description or "",
    }
