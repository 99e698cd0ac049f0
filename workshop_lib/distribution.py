"""Steps of notebook 03: private buckets that CloudFront may read, and a distribution that asks DNS which one to."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workshop_lib.errors import StepOutOfOrder, describe_missing, name_missed_step
from workshop_lib.names import S3Origin
from workshop_lib.policies import render_policy
from workshop_lib.polling import Sleep, retry_while

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
    if found := _find_identity(cloudfront, comment):
        return found
    made = cloudfront.create_cloud_front_origin_access_identity(
        CloudFrontOriginAccessIdentityConfig={"CallerReference": str(uuid.uuid4()), "Comment": comment}
    )["CloudFrontOriginAccessIdentity"]
    return _describe_identity(made["Id"], made["S3CanonicalUserId"], comment)


def find_origin_access_identity(cloudfront: CloudFrontClient, *, comment: str) -> dict[str, str]:
    """Find the identity that `create_origin_access_identity` created. Changes nothing.

    Args:
        cloudfront: Client.
        comment: `names.distribution_comment`.

    Returns:
        `{"id", "canonical_user_id", "comment"}`.

    Raises:
        StepOutOfOrder: There is no such identity.
    """
    found = _find_identity(cloudfront, comment)
    if found is None:
        raise StepOutOfOrder(describe_missing("origin access identity", comment))
    return found


def _find_identity(cloudfront: CloudFrontClient, comment: str) -> dict[str, str] | None:
    for page in cloudfront.get_paginator("list_cloud_front_origin_access_identities").paginate():
        for identity in page["CloudFrontOriginAccessIdentityList"].get("Items", []):
            if identity["Comment"] == comment:
                return _describe_identity(identity["Id"], identity["S3CanonicalUserId"], comment)
    return None


def _describe_identity(identity_id: str, canonical_user_id: str, comment: str) -> dict[str, str]:
    return {"id": identity_id, "canonical_user_id": canonical_user_id, "comment": comment}


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
    policy = render_policy(
        "origin-access-identity-bucket-policy", bucket=bucket, origin_access_identity_id=origin_access_identity_id
    )
    with name_missed_step("NoSuchBucket", bucket):
        retry_while(
            lambda: s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy)),
            {"MalformedPolicy": "Invalid principal"},
            what="S3 does not know the new identity yet",
            sleep=sleep,
        )
    return policy


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
    cache_policy_id: str = CACHING_OPTIMIZED,
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
        version_arn: The edge function's version, from `lambda_edge.publish_version`.
        name_servers: The zone's name servers, for a zone that nobody delegated to; `X-DNS-NAMESERVERS`.
        allowed_buckets: The only buckets that a TXT record may name; `X-DNS-ALLOWED-BUCKETS`.
        cache_policy_id: With `CACHING_DISABLED` every request runs the function, and DNS alone decides.
        sleep: Seam for tests.

    Returns:
        `{"id", "arn", "domain_name", "etag", "status"}`, as `find_distribution` does.
    """
    headers = {
        "X-DNS-ORIGIN": dns_origin,
        "X-DNS-NAMESERVERS": ",".join(name_servers),
        "X-DNS-ALLOWED-BUCKETS": ",".join(allowed_buckets),
    }
    items = [{"HeaderName": name, "HeaderValue": value} for name, value in headers.items() if value]
    wanted = render_policy(
        "distribution-configuration",
        caller_reference=str(uuid.uuid4()),
        comment=comment,
        origin_domain_name=origin.domain_name,
        origin_access_identity_id=origin_access_identity_id,
        custom_headers={"Quantity": len(items), "Items": items},
        version_arn=version_arn,
        cache_policy_id=cache_policy_id,
        caching_disabled=CACHING_DISABLED,
    )
    # A role that was made a moment ago isn't known to be assumable everywhere yet (captured from AWS).
    return retry_while(
        lambda: _put_distribution(cloudfront, wanted),
        {"InvalidLambdaFunctionAssociation": "must be assumable"},
        what="CloudFront does not know the function's new role yet",
        sleep=sleep,
    )


