"""The permissions boundary of the roles that the workshop makes: what they may do at most, whatever their policies say.

Without it, a learner who may make a role and write its policy could make an administrator (IAM User Guide, "Permissions
boundaries for IAM entities"). In a class, whoever grants the learner's policies makes the boundary.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from workshop_lib.cloud import Cloud
from workshop_lib.errors import STEPS, StepOutOfOrder, describe_missing, get_error_code
from workshop_lib.names import SHARED_BOUNDARY, WorkshopNames
from workshop_lib.ownership import make_description, make_tag, read_tags
from workshop_lib.policies import render_policy
from workshop_lib.refusals import REFUSALS

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

MISSING = {"NoSuchEntity", *REFUSALS}
"""Codes for a policy that isn't there. AWS says AccessDenied where you may not look."""


def create_permissions_boundary(cloud: Cloud, names: WorkshopNames) -> str:
    """Create the permissions boundary, or find the one that you were granted.

    Safe to run again. A boundary that the workshop made gets a new version if your buckets have other names now. One
    without your mark is never changed.

    Args:
        cloud: The cloud.
        names: The learner's names.

    Returns:
        The ARN of the policy.

    Raises:
        StepOutOfOrder: There is none, and you may not make one.
    """
    values = {"learner": names.learner, "source_bucket": names.source_bucket}
    values |= {"account": cloud.account_id, "destination_bucket": names.destination_bucket}
    document = render_policy("permissions-boundary", **values)
    if found := _find(cloud, names):
        if read_tags(found.get("Tags", [])) == names.learner:
            _update(cloud.iam, found, document)
        return str(found["Arn"])
    tags: Any = [make_tag(names.learner)]
    try:
        made = cloud.iam.create_policy(
            PolicyName=names.boundary_name,
            PolicyDocument=json.dumps(document),
            Description=make_description(names.learner),
            Tags=tags,
        )
    except ClientError as error:
        if get_error_code(error) not in REFUSALS:
            raise
        raise StepOutOfOrder(
            f"There is no permissions boundary {names.boundary_name!r}, and you may not make one. Whoever grants you "
            'the learner\'s policies makes it: see "On AWS" in docs/instructor.md. Then run '
            f"{STEPS['permissions boundary']} again."
        ) from error
    return made["Policy"]["Arn"]


def find_permissions_boundary(cloud: Cloud, names: WorkshopNames) -> str:
    """Find the permissions boundary for your roles: your own, or the one that several learners share.

    Args:
        cloud: The cloud.
        names: The learner's names.

    Returns:
        The ARN of the policy.

    Raises:
        StepOutOfOrder: There is none.
    """
    found = _find(cloud, names)
    if found is None:
        raise StepOutOfOrder(describe_missing("permissions boundary", names.boundary_name))
    return str(found["Arn"])


def _find(cloud: Cloud, names: WorkshopNames) -> dict[str, Any] | None:
    for name in (names.boundary_name, SHARED_BOUNDARY):
        try:
            return dict(cloud.iam.get_policy(PolicyArn=f"arn:aws:iam::{cloud.account_id}:policy/{name}")["Policy"])
        except ClientError as error:
            if get_error_code(error) not in MISSING:
                raise
    return None


def _update(iam: IAMClient, policy: dict[str, Any], document: dict[str, Any]) -> None:
    """Give the policy this document. The former version is deleted, because AWS keeps five at most."""
    which = {"PolicyArn": policy["Arn"], "VersionId": policy["DefaultVersionId"]}
    stored: Any = iam.get_policy_version(**which)["PolicyVersion"]["Document"]
    if stored != document:
        iam.create_policy_version(PolicyArn=policy["Arn"], PolicyDocument=json.dumps(document), SetAsDefault=True)
        iam.delete_policy_version(**which)
