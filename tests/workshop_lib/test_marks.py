"""What carries no mark of the learner is neither changed nor deleted, whatever its name is; the receipt names it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.kits.learner import WIDE_BOUNDARY
from workshop_lib import checks, clean_up, distribution, dns_records, health_checks, lambda_edge, observe, replication
from workshop_lib.errors import InvalidName, StepOutOfOrder
from workshop_lib.names import suggest_names
from workshop_lib.ownership import EARLIER_SENTENCE, EARLIER_TAG, make_stamp, read_stamp
from workshop_lib.policies import render_policy

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_s3 import S3Client

    from workshop_lib.cloud import Cloud
    from workshop_lib.names import WorkshopNames
    from workshop_lib.packaging import Package
    from workshop_lib.receipts import Receipt


def test_a_caller_reference_says_when_it_was_made() -> None:
    milliseconds = 1_795_957_779_123

    assert read_stamp(f"two-regions-ada/{make_stamp(milliseconds)}") == datetime.fromtimestamp(milliseconds / 1000, UTC)
    assert len(make_stamp()) == 8


@pytest.mark.parametrize("earlier", ["two-regions-ada/3f9a12bc", "two-regions-ada/eu-west-1/30s/fedcba98", "somebody"])
def test_the_references_of_earlier_versions_say_no_time(earlier: str) -> None:
    assert read_stamp(earlier) is None


def make_distribution(cloud: Cloud, *, comment: str, bucket: str = "somebodys.s3.eu-west-1.amazonaws.com") -> str:
    """Somebody's distribution; its id."""
    config: Any = render_policy(
        "failover-distribution-configuration",
        caller_reference=f"somebody {comment}",
        comment=comment,
        primary_domain_name=bucket,
        secondary_domain_name=bucket,
        origin_access_identity_id=make_identity(cloud, comment="somebody's"),
        cache_policy_id=distribution.CACHING_OPTIMIZED,
    )
    return cloud.cloudfront.create_distribution(DistributionConfig=config)["Distribution"]["Id"]


def make_identity(cloud: Cloud, *, comment: str) -> str:
    """Somebody's origin access identity; its id."""
    config: Any = {"CallerReference": f"somebody {comment}", "Comment": comment}
    made = cloud.cloudfront.create_cloud_front_origin_access_identity(CloudFrontOriginAccessIdentityConfig=config)
    return made["CloudFrontOriginAccessIdentity"]["Id"]


def make_zone(cloud: Cloud, *, name: str, comment: str = "") -> str:
    """Somebody's hosted zone; its id."""
    made = cloud.route53.create_hosted_zone(
        Name=name, CallerReference="somebody", HostedZoneConfig={"Comment": comment, "PrivateZone": False}
    )
    return made["HostedZone"]["Id"].removeprefix("/hostedzone/")


def make_txt(cloud: Cloud, *, zone_id: str, name: str, value: str) -> None:
    """Somebody's TXT record."""
    record: Any = {"Name": name, "Type": "TXT", "TTL": 60, "ResourceRecords": [{"Value": f'"{value}"'}]}
    batch: Any = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    cloud.route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch=batch)


def assert_kept(cloud: Cloud, names: WorkshopNames, kind: str, name: str) -> Receipt:
    """Clean-up keeps one thing, deletes nothing, and the receipt says so."""
    report = clean_up.delete_resources(cloud, names)
    receipt = clean_up.get_receipt(cloud, names)

    assert (report.deleted, report.refused) == ((), ())
    assert (kind, name) in [(kept.kind, kept.name) for kept in report.kept]
    assert name in repr(receipt)
    return receipt


