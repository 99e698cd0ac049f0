"""The permissions boundary: made once, found again, never changed if somebody else made it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from workshop_lib import batch_replication, boundaries, checks, clean_up, lambda_edge, replication
from workshop_lib.cloud import Cloud
from workshop_lib.cloud_process import own_cloud
from workshop_lib.control import ask_control
from workshop_lib.errors import CheckFailed, RoleNotBounded, StepOutOfOrder
from workshop_lib.names import SHARED_BOUNDARY, suggest_names
from workshop_lib.ownership import EARLIER_SENTENCE
from workshop_lib.policies import LOCAL_ACCOUNT, render_policy, write_grants
from workshop_lib.refusals import AccessRefused

if TYPE_CHECKING:
    from workshop_lib.names import WorkshopNames

ANYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


def grant(cloud: Cloud, name: str) -> str:
    """Make a boundary as an administrator does. Returns its ARN."""
    return cloud.iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(ANYTHING))["Policy"]["Arn"]


def read(cloud: Cloud, arn: str) -> Any:
    """The document of a policy."""
    version = cloud.iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    return cloud.iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]


def make_old_role(cloud: Cloud, names: WorkshopNames) -> None:
    """The edge role, as version 0.2.0 made it."""
    trust = json.dumps(render_policy("edge-role-trust"))
    cloud.iam.create_role(RoleName=names.edge_role_name, AssumeRolePolicyDocument=trust, Description=EARLIER_SENTENCE)


def test_creating_it_again_changes_nothing(connected: Cloud, names: WorkshopNames) -> None:
    arn = boundaries.create_permissions_boundary(connected, names)

    assert boundaries.create_permissions_boundary(connected, names) == arn
    assert boundaries.find_permissions_boundary(connected, names) == arn
    assert [version["VersionId"] for version in connected.iam.list_policy_versions(PolicyArn=arn)["Versions"]] == ["v1"]


def test_other_bucket_names_change_the_boundary_that_the_workshop_made(connected: Cloud, names: WorkshopNames) -> None:
    boundaries.create_permissions_boundary(connected, names)

    arn = boundaries.create_permissions_boundary(connected, replace(names, source_bucket="another-bucket"))

    assert read(connected, arn)["Statement"][0]["Resource"][0] == "arn:aws:s3:::another-bucket"
    assert [version["VersionId"] for version in connected.iam.list_policy_versions(PolicyArn=arn)["Versions"]] == ["v2"]


def test_a_granted_boundary_is_used_and_neither_changed_nor_deleted(connected: Cloud, names: WorkshopNames) -> None:
    arn = grant(connected, names.boundary_name)

    assert boundaries.create_permissions_boundary(connected, names) == arn

    kept = clean_up.delete_resources(connected, names).kept
    assert [(item.kind, item.state) for item in kept] == [
        ("permissions boundary", "granted with the learner's policies")
    ]
    assert read(connected, arn) == ANYTHING
    assert checks.nothing_left(clean_up.get_receipt(connected, names))


def test_a_boundary_of_ones_own_comes_before_the_shared_one(connected: Cloud, names: WorkshopNames) -> None:
    shared = grant(connected, SHARED_BOUNDARY)
    assert boundaries.find_permissions_boundary(connected, names) == shared

    own = grant(connected, names.boundary_name)

    assert boundaries.find_permissions_boundary(connected, names) == own


def test_without_a_boundary_the_missed_step_is_named(connected: Cloud, names: WorkshopNames) -> None:
    with pytest.raises(StepOutOfOrder, match=r"two-regions-ada-boundary.*step 8 of notebook 00"):
        boundaries.find_permissions_boundary(connected, names)


def test_a_learner_who_may_not_make_one_reads_whom_to_ask(
    connected: Cloud, names: WorkshopNames, client: Callable[..., Any]
) -> None:
    client("iam").create_user(UserName="ada")
    key = client("iam").create_access_key(UserName="ada")["AccessKey"]
    iam = boto3.client(
        "iam",
        region_name="us-east-1",
        endpoint_url=connected.environment["AWS_ENDPOINT_URL"],
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    learner: Any = SimpleNamespace(iam=iam, account_id=LOCAL_ACCOUNT)

    with pytest.raises(StepOutOfOrder, match=r"you may not make one\. Whoever grants .* step 8 of notebook 00"):
        boundaries.create_permissions_boundary(learner, names)


def test_a_local_cloud_that_enforces_the_policies_has_the_boundary_after_a_reset_too(tmp_path: Path) -> None:
    names = suggest_names("grace")
    with own_cloud(tmp_path, write_grants(tmp_path, learner="grace")) as environment:
        learner = Cloud(environment)
        first = boundaries.create_permissions_boundary(learner, names)
        ask_control(environment["WORKSHOP_CONTROL_URL"], "POST", "reset", keys=environment)

        assert boundaries.create_permissions_boundary(learner, names) == first
        with pytest.raises(AccessRefused, match="iam:ListUsers"):
            learner.iam.list_users()


def test_every_role_is_made_within_the_boundary(connected: Cloud, names: WorkshopNames, boundary_arn: str) -> None:
    iam, limited = connected.iam, {"boundary_arn": boundary_arn, "learner": names.learner}
    replication.create_replication_role(iam, role_name=names.replication_role_name, **limited)
    batch_replication.create_batch_role(
        iam, role_name=names.batch_role_name, source_bucket=names.source_bucket, **limited
    )
    lambda_edge.create_edge_role(iam, role_name=names.edge_role_name, **limited)

    role_names = [names.replication_role_name, names.batch_role_name, names.edge_role_name]
    found = {
        iam.get_role(RoleName=name)["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"] for name in role_names
    }
    assert found == {boundary_arn}
    assert checks.roles_bounded(iam, boundary_arn=boundary_arn, role_names=role_names)


def test_a_role_of_an_earlier_version_is_reported_with_the_way_out(
    connected: Cloud, names: WorkshopNames, boundary_arn: str
) -> None:
    make_old_role(connected, names)
    way_out = f"aws iam put-role-permissions-boundary --role-name {names.edge_role_name} "

    role = {"role_name": names.edge_role_name, "boundary_arn": boundary_arn, "learner": names.learner}

    with pytest.raises(RoleNotBounded, match=way_out):
        lambda_edge.create_edge_role(connected.iam, **role)
    with pytest.raises(CheckFailed, match=way_out):
        checks.roles_bounded(connected.iam, boundary_arn=boundary_arn, role_names=[names.edge_role_name])

    connected.iam.put_role_permissions_boundary(RoleName=names.edge_role_name, PermissionsBoundary=boundary_arn)
    assert lambda_edge.create_edge_role(connected.iam, **role)


def test_a_role_of_an_earlier_version_can_be_deleted_after_its_step(
    connected: Cloud, names: WorkshopNames, boundary_arn: str
) -> None:
    make_old_role(connected, names)
    with pytest.raises(RoleNotBounded):
        lambda_edge.create_edge_role(
            connected.iam, role_name=names.edge_role_name, boundary_arn=boundary_arn, learner=names.learner
        )

    deleted = clean_up.delete_resources(connected, names).deleted

    assert [item.kind for item in deleted] == ["edge role", "permissions boundary"]


def test_a_boundary_for_other_buckets_fails_the_check_of_the_replication_role(
    connected: Cloud, names: WorkshopNames, boundary_arn: str
) -> None:
    role = {"role_name": names.replication_role_name}
    buckets = {"source_bucket": "another-bucket", "destination_bucket": names.destination_bucket}
    replication.create_replication_role(connected.iam, **role, boundary_arn=boundary_arn, learner=names.learner)
    replication.put_replication_policy(connected.iam, **role, **buckets)

    with pytest.raises(CheckFailed, match=r"boundary .* doesn't allow .*another-bucket.*\n.*step 8 of notebook 00"):
        checks.role_may_replicate(connected.iam, **role, **buckets)


def test_a_boundary_that_still_limits_a_role_waits_for_it(
    connected: Cloud, names: WorkshopNames, boundary_arn: str
) -> None:
    trust = json.dumps(render_policy("edge-role-trust"))
    connected.iam.create_role(RoleName="mine", AssumeRolePolicyDocument=trust, PermissionsBoundary=boundary_arn)

    report = clean_up.delete_resources(connected, names)

    assert [(item.kind, item.state) for item in report.waiting] == [("permissions boundary", "something still uses it")]
