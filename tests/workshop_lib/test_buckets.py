"""Buckets and their versioning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.stub import Stubber

from tests.workshop_lib.kit import keys
from workshop_lib import checks, replication
from workshop_lib.errors import CheckFailed, InvalidName, StepOutOfOrder

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from workshop_lib.cloud import Cloud
    from workshop_lib.names import WorkshopNames


class TestBuckets:
    def test_a_new_bucket_is_private(self, ireland: S3Client) -> None:
        replication.create_bucket(ireland, bucket="two-regions-new", region="eu-west-1", learner="ada")

        assert checks.bucket_is_private(ireland, bucket="two-regions-new")

    def test_a_bucket_in_virginia_is_created_without_a_location_constraint(self, connected: Cloud) -> None:
        virginia = connected.s3("us-east-1")

        origin = replication.create_bucket(virginia, bucket="two-regions-virginia", region="us-east-1", learner="ada")

        assert origin.domain_name == "two-regions-virginia.s3.us-east-1.amazonaws.com"

    def test_creating_a_bucket_twice_changes_nothing(self, ireland: S3Client) -> None:
        first = replication.create_bucket(ireland, bucket="two-regions-new", region="eu-west-1", learner="ada")
        ireland.put_object(Bucket="two-regions-new", Key="page.html", Body=b"page")

        assert replication.create_bucket(ireland, bucket="two-regions-new", region="eu-west-1", learner="ada") == first
        assert keys(ireland, "two-regions-new") == {"page.html"}

    def test_creating_it_again_makes_it_private_again(self, ireland: S3Client) -> None:
        replication.create_bucket(ireland, bucket="two-regions-new", region="eu-west-1", learner="ada")
        ireland.delete_public_access_block(Bucket="two-regions-new")
        with pytest.raises(CheckFailed, match="not private"):
            checks.bucket_is_private(ireland, bucket="two-regions-new")

        replication.create_bucket(ireland, bucket="two-regions-new", region="eu-west-1", learner="ada")

        assert checks.bucket_is_private(ireland, bucket="two-regions-new")

    def test_a_bucket_with_somebodys_objects_is_never_taken_over(self, ireland: S3Client) -> None:
        ireland.create_bucket(Bucket="holiday-photos", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        ireland.put_object(Bucket="holiday-photos", Key="beach.jpg", Body=b"...")

        with pytest.raises(InvalidName, match="clean-up would delete"):
            replication.create_bucket(ireland, bucket="holiday-photos", region="eu-west-1", learner="ada")

    def test_a_bucket_in_another_region_is_not_the_one_that_is_wanted(
        self, ireland: S3Client, singapore: S3Client
    ) -> None:
        replication.create_bucket(singapore, bucket="two-regions-elsewhere", region="ap-southeast-1", learner="ada")

        with pytest.raises(InvalidName, match="ap-southeast-1"):
            replication.create_bucket(ireland, bucket="two-regions-elsewhere", region="eu-west-1", learner="ada")

    def test_a_name_that_aws_has_not_freed_yet_is_to_be_tried_later(self, names: WorkshopNames) -> None:
        s3 = boto3.client("s3", region_name="eu-west-1", aws_access_key_id="any", aws_secret_access_key="any")
        with Stubber(s3) as stub:
            stub.add_client_error("head_bucket", "404", http_status_code=404)
            stub.add_client_error("create_bucket", "OperationAborted", "A conflicting conditional operation …", 409)

            with pytest.raises(InvalidName, match=r"(?s)is not free yet\..*an hour.*Run this cell again later"):
                replication.create_bucket(s3, bucket=names.source_bucket, region="eu-west-1", learner="ada")

    def test_a_free_name_is_free(self, ireland: S3Client) -> None:
        assert "is free" in str(checks.bucket_name_free(ireland, bucket="nobody-has-this"))

    def test_ones_own_bucket_may_be_kept(self, ireland: S3Client) -> None:
        replication.create_bucket(ireland, bucket="two-regions-new", region="eu-west-1", learner="ada")

        assert "already yours" in str(checks.bucket_name_free(ireland, bucket="two-regions-new"))


class TestVersioning:
    def test_versioning_is_enabled_and_read_back(self, ireland: S3Client) -> None:
        replication.create_bucket(ireland, bucket="two-regions-new", region="eu-west-1", learner="ada")

        assert replication.enable_versioning(ireland, bucket="two-regions-new") == {"Status": "Enabled"}
        assert replication.enable_versioning(ireland, bucket="two-regions-new") == {"Status": "Enabled"}
        assert checks.versioning_enabled(ireland, bucket="two-regions-new")

    def test_without_a_bucket_the_missing_step_is_named(self, ireland: S3Client) -> None:
        with pytest.raises(StepOutOfOrder, match=r"notebook 01 \(replication\.create_bucket\) first"):
            replication.enable_versioning(ireland, bucket="no-such-bucket")

    def test_the_check_notices_a_bucket_that_was_never_versioned(self, ireland: S3Client) -> None:
        replication.create_bucket(ireland, bucket="two-regions-new", region="eu-west-1", learner="ada")

        with pytest.raises(CheckFailed, match=r"not enabled.\n.*enable_versioning"):
            checks.versioning_enabled(ireland, bucket="two-regions-new")

    def test_the_check_notices_a_missing_bucket(self, ireland: S3Client) -> None:
        with pytest.raises(CheckFailed, match=r"no bucket.*\n.*create_bucket"):
            checks.versioning_enabled(ireland, bucket="no-such-bucket")
