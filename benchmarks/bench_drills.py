"""Forty drills with drawn settings: does the measured time to 95 % moved lie where it is predicted?

    python -m benchmarks drills                     about fifteen minutes
    python -m benchmarks.bench_drills 2026 1 10     the first ten of the drills with this seed

Each drill draws the DNS TTL, the time in the edge's cache, the interval and the threshold of the health check, for how
long requests come before the cause, and what goes wrong: the check is inverted, as on AWS, or S3 in Ireland really
answers 503. Everything is real: the local cloud in a process of its own, the packaged function, DNS, health checks that
probe. AWS's intervals are fifty times shorter than there; TTLs are what they are.
"""

from __future__ import annotations

import json
import math
import os
import platform
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from traffic_lab.measurement import Timeline
from traffic_lab.model.prediction import SwitchPrediction, predict_switch
from traffic_lab.recording import Action
from traffic_lab.timeline import record_timeline
from workshop_lib import (
    boundaries,
    distribution,
    dns_records,
    faults,
    health_checks,
    lambda_edge,
    packaging,
    replication,
    waiting,
)
from workshop_lib.cloud import Cloud
from workshop_lib.cloud_process import own_cloud
from workshop_lib.names import WorkshopNames, suggest_names

DRILLS, SPEED, RATE, ENVIRONMENTS, SHARE = 40, 50.0, 20.0, 2, 0.95
SLACK = 0.25
"""Seconds by which calls and answers may exceed the worst case. The model leaves them out."""
INVERTED, DOWN = "check inverted", "S3 answers 503"
DNS_TTLS, EDGE_TTLS, INTERVALS, THRESHOLDS = (0, 1, 2, 3, 4), (0, 1, 2, 4), (10, 30), (1, 2, 3, 4, 5)
LEADS = (1.0, 1.7, 2.4, 3.1, 3.8, 4.5)
HEAD = ("drill", "cause", "DNS TTL", "edge TTL", "interval", "threshold", "lead", "expected, s", "80 % band",
        "worst case", "measured, s", "in the band", "failed: 80 % band", "worst case", "measured")  # fmt: skip


@dataclass(frozen=True)
class Setting:
    """One drill. Seconds, but for the threshold; the interval is AWS's, before it is shortened."""

    cause: str
    dns_ttl: int
    edge_ttl: int
    interval: int
    threshold: int
    lead: float


@dataclass(frozen=True)
class Site:
    """What the drills need to know of the website."""

    cloud: Cloud
    names: WorkshopNames
    zone_id: str
    distribution: dict[str, str]


@dataclass(frozen=True)
class Result:
    """What came of a drill: where the measured time lies, and how wide the bands are, in seconds."""

    in_band: bool
    in_worst_case: bool
    band: float
    worst_case: float


def main(seed: int = 2026, first: int = 1, last: int = DRILLS) -> None:
    """Hold the drills, and print a table."""
    chance, results = random.Random(seed), []
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}, seed {seed}\n")
    print(f"| {' | '.join(HEAD)} |\n|{'---|' * len(HEAD)}", flush=True)
    settings = [draw(chance) for _ in range(last)]
    with tempfile.TemporaryDirectory() as folder:
        options = {"speed": SPEED, "environments": ENVIRONMENTS}
        with own_cloud(Path(folder), options) as environment:
            site = make_site(Cloud(environment))
            for number, setting in enumerate(settings[first - 1 :], first):
                predicted = predict(setting)
                results.append(print_row(number, setting, predicted, hold(site, setting, predicted)))
    band, worst_case = sum(one.band for one in results), sum(one.worst_case for one in results)
    narrow = sum(one.band <= one.worst_case / 2 for one in results)
    print(
        f"\n{sum(one.in_worst_case for one in results)} of {len(results)} within the worst case, "
        f"{sum(one.in_band for one in results)} within the 80 % band. In sum, the bands are {band:.2f} s wide and the "
        f"worst cases {worst_case:.2f} s. {narrow} bands are at most half as wide as their worst case."
    )


def draw(chance: random.Random) -> Setting:
    """The settings of a drill."""
    return Setting(*map(chance.choice, ((INVERTED, DOWN), DNS_TTLS, EDGE_TTLS, INTERVALS, THRESHOLDS, LEADS)))


def predict(setting: Setting) -> SwitchPrediction:
    """What the model says of it."""
    detection: dict[str, Any] = {}
    if setting.cause == DOWN:
        detection = {"request_interval": setting.interval / SPEED, "failure_threshold": setting.threshold}
    return predict_switch(
        **detection,
        dns_ttl=setting.dns_ttl,
        edge_ttl=setting.edge_ttl,
        environments=ENVIRONMENTS,
        rate=RATE,
        origin_fails=setting.cause == DOWN,
        lead=setting.lead,
    )


def hold(site: Site, setting: Setting, predicted: SwitchPrediction) -> Timeline:
    """Set everything up, pause until all answers have expired, hold the drill, and put everything back."""
    watch = prepare(site, setting)
    marker, url = (site.cloud.page_url(site.distribution["domain_name"], page_of(ttl)) for ttl in (0, setting.edge_ttl))
    for page in (marker, url):  # the first is never cached, so that all environments have started
        waiting.wait_until_served_from(page, region=site.names.source_region)
    time.sleep(max(*DNS_TTLS, setting.edge_ttl) + 0.5)  # the answers of the last drill expire too

    def begin() -> None:
        if setting.cause == DOWN:
            faults.cause_fault(site.cloud, kind="s3-unavailable", region=site.names.source_region, seconds=120)
        else:
            health_checks.invert_health_check(site.cloud.route53, health_check_id=watch)

    seconds = setting.lead + predicted.moved[1.0].latest + 2
    actions = [Action(setting.lead, setting.cause, begin)]
    try:
        return record_timeline(url, seconds=seconds, rate=RATE, actions=actions, show_progress=False)
    finally:
        faults.end_faults(site.cloud)
        health_checks.invert_health_check(site.cloud.route53, health_check_id=watch, inverted=False)
        waiting.wait_until_health(site.cloud.route53, health_check_id=watch, healthy=True)


