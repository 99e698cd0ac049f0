"""Finds resources of the cases in an account, by the prefix of their name, comment or caller reference."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.conformance.account import Account

LAMBDA_REGIONS = ("us-east-1", "eu-west-1", "ap-southeast-1")
"""The regions in which cases make functions."""


def find_leftovers(account: Account, prefix: str) -> list[str]:
    """The resources that a run left behind, as `"kind name"`. Empty if it deleted all."""
    return [f"{kind} {name}" for kind, name in _everything(account) if name.startswith(prefix)]


def _everything(account: Account) -> Iterator[tuple[str, str]]:
    """Each resource in the account of a kind that cases make, and the text that contains the prefix."""
    for bucket in account.client("s3", "us-east-1").list_buckets()["Buckets"]:
        yield "bucket", bucket["Name"]
    yield from _of_iam(account.client("iam", "us-east-1"))
    for region in LAMBDA_REGIONS:
        for function in _pages(account.client("lambda", region), "list_functions", "Functions"):
            yield f"function in {region}", function["FunctionName"]
    yield from _of_route53(account.client("route53", "us-east-1"))
    yield from _of_cloudfront(account.client("cloudfront", "us-east-1"))


def _of_iam(iam: Any) -> Iterator[tuple[str, str]]:
    for role in _pages(iam, "list_roles", "Roles"):
        yield "role", role["RoleName"]
    for user in _pages(iam, "list_users", "Users"):
        yield "user", user["UserName"]
    for page in iam.get_paginator("list_policies").paginate(Scope="Local"):
        yield from (("policy", policy["PolicyName"]) for policy in page["Policies"])


def _of_route53(route53: Any) -> Iterator[tuple[str, str]]:
    for zone in _pages(route53, "list_hosted_zones", "HostedZones"):
        yield "zone", zone["Name"]
        yield f"zone {zone['Name']}", zone["CallerReference"]
    for check in _pages(route53, "list_health_checks", "HealthChecks"):
        yield "health check", check["CallerReference"]


def _of_cloudfront(cloudfront: Any) -> Iterator[tuple[str, str]]:
    for item in _items(cloudfront.list_distributions()["DistributionList"]):
        yield f"distribution {item['Id']}", item["Comment"]
    for item in _items(cloudfront.list_cloud_front_origin_access_identities()["CloudFrontOriginAccessIdentityList"]):
        yield f"origin access identity {item['Id']}", item["Comment"]
    for item in _items(cloudfront.list_origin_access_controls()["OriginAccessControlList"]):
        yield f"origin access control {item['Id']}", item["Name"]
    for item in _items(cloudfront.list_cache_policies(Type="custom")["CachePolicyList"]):
        yield "cache policy", item["CachePolicy"]["CachePolicyConfig"]["Name"]


def _items(answer: dict[str, Any]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = answer.get("Items", [])
    return items


def _pages(client: Any, operation: str, member: str) -> Iterator[dict[str, Any]]:
    for page in client.get_paginator(operation).paginate():
        yield from page[member]
