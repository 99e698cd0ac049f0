"""Names edited by hand, and accounts that hold more than one learner: nothing of others is overwritten or deleted."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.kits.learner import WIDE_BOUNDARY
from workshop_lib import clean_up, dns_records, lambda_edge, observe, packaging, replication
from workshop_lib.errors import InvalidName
from workshop_lib.names import suggest_names
from workshop_lib.policies import render_policy

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_s3 import S3Client

    from workshop_lib.cloud import Cloud
    from workshop_lib.names import WorkshopNames
    from workshop_lib.packaging import Package


def make_role(connected: Cloud, role_name: str, trust: dict[str, Any]) -> None:
    connected.iam.create_role(
        RoleName=role_name, AssumeRolePolicyDocument=json.dumps(trust), PermissionsBoundary=WIDE_BOUNDARY
    )


def test_a_role_for_something_else_is_neither_taken_over_nor_deleted(connected: Cloud, names: WorkshopNames) -> None:
    make_role(connected, names.replication_role_name, render_policy("edge-role-trust"))

    with pytest.raises(InvalidName, match="step 3 of notebook 00"):
        replication.create_replication_role(
            connected.iam, role_name=names.replication_role_name, boundary_arn=WIDE_BOUNDARY, learner=names.learner
        )

    report = clean_up.delete_resources(connected, names)
    assert [(item.kind, item.state) for item in report.kept] == [("replication role", "without the workshop's mark")]
    assert connected.iam.get_role(RoleName=names.replication_role_name)


def test_a_role_made_with_the_aws_cli_becomes_ours(connected: Cloud, names: WorkshopNames) -> None:
    make_role(connected, names.edge_role_name, render_policy("edge-role-trust"))

    lambda_edge.create_edge_role(
        connected.iam, role_name=names.edge_role_name, boundary_arn=WIDE_BOUNDARY, learner=names.learner
    )

    assert [item.kind for item in clean_up.delete_resources(connected, names).deleted] == ["edge role"]


def test_a_function_for_something_else_is_neither_overwritten_nor_deleted(
    hasty: None, connected: Cloud, names: WorkshopNames, package: Package, tmp_path: Path
) -> None:
    role_arn = lambda_edge.create_edge_role(
        connected.iam, role_name=names.edge_role_name, boundary_arn=WIDE_BOUNDARY, learner=names.learner
    )
    (tmp_path / "mine.py").write_text("def handler(event, context):\n    return event\n", encoding="utf-8")
    other = packaging.package_edge_function(source=tmp_path / "mine.py")
    connected.lambda_.create_function(
        FunctionName=names.function_name,
        Role=role_arn,
        Runtime=other.runtime,  # type: ignore[arg-type]
        Handler="handler.handler",
        Code={"ZipFile": other.zip_bytes},
    )

    with pytest.raises(InvalidName, match="didn't make"):
        lambda_edge.create_edge_function(
            connected.lambda_,
            function_name=names.function_name,
            role_arn=role_arn,
            package=package,
            learner=names.learner,
        )

    report = clean_up.delete_resources(connected, names)
    assert [item.kind for item in report.kept] == ["edge function"]
    found = connected.lambda_.get_function_configuration(FunctionName=names.function_name)
    assert found["CodeSha256"] == other.sha256


def test_a_zone_shared_with_another_learner_keeps_the_others_records(connected: Cloud, names: WorkshopNames) -> None:
    zone = names.zone_name
    other = replace(names, record_name=f"origin.grace.{zone}", preview_record_name=f"preview.grace.{zone}")
    zone_id = dns_records.create_hosted_zone(connected.route53, zone_name=zone, learner=names.learner)
    for learner in (names, other):
        dns_records.put_txt_record(
            connected.route53, zone_id=zone_id, record_name=learner.record_name, origin=learner.source_origin
        )

    report = clean_up.delete_resources(connected, names)

    assert [item.kind for item in report.deleted] == ["record set"]
    assert [item.state for item in report.waiting] == [
        f"contains records that are not from these names: {other.record_name} TXT"
    ]
    assert observe.list_record_sets(connected.route53, zone_id=zone_id, record_name=other.record_name)
    assert [item.kind for item in clean_up.delete_resources(connected, other).deleted] == ["record set", "hosted zone"]


def test_two_learners_may_share_a_domain_of_their_own() -> None:
    ada, grace = (suggest_names(learner, zone_name="school.test") for learner in ("ada", "grace"))

    assert ada.zone_name == grace.zone_name
    assert {ada.record_name, ada.preview_record_name}.isdisjoint({grace.record_name, grace.preview_record_name})


def test_of_two_zones_with_one_name_ours_is_used(connected: Cloud, names: WorkshopNames) -> None:
    route53 = connected.route53
    ours = dns_records.create_hosted_zone(route53, zone_name=names.zone_name, learner=names.learner)
    for number in range(3):
        route53.create_hosted_zone(Name=names.zone_name, CallerReference=f"mine-{number}")

    assert dns_records.create_hosted_zone(route53, zone_name=names.zone_name, learner=names.learner) == ours
    assert [item.kind for item in clean_up.delete_resources(connected, names).deleted] == ["hosted zone"]


def test_an_empty_bucket_of_yours_is_taken_over_and_marked(
    ireland: S3Client, connected: Cloud, names: WorkshopNames
) -> None:
    where: Any = {"LocationConstraint": names.source_region}
    ireland.create_bucket(Bucket=names.source_bucket, CreateBucketConfiguration=where)

    replication.create_bucket(ireland, bucket=names.source_bucket, region=names.source_region, learner=names.learner)

    assert [item.made_by_workshop for item in clean_up.find_resources(connected, names)] == [True]
