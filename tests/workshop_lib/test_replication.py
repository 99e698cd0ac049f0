"""Steps of notebook 01 against the local cloud."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from workshop_lib import batch_replication, checks, replication
from workshop_lib.errors import CheckFailed, InvalidName, StepOutOfOrder, VersioningNotEnabled
from workshop_lib.roles import POLICY_NAME
from workshop_lib.waiting import wait_until_job_complete, wait_until_replicated

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_s3 import S3Client

    from local_cloud.cloud import LocalCloud
    from workshop_lib.cloud import Cloud
    from workshop_lib.names import WorkshopNames


def keys(s3: S3Client, bucket: str) -> set[str]:
    return {item["Key"] for item in s3.list_objects_v2(Bucket=bucket).get("Contents", [])}


def count_versions(s3: S3Client, bucket: str) -> int:
    return len(s3.list_object_versions(Bucket=bucket).get("Versions", []))


class TestBuckets:
    def test_a_new_bucket_is_private(self, ireland: S3Client) -> None:
        replication.create_bucket(ireland, bucket="two-regions-new", region="eu-west-1")

        assert checks.bucket_is_private(ireland, bucket="two-regions-new")

    def test_a_bucket_in_virginia_is_created_without_a_location_constraint(self, connected: Cloud) -> None:
        virginia = connected.s3("us-east-1")

        origin = replication.create_bucket(virginia, bucket="two-regions-virginia", region="us-east-1")

        assert origin.domain_name == "two-regions-virginia.s3.us-east-1.amazonaws.com"

    def test_creating_a_bucket_twice_changes_nothing(self, ireland: S3Client) -> None:
        first = replication.create_bucket(ireland, bucket="two-regions-new", region="eu-west-1")
        ireland.put_object(Bucket="two-regions-new", Key="page.html", Body=b"page")

        assert replication.create_bucket(ireland, bucket="two-regions-new", region="eu-west-1") == first
        assert keys(ireland, "two-regions-new") == {"page.html"}

    def test_creating_it_again_makes_it_private_again(self, ireland: S3Client) -> None:
        replication.create_bucket(ireland, bucket="two-regions-new", region="eu-west-1")
        ireland.delete_public_access_block(Bucket="two-regions-new")
        with pytest.raises(CheckFailed, match="not private"):
            checks.bucket_is_private(ireland, bucket="two-regions-new")

        replication.create_bucket(ireland, bucket="two-regions-new", region="eu-west-1")

        assert checks.bucket_is_private(ireland, bucket="two-regions-new")

    def test_a_bucket_with_somebodys_objects_is_never_taken_over(self, ireland: S3Client) -> None:
        ireland.create_bucket(Bucket="holiday-photos", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        ireland.put_object(Bucket="holiday-photos", Key="beach.jpg", Body=b"...")

        with pytest.raises(InvalidName, match="clean-up would delete"):
            replication.create_bucket(ireland, bucket="holiday-photos", region="eu-west-1")

    def test_a_bucket_in_another_region_is_not_the_one_that_is_wanted(
        self, ireland: S3Client, singapore: S3Client
    ) -> None:
        replication.create_bucket(singapore, bucket="two-regions-elsewhere", region="ap-southeast-1")

        with pytest.raises(InvalidName, match="ap-southeast-1"):
            replication.create_bucket(ireland, bucket="two-regions-elsewhere", region="eu-west-1")

    def test_a_free_name_is_free(self, ireland: S3Client) -> None:
        assert "is free" in str(checks.bucket_name_free(ireland, bucket="nobody-has-this"))

    def test_ones_own_bucket_may_be_kept(self, ireland: S3Client) -> None:
        replication.create_bucket(ireland, bucket="two-regions-new", region="eu-west-1")

        assert "yours already" in str(checks.bucket_name_free(ireland, bucket="two-regions-new"))


class TestVersioning:
    def test_versioning_is_enabled_and_read_back(self, ireland: S3Client) -> None:
        replication.create_bucket(ireland, bucket="two-regions-new", region="eu-west-1")

        assert replication.enable_versioning(ireland, bucket="two-regions-new") == {"Status": "Enabled"}
        assert replication.enable_versioning(ireland, bucket="two-regions-new") == {"Status": "Enabled"}
        assert checks.versioning_enabled(ireland, bucket="two-regions-new")

    def test_without_a_bucket_the_missing_step_is_named(self, ireland: S3Client) -> None:
        with pytest.raises(StepOutOfOrder, match=r"notebook 01 \(replication\.create_bucket\) first"):
            replication.enable_versioning(ireland, bucket="no-such-bucket")

    def test_the_check_notices_a_bucket_that_was_never_versioned(self, ireland: S3Client) -> None:
        replication.create_bucket(ireland, bucket="two-regions-new", region="eu-west-1")

        with pytest.raises(CheckFailed, match=r"not enabled.\n.*enable_versioning"):
            checks.versioning_enabled(ireland, bucket="two-regions-new")

    def test_the_check_notices_a_missing_bucket(self, ireland: S3Client) -> None:
        with pytest.raises(CheckFailed, match=r"no bucket.*\n.*create_bucket"):
            checks.versioning_enabled(ireland, bucket="no-such-bucket")


class TestRole:
    def test_s3_may_assume_the_role(self, connected: Cloud) -> None:
        replication.create_replication_role(connected.iam, role_name="copier")

        assert checks.role_trusts(connected.iam, role_name="copier", services=["s3.amazonaws.com"])

    def test_creating_the_role_again_restores_its_trust(self, connected: Cloud) -> None:
        arn = replication.create_replication_role(connected.iam, role_name="copier")
        wrong = {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        }
        connected.iam.update_assume_role_policy(RoleName="copier", PolicyDocument=json.dumps(wrong))
        with pytest.raises(CheckFailed, match=r"can't be assumed by s3\.amazonaws\.com"):
            checks.role_trusts(connected.iam, role_name="copier", services=["s3.amazonaws.com"])

        assert replication.create_replication_role(connected.iam, role_name="copier") == arn
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
        replication.create_replication_role(connected.iam, role_name="copier")
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
        replication.create_replication_role(connected.iam, role_name="copier")
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

        with pytest.raises(StepOutOfOrder, match="before the rule, or its key"):
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
        role_arn = replication.create_replication_role(connected.iam, role_name="copier")
        replication.create_bucket(ireland, bucket="two-regions-source", region="eu-west-1")
        replication.create_bucket(singapore, bucket="two-regions-destination", region="ap-southeast-1")
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


class TestWebsite:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """A small website."""
        (tmp_path / "sub").mkdir()
        for name in ("index.html", "sub/page.html", "style.css", "app.js", "logo.svg", ".DS_Store", "region.json"):
            (tmp_path / name).write_text(name)
        return tmp_path

    def test_every_file_is_uploaded_but_hidden_ones_and_region_markers(
        self, buckets: None, ireland: S3Client, names: WorkshopNames, folder: Path
    ) -> None:
        published = replication.publish_website(ireland, bucket=names.source_bucket, folder=folder)

        assert published == ["app.js", "index.html", "logo.svg", "style.css", "sub/page.html"]
        assert keys(ireland, names.source_bucket) == set(published)
        assert checks.website_published(ireland, bucket=names.source_bucket, keys=published)

    @pytest.mark.parametrize(
        ("key", "content_type"),
        [
            ("index.html", "text/html; charset=utf-8"),
            ("style.css", "text/css; charset=utf-8"),
            ("app.js", "text/javascript; charset=utf-8"),
            ("logo.svg", "image/svg+xml"),
        ],
    )
    def test_pages_have_content_types_and_may_be_cached(
        self, buckets: None, ireland: S3Client, names: WorkshopNames, folder: Path, key: str, content_type: str
    ) -> None:
        replication.publish_website(ireland, bucket=names.source_bucket, folder=folder, cache_seconds=5)

        head = ireland.head_object(Bucket=names.source_bucket, Key=key)
        assert head["ContentType"] == content_type
        assert head["CacheControl"] == "max-age=5"

    def test_publishing_again_makes_new_versions(
        self, buckets: None, ireland: S3Client, names: WorkshopNames, folder: Path
    ) -> None:
        for _ in range(2):
            published = replication.publish_website(ireland, bucket=names.source_bucket, folder=folder)

        assert count_versions(ireland, names.source_bucket) == 2 * len(published)

    def test_an_empty_folder_is_an_error(self, buckets: None, ireland: S3Client, tmp_path: Path) -> None:
        with pytest.raises(StepOutOfOrder, match="no files"):
            replication.publish_website(ireland, bucket="two-regions-ada-eu-west-1", folder=tmp_path)

    def test_publishing_needs_a_bucket(self, ireland: S3Client, folder: Path) -> None:
        with pytest.raises(StepOutOfOrder, match="create_bucket"):
            replication.publish_website(ireland, bucket="no-such-bucket", folder=folder)

    def test_the_check_names_what_is_missing(self, buckets: None, ireland: S3Client) -> None:
        with pytest.raises(CheckFailed, match=r"Not in .*: index\.html"):
            checks.website_published(ireland, bucket="two-regions-ada-eu-west-1", keys=["index.html"])


class TestMarker:
    def test_each_bucket_says_its_own_region(
        self, replicated: Any, ireland: S3Client, singapore: S3Client, cloud: LocalCloud
    ) -> None:
        cloud.settle()

        assert checks.region_marker_right(ireland, bucket=replicated.source_bucket, region="eu-west-1")
        assert checks.region_marker_right(singapore, bucket=replicated.destination_bucket, region="ap-southeast-1")

    def test_putting_the_marker_again_changes_nothing(self, replicated: Any, ireland: S3Client) -> None:
        replication.put_region_marker(ireland, bucket=replicated.source_bucket, region="eu-west-1")

        assert count_versions(ireland, replicated.source_bucket) == 1

    def test_a_marker_may_not_come_after_the_rule(self, replicated: Any, ireland: S3Client) -> None:
        ireland.delete_object(Bucket=replicated.source_bucket, Key="region.json")

        with pytest.raises(StepOutOfOrder, match="replicates already"):
            replication.put_region_marker(ireland, bucket=replicated.source_bucket, region="eu-west-1")

    def test_the_check_notices_a_replicated_marker(
        self, replicated: Any, ireland: S3Client, singapore: S3Client, cloud: LocalCloud
    ) -> None:
        ireland.put_object(Bucket=replicated.source_bucket, Key="region.json", Body=b'{"region": "eu-west-1"}')
        cloud.settle()

        with pytest.raises(CheckFailed, match="says eu-west-1, not ap-southeast-1"):
            checks.region_marker_right(singapore, bucket=replicated.destination_bucket, region="ap-southeast-1")

    def test_the_check_notices_a_missing_marker(self, buckets: None, ireland: S3Client) -> None:
        with pytest.raises(CheckFailed, match=r"no region.json.*\n.*put_region_marker"):
            checks.region_marker_right(ireland, bucket="two-regions-ada-eu-west-1", region="eu-west-1")


class TestBatch:
    def test_a_job_copies_existing_pages_and_leaves_the_marker(
        self, role_arn: str, ireland: S3Client, singapore: S3Client, connected: Cloud, names: WorkshopNames
    ) -> None:
        replication.put_region_marker(ireland, bucket=names.source_bucket, region="eu-west-1")
        ireland.put_object(Bucket=names.source_bucket, Key="old.html", Body=b"old")
        replication.put_replication(
            ireland,
            source_bucket=names.source_bucket,
            destination_bucket=names.destination_bucket,
            role_arn=role_arn,
        )
        batch_role_arn = batch_replication.create_batch_role(
            connected.iam, role_name=names.batch_role_name, source_bucket=names.source_bucket
        )
        s3control = connected.s3control(names.source_region)

        job_id = batch_replication.create_batch_replication_job(
            s3control,
            account_id=connected.account_id,
            role_arn=batch_role_arn,
            source_bucket=names.source_bucket,
        )
        done = wait_until_job_complete(s3control, account_id=connected.account_id, job_id=job_id, timeout=20)

        assert done["NumberOfTasksSucceeded"] == 1
        assert keys(singapore, names.destination_bucket) == {"old.html"}

    def test_a_job_without_permission_says_why_it_failed(
        self, replicated: Any, connected: Cloud, names: WorkshopNames
    ) -> None:
        batch_role_arn = batch_replication.create_batch_role(
            connected.iam, role_name=names.batch_role_name, source_bucket="another-bucket"
        )
        s3control = connected.s3control(names.source_region)
        job_id = batch_replication.create_batch_replication_job(
            s3control,
            account_id=connected.account_id,
            role_arn=batch_role_arn,
            source_bucket=names.source_bucket,
        )

        with pytest.raises(CheckFailed, match=r"ended as Failed.*\n.*create_batch_role"):
            wait_until_job_complete(s3control, account_id=connected.account_id, job_id=job_id, timeout=20)

    def test_creating_the_batch_role_again_changes_nothing(self, connected: Cloud) -> None:
        first = batch_replication.create_batch_role(connected.iam, role_name="batch", source_bucket="here")

        assert batch_replication.create_batch_role(connected.iam, role_name="batch", source_bucket="here") == first
        assert checks.role_trusts(connected.iam, role_name="batch", services=["batchoperations.s3.amazonaws.com"])
