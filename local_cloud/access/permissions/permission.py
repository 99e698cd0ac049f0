"""One thing that a call needs to be allowed."""

from __future__ import annotations

from typing import Any, NamedTuple

from local_cloud.access.conditions import Context
from local_cloud.call import ACCOUNT_ID

EVERYTHING = "*"
"""The resource of an action that can't be narrowed to some resources."""

NO_CONTEXT: Context = {}


class Permission(NamedTuple):
    """An action on a resource, as a policy names both.

    Attributes:
        action: Such as `"s3:GetObject"`.
        resource: An ARN, or `"*"` where AWS knows no resources for the action.
        context: Condition keys that belong to this action alone, such as `iam:PassedToService`.
    """

    action: str
    resource: str = EVERYTHING
    context: Context = NO_CONTEXT


def pass_role(role_arn: Any, service: str) -> Permission:
    """The permission to hand a role to a service, which will act as that role."""
    return Permission("iam:PassRole", str(role_arn), {"iam:PassedToService": service})


def arn(service: str, resource: str, *, region: str = "") -> str:
    """The ARN of something in this account."""
    return f"arn:aws:{service}:{region}:{ACCOUNT_ID}:{resource}"
