"""Origin access identities and controls, cache policies and invalidations."""

from __future__ import annotations

from typing import Any

from tests.conformance.case import GAP, SAME, Account, captured, case, documented, unverified
from tests.conformance.cloudfront_made import (
    OPTIMIZED,
    SLOW,
    behavior,
    cache_policy,
    counted,
    create,
    create_control,
    create_identity,
    create_policy,
    origin,
)

SERVICE = "cloudfront"

CONTROLS = documented("botocore cloudfront: errors of origin access controls")
IDENTITIES = documented("botocore cloudfront: errors of origin access identities")
POLICIES = documented("botocore cloudfront: errors of cache policies")
MANAGED = documented("using-managed-cache-policies")
FILES = documented("invalidation-specifying-objects, concurrent invalidation requests")
PATHS = documented("botocore cloudfront: errors of CreateInvalidation")


@case(
    "CreateOriginAccessControl rejects a name that is in use (OriginAccessControlAlreadyExists, 409)",
    known_from=CONTROLS,
    moto=GAP,
)
def control_name(aws: Account) -> None:
    made = create_control(aws)["OriginAccessControl"]["OriginAccessControlConfig"]
    create_again = aws.client("cloudfront").create_origin_access_control
    aws.refuses("OriginAccessControlAlreadyExists", 409, None, create_again, OriginAccessControlConfig=made)


@case(
    "DeleteOriginAccessControl rejects a control that a distribution uses (OriginAccessControlInUse, 409)",
    known_from=CONTROLS,
    moto=GAP,
    on_aws=SLOW,
)
def control_in_use(aws: Account) -> None:
    made = create_control(aws)
    which = {"Id": made["OriginAccessControl"]["Id"], "IfMatch": made["ETag"]}
    create(aws, Origins=counted(origin(OriginAccessControlId=which["Id"])))
    aws.refuses("OriginAccessControlInUse", 409, None, aws.client("cloudfront").delete_origin_access_control, **which)


@case(
    "DeleteOriginAccessControl returns NoSuchOriginAccessControl (404) for a deleted control",
    known_from=CONTROLS,
    moto=GAP,
)
def control_deleted_twice(aws: Account) -> None:
    made, delete = create_control(aws), aws.client("cloudfront").delete_origin_access_control
    which = {"Id": made["OriginAccessControl"]["Id"], "IfMatch": made["ETag"]}
    delete(**which)
    aws.refuses("NoSuchOriginAccessControl", 404, None, delete, **which)


@case(
    "GetOriginAccessControlConfig returns the configuration that CreateOriginAccessControl returned",
    known_from=CONTROLS,
    moto=GAP,
)
def control_config(aws: Account) -> None:
    made = create_control(aws)
    read = aws.client("cloudfront").get_origin_access_control_config(Id=made["OriginAccessControl"]["Id"])
    assert read["OriginAccessControlConfig"] == made["OriginAccessControl"]["OriginAccessControlConfig"]


@case(
    "Creating an origin access identity with the same CallerReference and Comment returns the existing one",
    known_from=IDENTITIES,
    moto=GAP,
)
def identity_again(aws: Account) -> None:
    client = aws.client("cloudfront")
    identity = create_identity(aws)
    asked = client.get_cloud_front_origin_access_identity_config(Id=identity)["CloudFrontOriginAccessIdentityConfig"]
    again = client.create_cloud_front_origin_access_identity(CloudFrontOriginAccessIdentityConfig=asked)
    assert again["CloudFrontOriginAccessIdentity"]["Id"] == identity


@case(
    "A used CallerReference with another Comment returns CloudFrontOriginAccessIdentityAlreadyExists (409)",
    known_from=IDENTITIES,
    moto=GAP,
)
def identity_reference(aws: Account) -> None:
    client = aws.client("cloudfront")
    held = client.get_cloud_front_origin_access_identity_config(Id=create_identity(aws))
    asked = held["CloudFrontOriginAccessIdentityConfig"] | {"Comment": "another"}
    again = client.create_cloud_front_origin_access_identity
    code = "CloudFrontOriginAccessIdentityAlreadyExists"
    aws.refuses(code, 409, None, again, CloudFrontOriginAccessIdentityConfig=asked)


