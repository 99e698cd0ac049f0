"""Helpers for the cases of CloudFront: the smallest configuration, and distributions that are cleaned up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.conformance.account import Account

OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
SLOW = "deleting a distribution takes minutes of disabling"


def _clean_up(aws: Account, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> None:
    """Clean up on AWS only. It waits for deployments, and the local cloud and moto are emptied anyway."""
    if aws.url is None:
        aws.clean_up(function, *args, **kwargs)


def origin(**changes: Any) -> dict[str, Any]:
    """A public S3 origin, with changes."""
    s3 = {"OriginAccessIdentity": ""}
    return {"Id": "site", "DomainName": "site.s3.eu-west-1.amazonaws.com", "S3OriginConfig": s3, **changes}


def behavior(**changes: Any) -> dict[str, Any]:
    """A cache behavior with a managed cache policy, with changes. None removes a member."""
    made = {"TargetOriginId": "site", "ViewerProtocolPolicy": "redirect-to-https", "CachePolicyId": OPTIMIZED}
    return {name: value for name, value in (made | changes).items() if value is not None}


def legacy(**changes: Any) -> dict[str, Any]:
    """A cache behavior with legacy settings, from before cache policies."""
    forwarded = {"QueryString": False, "Cookies": {"Forward": "none"}}
    return behavior(CachePolicyId=None, ForwardedValues=forwarded, **changes)


def counted(*values: Any) -> dict[str, Any]:
    """A `{Quantity, Items}` pair of CloudFront."""
    return {"Quantity": len(values), "Items": list(values)}


def config(aws: Account, **changes: Any) -> dict[str, Any]:
    """The smallest configuration, disabled so it costs nothing, with changes at the top level."""
    return {
        "CallerReference": aws.name("reference"),
        "Comment": "conformance",
        "Enabled": False,
        "Origins": counted(origin()),
        "DefaultCacheBehavior": behavior(),
        **changes,
    }


def create(aws: Account, **changes: Any) -> dict[str, Any]:
    """Create a distribution. It is deleted when the case has ended."""
    client = aws.client("cloudfront")
    made: dict[str, Any] = client.create_distribution(DistributionConfig=config(aws, **changes))["Distribution"]
    _clean_up(aws, delete, aws, made["Id"])
    return made


def update(aws: Account, distribution_id: str, **changes: Any) -> dict[str, Any]:
    """Get, edit and update a distribution. Returns the answer of the update."""
    client = aws.client("cloudfront")
    held = client.get_distribution_config(Id=distribution_id)
    edited = held["DistributionConfig"] | changes
    answer: dict[str, Any] = client.update_distribution(
        Id=distribution_id, IfMatch=held["ETag"], DistributionConfig=edited
    )
    return answer


def deployed(aws: Account, distribution_id: str) -> None:
    """Wait until a distribution is deployed."""

    def check() -> None:
        assert aws.client("cloudfront").get_distribution(Id=distribution_id)["Distribution"]["Status"] == "Deployed"

    aws.eventually(check, timeout=900)


def delete(aws: Account, distribution_id: str) -> None:
    """Disable a distribution, wait, and delete it."""
    client = aws.client("cloudfront")
    if client.get_distribution_config(Id=distribution_id)["DistributionConfig"]["Enabled"]:
        update(aws, distribution_id, Enabled=False)
    deployed(aws, distribution_id)
    client.delete_distribution(Id=distribution_id, IfMatch=client.get_distribution(Id=distribution_id)["ETag"])


def create_control(aws: Account, **changes: Any) -> dict[str, Any]:
    """Create an origin access control. Returns the answer."""
    client = aws.client("cloudfront")
    asked = {"Name": aws.name("control"), "SigningProtocol": "sigv4", "SigningBehavior": "always"}
    asked |= {"OriginAccessControlOriginType": "s3", **changes}
    made: dict[str, Any] = client.create_origin_access_control(OriginAccessControlConfig=asked)
    _clean_up(aws, client.delete_origin_access_control, Id=made["OriginAccessControl"]["Id"], IfMatch=made["ETag"])
    return made


def create_identity(aws: Account) -> str:
    """Create an origin access identity. Returns its id."""
    client = aws.client("cloudfront")
    asked = {"CallerReference": aws.name("identity"), "Comment": "conformance"}
    made = client.create_cloud_front_origin_access_identity(CloudFrontOriginAccessIdentityConfig=asked)
    identity = str(made["CloudFrontOriginAccessIdentity"]["Id"])
    _clean_up(aws, client.delete_cloud_front_origin_access_identity, Id=identity, IfMatch=made["ETag"])
    return identity


def cache_policy(aws: Account, **changes: Any) -> dict[str, Any]:
    """The configuration of a cache policy with every query string in the cache key."""
    in_key = {
        "EnableAcceptEncodingGzip": False,
        "EnableAcceptEncodingBrotli": False,
        "HeadersConfig": {"HeaderBehavior": "none"},
        "CookiesConfig": {"CookieBehavior": "none"},
        "QueryStringsConfig": {"QueryStringBehavior": "all"},
    }
    name = {"Name": aws.name("policy"), "Comment": ""}
    ttls = {"MinTTL": 0, "DefaultTTL": 5, "MaxTTL": 60}
    return {**name, **ttls, "ParametersInCacheKeyAndForwardedToOrigin": in_key, **changes}


def create_policy(aws: Account, **changes: Any) -> dict[str, Any]:
    """Create a cache policy. Returns the answer."""
    client = aws.client("cloudfront")
    made: dict[str, Any] = client.create_cache_policy(CachePolicyConfig=cache_policy(aws, **changes))
    _clean_up(aws, client.delete_cache_policy, Id=made["CachePolicy"]["Id"], IfMatch=made["ETag"])
    return made


def refuses(aws: Account, code: str, status: int, message: str | None = None, **changes: Any) -> None:
    """Expect that a distribution with these changes is refused."""
    client = aws.client("cloudfront")
    aws.refuses(code, status, message, client.create_distribution, DistributionConfig=config(aws, **changes))


def held_by(aws: Account, **changes: Any) -> dict[str, Any]:
    """Id, ETag and configuration of a new distribution."""
    made = create(aws, **changes)
    return {"Id": made["Id"], **aws.client("cloudfront").get_distribution_config(Id=made["Id"])}
