"""Permissions boundaries of users and roles. moto keeps them only for roles."""

from __future__ import annotations

import re
from typing import Any

from local_cloud.access.identities import boundary_arn
from local_cloud.call import Call
from local_cloud.errors import AwsError
from local_cloud.services.iam.entities import backend, find, no_such_entity

_POLICY_ARN = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}|aws):policy/.+")


def check_policy_arn(arn: str) -> None:
    """Refuse a text that can't be the ARN of a managed policy.

    Raises:
        AwsError: ValidationError.
    """
    if not _POLICY_ARN.fullmatch(arn):
        raise AwsError("ValidationError", f"ARN {arn} is not valid.", 400)


def check_boundary(call: Call) -> None:
    """Refuse a permissions boundary that isn't a policy.

    Raises:
        AwsError: ValidationError, or NoSuchEntity.
    """
    arn = call.parameters.get("PermissionsBoundary")
    if arn is None:
        return
    check_policy_arn(arn)
    if arn not in backend().managed_policies:
        raise no_such_entity(f"Scope ARN: {arn} does not exist or is not attachable.")


def set_boundary(call: Call) -> Any:
    """Set a user's boundary to the one in the call, or remove it if the call has none. Returns moto's user."""
    user: Any = find("user", call.parameters["UserName"])
    user.permissions_boundary_arn = call.parameters.get("PermissionsBoundary")
    return user


def is_boundary(policy_arn: str) -> bool:
    """Whether a policy is the permissions boundary of a user or role."""
    entities = (*backend().roles.values(), *backend().users.values())
    return any(boundary_arn(entity.arn) == policy_arn for entity in entities)