@case(
    "An origin access identity that a distribution uses can't be deleted (CloudFrontOriginAccessIdentityInUse, 409)",
    known_from=IDENTITIES,
    moto=GAP,
    on_aws=SLOW,
)
def identity_in_use(aws: Account) -> None:
    identity, client = create_identity(aws), aws.client("cloudfront")
    s3 = {"OriginAccessIdentity": f"origin-access-identity/cloudfront/{identity}"}
    create(aws, Origins=counted(origin(S3OriginConfig=s3)))
    which = {"Id": identity, "IfMatch": client.get_cloud_front_origin_access_identity(Id=identity)["ETag"]}
    delete = client.delete_cloud_front_origin_access_identity
    aws.refuses("CloudFrontOriginAccessIdentityInUse", 409, None, delete, **which)


@case(
    "Managed-CachingOptimized has a minimum TTL of 1, a default of 86400 and a maximum of 31536000 seconds",
    known_from=MANAGED,
    moto=GAP,
)
def caching_optimized(aws: Account) -> None:
    policy = aws.client("cloudfront").get_cache_policy(Id=OPTIMIZED)["CachePolicy"]["CachePolicyConfig"]
    assert policy["Name"] == "Managed-CachingOptimized"
    assert (policy["MinTTL"], policy["DefaultTTL"], policy["MaxTTL"]) == (1, 86400, 31536000)


@case(
    "ListCachePolicies with Type managed returns managed policies only, CachingOptimized and "
    "CachingDisabled among them",
    known_from=MANAGED,
    moto=GAP,
)
def managed_policies(aws: Account) -> None:
    listed = aws.client("cloudfront").list_cache_policies(Type="managed")["CachePolicyList"]["Items"]
    names = {one["CachePolicy"]["CachePolicyConfig"]["Name"] for one in listed}
    assert {"Managed-CachingOptimized", "Managed-CachingDisabled"} <= names
    assert {one["Type"] for one in listed} == {"managed"}


@case(
    "UseOriginCacheControlHeaders has Host in its cache key, and TTLs of 0, 0 and 31536000 seconds",
    known_from=MANAGED,
    moto=GAP,
)
def use_origin_cache_control(aws: Account) -> None:
    made = aws.client("cloudfront").get_cache_policy(Id="83da9c7e-98b4-4e11-a168-04f0df8e2c65")["CachePolicy"]
    policy = made["CachePolicyConfig"]
    headers = policy["ParametersInCacheKeyAndForwardedToOrigin"]["HeadersConfig"]["Headers"]["Items"]
    assert "host" in {name.lower() for name in headers}
    assert (policy["MinTTL"], policy["DefaultTTL"], policy["MaxTTL"]) == (0, 0, 31536000)


@case("DeleteCachePolicy rejects a managed cache policy (IllegalDelete)", known_from=POLICIES, moto=GAP)
def delete_managed(aws: Account) -> None:
    client = aws.client("cloudfront")
    which = {"Id": OPTIMIZED, "IfMatch": client.get_cache_policy(Id=OPTIMIZED)["ETag"]}
    aws.refuses("IllegalDelete", 400, None, client.delete_cache_policy, **which)


@case("CreateCachePolicy rejects a name that is in use (CachePolicyAlreadyExists, 409)", known_from=POLICIES, moto=GAP)
def policy_name(aws: Account) -> None:
    made = create_policy(aws)["CachePolicy"]["CachePolicyConfig"]
    create_again = aws.client("cloudfront").create_cache_policy
    aws.refuses("CachePolicyAlreadyExists", 409, None, create_again, CachePolicyConfig=made)


