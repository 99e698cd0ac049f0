"""Steps of notebook 01: let S3 copy objects that are older than the rule, and objects whose replication failed."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING

from workshop_lib.policies import render_policy
from workshop_lib.polling import Sleep
from workshop_lib.roles import create_role, put_role_policy
from workshop_lib.waiting import wait_for_propagation

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_s3control import S3ControlClient


def create_batch_role(
    iam: IAMClient,
    *,
    role_name: str,
    boundary_arn: str,
    source_bucket: str,
    learner: str,
    sleep: Sleep = time.sleep,
) -> str:
    """Create the role that S3 Batch Operations assumes to replicate existing objects.

    Running it again restores its policies.

    Args:
        iam: Client.
        role_name: Name of the role.
        boundary_arn: From `boundaries.find_permissions_boundary`.
        source_bucket: The bucket whose objects are copied.
        learner: `names.learner`, with which the role is marked.
        sleep: Seam for tests.

    Returns:
        The role's ARN.

    Raises:
        RoleNotBounded: The role exists without this boundary.
    """
    trust = render_policy("batch-role-trust")
    role_arn = create_role(iam, role_name=role_name, trust=trust, boundary_arn=boundary_arn, learner=learner)
    policy = render_policy("batch-role-permissions", source_bucket=source_bucket)
    if put_role_policy(iam, role_name=role_name, policy=policy):
        wait_for_propagation(iam, what=f"New policy of {role_name}", sleep=sleep)
    return role_arn


def create_batch_replication_job(
    s3control: S3ControlClient, *, account_id: str, role_arn: str, source_bucket: str, suffix: str = ".html"
) -> str:
    """Let S3 replicate objects that are older than the rule, and objects whose replication failed.

    Each run makes a new job, which costs 0.25 USD on AWS. A job does nothing if all objects are copied.

    Args:
        s3control: Client in the source bucket's region.
        account_id: Owner of the buckets.
        role_arn: From `create_batch_role`.
        source_bucket: Bucket to copy from. Its replication rule names the destination.
        suffix: Copy only keys that end with this. `.html` leaves out the region marker.

    Returns:
        The job's id, for `wait_until_job_complete`.
    """
    job = render_policy("batch-replication-job", role_arn=role_arn, source_bucket=source_bucket, suffix=suffix)
    return s3control.create_job(AccountId=account_id, ClientRequestToken=str(uuid.uuid4()), **job)["JobId"]
