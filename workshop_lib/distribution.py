"""Steps of notebook 03: private buckets that CloudFront may read, and a distribution that asks DNS which one to."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workshop_lib.names import S3Origin
from workshop_lib.waiting import Sleep

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_s3 import S3Client

CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
"""AWS's cache policy for pages: an object's own Cache-Control decides, else a day."""

CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
"""AWS's cache policy for what must not be cached at the edge."""


def create_origin_access_identity(cloudfront: CloudFrontClient, *, comment: str) -> dict[str, str]:
    """Create the principal as which CloudFront reads private buckets.

    Running it again returns the one that is there. We use an identity and not the newer origin access control,
    because AWS documents that origin access control doesn't support an origin changed by Lambda@Edge.

    Args:
        cloudfront: Client.
        comment: `names.distribution_comment`, by which it is found again.

    Returns:
        `{"id", "canonical_user_id", "comment"}`.
    """
    raise NotImplementedError


def put_bucket_policy(
    s3: S3Client, *, bucket: str, origin_access_identity_id: str, sleep: Sleep = time.sleep
) -> dict[str, Any]:
    """Let CloudFront, and nobody else, read a bucket. Both buckets need it: policies are not replicated.

    Replaces the bucket's policy. Safe to repeat. On AWS it tries again for a while if the identity is so new that S3
    doesn't know it yet.

    Args:
        s3: Client in the bucket's region.
        bucket: The bucket.
        origin_access_identity_id: From `create_origin_access_identity`.
        sleep: Seam for tests.

    Returns:
        The bucket policy.

    Raises:
        StepOutOfOrder: There is no such bucket.
    """
    raise NotImplementedError


def create_distribution(
    cloudfront: CloudFrontClient,
    *,
    comment: str,
    origin: S3Origin,
    origin_access_identity_id: str,
    dns_origin: str,
    version_arn: str,
    name_servers: Sequence[str] = (),
    allowed_buckets: Sequence[str] = (),
    sleep: Sleep = time.sleep,
) -> dict[str, str]:
    """Create a distribution whose edge function asks DNS which bucket to read.

    Pages are cached as long as their own Cache-Control says; `region.json` is never cached, so that it always tells
    the region of now. Running it again updates the distribution with this comment if something differs (a new
    function version, say), and changes nothing otherwise.

    Args:
        cloudfront: Client.
        comment: `names.distribution_comment`; distributions have no names.
        origin: What is read when DNS says nothing; it must exist.
        origin_access_identity_id: From `create_origin_access_identity`.
        dns_origin: `names.record_name`, the value of the origin custom header `X-DNS-ORIGIN`.
        version_arn: The edge function's version, from `edge_function.publish_version`.
        name_servers: The zone's name servers, for a zone that nobody delegated to; `X-DNS-NAMESERVERS`.
        allowed_buckets: The only buckets that a TXT record may name; `X-DNS-ALLOWED-BUCKETS`.
        sleep: Seam for tests.

    Returns:
        `{"id", "arn", "domain_name", "etag", "status"}`, as `find_distribution` does.
    """
    raise NotImplementedError


def find_distribution(cloudfront: CloudFrontClient, *, comment: str) -> dict[str, str] | None:
    """Find a distribution by its comment.

    Args:
        cloudfront: Client.
        comment: The whole comment.

    Returns:
        `{"id", "arn", "domain_name", "etag", "status"}`, or None.
    """
    raise NotImplementedError


def get_etag(cloudfront: CloudFrontClient, *, distribution_id: str) -> str:
    """The ETag of a distribution's configuration; a new one for every change.

    Args:
        cloudfront: Client.
        distribution_id: The distribution.
    """
    return cloudfront.get_distribution_config(Id=distribution_id)["ETag"]


def create_invalidation(cloudfront: CloudFrontClient, *, distribution_id: str, paths: Sequence[str] = ("/*",)) -> str:
    """Empty the edge caches of some paths.

    Each run makes a new one. The first 1,000 paths a month are free; `/*` is one path.

    Args:
        cloudfront: Client.
        distribution_id: The distribution.
        paths: Each begins with a slash; a star at the end stands for anything.

    Returns:
        The invalidation's id, for `wait_until_invalidated`.
    """
    raise NotImplementedError
