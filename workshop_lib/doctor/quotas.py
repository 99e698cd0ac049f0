"""How much the account allows: those quotas that a new or a shared account may use up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from workshop_lib.cloud import Cloud
from workshop_lib.doctor.findings import Finding
from workshop_lib.names import WorkshopNames

if TYPE_CHECKING:
    from mypy_boto3_route53.literals import AccountLimitTypeType

ENOUGH_CONCURRENCY = 100
"""Copies of functions that run at once. New accounts have far less than the usual 1,000."""
MOST_DISTRIBUTIONS = 500
"""Distributions with Lambda@Edge in an account (CFDG, quotas). AWS has no cheap call for the account's own quota."""
RAISE = "Ask for more in the AWS console, under Service Quotas."


def examine_concurrency(cloud: Cloud) -> Iterator[Finding]:
    """See how many copies of functions may run at once in us-east-1. Other regions may allow other numbers.

    Args:
        cloud: The cloud.
    """
    limit = cloud.lambda_.get_account_settings()["AccountLimit"]
    yield judge_concurrency(limit["UnreservedConcurrentExecutions"])


def judge_concurrency(copies: int) -> Finding:
    """Say whether so many copies of functions at once are enough."""
    found = f"{copies:,} copies of functions at once"
    if copies >= ENOUGH_CONCURRENCY:
        return Finding("Lambda", found)
    fix = f"The drills of notebook 05 may get 503 LambdaLimitExceeded. {RAISE}"
    return Finding("Lambda", found, fix, is_fault=copies < 1)


def examine_zones_and_checks(cloud: Cloud, names: WorkshopNames, existing: Counter[str]) -> Iterator[Finding]:
    """See whether Route 53 allows the zone and the health checks that aren't there yet.

    Args:
        cloud: The cloud.
        names: The learner's names.
        existing: How many of each kind the learner has.
    """
    kinds: tuple[tuple[str, AccountLimitTypeType, int], ...] = (
        ("hosted zone", "MAX_HOSTED_ZONES_BY_OWNER", 1),
        ("health check", "MAX_HEALTH_CHECKS_BY_OWNER", len((names.source_region, names.destination_region))),
    )
    for kind, limit_type, needed in kinds:
        answer = cloud.route53.get_account_limit(Type=limit_type)
        yield judge_limit(f"{kind}s", answer["Count"], answer["Limit"]["Value"], needed=needed - existing[kind])


def examine_distributions(cloud: Cloud, names: WorkshopNames, existing: Counter[str]) -> Iterator[Finding]:
    """See whether CloudFront allows the distributions that aren't there yet, by the default quota.

    Args:
        cloud: The cloud.
        names: The learner's names.
        existing: How many of each kind the learner has.
    """
    pages = cloud.cloudfront.get_paginator("list_distributions").paginate()
    count = sum(page["DistributionList"].get("Quantity", 0) for page in pages)
    needed = len(names.distribution_comments) - existing["distribution"]
    yield judge_limit("distributions", count, MOST_DISTRIBUTIONS, needed=needed)


def judge_limit(what: str, count: int, limit: int, *, needed: int) -> Finding:
    """Say whether a quota leaves room for what is needed.

    Args:
        what: The kind, in the plural.
        count: How many there are.
        limit: How many there may be.
        needed: How many more are needed.
    """
    what = what[0].upper() + what[1:]
    if count + max(needed, 0) <= limit:
        return Finding(what, f"{count:,} of {limit:,}")
    return Finding(what, f"{count:,} of {limit:,}, and the notebooks make {needed} more", RAISE, is_fault=True)