@case(
    "DeleteCachePolicy rejects a policy that a distribution uses (CachePolicyInUse, 409)",
    known_from=POLICIES,
    moto=GAP,
    on_aws=SLOW,
)
def policy_in_use(aws: Account) -> None:
    made = create_policy(aws)
    which = {"Id": made["CachePolicy"]["Id"], "IfMatch": made["ETag"]}
    create(aws, DefaultCacheBehavior=behavior(CachePolicyId=which["Id"]))
    aws.refuses("CachePolicyInUse", 409, None, aws.client("cloudfront").delete_cache_policy, **which)


@case(
    "ListDistributionsByCachePolicyId returns the distributions that use a cache policy",
    known_from=POLICIES,
    moto=GAP,
    on_aws=SLOW,
)
def distributions_of_a_policy(aws: Account) -> None:
    policy = create_policy(aws)["CachePolicy"]["Id"]
    made = create(aws, DefaultCacheBehavior=behavior(CachePolicyId=policy))
    listed = aws.client("cloudfront").list_distributions_by_cache_policy_id(CachePolicyId=policy)
    assert listed["DistributionIdList"]["Items"] == [made["Id"]]


@case(
    "A cache policy with DefaultTTL and MaxTTL 0 can't have settings for the cache key (InvalidArgument)",
    known_from=captured("ballPointPenguin/artificial-u#116"),
    moto=GAP,
)
def key_without_caching(aws: Account) -> None:
    text = "is invalid for policy with caching disabled."
    asked = cache_policy(aws, DefaultTTL=0, MaxTTL=0)
    aws.refuses("InvalidArgument", 400, text, aws.client("cloudfront").create_cache_policy, CachePolicyConfig=asked)


@case(
    "A cache policy can't list Accept-Encoding as a header if EnableAcceptEncodingGzip is true (InvalidArgument)",
    known_from=captured("jetbridge/cdk-nextjs#189"),
    moto=GAP,
)
def encoding_twice(aws: Account) -> None:
    headers = {"HeaderBehavior": "whitelist", "Headers": {"Quantity": 1, "Items": ["Accept-Encoding"]}}
    asked = cache_policy(aws)
    asked["ParametersInCacheKeyAndForwardedToOrigin"] |= {"EnableAcceptEncodingGzip": True, "HeadersConfig": headers}
    aws.refuses("InvalidArgument", 400, None, aws.client("cloudfront").create_cache_policy, CachePolicyConfig=asked)


@case(
    "CreateCachePolicy rejects a name of more than 128 characters (InvalidArgument)",
    known_from=unverified("aws/aws-cdk#18918 tells of the refusal, not of its code"),
    moto=GAP,
)
def long_policy_name(aws: Account) -> None:
    asked = cache_policy(aws, Name=aws.name("policy").ljust(129, "x"))
    aws.refuses("InvalidArgument", 400, None, aws.client("cloudfront").create_cache_policy, CachePolicyConfig=asked)


@case("CreateCachePolicy rejects a MinTTL above the DefaultTTL (InvalidArgument)", known_from=POLICIES, moto=GAP)
def policy_ttls(aws: Account) -> None:
    asked = cache_policy(aws, MinTTL=10, DefaultTTL=5)
    aws.refuses("InvalidArgument", 400, None, aws.client("cloudfront").create_cache_policy, CachePolicyConfig=asked)


def batch(*paths: str, reference: str = "one", quantity: int | None = None) -> dict[str, Any]:
    """An invalidation batch."""
    count = len(paths) if quantity is None else quantity
    return {"CallerReference": reference, "Paths": {"Quantity": count, "Items": list(paths)}}


def refuses_batch(aws: Account, code: str, status: int, message: str | None, asked: dict[str, Any]) -> None:
    """Expect that an invalidation is refused."""
    invalidate = aws.client("cloudfront").create_invalidation
    aws.refuses(code, status, message, invalidate, DistributionId=create(aws)["Id"], InvalidationBatch=asked)


@case("An invalidation's status becomes Completed", known_from=documented("Invalidation$Status"), moto=GAP, on_aws=SLOW)
def completed(aws: Account) -> None:
    distribution, client = create(aws)["Id"], aws.client("cloudfront")
    made = client.create_invalidation(DistributionId=distribution, InvalidationBatch=batch("/*"))["Invalidation"]

    def check() -> None:
        held = client.get_invalidation(DistributionId=distribution, Id=made["Id"])["Invalidation"]
        assert held["Status"] == "Completed"

    aws.eventually(check, timeout=300)


