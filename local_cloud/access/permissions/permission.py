"""Permissions and ARNs that several services need."""

from __future__ import annotations

from typing import Any

from local_cloud.call import Permission
from local_cloud.constants import ACCOUNT_ID


def pass_role(role_arn: Any, service: str) -> Permission:
    """The permission to pass a role to a service, which then acts as that role."""
    return Permission("iam:PassRole", str(role_arn), {"iam:PassedToService": service})


def arn(service: str, resource: str, *, region: str = "") -> str:
    """The ARN of a resource in this account."""
    return f"arn:aws:{service}:{region}:{ACCOUNT_ID}:{resource}"
