"""Steps of notebook 05: how Route 53 finds out that a region is down, and the drill that pretends it is."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from workshop_lib.errors import name_missed_step
from workshop_lib.policies import render_policy

if TYPE_CHECKING:
    from mypy_boto3_route53 import Route53Client


def create_health_check(
    route53: Route53Client, *, name: str, region: str, request_interval: int = 30, failure_threshold: int = 3
) -> str:
    """Have Route 53 check S3 in one region.

    It asks `https://s3.REGION.amazonaws.com/` and not the bucket, for a private bucket always answers 403, which
    counts as unhealthy. Running it again returns the health check that is there, with the new threshold; with
    another interval, which can't be changed, it makes another one.

    Args:
        route53: Client.
        name: `names.health_check_name`. Health checks have no name; this begins the caller reference, by which
            clean-up finds it.
        region: The region to check.
        request_interval: Seconds between two requests of one checker: 10 or 30.
        failure_threshold: How many requests in a row must fail, or succeed, before the status changes: 1 to 10.

    Returns:
        The health check's id.
    """
    reference = f"{name}/{region}/{request_interval}s/"
    config = render_policy(
        "health-check-configuration",
        region=region,
        request_interval=request_interval,
        failure_threshold=failure_threshold,
    )
    for page in route53.get_paginator("list_health_checks").paginate():
        for check in page["HealthChecks"]:
            if check["CallerReference"].startswith(reference):
                route53.update_health_check(HealthCheckId=check["Id"], FailureThreshold=failure_threshold)
                return check["Id"]
    # A caller reference may never be used again, not even after the health check is deleted.
    made = route53.create_health_check(
        CallerReference=reference + uuid.uuid4().hex[:8],
        HealthCheckConfig=config,  # type: ignore[arg-type]
    )
    return made["HealthCheck"]["Id"]


def invert_health_check(route53: Route53Client, *, health_check_id: str, inverted: bool = True) -> dict[str, Any]:
    """The drill: take a healthy region for unhealthy. `inverted=False` ends it. Safe to repeat.

    Nothing in the region changes. It is the honest way to practise on AWS, where nobody can switch off a region.

    Args:
        route53: Client.
        health_check_id: From `create_health_check`.
        inverted: Whether the result is turned around.

    Returns:
        The health check's configuration.

    Raises:
        StepOutOfOrder: There is no such health check.
    """
    with name_missed_step("NoSuchHealthCheck"):
        changed = route53.update_health_check(HealthCheckId=health_check_id, Inverted=inverted)
    return dict(changed["HealthCheck"]["HealthCheckConfig"])
