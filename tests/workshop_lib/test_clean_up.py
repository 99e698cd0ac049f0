"""Clean-up finds what the workshop made, deletes it in AWS's order, and touches nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from tests.kits.learner import WIDE_BOUNDARY
from workshop_lib import batch_replication, checks, clean_up, dns_records, health_checks, observe, replication
from workshop_lib.distribution import create_distribution, create_failover_distribution, find_distribution
from workshop_lib.errors import CheckFailed, StepOutOfOrder
from workshop_lib.inventory.distributions import DISTRIBUTIONS
from workshop_lib.inventory.kind import Resource, Unseen
from workshop_lib.names import suggest_names
from workshop_lib.observe import fetch_page
from workshop_lib.receipts import Receipt
from workshop_lib.roles import POLICY_NAME

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from local_cloud.cloud import LocalCloud
    from workshop_lib.cloud import Cloud
    from workshop_lib.names import WorkshopNames


@pytest.fixture
def whole_workshop(
    deployed: dict[str, str],
    zone_id: str,
    distribution_parameters: dict[str, Any],
    boundary_arn: str,
    connected: Cloud,
    names: WorkshopNames,
) -> None:
    """All that the notebooks make."""
    batch_replication.create_batch_role(
        connected.iam,
        role_name=names.batch_role_name,
        source_bucket=names.source_bucket,
        boundary_arn=boundary_arn,
        learner=names.learner,
    )
    preview = {"comment": names.preview_comment, "dns_origin": names.preview_record_name}
    create_distribution(connected.cloudfront, **distribution_parameters | preview)
    create_distribution(connected.cloudfront, **distribution_parameters | {"comment": names.uncached_comment})
    create_failover_distribution(
        connected.cloudfront,
        comment=names.failover_comment,
        learner=names.learner,
        primary=names.source_origin,
        secondary=names.destination_origin,
        origin_access_identity_id=distribution_parameters["origin_access_identity_id"],
    )
    weights = {names.source_origin: 230, names.destination_origin: 26}
    for origin in weights:
        health_check_id = health_checks.create_health_check(
            connected.route53, name=names.health_check_name, region=origin.region
        )
        # At this test's speed an enabled one would ask a hundred times a second.
        connected.route53.update_health_check(HealthCheckId=health_check_id, Disabled=True)
    dns_records.put_weighted_records(
        connected.route53, zone_id=zone_id, record_name=names.preview_record_name, weights=weights
    )
    fetch_page(connected.page_url(deployed["domain_name"], "/region.json"))  # so that there is a log


def kinds(resources: Any) -> list[str]:
    return sorted({resource.kind for resource in resources})


def test_the_dry_run_lists_everything_and_changes_nothing(
    whole_workshop: None, connected: Cloud, names: WorkshopNames
) -> None:
    found = clean_up.find_resources(connected, names)

    assert kinds(found) == [
        "batch role",
        "bucket",
        "distribution",
        "edge function",
        "edge role",
        "health check",
        "hosted zone",
        "log group",
        "origin access identity",
        "permissions boundary",
        "record set",
        "replication configuration",
        "replication role",
    ]
    assert clean_up.find_resources(connected, names) == found
    assert names.source_bucket in repr(found)
    assert f">{names.source_bucket}</td>" in found._repr_html_()


def test_the_dry_run_says_since_when_each_thing_is_there(
    whole_workshop: None, connected: Cloud, names: WorkshopNames
) -> None:
    found, now = clean_up.find_resources(connected, names), datetime.now(UTC)

    assert kinds(one for one in found if one.since is None) == ["log group", "record set", "replication configuration"]
    assert all(abs(now - one.since) < timedelta(minutes=2) for one in found if one.since)
    assert f"{now.astimezone():%Y-%m-%d %H:}" in repr(found)


def test_everything_goes_in_one_run_if_one_is_patient(
    whole_workshop: None, connected: Cloud, names: WorkshopNames
) -> None:
    found = clean_up.find_resources(connected, names)
    with pytest.raises(CheckFailed, match="Still there"):
        checks.nothing_left(clean_up.get_receipt(connected, names))

    report = clean_up.delete_resources(connected, names, patience=20)

    assert {(item.kind, item.name) for item in found} <= {(item.kind, item.name) for item in report.deleted}
    assert report.waiting == ()
    assert {item.state for item in report.deleted} == {""}, "what is gone is in no state"
    assert report._repr_html_().count("<tr>") == 2 + len(report.deleted), "the headers, and `deleted`"
    receipt = clean_up.get_receipt(connected, names)
    assert checks.nothing_left(receipt)
    assert any(names.source_bucket in place for place in receipt.looked)
    assert "Nothing of ada is left" in repr(receipt)


def test_the_bar_says_that_a_distribution_is_being_disabled(capsys: pytest.CaptureFixture[str]) -> None:
    statuses = iter(["InProgress", "Deployed"])
    cloudfront = SimpleNamespace(
        get_distribution=lambda Id: {"Distribution": {"Status": next(statuses)}},  # noqa: N803 - AWS's spelling
        get_distribution_config=lambda Id: {"ETag": "E2"},  # noqa: N803
        delete_distribution=lambda Id, IfMatch: None,  # noqa: N803
    )
    cloud: Any = SimpleNamespace(cloudfront=cloudfront)

    DISTRIBUTIONS.delete(cloud, Resource("distribution", "E1"))

    assert capsys.readouterr().err.startswith("\rDisabling E1: ")


def test_what_aws_lets_go_later_is_reported_as_waiting(
    whole_workshop: None, connected: Cloud, names: WorkshopNames, cloud: LocalCloud
) -> None:
    cloud.clock.speed = 100  # the edge replicas stay for 18 seconds

    report = clean_up.delete_resources(connected, names)

    assert kinds(report.waiting) == ["edge function", "edge role", "permissions boundary"]
    assert "still replicated at the edge" in repr(report)
    with pytest.raises(StepOutOfOrder):
        find_distribution(connected.cloudfront, comment=names.distribution_comment, learner=names.learner)
    with pytest.raises(CheckFailed, match="edge function"):
        checks.nothing_left(clean_up.get_receipt(connected, names))
    first_visit = checks.nothing_left(clean_up.get_receipt(connected, names, waiting=report.waiting))
    assert "Nothing is left that costs money. Waiting for AWS: edge function" in repr(first_visit)

    cloud.clock.speed = 10_000
    later = clean_up.delete_resources(connected, names, patience=20)

    assert kinds(later.deleted) == ["edge function", "edge role", "permissions boundary"]


def test_running_it_with_nothing_there_does_nothing(connected: Cloud, names: WorkshopNames) -> None:
    assert repr(clean_up.find_resources(connected, names)) == "Nothing of the workshop is there."
    assert repr(clean_up.delete_resources(connected, names)) == "nothing to do"
    assert clean_up.delete_resources(connected, names)._repr_html_() == "nothing to do"


def test_a_half_made_workshop_is_cleaned_up(
    replicated: Any, ireland: S3Client, connected: Cloud, names: WorkshopNames
) -> None:
    for number in range(3):
        ireland.put_object(Bucket=names.source_bucket, Key="index.html", Body=str(number).encode())
    ireland.delete_object(Bucket=names.source_bucket, Key="index.html")
    ireland.create_multipart_upload(Bucket=names.source_bucket, Key="unfinished")

    clean_up.delete_resources(connected, names, patience=10)

    assert checks.nothing_left(clean_up.get_receipt(connected, names))


def test_a_clean_up_that_was_interrupted_goes_on(
    replicated: Any, ireland: S3Client, connected: Cloud, names: WorkshopNames
) -> None:
    ireland.delete_bucket_replication(Bucket=names.source_bucket)
    connected.iam.delete_role_policy(RoleName=names.replication_role_name, PolicyName=POLICY_NAME)

    clean_up.delete_resources(connected, names, patience=10)

    assert checks.nothing_left(clean_up.get_receipt(connected, names))


def test_another_learners_things_are_not_touched(buckets: None, connected: Cloud, names: WorkshopNames) -> None:
    other = suggest_names("ada-b")
    replication.create_bucket(
        connected.s3(other.source_region), bucket=other.source_bucket, region=other.source_region, learner=other.learner
    )
    dns_records.create_hosted_zone(connected.route53, zone_name=other.zone_name, learner=other.learner)
    health_checks.create_health_check(connected.route53, name=other.health_check_name, region="eu-west-1")
    replication.create_replication_role(
        connected.iam, role_name=other.replication_role_name, boundary_arn=WIDE_BOUNDARY, learner=other.learner
    )
    before = clean_up.find_resources(connected, other)

    clean_up.delete_resources(connected, names)

    assert len(before) == 4
    assert clean_up.find_resources(connected, other) == before


def test_a_bucket_that_the_workshop_did_not_make_is_kept(
    ireland: S3Client, connected: Cloud, names: WorkshopNames
) -> None:
    ireland.create_bucket(Bucket=names.source_bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    ireland.put_object(Bucket=names.source_bucket, Key="beach.jpg", Body=b"...")

    report = clean_up.delete_resources(connected, names)

    assert [(item.kind, item.state) for item in report.kept] == [("bucket", "without the workshop's mark")]
    assert ireland.head_object(Bucket=names.source_bucket, Key="beach.jpg")
    assert "isn't marked as yours" in repr(clean_up.get_receipt(connected, names))


def test_in_a_zone_that_was_there_before_only_our_records_go(connected: Cloud, names: WorkshopNames) -> None:
    route53 = connected.route53
    zone_id = route53.create_hosted_zone(Name=names.zone_name, CallerReference="mine")["HostedZone"]["Id"]
    zone_id = zone_id.removeprefix("/hostedzone/")
    mail: Any = {"Name": names.zone_name, "Type": "TXT", "TTL": 60, "ResourceRecords": [{"Value": '"v=spf1 -all"'}]}
    route53.change_resource_record_sets(
        HostedZoneId=zone_id, ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": mail}]}
    )
    assert dns_records.create_hosted_zone(route53, zone_name=names.zone_name, learner=names.learner) == zone_id
    dns_records.put_txt_record(route53, zone_id=zone_id, record_name=names.record_name, origin=names.source_origin)

    report = clean_up.delete_resources(connected, names)

    assert [item.kind for item in report.deleted] == ["record set"]
    assert [item.kind for item in report.kept] == ["hosted zone"]
    assert sorted(item["Type"] for item in observe.list_record_sets(route53, zone_id=zone_id)) == [
        "NS",
        "SOA",
        "TXT",
    ]
    assert checks.nothing_left(clean_up.get_receipt(connected, names))


def test_a_running_job_is_cancelled(replicated: Any, connected: Cloud, names: WorkshopNames, cloud: LocalCloud) -> None:
    role_arn = batch_replication.create_batch_role(
        connected.iam,
        role_name=names.batch_role_name,
        source_bucket=names.source_bucket,
        boundary_arn=WIDE_BOUNDARY,
        learner=names.learner,
    )
    speed, cloud.clock.speed = cloud.clock.speed, 1  # so that the job still runs
    batch_replication.create_batch_replication_job(
        connected.s3control(names.source_region),
        account_id=connected.account_id,
        role_arn=role_arn,
        source_bucket=names.source_bucket,
    )
    cloud.clock.speed = speed
    assert "batch job" in kinds(clean_up.find_resources(connected, names))

    clean_up.delete_resources(connected, names, patience=10)

    assert "batch job" not in kinds(clean_up.find_resources(connected, names))


BUCKET, FUNCTION = Resource("bucket", "site"), Resource("edge function", "f")


@pytest.mark.parametrize(
    ("receipt", "only_waits"),
    [
        ({"left": (FUNCTION,), "waiting": (FUNCTION,)}, True),
        ({"left": (FUNCTION,)}, False),
        ({"left": (FUNCTION, BUCKET), "waiting": (FUNCTION, BUCKET)}, False),
        ({"left": (FUNCTION,), "waiting": (FUNCTION,), "unseen": (Unseen("IAM", "refused"),)}, False),
        ({"left": ()}, False),
    ],
)
def test_a_visit_only_waits_if_what_is_left_is_free_and_comes_later(receipt: dict[str, Any], only_waits: bool) -> None:
    assert Receipt(learner="ada", looked=(), kept=(), **receipt).only_waits == only_waits


def test_the_receipt_names_the_time_zone_of_the_time_to_come_back() -> None:
    moment = datetime(2026, 11, 29, 13, 45, tzinfo=UTC)
    receipt = Receipt("ada", looked=(), left=(Resource("edge function", "f"),), kept=(), come_back=moment)

    assert f"Come back after {moment.astimezone():%Y-%m-%d %H:%M %Z}, say tomorrow." in repr(receipt)
