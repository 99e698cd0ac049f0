"""Checks of notebooks 03 to 05: records, weights, shares, health."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from workshop_lib.checks.verdict import CheckPassed, judge
from workshop_lib.names import S3Origin
from workshop_lib.observe import get_health, list_record_sets, look_up_txt

if TYPE_CHECKING:
    from mypy_boto3_route53 import Route53Client

    from workshop_lib.cloud import Cloud

SIGMAS = 5
"""How far a share may stray; by chance alone one check in two million would fail."""


def txt_record_answers(
    cloud: Cloud, *, record_name: str, origin: S3Origin, name_servers: Sequence[str] = ()
) -> CheckPassed:
    """DNS answers with one TXT record, and it names an origin.

    Args:
        cloud: The cloud.
        record_name: The record.
        origin: What it should say.
        name_servers: On AWS, the zone's name servers.
    """
    answers = [answer.text for answer in look_up_txt(cloud, record_name=record_name, name_servers=name_servers)]
    return judge(
        answers == [origin.domain_name],
        right=f"{record_name} says {origin.domain_name}.",
        wrong=f"{record_name} says {answers or 'nothing'}, not {origin.domain_name}.",
        fix="run dns_records.put_txt_record(…) and wait_until_in_sync(…).",
    )


def weights_set(
    route53: Route53Client, *, zone_id: str, record_name: str, weights: Mapping[S3Origin, int]
) -> CheckPassed:
    """Route 53 stores one weighted TXT record set an origin, with these weights.

    Args:
        route53: Client.
        zone_id: The hosted zone.
        record_name: The record.
        weights: Origin → weight.
    """
    wanted = {(origin.region, weight, f'"{origin.domain_name}"') for origin, weight in weights.items()}
    found = {
        (str(item.get("SetIdentifier")), item.get("Weight", -1), item["ResourceRecords"][0]["Value"])
        for item in list_record_sets(route53, zone_id=zone_id, record_name=record_name)
        if item["Type"] == "TXT"
    }
    return judge(
        found == wanted,
        right=f"{record_name} is weighted: {_describe(weights)}.",
        wrong=f"{record_name} holds {sorted(found)}, not {sorted(wanted)} (set identifier, weight, value).",
        fix="run dns_records.put_weighted_records(…).",
    )


def health_checks_attached(
    route53: Route53Client, *, zone_id: str, record_name: str, health_checks: Mapping[S3Origin, str]
) -> CheckPassed:
    """Each origin's record set follows its health check.

    Args:
        route53: Client.
        zone_id: The hosted zone.
        record_name: The record.
        health_checks: Origin → health check id.
    """
    found = {
        item.get("SetIdentifier"): item.get("HealthCheckId")
        for item in list_record_sets(route53, zone_id=zone_id, record_name=record_name)
        if item["Type"] == "TXT"
    }
    wanted = {origin.region: health_check_id for origin, health_check_id in health_checks.items()}
    return judge(
        found == wanted,
        right=f"The record sets of {record_name} follow the health checks of {' and '.join(sorted(wanted))}.",
        wrong=f"The record sets of {record_name} follow {found}, not {wanted}.",
        fix="run dns_records.put_weighted_records(…, health_checks=…).",
    )


def shares_as_expected(counted: Mapping[str, int], *, weights: Mapping[S3Origin, int], ttl: int = 0) -> CheckPassed:
    """Each region got its share of the requests, within 5 standard deviations.

    That takes independent answers, so a TTL of 0: with a longer one, an environment of the function gives the same
    answer until the TTL is over. Then it is only looked at who answered at all.

    Args:
        counted: Region → answers, from `observe.count_regions`.
        weights: Origin → weight.
        ttl: Seconds for which a DNS answer is kept.
    """
    total, all_weights = sum(counted.values()), sum(weights.values())
    strayed = [f"{region}: {count}" for region, count in counted.items() if region not in {o.region for o in weights}]
    for origin, weight in weights.items():
        share = weight / all_weights if all_weights else 1 / len(weights)
        allowed = total if ttl and 0 < share < 1 else SIGMAS * math.sqrt(total * share * (1 - share))
        if abs(counted.get(origin.region, 0) - total * share) > allowed:
            strayed.append(
                f"{origin.region}: {counted.get(origin.region, 0)}, expected {total * share:.0f} ± {allowed:.0f}"
            )
    how = f"{'with the weights' if ttl else 'as weighted,'} {' to '.join(map(str, weights.values()))}"
    seen = ", ".join(f"{origin.region} {counted.get(origin.region, 0)}" for origin in weights)
    return judge(
        total > 0 and not strayed,
        right=f"{total} requests {how}: {seen}."
        + (f" With a TTL of {ttl} s that is no proof: answers repeat." if ttl else ""),
        wrong=f"Of {total} requests: {'; '.join(strayed) or 'none at all'}.",
        fix="set the TTL to 0, wait for the old one to pass, then look at the record sets: list_record_sets(…).",
    )


def health_is(route53: Route53Client, *, health_check_id: str, healthy: bool) -> CheckPassed:
    """Route 53 takes a health check for healthy, or for unhealthy.

    Args:
        route53: Client.
        health_check_id: The health check.
        healthy: What it should be.
    """
    words = {True: "healthy", False: "unhealthy"}
    is_right = get_health(route53, health_check_id=health_check_id) == healthy
    config = route53.get_health_check(HealthCheckId=health_check_id)["HealthCheck"]["HealthCheckConfig"]
    what = config.get("FullyQualifiedDomainName", health_check_id)
    return judge(
        is_right,
        right=f"Route 53 takes {what} for {words[healthy]}.",
        wrong=f"Route 53 takes {what} for {words[not healthy]}.",
        fix="run health_checks.invert_health_check(…), then wait_until_health(…).",
    )


def _describe(weights: Mapping[S3Origin, int]) -> str:
    return ", ".join(f"{origin.region} {weight}" for origin, weight in weights.items())
