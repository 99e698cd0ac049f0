"""Service-linked roles with AWS's names (CFDG/lambda-edge-permissions). moto would use other names."""

from __future__ import annotations

import json
from typing import Any

from local_cloud.access.permissions.cloudfront import SERVICE_ROLES
from local_cloud.errors import AwsError
from local_cloud.services.iam.entities import backend, find

PATH = "/aws-service-role/"


def ensure_edge_roles() -> None:
    """Make both roles if they don't exist, as AWS does when a function is first associated with a distribution.

    They stay after functions and distributions are deleted.

    Hold the cloud's lock when you call it.
    """
    for service in SERVICE_ROLES:
        if not find("role", SERVICE_ROLES[service]):
            make(service)


def make(service: str, description: str = "") -> Any:
    """Make one of these roles. Returns moto's object.

    Raises:
        AwsError: InvalidInput, if it exists.
    """
    name = SERVICE_ROLES[service]
    if find("role", name):
        message = f"Service role name {name} has been taken in this account, please try a different suffix."
        raise AwsError("InvalidInput", message, 400)
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return backend().create_role(
        name, document, f"{PATH}{service}/", None, description=description, tags=[], max_session_duration="3600"
    )


def check_not_protected(role_name: str) -> None:
    """Refuse changes of a role that belongs to a service.

    Raises:
        AwsError: UnmodifiableEntity.
    """
    found = find("role", role_name)
    if found is not None and found.path.startswith(PATH):
        message = (
            f"Cannot perform the operation on the protected role '{role_name}' - this role is only modifiable by AWS"
        )
        raise AwsError("UnmodifiableEntity", message, 400)