def prepare(site: Site, setting: Setting) -> str:
    """Weights 255 and 0, with health checks of these settings; returns the one that watches Ireland."""
    route53, names = site.cloud.route53, site.names
    timing = {"request_interval": setting.interval, "failure_threshold": setting.threshold}
    watch = {
        origin: health_checks.create_health_check(route53, name=names.health_check_name, region=origin.region, **timing)
        for origin in (names.source_origin, names.destination_origin)
    }
    weights = {names.source_origin: 255, names.destination_origin: 0}
    record = {"zone_id": site.zone_id, "record_name": names.record_name, "ttl": setting.dns_ttl}
    dns_records.put_weighted_records(route53, **record, weights=weights, health_checks=watch)
    distribution.create_invalidation(site.cloud.cloudfront, distribution_id=site.distribution["id"])
    return watch[names.source_origin]


def page_of(edge_ttl: int) -> str:
    """The page that an edge keeps for so long."""
    return f"/drill-{edge_ttl}.json" if edge_ttl else "/region.json"


def print_row(number: int, setting: Setting, predicted: SwitchPrediction, measured: Timeline) -> Result:
    """Print what came of a drill."""
    since, band, failures = measured.time_of(setting.cause), predicted.moved[SHARE], predicted.failed_requests
    moved = measured.moved_at(SINGAPORE, share=SHARE, since=since)
    before = {sample.region for sample in measured.samples if sample.time < measured.beginning_of(setting.cause)}
    found = math.inf if moved is None or before != {IRELAND} else moved
    result = Result(
        in_band=band.low <= found <= band.high,
        in_worst_case=band.earliest - SLACK <= found <= band.latest + SLACK,
        band=band.high - band.low,
        worst_case=band.latest - band.earliest,
    )
    row = (
        *(number, setting.cause, setting.dns_ttl, setting.edge_ttl, setting.interval, setting.threshold, setting.lead),
        *(f"{band.expected:.2f}", f"{band.low:.2f} to {band.high:.2f}", f"{band.earliest:.2f} to {band.latest:.2f}"),
        "never" if moved is None else f"{moved:.2f}",
        "yes" if result.in_band else "no" if result.in_worst_case else "NOT IN THE WORST CASE",
        *(f"{failures.low:.0f} to {failures.high:.0f}", f"{failures.earliest:.0f} to {failures.latest:.0f}"),
        len(measured.failed),
    )
    print(f"| {' | '.join(map(str, row))} |", flush=True)
    return result


NAMES = suggest_names("drills")
IRELAND, SINGAPORE = NAMES.source_region, NAMES.destination_region


def make_site(cloud: Cloud) -> Site:
    """Two buckets with markers of their own, and a distribution whose function asks DNS."""
    names = NAMES
    identity = distribution.create_origin_access_identity(
        cloud.cloudfront, comment=names.distribution_comment, learner=names.learner
    )["id"]
    for origin in (names.source_origin, names.destination_origin):
        s3, where = cloud.s3(origin.region), {"bucket": origin.bucket, "region": origin.region}
        replication.create_bucket(s3, **where, learner=names.learner)
        replication.put_region_marker(s3, **where)
        put_markers(s3, **where)
        distribution.put_bucket_policy(s3, bucket=origin.bucket, origin_access_identity_id=identity)
    zone_id = dns_records.create_hosted_zone(cloud.route53, zone_name=names.zone_name, learner=names.learner)
    made = distribution.create_distribution(
        cloud.cloudfront,
        comment=names.distribution_comment,
        origin=names.source_origin,
        origin_access_identity_id=identity,
        dns_origin=names.record_name,
        version_arn=publish_function(cloud, names),
        name_servers=dns_records.get_name_servers(cloud.route53, zone_id=zone_id),
        learner=names.learner,
    )
    waiting.wait_until_deployed(cloud.cloudfront, distribution_id=made["id"])
    return Site(cloud, names, zone_id, made)


def put_markers(s3: Any, *, bucket: str, region: str) -> None:
    """A region marker for each time that an edge should keep one."""
    for edge_ttl in filter(None, EDGE_TTLS):
        s3.put_object(
            Bucket=bucket,
            Key=page_of(edge_ttl).removeprefix("/"),
            Body=json.dumps({"region": region}).encode(),
            CacheControl=f"max-age={edge_ttl}",
        )


def publish_function(cloud: Cloud, names: WorkshopNames) -> str:
    """The edge function's version."""
    package, function = packaging.package_edge_function(), {"function_name": names.function_name}
    boundary_arn = boundaries.create_permissions_boundary(cloud, names)
    role_arn = lambda_edge.create_edge_role(
        cloud.iam, role_name=names.edge_role_name, boundary_arn=boundary_arn, learner=names.learner
    )
    lambda_edge.create_edge_function(
        cloud.lambda_, **function, role_arn=role_arn, package=package, learner=names.learner
    )
    version_arn = lambda_edge.publish_version(cloud.lambda_, **function, package=package)
    waiting.wait_until_function_active(cloud.lambda_, version_arn=version_arn)
    return version_arn


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
