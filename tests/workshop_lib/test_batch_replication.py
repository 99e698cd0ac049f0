"""Batch Replication of objects from before the rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.kits.learner import WIDE_BOUNDARY
from tests.workshop_lib.kit import keys
from workshop_lib import batch_replication, checks, replication
from workshop_lib.errors import CheckFailed
from workshop_lib.waiting import wait_until_job_complete

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from workshop_lib.cloud import Cloud
    from workshop_lib.names import WorkshopNames


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
            connected.iam,
            role_name=names.batch_role_name,
            source_bucket=names.source_bucket,
            boundary_arn=WIDE_BOUNDARY,
            learner=names.learner,
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
            connected.iam,
            role_name=names.batch_role_name,
            source_bucket="another-bucket",
            boundary_arn=WIDE_BOUNDARY,
            learner=names.learner,
        )
        s3control = connected.s3control(names.source_region)
        job_id = batch_replication.create_batch_replication_job(
            s3control,
            account_id=connected.account_id,
            role_arn=batch_role_arn,
            source_bucket=names.source_bucket,
        )

        with pytest.raises(CheckFailed, match=r"ended as Failed.*\n.*create_batch_replication_job"):
            wait_until_job_complete(s3control, account_id=connected.account_id, job_id=job_id, timeout=20)

    def test_creating_the_batch_role_again_changes_nothing(self, connected: Cloud) -> None:
        first = batch_replication.create_batch_role(
            connected.iam, role_name="batch", source_bucket="here", boundary_arn=WIDE_BOUNDARY, learner="ada"
        )

        assert (
            batch_replication.create_batch_role(
                connected.iam, role_name="batch", source_bucket="here", boundary_arn=WIDE_BOUNDARY, learner="ada"
            )
            == first
        )
        assert checks.role_trusts(connected.iam, role_name="batch", services=["batchoperations.s3.amazonaws.com"])
