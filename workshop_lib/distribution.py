"""Steps of notebook 03: private buckets that CloudFront may read, and a distribution that asks DNS for the bucket."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workshop_lib.errors import StepOutOfOrder, describe_missing, name_missed_step
from workshop_lib.names import S3Origin
from workshop_lib.ownership import find_distribution_learner, find_identity_learner, make_reference, make_tag
from workshop_lib.policies import render_policy
from workshop_lib.polling import Sleep, retry_while

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_s3 import S3Client

CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
"""AWS's cache policy for pages. The object's own Cache-Control decides; the default is a day."""

CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
"""AWS's cache policy for pages that must not be cached at the edge."""


def create_origin_access_identity(cloudfront: CloudFrontClient, *, comment: str, learner: str) -> dict[str, str]:
    """Create the identity with which CloudFront reads private buckets.

    Running it again returns the existing one. An identity with the same comment that the workshop didn't make is left
    alone. The newer origin access control doesn't work here: AWS documents that it doesn't support an origin changed by
    Lambda@Edge.

    Args:
        cloudfront: Client.
        comment: `names.distribution_comment`.
        learner: `names.learner`, whom the caller reference names. Later steps and clean-up find the identity by it.

    Returns:
        `{"id", "canonical_user_id", "comment"}`.
    """
    if found := _find_identity(cloudfront, comment, learner):
        return found
    made = cloudfront.create_cloud_front_origin_access_identity(
        CloudFrontOriginAccessIdentityConfig={"CallerReference": make_reference(learner), "Comment": comment}
    )["CloudFrontOriginAccessIdentity"]
    return _describe_identity(made["Id"], made["S3CanonicalUserId"], comment)


def find_origin_access_identity(cloudfront: CloudFrontClient, *, comment: str, learner: str) -> dict[str, str]:
    """Find the identity that `create_origin_access_identity` created. Changes nothing.

    Args:
        cloudfront: Client.
        comment: `names.distribution_comment`.
        learner: `names.learner`.

    Returns:
        `{"id", "canonical_user_id", "comment"}`.

    Raises:
        StepOutOfOrder: There is no such identity.
    """
    found = _find_identity(cloudfront, comment, learner)
    if found is None:
        raise StepOutOfOrder(describe_missing("origin access identity", comment))
    return found


def _find_identity(cloudfront: CloudFrontClient, comment: str, learner: str) -> dict[str, str] | None:
    for page in cloudfront.get_paginator("list_cloud_front_origin_access_identities").paginate():
        for identity in page["CloudFrontOriginAccessIdentityList"].get("Items", []):
            if identity["Comment"] != comment:
                continue
            if find_identity_learner(cloudfront, identity_id=identity["Id"]) == learner:
                return _describe_identity(identity["Id"], identity["S3CanonicalUserId"], comment)
    return None


def _describe_identity(identity_id: str, canonical_user_id: str, comment: str) -> dict[str, str]:
    return {"id": identity_id, "canonical_user_id": canonical_user_id, "comment": comment}


