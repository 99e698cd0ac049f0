"""IAM and STS: SAR "AWS Identity and Access Management" and "AWS Security Token Service"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from local_cloud.access.identities import boundary_arn, find_by_name
from local_cloud.access.permissions.permission import arn
from local_cloud.call import EVERYTHING, Call, Permission

_NAMED = {
    "InstanceProfileName": "instance-profile",
    "RoleName": "role",
    "UserName": "user",
    "GroupName": "group",
}
"""Parameter → kind of the resource. If a call has several, the first of these counts."""

_OF_A_BOUNDED_ENTITY = re.compile(
    "Create(Role|User)|(Put|Delete)(Role|User)(Policy|PermissionsBoundary)|(Attach|Detach)(Role|User)Policy"
)
"""Operations with the condition key `iam:PermissionsBoundary`."""

_LISTED = {"ListGroups": "group", "ListRoles": "role", "ListUsers": "user"}
_FREE = {"GetCallerIdentity", "GetSessionToken"}
"""Operations that need no permission (STS API Reference: "No permissions are required")."""


def find_permissions(call: Call) -> Iterator[Permission]:
    """Actions have the operations' names. Attached policies and permissions boundaries are condition keys."""
    parameters, resource = call.parameters, _find_resource(call)
    attached = call.operation.startswith(("Attach", "Detach"))
    context = {"iam:PolicyARN": str(parameters.get("PolicyArn"))} if attached else {}
    if _OF_A_BOUNDED_ENTITY.fullmatch(call.operation):
        is_given = call.operation.startswith(("Create", "Put")) and not call.operation.endswith("Policy")
        boundary = parameters.get("PermissionsBoundary") if is_given else boundary_arn(resource)
        context |= {"iam:PermissionsBoundary": str(boundary)} if boundary else {}
    yield Permission(f"iam:{call.operation}", resource, context)
    if call.operation == "AddRoleToInstanceProfile":
        role = arn("iam", f"role/{parameters.get('RoleName')}")
        yield Permission("iam:PassRole", role, {"iam:PassedToService": "ec2.amazonaws.com"})
    if parameters.get("Tags") and call.operation in ("CreateRole", "CreateUser", "CreatePolicy"):
        yield Permission(f"iam:Tag{call.operation.removeprefix('Create')}", _find_resource(call))


def find_sts_permissions(call: Call) -> Iterator[Permission]:
    """Assuming a role needs a permission on it. `authorizer` also checks the role's trust policy."""
    if call.operation not in _FREE:
        external = call.parameters.get("ExternalId")
        context = {"sts:ExternalId": str(external)} if external else {}
        yield Permission(f"sts:{call.operation}", str(call.parameters.get("RoleArn") or EVERYTHING), context)


def _find_resource(call: Call) -> str:
    parameters: Mapping[str, Any] = call.parameters
    for parameter, kind in _NAMED.items():
        if name := parameters.get(parameter):
            known = None if call.operation.startswith("Create") else find_by_name(kind, name)
            return known or arn("iam", f"{kind}{parameters.get('Path') or '/'}{name}")
    if kind := _LISTED.get(call.operation, ""):
        return arn("iam", f"{kind}{parameters.get('PathPrefix') or '/'}")
    if call.operation == "CreateServiceLinkedRole":
        return arn("iam", f"role/aws-service-role/{parameters.get('AWSServiceName')}/*")
    if call.operation == "CreatePolicy":
        return arn("iam", f"policy{parameters.get('Path') or '/'}{parameters.get('PolicyName')}")
    if call.operation in ("GetUser", "CreateAccessKey", "ListAccessKeys") and call.principal:
        return call.principal  # without a name, the caller
    return str(parameters.get("PolicyArn") or parameters.get("PolicySourceArn") or EVERYTHING)