def create_failover_distribution(
    cloudfront: CloudFrontClient,
    *,
    comment: str,
    primary: S3Origin,
    secondary: S3Origin,
    origin_access_identity_id: str,
    cache_policy_id: str = CACHING_OPTIMIZED,
) -> dict[str, str]:
    """Create a distribution with an origin group: CloudFront itself asks the second bucket when the first one fails.

    No function, no DNS; it asks the primary first at each cache miss (CFDG/high_availability_origin_failover).
    Running it again updates the distribution with this comment if something differs.

    Args:
        cloudfront: Client.
        comment: `names.failover_comment`.
        primary: What is asked first.
        secondary: What is asked when that answers 500, 502, 503 or 504, or can't be reached.
        origin_access_identity_id: From `create_origin_access_identity`; it must be allowed to read both.
        cache_policy_id: For how long pages are cached.

    Returns:
        `{"id", "arn", "domain_name", "etag", "status"}`, as `find_distribution` does.
    """
    wanted = render_policy(
        "failover-distribution-configuration",
        caller_reference=str(uuid.uuid4()),
        comment=comment,
        primary_domain_name=primary.domain_name,
        secondary_domain_name=secondary.domain_name,
        origin_access_identity_id=origin_access_identity_id,
        cache_policy_id=cache_policy_id,
    )
    return _put_distribution(cloudfront, wanted)


def _put_distribution(cloudfront: CloudFrontClient, wanted: dict[str, Any]) -> dict[str, str]:
    """Create a distribution, or bring the one with the same comment to what is wanted."""
    found = _find_distribution(cloudfront, wanted["Comment"])
    if found is None:
        cloudfront.create_distribution(DistributionConfig=wanted)  # type: ignore[arg-type]
    else:
        # UpdateDistribution replaces the whole configuration, so begin with what is stored.
        stored = cloudfront.get_distribution_config(Id=found["id"])
        config: Any = stored["DistributionConfig"]
        merged = _merge(config, wanted | {"CallerReference": config["CallerReference"]})
        if merged != config:
            cloudfront.update_distribution(Id=found["id"], IfMatch=stored["ETag"], DistributionConfig=merged)
    return find_distribution(cloudfront, comment=wanted["Comment"])


def _merge(stored: Any, wanted: Any) -> Any:
    """What is stored, with what is wanted laid over it."""
    if isinstance(stored, dict) and isinstance(wanted, dict):
        return {**stored, **{key: _merge(stored.get(key), value) for key, value in wanted.items()}}
    if isinstance(stored, list) and isinstance(wanted, list) and len(stored) == len(wanted):
        return [_merge(old, new) for old, new in zip(stored, wanted, strict=True)]
    return wanted


def find_distribution(cloudfront: CloudFrontClient, *, comment: str) -> dict[str, str]:
    """Find a distribution by its comment. Changes nothing.

    Args:
        cloudfront: Client.
        comment: The whole comment.

    Returns:
        `{"id", "arn", "domain_name", "etag", "status"}`.

    Raises:
        StepOutOfOrder: There is no such distribution.
    """
    found = _find_distribution(cloudfront, comment)
    if found is None:
        raise StepOutOfOrder(describe_missing("distribution", comment))
    return found


def _find_distribution(cloudfront: CloudFrontClient, comment: str) -> dict[str, str] | None:
    for page in cloudfront.get_paginator("list_distributions").paginate():
        for summary in page["DistributionList"].get("Items", []):
            if summary["Comment"] == comment:
                found = cloudfront.get_distribution(Id=summary["Id"])
                distribution = found["Distribution"]
                return {
                    "id": distribution["Id"],
                    "arn": distribution["ARN"],
                    "domain_name": distribution["DomainName"],
                    "etag": found["ETag"],
                    "status": distribution["Status"],
                }
    return None


@name_missed_step("NoSuchDistribution")
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
    with name_missed_step("NoSuchDistribution"):
        made = cloudfront.create_invalidation(
            DistributionId=distribution_id,
            InvalidationBatch={
                "CallerReference": str(uuid.uuid4()),
                "Paths": {"Quantity": len(paths), "Items": list(paths)},
            },
        )
    return made["Invalidation"]["Id"]
