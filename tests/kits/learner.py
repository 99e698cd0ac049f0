"""A chain of fixtures: a learner's resources after each part of the workshop. `tests/conftest.py` registers them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from workshop_lib import boundaries, distribution, dns_records, lambda_edge, packaging, replication, waiting
from workshop_lib import cloud as clouds
from workshop_lib.names import WorkshopNames, suggest_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3 import S3Client

    from local_cloud.cloud import LocalCloud
    from workshop_lib.packaging import Package


WIDE_BOUNDARY = "arn:aws:iam::aws:policy/AdministratorAccess"
"""A permissions boundary that limits nothing, for tests of something else."""


@pytest.fixture(scope="session")
def connected(cloud: LocalCloud) -> clouds.Cloud:
    """The result of `connect()` for a learner."""
    return clouds.connect(environ=cloud.environment)


@pytest.fixture
def names() -> WorkshopNames:
    """The names of one learner."""
    return suggest_names("ada")


@pytest.fixture
def ireland(connected: clouds.Cloud, names: WorkshopNames) -> S3Client:
    """S3 in the region of the source bucket."""
    return connected.s3(names.source_region)


@pytest.fixture
def singapore(connected: clouds.Cloud, names: WorkshopNames) -> S3Client:
    """S3 in the region of the destination bucket."""
    return connected.s3(names.destination_region)


@pytest.fixture
def buckets(ireland: S3Client, singapore: S3Client, names: WorkshopNames) -> None:
    """Two private, versioned buckets."""
    for s3, origin in ((ireland, names.source_origin), (singapore, names.destination_origin)):
        replication.create_bucket(s3, bucket=origin.bucket, region=origin.region, learner=names.learner)
        replication.enable_versioning(s3, bucket=origin.bucket)


@dataclass(frozen=True)
class Replicated:
    """The role and buckets of the learner's replication."""

    role_arn: str
    source_bucket: str
    destination_bucket: str


@pytest.fixture
def boundary_arn(connected: clouds.Cloud, names: WorkshopNames) -> str:
    """The permissions boundary of the learner's roles."""
    return boundaries.create_permissions_boundary(connected, names)


@pytest.fixture
def role_arn(buckets: None, boundary_arn: str, connected: clouds.Cloud, names: WorkshopNames) -> str:
    """The replication role, with its permissions."""
    role_arn = replication.create_replication_role(
        connected.iam, role_name=names.replication_role_name, boundary_arn=boundary_arn, learner=names.learner
    )
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


@pytest.fixture
def hasty(cloud: LocalCloud) -> Iterator[None]:
    """Make the local cloud's waits 20 times shorter than by default."""
    speed = cloud.clock.speed
    cloud.clock.speed = speed * 20
    yield
    cloud.clock.speed = speed


@pytest.fixture(scope="session")
def package() -> Package:
    """The edge function's package, made only once."""
    return packaging.package_edge_function()


@pytest.fixture
def version_arn(hasty: None, package: Package, boundary_arn: str, connected: clouds.Cloud, names: WorkshopNames) -> str:
    """A published version of the edge function."""
    role_arn = lambda_edge.create_edge_role(
        connected.iam, role_name=names.edge_role_name, boundary_arn=boundary_arn, learner=names.learner
    )
    lambda_edge.create_edge_function(
        connected.lambda_, function_name=names.function_name, role_arn=role_arn, package=package, learner=names.learner
    )
    arn = lambda_edge.publish_version(connected.lambda_, function_name=names.function_name, package=package)
    waiting.wait_until_function_active(connected.lambda_, version_arn=arn)
    return arn


@pytest.fixture
def zone_id(connected: clouds.Cloud, names: WorkshopNames) -> str:
    """A hosted zone."""
    return dns_records.create_hosted_zone(connected.route53, zone_name=names.zone_name, learner=names.learner)


@pytest.fixture
def identity_id(replicated: Replicated, ireland: S3Client, singapore: S3Client, connected: clouds.Cloud) -> str:
    """An origin access identity that may read both buckets, which hold region markers."""
    identity = distribution.create_origin_access_identity(
        connected.cloudfront, comment="two-regions ada", learner="ada"
    )
    for s3, bucket in ((ireland, replicated.source_bucket), (singapore, replicated.destination_bucket)):
        distribution.put_bucket_policy(s3, bucket=bucket, origin_access_identity_id=identity["id"])
    return identity["id"]


@pytest.fixture
def distribution_parameters(
    version_arn: str, zone_id: str, identity_id: str, connected: clouds.Cloud, names: WorkshopNames
) -> dict[str, Any]:
    """The arguments for `create_distribution`."""
    return {
        "comment": names.distribution_comment,
        "learner": names.learner,
        "origin": names.source_origin,
        "origin_access_identity_id": identity_id,
        "dns_origin": names.record_name,
        "version_arn": version_arn,
        "name_servers": dns_records.get_name_servers(connected.route53, zone_id=zone_id),
        "allowed_buckets": [names.source_bucket, names.destination_bucket],
    }


@pytest.fixture
def deployed(
    distribution_parameters: dict[str, Any], zone_id: str, connected: clouds.Cloud, names: WorkshopNames
) -> dict[str, str]:
    """A deployed distribution that reads from Ireland, as DNS says, with a TTL of 0."""
    dns_records.put_txt_record(
        connected.route53, zone_id=zone_id, record_name=names.record_name, origin=names.source_origin, ttl=0
    )
    made = distribution.create_distribution(connected.cloudfront, **distribution_parameters)
    waiting.wait_until_deployed(connected.cloudfront, distribution_id=made["id"])
    return made
