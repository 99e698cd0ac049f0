"""Replication from one bucket to another: its role, its rule, and what makes it fail."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.kits.learner import WIDE_BOUNDARY
from tests.workshop_lib.kit import count_versions, keys
from workshop_lib import checks, replication
from workshop_lib.errors import CheckFailed, StepOutOfOrder, VersioningNotEnabled
from workshop_lib.roles import POLICY_NAME
from workshop_lib.waiting import wait_until_replicated

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from local_cloud.cloud import LocalCloud
    from workshop_lib.cloud import Cloud
    from workshop_lib.names import WorkshopNames


class TestRole:
    def test_s3_may_assume_the_role(self, connected: Cloud) -> None:
        replication.create_replication_role(
            connected.iam, role_name="copier", boundary_arn=WIDE_BOUNDARY, learner="ada"
        )

        assert checks.role_trusts(connected.iam, role_name="copier", services=["s3.amazonaws.com"])

    def test_creating_the_role_again_restores_its_trust(self, connected: Cloud) -> None:
        arn = replication.create_replication_role(
            connected.iam, role_name="copier", boundary_arn=WIDE_BOUNDARY, learner="ada"
        )
        wrong = {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        }
        connected.iam.update_assume_role_policy(RoleName="copier", PolicyDocument=json.dumps(wrong))
        with pytest.raises(CheckFailed, match=r"s3\.amazonaws\.com may not assume copier"):
            checks.role_trusts(connected.iam, role_name="copier", services=["s3.amazonaws.com"])

        assert (
            replication.create_replication_role(
                connected.iam, role_name="copier", boundary_arn=WIDE_BOUNDARY, learner="ada"
            )
            == arn
        )
        assert checks.role_trusts(connected.iam, role_name="copier", services=["s3.amazonaws.com"])

    def test_a_policy_needs_a_role(self, connected: Cloud) -> None:
        with pytest.raises(StepOutOfOrder, match="create_replication_role"):
            replication.put_replication_policy(
                connected.iam, role_name="nobody", source_bucket="here", destination_bucket="there"
            )

    @pytest.mark.parametrize(
        "action", ["s3:ReplicateObject", "s3:GetObjectVersionTagging", "s3:ListBucket", "s3:ReplicateDelete"]
    )
    def test_the_check_notices_each_missing_permission(self, connected: Cloud, action: str) -> None:
        replication.create_replication_role(
            connected.iam, role_name="copier", boundary_arn=WIDE_BOUNDARY, learner="ada"
        )
        policy = replication.put_replication_policy(
            connected.iam, role_name="copier", source_bucket="here", destination_bucket="there"
        )
        for statement in policy["Statement"]:
            statement["Action"] = [allowed for allowed in statement["Action"] if allowed != action]
        connected.iam.put_role_policy(RoleName="copier", PolicyName=POLICY_NAME, PolicyDocument=json.dumps(policy))

        with pytest.raises(CheckFailed, match=rf"may not do {action} on .*\n.*replication-role-permissions") as caught:
            checks.role_may_replicate(
                connected.iam, role_name="copier", source_bucket="here", destination_bucket="there"
            )

        assert "FAILED" in str(caught.value)

    def test_the_check_notices_the_wrong_bucket(self, connected: Cloud) -> None:
        replication.create_replication_role(
            connected.iam, role_name="copier", boundary_arn=WIDE_BOUNDARY, learner="ada"
        )
        replication.put_replication_policy(
            connected.iam, role_name="copier", source_bucket="source-bucket", destination_bucket="destination-bucket"
        )

        with pytest.raises(CheckFailed, match="arn:aws:s3:::there"):
            checks.role_may_replicate(
                connected.iam, role_name="copier", source_bucket="here", destination_bucket="there"
            )

    def test_a_missing_role_is_named(self, connected: Cloud) -> None:
        with pytest.raises(CheckFailed, match="no role copier"):
            checks.role_trusts(connected.iam, role_name="copier", services=["s3.amazonaws.com"])


class TestRule:
    def test_new_objects_are_copied_as_the_same_version(
        self, replicated: Any, ireland: S3Client, connected: Cloud, names: WorkshopNames
    ) -> None:
        ireland.put_object(Bucket=replicated.source_bucket, Key="index.html", Body=b"hello")

        seen = wait_until_replicated(ireland, bucket=replicated.source_bucket, key="index.html", timeout=10)

        assert seen["status"] == "COMPLETED"
        assert checks.object_replicated(
            connected, key="index.html", source=names.source_origin, destination=names.destination_origin
        )

    def test_a_replica_can_be_waited_for(self, replicated: Any, ireland: S3Client, singapore: S3Client) -> None:
        version = ireland.put_object(Bucket=replicated.source_bucket, Key="index.html", Body=b"hello")["VersionId"]

        seen = wait_until_replicated(
            singapore, bucket=replicated.destination_bucket, key="index.html", version_id=version, timeout=10
        )

        assert seen == {"key": "index.html", "version_id": version, "status": "REPLICA"}

    def test_objects_from_before_the_rule_are_not_copied(
        self, role_arn: str, ireland: S3Client, connected: Cloud, names: WorkshopNames, cloud: LocalCloud
    ) -> None:
        ireland.put_object(Bucket=names.source_bucket, Key="old.html", Body=b"old")
        replication.put_replication(
            ireland,
            source_bucket=names.source_bucket,
            destination_bucket=names.destination_bucket,
            role_arn=role_arn,
        )
        cloud.settle()

        both = {"source": names.source_origin, "destination": names.destination_origin}
        assert checks.objects_not_replicated(connected, keys=["old.html"], **both)
        with pytest.raises(CheckFailed, match=r"old\.html is None"):
            checks.object_replicated(connected, key="old.html", **both)

    def test_waiting_for_an_object_without_a_rule_says_so_at_once(self, buckets: None, ireland: S3Client) -> None:
        bucket = "two-regions-ada-eu-west-1"
        ireland.put_object(Bucket=bucket, Key="old.html", Body=b"old")

        with pytest.raises(StepOutOfOrder, match="older than the rule, or its key"):
            wait_until_replicated(ireland, bucket=bucket, key="old.html")

    def test_the_prefix_of_the_old_text_copies_no_page(
        self, replicated: Any, ireland: S3Client, connected: Cloud, names: WorkshopNames, cloud: LocalCloud
    ) -> None:
        replication.put_replication(
            ireland,
            source_bucket=replicated.source_bucket,
            destination_bucket=replicated.destination_bucket,
            role_arn=replicated.role_arn,
            prefix="Tax",
        )
        ireland.put_object(Bucket=replicated.source_bucket, Key="index.html", Body=b"hello")
        cloud.settle()

        assert checks.objects_not_replicated(
            connected, keys=["index.html"], source=names.source_origin, destination=names.destination_origin
        )

    def test_the_check_notices_another_prefix(self, replicated: Any, ireland: S3Client) -> None:
        with pytest.raises(CheckFailed, match=r"'Tax'.*\n.*put_replication"):
            checks.replication_configured(
                ireland,
                source_bucket=replicated.source_bucket,
                destination_bucket=replicated.destination_bucket,
                prefix="Tax",
            )

    def test_the_check_notices_that_there_is_no_rule(self, buckets: None, ireland: S3Client) -> None:
        with pytest.raises(CheckFailed, match="no replication configuration"):
            checks.replication_configured(
                ireland, source_bucket="two-regions-ada-eu-west-1", destination_bucket="anything"
            )

    def test_putting_the_same_rule_again_changes_nothing(self, replicated: Any, ireland: S3Client) -> None:
        both = {"source_bucket": replicated.source_bucket, "destination_bucket": replicated.destination_bucket}
        before = ireland.get_bucket_replication(Bucket=replicated.source_bucket)["ReplicationConfiguration"]

        assert replication.put_replication(ireland, role_arn=replicated.role_arn, **both) == before
        assert checks.replication_configured(ireland, **both)

    @pytest.mark.parametrize("which", ["source", "destination"])
    def test_an_unversioned_bucket_is_named(
        self, ireland: S3Client, singapore: S3Client, connected: Cloud, which: str
    ) -> None:
        role_arn = replication.create_replication_role(
            connected.iam, role_name="copier", boundary_arn=WIDE_BOUNDARY, learner="ada"
        )
        replication.create_bucket(ireland, bucket="two-regions-source", region="eu-west-1", learner="ada")
        replication.create_bucket(singapore, bucket="two-regions-destination", region="ap-southeast-1", learner="ada")
        if which == "destination":
            replication.enable_versioning(ireland, bucket="two-regions-source")

        with pytest.raises(VersioningNotEnabled, match="enable_versioning") as caught:
            replication.put_replication(
                ireland,
                source_bucket="two-regions-source",
                destination_bucket="two-regions-destination",
                role_arn=role_arn,
            )

        assert caught.value.bucket == f"two-regions-{which}"

    @pytest.mark.parametrize("delete_markers", [True, False])
    def test_a_deletion_is_copied_only_if_the_rule_says_so(
        self, replicated: Any, ireland: S3Client, singapore: S3Client, cloud: LocalCloud, delete_markers: bool
    ) -> None:
        replication.put_replication(
            ireland,
            source_bucket=replicated.source_bucket,
            destination_bucket=replicated.destination_bucket,
            role_arn=replicated.role_arn,
            delete_markers=delete_markers,
        )
        ireland.put_object(Bucket=replicated.source_bucket, Key="index.html", Body=b"hello")
        cloud.settle()
        ireland.delete_object(Bucket=replicated.source_bucket, Key="index.html")
        cloud.settle()

        assert checks.object_deleted(ireland, bucket=replicated.source_bucket, key="index.html")
        there = {"bucket": replicated.destination_bucket, "key": "index.html"}
        right, wrong = (checks.object_deleted, checks.object_present)[:: 1 if delete_markers else -1]
        assert right(singapore, **there)
        with pytest.raises(CheckFailed):
            wrong(singapore, **there)


class TestBothWays:
    @pytest.fixture
    def both_ways(self, replicated: Any, ireland: S3Client, singapore: S3Client, connected: Cloud) -> None:
        """A rule in each direction, with replica modification sync."""
        there = {"source_bucket": replicated.source_bucket, "destination_bucket": replicated.destination_bucket}
        back = {"source_bucket": replicated.destination_bucket, "destination_bucket": replicated.source_bucket}
        replication.put_replication_policy(
            connected.iam, role_name=replicated.role_arn.rpartition("/")[2], policy_name="two-regions-back", **back
        )
        for s3, way in ((ireland, there), (singapore, back)):
            replication.put_replication(s3, role_arn=replicated.role_arn, sync_replicas=True, **way)

    def test_what_is_written_in_either_region_is_in_both_and_goes_round_no_circle(
        self, both_ways: None, replicated: Any, ireland: S3Client, singapore: S3Client, cloud: LocalCloud
    ) -> None:
        ireland.put_object(Bucket=replicated.source_bucket, Key="here.html", Body=b"here")
        singapore.put_object(Bucket=replicated.destination_bucket, Key="there.html", Body=b"there")
        cloud.settle()

        for s3, bucket in ((ireland, replicated.source_bucket), (singapore, replicated.destination_bucket)):
            assert keys(s3, bucket) == {"here.html", "there.html", "region.json"}
            assert count_versions(s3, bucket) == 3

    def test_tags_that_are_changed_on_a_replica_come_back(
        self, both_ways: None, replicated: Any, ireland: S3Client, singapore: S3Client, cloud: LocalCloud
    ) -> None:
        ireland.put_object(Bucket=replicated.source_bucket, Key="here.html", Body=b"here")
        cloud.settle()
        tags = {"TagSet": [{"Key": "seen", "Value": "in-singapore"}]}
        singapore.put_object_tagging(Bucket=replicated.destination_bucket, Key="here.html", Tagging=tags)  # type: ignore[arg-type]
        cloud.settle()

        found = ireland.get_object_tagging(Bucket=replicated.source_bucket, Key="here.html")
        assert found["TagSet"] == tags["TagSet"]

    def test_with_one_direction_only_what_was_written_there_stays_there(
        self, replicated: Any, ireland: S3Client, singapore: S3Client, cloud: LocalCloud
    ) -> None:
        singapore.put_object(Bucket=replicated.destination_bucket, Key="there.html", Body=b"there")
        cloud.settle()

        assert "there.html" not in keys(ireland, replicated.source_bucket)


class TestFailure:
    def test_a_permission_taken_away_fails_and_giving_it_back_mends_what_comes_next(
        self, replicated: Any, ireland: S3Client, connected: Cloud, names: WorkshopNames
    ) -> None:
        source, role = replicated.source_bucket, names.replication_role_name
        both = {"source": names.source_origin, "destination": names.destination_origin}
        connected.iam.delete_role_policy(RoleName=role, PolicyName=POLICY_NAME)
        ireland.put_object(Bucket=source, Key="index.html", Body=b"hello")

        assert wait_until_replicated(ireland, bucket=source, key="index.html", timeout=10)["status"] == "FAILED"
        assert checks.replication_failed(ireland, bucket=source, key="index.html")
        with pytest.raises(CheckFailed, match=r"FAILED.*\n.*put_replication_policy.*S3 doesn't retry"):
            checks.object_replicated(connected, key="index.html", **both)

        replication.put_replication_policy(
            connected.iam, role_name=role, source_bucket=source, destination_bucket=replicated.destination_bucket
        )
        ireland.put_object(Bucket=source, Key="index.html", Body=b"hello")
        wait_until_replicated(ireland, bucket=source, key="index.html", timeout=10)

        assert checks.object_replicated(connected, key="index.html", **both)
        with pytest.raises(CheckFailed, match="COMPLETED, not FAILED"):
            checks.replication_failed(ireland, bucket=source, key="index.html")
