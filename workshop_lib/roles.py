"""IAM roles as the steps make them: a trust policy, an inline policy, a permissions boundary, the workshop's mark."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from workshop_lib.errors import STEPS, InvalidName, RoleNotBounded, get_error_code
from workshop_lib.ownership import EARLIER_SENTENCE, make_description, make_tag, read_tags

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

POLICY_NAME = "two-regions"
"""Name of a role's only inline policy."""


def create_role(iam: IAMClient, *, role_name: str, trust: dict[str, Any], boundary_arn: str, learner: str) -> str:
    """Create a role within a permissions boundary, or restore the trust policy of an existing one.

    A role without the workshop's tag gets it if it has exactly this trust policy, or the mark of versions 0.1 and 0.2.

    Args:
        iam: Client.
        role_name: Name of the role.
        trust: The trust policy.
        boundary_arn: The permissions boundary, from `boundaries.find_permissions_boundary`.
        learner: `names.learner`. The role's tag and its description name the learner.

    Returns:
        The role's ARN.

    Raises:
        InvalidName: You have a role of this name for something else.
        RoleNotBounded: The role exists without this boundary.
    """
    document, description = json.dumps(trust), make_description(learner)
    tags: Any = [make_tag(learner)]
    try:
        made = iam.create_role(
            RoleName=role_name,
            AssumeRolePolicyDocument=document,
            Description=description,
            PermissionsBoundary=boundary_arn,
            Tags=tags,
        )
        return made["Role"]["Arn"]
    except ClientError as error:
        if get_error_code(error) != "EntityAlreadyExists":
            raise
    found: Any = iam.get_role(RoleName=role_name)["Role"]
    owner = read_tags(found.get("Tags", []))
    if owner != learner:
        is_ours = found.get("Description") == EARLIER_SENTENCE or found["AssumeRolePolicyDocument"] == trust
        if owner or not is_ours:
            raise InvalidName(
                f"You have a role {role_name!r} that the workshop didn't make. Choose another learner name, from "
                f"which the role's name is made: run {STEPS['learner name']}, then steps 4 to 6."
            )
        iam.tag_role(RoleName=role_name, Tags=tags)
        iam.update_role(RoleName=role_name, Description=description)
    if found.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn") != boundary_arn:
        raise RoleNotBounded(role_name, boundary_arn=boundary_arn)
    if found["AssumeRolePolicyDocument"] != trust:
        iam.update_assume_role_policy(RoleName=role_name, PolicyDocument=document)
    arn: str = found["Arn"]
    return arn


def put_role_policy(iam: IAMClient, *, role_name: str, policy: dict[str, Any], policy_name: str = POLICY_NAME) -> bool:
    """Store a role's inline policy if it isn't stored yet.

    Args:
        iam: Client.
        role_name: Name of the role.
        policy: The permission policy.
        policy_name: Its name. A role has one inline policy for each name.

    Returns:
        Whether anything changed. AWS then needs some seconds until the change is known everywhere.
    """
    try:
        stored: Any = iam.get_role_policy(RoleName=role_name, PolicyName=policy_name)["PolicyDocument"]
    except ClientError as error:
        if get_error_code(error) != "NoSuchEntity":
            raise
        stored = None
    if stored == policy:
        return False
    iam.put_role_policy(RoleName=role_name, PolicyName=policy_name, PolicyDocument=json.dumps(policy))
    return True
