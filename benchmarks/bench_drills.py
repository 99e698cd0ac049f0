"""Twenty drills with drawn settings: does the measured time to 95 % moved lie within the predicted band?

    python -m benchmarks drills [SEED]

Each drill draws the DNS TTL, the time in the edge's cache, the interval and the threshold of the health check, and
what goes wrong: the check is inverted, as on AWS, or S3 in Ireland really answers 503. Everything is real: the local
cloud in a process of its own, the packaged function, DNS, health checks that probe. AWS's intervals are fifty times
shorter than there; TTLs are what they are.
"""

from __future__ import annotations

import os
import platform
import random
import sys
import tempfile
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from workshop_lib import distribution, dns_records, faults, health_checks, waiting
from workshop_lib.cloud import Cloud
from workshop_lib.names import WorkshopNames
from workshop_lib.own_cloud import own_cloud
from workshop_lib.prediction import SwitchPrediction, predict_switch
from workshop_lib.timeline import Action, Timeline, record_timeline

DRILLS, SPEED, RATE, ENVIRONMENTS = 20, 50.0, 20.0, 2
CAUSE_AT = 1.0
INVERTED, DOWN = "check inverted", "S3 answers 503"
HEAD = "| drill | cause | DNS TTL | edge TTL | interval | threshold | predicted, s | measured, s | failed, predicted | failed | |"


@dataclass(frozen=True)
class Setting:
    """One drill. Seconds, but for the threshold; the interval is AWS's, before it is shortened."""

    cause: str
    dns_ttl: int
    edge_ttl: int
    interval: int
    threshold: int


@dataclass(frozen=True)
class Site:
    """What the drills need to know of the website."""

    cloud: Cloud
    names: WorkshopNames
    zone_id: str
    domain_name: str


def main(seed: int = 2026, drills: int = DRILLS) -> None:
    """Hold the drills, and print a table."""
    chance, inside = random.Random(seed), 0
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}, seed {seed}\n")
    print(f"{HEAD}\n|{'---|' * HEAD.count('|').__sub__(1)}")
    with tempfile.TemporaryDirectory() as folder:
        options = {"speed": SPEED, "environments": ENVIRONMENTS}
        with own_cloud(Path(folder), options) as environment:
            site = make_site(Cloud(environment))
            for number in range(1, drills + 1):
                setting = draw(chance)
                predicted = predict(setting)
                measured = hold(site, setting, predicted)
                inside += print_row(number, setting, predicted, measured, site)
    print(f"\n{inside} of {drills} within the predicted band")


def draw(chance: random.Random) -> Setting:
    """The settings of a drill."""
    return Setting(
        cause=chance.choice((INVERTED, DOWN)),
        dns_ttl=chance.choice((0, 1, 2, 3, 4)),
        edge_ttl=chance.choice((0, 1, 2, 4)),
        interval=chance.choice((10, 30)),
        threshold=chance.randint(1, 5),
    )


def predict(setting: Setting) -> SwitchPrediction:
    """What the model says of it."""
    checks: Any = {}
    if setting.cause == DOWN:
        checks = {"request_interval": setting.interval / SPEED, "failure_threshold": setting.threshold}
    return predict_switch(
        **checks,
        dns_ttl=setting.dns_ttl,
        edge_ttl=setting.edge_ttl,
        environments=ENVIRONMENTS,
        rate=RATE,
        origin_fails=setting.cause == DOWN,
    )


def hold(site: Site, setting: Setting, predicted: SwitchPrediction) -> Timeline:
    """Set everything up as the setting says, wait until Ireland serves, and hold the drill."""
    route53, names = site.cloud.route53, site.names
    watch = {
        origin: health_checks.create_health_check(
            route53,
            name=names.health_check_name,
            region=origin.region,
            request_interval=setting.interval,
            failure_threshold=setting.threshold,
        )
        for origin in (names.source_origin, names.destination_origin)
    }
    ireland = watch[names.source_origin]
    dns_records.put_weighted_records(
        route53,
        zone_id=site.zone_id,
        record_name=names.record_name,
        weights={names.source_origin: 255, names.destination_origin: 0},
        ttl=setting.dns_ttl,
        health_checks=watch,
    )
    distribution.create_invalidation(site.cloud.cloudfront, distribution_id=find_id(site), paths=["/*"])
    url = site.cloud.page_url(site.domain_name, page_of(setting))
    waiting.wait_until_served_from(url, region=names.source_region)
    settle(site, url, setting)
    fault: AbstractContextManager[Any] = nullcontext()

    def begin() -> None:
        nonlocal fault
        if setting.cause == INVERTED:
            health_checks.invert_health_check(route53, health_check_id=ireland)
        else:
            fault = faults.cause_fault(site.cloud, kind="s3-unavailable", region=names.source_region, seconds=120)

    seconds = CAUSE_AT + predicted.moved[1.0].latest + 2
    try:
        return record_timeline(
            url, seconds=seconds, rate=RATE, actions=[Action(CAUSE_AT, setting.cause, begin)], show_progress=False
        )
    finally:
        faults.end_faults(site.cloud)
        health_checks.invert_health_check(route53, health_check_id=ireland, inverted=False)
        waiting.wait_until_health(route53, health_check_id=ireland, healthy=True)