@case(
    "CreateInvalidation with the same CallerReference and paths returns the existing invalidation",
    known_from=PATHS,
    moto=GAP,
    on_aws=SLOW,
)
def invalidation_again(aws: Account) -> None:
    asked = {"DistributionId": create(aws)["Id"], "InvalidationBatch": batch("/*")}
    invalidate = aws.client("cloudfront").create_invalidation
    assert invalidate(**asked)["Invalidation"]["Id"] == invalidate(**asked)["Invalidation"]["Id"]


@case(
    "CreateInvalidation rejects a used CallerReference with other paths (InvalidArgument)",
    known_from=captured("aws/aws-cdk#3878"),
    moto=GAP,
    on_aws=SLOW,
)
def invalidation_reference(aws: Account) -> None:
    asked = {"DistributionId": create(aws)["Id"], "InvalidationBatch": batch("/*")}
    invalidate = aws.client("cloudfront").create_invalidation
    invalidate(**asked)
    text = "Your request contains a caller reference that was used for a previous invalidation batch"
    aws.refuses("InvalidArgument", 400, text, invalidate, **asked | {"InvalidationBatch": batch("/other")})


@case(
    "CreateInvalidation rejects a Quantity that isn't the number of paths (InconsistentQuantities)",
    known_from=PATHS,
    moto=GAP,
    on_aws=SLOW,
)
def paths_counted(aws: Account) -> None:
    refuses_batch(aws, "InconsistentQuantities", 400, None, batch("/a", quantity=2))


@case(
    "CreateInvalidation rejects more than 3,000 paths (BatchTooLarge, 413)",
    known_from=documented("cloudfront-limits"),
    moto=GAP,
    on_aws=SLOW,
)
def too_many_paths(aws: Account) -> None:
    refuses_batch(aws, "BatchTooLarge", 413, None, batch(*(f"/{number}" for number in range(3001))))


@case(
    "CreateInvalidation rejects a path with an unencoded tilde (InvalidArgument)",
    known_from=captured("aws/aws-sdk#525"),
    moto=GAP,
    on_aws=SLOW,
)
def tilde(aws: Account) -> None:
    text = "Your request contains one or more invalid invalidation paths."
    refuses_batch(aws, "InvalidArgument", 400, text, batch("/runtime~main.js"))


@case(
    "CreateInvalidation accepts a wildcard path right after an invalidation of 3,000 files",
    known_from=FILES,
    moto=SAME,
    on_aws=SLOW,
)
def wildcard_beside_3000_files(aws: Account) -> None:
    which, invalidate = {"DistributionId": create(aws)["Id"]}, aws.client("cloudfront").create_invalidation
    files = batch(*(f"/{number}" for number in range(3000)))
    invalidate(**which, InvalidationBatch=files)
    made = invalidate(**which, InvalidationBatch=batch("/images/*", reference="two"))
    assert made["Invalidation"]["InvalidationBatch"]["Paths"]["Items"] == ["/images/*"]


@case(
    "CreateInvalidation rejects 16 wildcard paths; at most 15 can be in progress (TooManyInvalidationsInProgress)",
    known_from=documented("cloudfront-limits"),
    moto=GAP,
    on_aws=SLOW,
)
def too_many_wildcards(aws: Account) -> None:
    asked = batch(*(f"/{number}*" for number in range(16)))
    refuses_batch(aws, "TooManyInvalidationsInProgress", 400, None, asked)


@case(
    "CreateInvalidation returns NoSuchDistribution (404) for a distribution that doesn't exist",
    known_from=PATHS,
    moto=SAME,
)
def invalidation_of_nothing(aws: Account) -> None:
    invalidate = aws.client("cloudfront").create_invalidation
    which = {"DistributionId": "E00000000000AA", "InvalidationBatch": batch("/*")}
    aws.refuses("NoSuchDistribution", 404, None, invalidate, **which)