class TestSomebodys:
    def test_distribution_with_our_comment_is_kept_and_never_disabled(
        self, connected: Cloud, names: WorkshopNames
    ) -> None:
        made = make_distribution(connected, comment=names.distribution_comment)

        receipt = assert_kept(connected, names, "distribution", made)

        assert receipt.is_clean
        config = connected.cloudfront.get_distribution_config(Id=made)["DistributionConfig"]
        assert config["Enabled"]

    def test_distribution_with_our_comment_is_not_updated_by_notebook_03(
        self, connected: Cloud, names: WorkshopNames, distribution_parameters: dict[str, Any]
    ) -> None:
        theirs = make_distribution(connected, comment=names.distribution_comment)
        before = connected.cloudfront.get_distribution_config(Id=theirs)

        ours = distribution.create_distribution(connected.cloudfront, **distribution_parameters)
        again = distribution.create_distribution(connected.cloudfront, **distribution_parameters)

        assert theirs != ours["id"] == again["id"]
        assert connected.cloudfront.get_distribution_config(Id=theirs)["ETag"] == before["ETag"]

    def test_distribution_is_not_taken_for_ours(self, connected: Cloud, names: WorkshopNames) -> None:
        make_distribution(connected, comment=names.distribution_comment)

        with pytest.raises(StepOutOfOrder, match="create_distribution"):
            distribution.find_distribution(
                connected.cloudfront, comment=names.distribution_comment, learner=names.learner
            )

    def test_access_identity_with_our_comment_is_kept_and_not_used(
        self, connected: Cloud, names: WorkshopNames
    ) -> None:
        theirs = make_identity(connected, comment=names.distribution_comment)

        assert_kept(connected, names, "origin access identity", theirs)

        ours = distribution.create_origin_access_identity(
            connected.cloudfront, comment=names.distribution_comment, learner=names.learner
        )
        assert ours["id"] != theirs

    @pytest.mark.parametrize("value", ["v=spf1 -all", "somebody.s3.eu-west-1.amazonaws.com"])
    def test_txt_record_with_our_name_is_kept_and_not_replaced(
        self, connected: Cloud, names: WorkshopNames, value: str
    ) -> None:
        zone_id = make_zone(connected, name=names.zone_name)
        make_txt(connected, zone_id=zone_id, name=names.record_name, value=value)
        record: Any = {"zone_id": zone_id, "record_name": names.record_name}
        before = observe.list_record_sets(connected.route53, **record)

        assert_kept(connected, names, "record set", f"{names.record_name} TXT")
        both = [names.source_origin, names.destination_origin]
        with pytest.raises(InvalidName, match="step 3 of notebook 00"):
            dns_records.put_txt_record(connected.route53, origin=both[0], replaces=both, **record)
        with pytest.raises(InvalidName, match="Delete it if it is yours"):
            dns_records.put_weighted_records(connected.route53, weights=dict.fromkeys(both, 1), **record)

        assert observe.list_record_sets(connected.route53, **record) == before

    def test_value_beside_ours_in_one_record_set_makes_it_theirs(self, connected: Cloud, names: WorkshopNames) -> None:
        zone_id = make_zone(connected, name=names.zone_name)
        ours = names.source_origin.domain_name
        make_txt(connected, zone_id=zone_id, name=names.record_name, value=f'{ours}" "hello')

        assert_kept(connected, names, "record set", f"{names.record_name} TXT")

    def test_zone_with_our_name_is_kept(self, connected: Cloud, names: WorkshopNames) -> None:
        make_zone(connected, name=names.zone_name, comment="Made by the two-region workshop for ada.")

        assert assert_kept(connected, names, "hosted zone", names.zone_name).is_clean

    def test_log_group_of_a_function_that_is_theirs_is_kept(
        self, hasty: None, connected: Cloud, names: WorkshopNames, package: Package
    ) -> None:
        role_arn = lambda_edge.create_edge_role(
            connected.iam, role_name=names.edge_role_name, boundary_arn=WIDE_BOUNDARY, learner=names.learner
        )
        connected.lambda_.create_function(
            FunctionName=names.function_name,
            Role=role_arn,
            Runtime=package.runtime,  # type: ignore[arg-type]
            Handler="handler.handler",
            Code={"ZipFile": package.zip_bytes},
        )
        group = f"/aws/lambda/us-east-1.{names.function_name}"
        connected.logs("eu-west-1").create_log_group(logGroupName=group)

        report = clean_up.delete_resources(connected, names)

        assert ("log group", group, "of a function that is kept") in [
            (kept.kind, kept.name, kept.state) for kept in report.kept
        ]

    def test_log_group_without_a_function_is_kept_with_the_command_that_deletes_it(
        self, connected: Cloud, names: WorkshopNames
    ) -> None:
        group = f"/aws/lambda/us-east-1.{names.function_name}"
        connected.logs("eu-west-1").create_log_group(logGroupName=group)

        receipt = assert_kept(connected, names, "log group", group)

        assert f"aws logs delete-log-group --region eu-west-1 --log-group-name {group}" in repr(receipt)

    def test_replication_of_a_bucket_without_our_mark_is_kept_even_with_our_roles_name(
        self, replicated: Any, ireland: S3Client, connected: Cloud, names: WorkshopNames
    ) -> None:
        ireland.put_bucket_tagging(Bucket=names.source_bucket, Tagging={"TagSet": []})

        report = clean_up.delete_resources(connected, names)

        assert "replication configuration" in {kept.kind for kept in report.kept}
        assert ireland.get_bucket_replication(Bucket=names.source_bucket)["ReplicationConfiguration"]["Rules"]

    def test_running_job_with_a_role_of_our_name_but_without_our_mark_is_not_cancelled(
        self, replicated: Any, connected: Cloud, names: WorkshopNames, cloud: Any
    ) -> None:
        trust = json.dumps(render_policy("batch-role-trust"))
        role = connected.iam.create_role(RoleName=names.batch_role_name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        speed, cloud.clock.speed = cloud.clock.speed, 1  # so that the job still runs
        connected.s3control(names.source_region).create_job(
            AccountId=connected.account_id,
            ClientRequestToken="theirs",
            **render_policy("batch-replication-job", role_arn=role, source_bucket=names.source_bucket, suffix=".html"),
        )
        found = clean_up.find_resources(connected, names)
        cloud.clock.speed = speed

        assert {job.made_by_workshop for job in found if job.kind == "batch job"} == {False}

    def test_running_job_on_our_bucket_is_not_cancelled(
        self, replicated: Any, connected: Cloud, names: WorkshopNames, cloud: Any
    ) -> None:
        trust = json.dumps(render_policy("batch-role-trust"))
        role = connected.iam.create_role(RoleName="theirs", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        speed, cloud.clock.speed = cloud.clock.speed, 1  # so that the job still runs
        connected.s3control(names.source_region).create_job(
            AccountId=connected.account_id,
            ClientRequestToken="theirs",
            **render_policy("batch-replication-job", role_arn=role, source_bucket=names.source_bucket, suffix=".html"),
        )
        found = clean_up.find_resources(connected, names)
        cloud.clock.speed = speed

        assert "batch job" not in {resource.kind for resource in found}


def make_as_bob(connected: Cloud, names: WorkshopNames, ireland: S3Client) -> dict[str, Callable[[str], Any]]:
    """The steps, by the name of what they make, for a learner whose name is given."""
    cloudfront, iam = connected.cloudfront, connected.iam
    return {
        "bucket": lambda learner: replication.create_bucket(
            ireland, bucket=names.source_bucket, region=names.source_region, learner=learner
        ),
        "replication role": lambda learner: replication.create_replication_role(
            iam, role_name=names.replication_role_name, boundary_arn=WIDE_BOUNDARY, learner=learner
        ),
        "origin access identity": lambda learner: distribution.create_origin_access_identity(
            cloudfront, comment=names.distribution_comment, learner=learner
        ),
        "hosted zone": lambda learner: dns_records.create_hosted_zone(
            connected.route53, zone_name=names.zone_name, learner=learner
        ),
    }


@pytest.mark.parametrize("kind", ["bucket", "replication role", "origin access identity", "hosted zone"])
def test_what_another_learner_made_under_our_name_is_kept_and_said_to_be_theirs(
    kind: str, connected: Cloud, names: WorkshopNames, ireland: S3Client
) -> None:
    make_as_bob(connected, names, ireland)[kind]("bob")

    report = clean_up.delete_resources(connected, names)

    assert [(kept.kind, kept.state) for kept in report.kept] == [(kind, "made by the learner 'bob'")]
    assert clean_up.get_receipt(connected, names).is_clean


@pytest.mark.parametrize("kind", ["bucket", "replication role"])
def test_what_another_learner_made_is_not_adopted(
    kind: str, connected: Cloud, names: WorkshopNames, ireland: S3Client
) -> None:
    make_as_bob(connected, names, ireland)[kind]("bob")

    with pytest.raises(InvalidName, match="notebook 00"):
        make_as_bob(connected, names, ireland)[kind]("ada")


class TestEarlierVersions:
    """What 0.1 and 0.2 made has marks that don't name the learner. It is reported with the way out."""

    def test_bucket_is_kept_until_notebook_01_adopts_it(
        self, ireland: S3Client, connected: Cloud, names: WorkshopNames
    ) -> None:
        where: Any = {"LocationConstraint": names.source_region}
        ireland.create_bucket(Bucket=names.source_bucket, CreateBucketConfiguration=where)
        tags: Any = [EARLIER_TAG, {"Key": "team", "Value": "ferries"}]
        ireland.put_bucket_tagging(Bucket=names.source_bucket, Tagging={"TagSet": tags})
        ireland.put_object(Bucket=names.source_bucket, Key="index.html", Body=b"page")

        receipt = assert_kept(connected, names, "bucket", names.source_bucket)
        assert not receipt.is_clean, "it costs, and it is the workshop's"
        assert "steps 1 and 2 of notebook 01" in repr(receipt)

        replication.create_bucket(
            ireland, bucket=names.source_bucket, region=names.source_region, learner=names.learner
        )
        assert {"Key": "team", "Value": "ferries"} in ireland.get_bucket_tagging(Bucket=names.source_bucket)["TagSet"]
        assert [gone.kind for gone in clean_up.delete_resources(connected, names).deleted] == ["bucket"]

    def test_role_is_kept_until_its_step_adopts_it(self, connected: Cloud, names: WorkshopNames) -> None:
        connected.iam.create_role(
            RoleName=names.replication_role_name,
            AssumeRolePolicyDocument=json.dumps(render_policy("edge-role-trust")),
            Description=EARLIER_SENTENCE,
            PermissionsBoundary=WIDE_BOUNDARY,
        )

        receipt = assert_kept(connected, names, "replication role", names.replication_role_name)
        assert "step 3 of notebook 01" in repr(receipt)

        replication.create_replication_role(
            connected.iam, role_name=names.replication_role_name, boundary_arn=WIDE_BOUNDARY, learner=names.learner
        )
        assert [gone.kind for gone in clean_up.delete_resources(connected, names).deleted] == ["replication role"]

    def test_zone_is_kept_with_the_command_that_deletes_it(self, connected: Cloud, names: WorkshopNames) -> None:
        zone_id = make_zone(connected, name=names.zone_name, comment=EARLIER_SENTENCE)

        receipt = assert_kept(connected, names, "hosted zone", names.zone_name)

        assert not receipt.is_clean
        assert f"aws route53 delete-hosted-zone --id {zone_id}" in repr(receipt)

    def test_distribution_that_reads_our_buckets_is_kept_until_it_is_tagged(
        self, buckets: None, connected: Cloud, names: WorkshopNames
    ) -> None:
        made = make_distribution(connected, comment=names.distribution_comment, bucket=names.source_origin.domain_name)
        found = clean_up.find_resources(connected, names)
        (earlier,) = [resource for resource in found if resource.kind == "distribution"]
        assert earlier.made_earlier
        assert "tag it with two-region-workshop=ada" in earlier.state

        arn = connected.cloudfront.get_distribution(Id=made)["Distribution"]["ARN"]
        tags: Any = {"Items": [{"Key": "two-region-workshop", "Value": "ada"}]}
        connected.cloudfront.tag_resource(Resource=arn, Tags=tags)

        assert "distribution" in [gone.kind for gone in clean_up.delete_resources(connected, names).deleted]


class TestUnderAnyName:
    def test_another_learners_things_are_a_line_that_does_not_count(self, connected: Cloud) -> None:
        ada, bob = suggest_names("ada"), suggest_names("bob-the-second")
        mine = {"learner": bob.learner}
        for origin in (bob.source_origin, bob.destination_origin):
            replication.create_bucket(connected.s3(origin.region), bucket=origin.bucket, region=origin.region, **mine)
        dns_records.create_hosted_zone(connected.route53, zone_name=bob.zone_name, **mine)
        health_checks.create_health_check(connected.route53, name=bob.health_check_name, region="eu-west-1")
        replication.create_replication_role(
            connected.iam, role_name=bob.replication_role_name, boundary_arn=WIDE_BOUNDARY, **mine
        )
        distribution.create_origin_access_identity(connected.cloudfront, comment=bob.distribution_comment, **mine)

        receipt = clean_up.get_receipt(connected, ada)

        assert receipt.describe_others() == (
            "bob-the-second: 1 hosted zone, 1 health check, 1 origin access identity, 1 role, 2 buckets"
        )
        assert receipt.is_clean
        assert "not counted: bob-the-second: 1 hosted zone" in repr(receipt)
        assert "Nothing of ada is left." in repr(receipt)
        assert "bob-the-second" in repr(checks.nothing_left(receipt))

    def test_distributions_and_functions_are_found_too(
        self, deployed: dict[str, str], connected: Cloud, names: WorkshopNames
    ) -> None:
        receipt = clean_up.get_receipt(connected, suggest_names("grace"))

        kinds = {marked.kind for marked in receipt.others}
        assert {"distribution", "edge function", "bucket", "role"} <= kinds
        assert {marked.learner for marked in receipt.others} == {names.learner}

    def test_the_learners_things_of_earlier_names_are_left_and_count(self, connected: Cloud) -> None:
        before = suggest_names("ada", source_region="eu-central-1", zone_name="lighthouse.test")
        replication.create_bucket(
            connected.s3("eu-central-1"), bucket=before.source_bucket, region="eu-central-1", learner="ada"
        )
        dns_records.create_hosted_zone(connected.route53, zone_name=before.zone_name, learner="ada")

        receipt = clean_up.get_receipt(connected, suggest_names("ada"))

        assert {(left.kind, left.name) for left in receipt.left} == {
            ("bucket", before.source_bucket),
            ("hosted zone", before.zone_name),
        }
        assert not receipt.is_clean
        assert f"These cost money: hosted zone lighthouse.test, bucket {before.source_bucket}." in repr(receipt)
        with pytest.raises(Exception, match="Still there"):
            checks.nothing_left(receipt)
