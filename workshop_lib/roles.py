"""IAM roles as the steps make them: one trust policy, one inline policy, and our mark."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from workshop_lib.errors import InvalidName, get_error_code
from workshop_lib.ownership import MADE_BY

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

POLICY_NAME = "two-regions"
"""Name of the inline policy of our roles, where they have just one."""


def create_role(iam: IAMClient, *, role_name: str, trust: dict[str, Any]) -> str:
    """Create a role, or restore the trust policy of the one that is there.

    A role without our mark becomes ours if it has just this trust policy, as the one from the AWS CLI has.

    Args:
        iam: Client.
        role_name: Name of the role.
        trust: The trust policy.

    Returns:
        The role's ARN.

    Raises:
        InvalidName: You have a role of this name for something else.
    """
    document = json.dumps(trust)
    try:
        made = iam.create_role(RoleName=role_name, AssumeRolePolicyDocument=document, Description=MADE_BY)
        return made["Role"]["Arn"]
    except ClientError as error:
        if get_error_code(error) != "EntityAlreadyExists":
            raise
    found: Any = iam.get_role(RoleName=role_name)["Role"]
    if found.get("Description") != MADE_BY:
        if found["AssumeRolePolicyDocument"] != trust:
            raise InvalidName(
                f"You have a role {role_name!r} that the workshop didn't make. Choose another name in 00_start_here."
            )
        iam.update_role(RoleName=role_name, Description=MADE_BY)
    iam.update_assume_role_policy(RoleName=role_name, PolicyDocument=document)
    arn: str = found["Arn"]
    return arn


def put_role_policy(iam: IAMClient, *, role_name: str, policy: dict[str, Any], policy_name: str = POLICY_NAME) -> bool:
    """Store a role's inline policy if it isn't stored yet.

    Args:
        iam: Client.
        role_name: Name of the role.
        policy: The permission policy.
        policy_name: What it is called; a role has as many inline policies as there are names.

    Returns:
        Whether anything changed, and so takes AWS some seconds to be known everywhere.
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