def put_bucket_policy(
    s3: S3Client, *, bucket: str, origin_access_identity_id: str, sleep: Sleep = time.sleep
) -> dict[str, Any]:
    """Let only CloudFront read a bucket. Both buckets need it, because policies are not replicated.

    Replaces the bucket's policy. Safe to repeat. On AWS it retries for a while if S3 doesn't know a new identity yet.

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
            what="S3 doesn't know the new identity yet",
            sleep=sleep,
        )
    return policy


def create_distribution(
    cloudfront: CloudFrontClient,
    *,
    comment: str,
    learner: str,
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

    A page is cached as long as its own Cache-Control says. `region.json` is never cached, so that it always shows the
    current region. Running it again updates the learner's distribution with this comment if something differs, such as
    the function version. Otherwise it changes nothing. It leaves other distributions with this comment alone.

    Args:
        cloudfront: Client.
        comment: `names.distribution_comment`. Distributions have no names.
        learner: `names.learner`, with which the distribution is tagged.
        origin: The bucket that is read when DNS gives no answer. It must exist.
        origin_access_identity_id: From `create_origin_access_identity`.
        dns_origin: `names.record_name`, the value of the origin custom header `X-DNS-ORIGIN`.
        version_arn: The edge function's version, from `lambda_edge.publish_version`.
        name_servers: The zone's name servers, for a zone without delegation. The value of `X-DNS-NAMESERVERS`.
        allowed_buckets: The only buckets that a TXT record may name. The value of `X-DNS-ALLOWED-BUCKETS`.
        cache_policy_id: With `CACHING_DISABLED` every request runs the function, so only DNS decides.
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
        caller_reference=make_reference(learner),
        comment=comment,
        origin_domain_name=origin.domain_name,
        origin_access_identity_id=origin_access_identity_id,
        custom_headers={"Quantity": len(items), "Items": items},
        version_arn=version_arn,
        cache_policy_id=cache_policy_id,
        caching_disabled=CACHING_DISABLED,
    )
    # AWS refuses a new role until all its servers know that it can be assumed (captured from AWS).
    return retry_while(
        lambda: _put_distribution(cloudfront, wanted, learner),
        {"InvalidLambdaFunctionAssociation": "must be assumable"},
        what="CloudFront doesn't know the function's new role yet",
        sleep=sleep,
    )


def create_failover_distribution(
    cloudfront: CloudFrontClient,
    *,
    comment: str,
    learner: str,
    primary: S3Origin,
    secondary: S3Origin,
    origin_access_identity_id: str,
    cache_policy_id: str = CACHING_OPTIMIZED,
) -> dict[str, str]:
    """Create a distribution with an origin group. CloudFront itself asks the second bucket when the first one fails.

    It uses no function and no DNS. It asks the primary first at each cache miss
    (CFDG/high_availability_origin_failover). Running it again updates the learner's distribution with this comment if
    something differs.

    Args:
        cloudfront: Client.
        comment: `names.failover_comment`.
        learner: `names.learner`, with which the distribution is tagged.
        primary: The bucket that is asked first.
        secondary: The bucket that is asked when the primary answers 500, 502, 503 or 504, or can't be reached.
        origin_access_identity_id: From `create_origin_access_identity`. Both buckets must allow it to read.
        cache_policy_id: Decides how long pages are cached.

    Returns:
        `{"id", "arn", "domain_name", "etag", "status"}`, as `find_distribution` does.
    """
    wanted = render_policy(
        "failover-distribution-configuration",
        caller_reference=make_reference(learner),
        comment=comment,
        primary_domain_name=primary.domain_name,
        secondary_domain_name=secondary.domain_name,
        origin_access_identity_id=origin_access_identity_id,
        cache_policy_id=cache_policy_id,
    )
    return _put_distribution(cloudfront, wanted, learner)


def _put_distribution(cloudfront: CloudFrontClient, wanted: dict[str, Any], learner: str) -> dict[str, str]:
    """Create a distribution, or update the learner's with the same comment."""
    found = _find_distribution(cloudfront, wanted["Comment"], learner)
    if found is None:
        marked: Any = {"DistributionConfig": wanted, "Tags": {"Items": [make_tag(learner)]}}
        cloudfront.create_distribution_with_tags(DistributionConfigWithTags=marked)
    else:
        # UpdateDistribution replaces the whole configuration, so begin with what is stored.
        stored = cloudfront.get_distribution_config(Id=found["id"])
        config: Any = stored["DistributionConfig"]
        merged = _merge(config, wanted | {"CallerReference": config["CallerReference"]})
        if merged != config:
            cloudfront.update_distribution(Id=found["id"], IfMatch=stored["ETag"], DistributionConfig=merged)
    return find_distribution(cloudfront, comment=wanted["Comment"], learner=learner)


def _merge(stored: Any, wanted: Any) -> Any:
    """Return the stored configuration, overwritten with the wanted values."""
    if isinstance(stored, dict) and isinstance(wanted, dict):
        return {**stored, **{key: _merge(stored.get(key), value) for key, value in wanted.items()}}
    if isinstance(stored, list) and isinstance(wanted, list) and len(stored) == len(wanted):
        return [_merge(old, new) for old, new in zip(stored, wanted, strict=True)]
    return wanted


def find_distribution(cloudfront: CloudFrontClient, *, comment: str, learner: str) -> dict[str, str]:
    """Find the learner's distribution by its comment. Changes nothing.

    Args:
        cloudfront: Client.
        comment: The whole comment.
        learner: `names.learner`. Distributions without the learner's tag are left out.

    Returns:
        `{"id", "arn", "domain_name", "etag", "status"}`.

    Raises:
        StepOutOfOrder: There is no such distribution.
    """
    found = _find_distribution(cloudfront, comment, learner)
    if found is None:
        raise StepOutOfOrder(describe_missing("distribution", comment))
    return found


def _find_distribution(cloudfront: CloudFrontClient, comment: str, learner: str) -> dict[str, str] | None:
    for page in cloudfront.get_paginator("list_distributions").paginate():
        for summary in page["DistributionList"].get("Items", []):
            if summary["Comment"] != comment:
                continue
            if find_distribution_learner(cloudfront, arn=summary["ARN"]) == learner:
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
    """Return the ETag of a distribution's configuration. Each change gives a new one.

    Args:
        cloudfront: Client.
        distribution_id: The distribution.
    """
    return cloudfront.get_distribution_config(Id=distribution_id)["ETag"]


def create_invalidation(cloudfront: CloudFrontClient, *, distribution_id: str, paths: Sequence[str] = ("/*",)) -> str:
    """Empty the edge caches of some paths.

    Each run makes a new invalidation. The first 1,000 paths a month are free, and `/*` is one path.

    Args:
        cloudfront: Client.
        distribution_id: The distribution.
        paths: Each begins with a slash. A star at the end matches anything.

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
