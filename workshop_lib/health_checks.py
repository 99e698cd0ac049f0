"""Steps of notebook 05: health checks, with which Route 53 notices that a region is down, and the drill."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workshop_lib.errors import name_missed_step
from workshop_lib.ownership import make_stamp
from workshop_lib.policies import render_policy

if TYPE_CHECKING:
    from mypy_boto3_route53 import Route53Client
    from mypy_boto3_route53.type_defs import HealthCheckTypeDef


def create_health_check(
    route53: Route53Client, *, name: str, region: str, request_interval: int = 30, failure_threshold: int = 3
) -> str:
    """Let Route 53 check S3 in one region.

    It requests `https://s3.REGION.amazonaws.com/` and not the bucket. A private bucket always answers 403, which
    counts as unhealthy. Running it again returns the existing health check, with the new threshold, and restores all
    that was changed, such as `Inverted` after a drill whose kernel died. The interval can't be changed, so another
    interval makes another health check.

    Args:
        route53: Client.
        name: `names.health_check_name`. Health checks have no name. The caller reference begins with this, and
            clean-up finds the health check by it.
        region: The region to check.
        request_interval: Seconds between two requests of one checker, 10 or 30.
        failure_threshold: How many requests in a row must fail, or succeed, before the status changes; 1 to 10.

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
                _restore(route53, check, config)
                return check["Id"]
    # A caller reference can't be used twice, not even after the health check is deleted.
    made = route53.create_health_check(
        CallerReference=reference + make_stamp(),
        HealthCheckConfig=config,  # type: ignore[arg-type]
    )
    return made["HealthCheck"]["Id"]


def _restore(route53: Route53Client, check: HealthCheckTypeDef, config: dict[str, Any]) -> None:
    """Give a health check this configuration again, apart from what AWS can't change."""
    changeable = {name: value for name, value in config.items() if name not in ("Type", "RequestInterval")}
    reset: Any = {"ResetElements": ["Regions"]} if "Regions" in check["HealthCheckConfig"] else {}
    route53.update_health_check(HealthCheckId=check["Id"], Inverted=False, Disabled=False, **changeable, **reset)


def invert_health_check(route53: Route53Client, *, health_check_id: str, inverted: bool = True) -> dict[str, Any]:
    """The drill: report a healthy region as unhealthy. `inverted=False` ends it. Safe to repeat.

    Use it in an `Episode`, so that the drill ends when the cell is stopped.

    Nothing in the region changes. On AWS this is the way to practise, because a region can't be switched off.

    Args:
        route53: Client.
        health_check_id: From `create_health_check`.
        inverted: Whether Route 53 reports the opposite of the result.

    Returns:
        The health check's configuration.

    Raises:
        StepOutOfOrder: There is no such health check.
    """
    with name_missed_step("NoSuchHealthCheck"):
        changed = route53.update_health_check(HealthCheckId=health_check_id, Inverted=inverted)
    return dict(changed["HealthCheck"]["HealthCheckConfig"])
