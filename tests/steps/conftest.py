"""Fixtures of the steps, one chain: what a learner has after each part of the workshop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from workshop_lib import cloud as clouds
from workshop_lib import replication
from workshop_lib.names import WorkshopNames, suggest_names

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from local_cloud.cloud import LocalCloud


@pytest.fixture(scope="session")
def connected(cloud: LocalCloud) -> clouds.Cloud:
    """What `connect()` gives a learner."""
    return clouds.connect(environ=cloud.environment)


@pytest.fixture
def names() -> WorkshopNames:
    """The names of one learner."""
    return suggest_names("ada")


@pytest.fixture
def ireland(connected: clouds.Cloud, names: WorkshopNames) -> S3Client:
    """S3 where the source bucket is."""
    return connected.s3(names.source_region)


@pytest.fixture
def singapore(connected: clouds.Cloud, names: WorkshopNames) -> S3Client:
    """S3 where the destination bucket is."""
    return connected.s3(names.destination_region)


@pytest.fixture
def buckets(ireland: S3Client, singapore: S3Client, names: WorkshopNames) -> None:
    """Two private, versioned buckets."""
    for s3, origin in ((ireland, names.source_origin), (singapore, names.destination_origin)):
        replication.create_bucket(s3, bucket=origin.bucket, region=origin.region)
        replication.enable_versioning(s3, bucket=origin.bucket)


@dataclass(frozen=True)
class Replicated:
    """What is known after replication was set up."""

    role_arn: str
    source_bucket: str
    destination_bucket: str


@pytest.fixture
def role_arn(buckets: None, connected: clouds.Cloud, names: WorkshopNames) -> str:
    """The replication role, which may copy."""
    role_arn = replication.create_replication_role(connected.iam, role_name=names.replication_role_name)
    replication.put_replication_policy(
        connected.iam,
        role_name=names.replication_role_name,
        source_bucket=names.source_bucket,
        destination_bucket=names.destination_bucket,
    )
    return role_arn


@pytest.fixture
def replicated(role_arn: str, ireland: S3Client, singapore: S3Client, names: WorkshopNames) -> Replicated:
    """Two buckets with region markers, and a rule that replicates everything new."""
    for s3, origin in ((ireland, names.source_origin), (singapore, names.destination_origin)):
        replication.put_region_marker(s3, bucket=origin.bucket, region=origin.region)
    both = {"source_bucket": names.source_bucket, "destination_bucket": names.destination_bucket}
    replication.put_replication(ireland, role_arn=role_arn, **both)
    return Replicated(role_arn, **both)
