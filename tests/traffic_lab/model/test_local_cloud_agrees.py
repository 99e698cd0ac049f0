"""The model against the local cloud: the same switch, predicted and measured."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from numpy.typing import NDArray

from traffic_lab.model.clocks import TICKS
from traffic_lab.model.trials import Drill, try_drill
from workshop_lib import distribution, dns_records, waiting

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from local_cloud.cloud import LocalCloud
    from workshop_lib.cloud import Cloud
    from workshop_lib.names import WorkshopNames

PAGES = 30
TTL = 1
SWITCHES = 3
LATE = 0.25
"""Seconds that the model knows nothing of: the call that changes the weights, and what a busy machine adds."""


class Viewer:
    """Asks for page after page, over one connection."""

    def __init__(self, edge_url: str, host: str) -> None:
        address = urlsplit(edge_url)
        self._connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=20)
        self._host = host

    def watch(self, *, seconds: float) -> Iterator[tuple[int, float, str]]:
        """Page, time and region of each answer."""
        page, end = 0, time.monotonic() + seconds
        while time.monotonic() < end:
            self._connection.request("GET", f"/{page}.txt", headers={"Host": self._host})
            region = self._connection.getresponse().read().decode()
            yield page, time.monotonic(), region
            page = (page + 1) % PAGES

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def viewer(
    distribution_parameters: dict[str, Any],
    connected: Cloud,
    ireland: S3Client,
    singapore: S3Client,
    names: WorkshopNames,
    cloud: LocalCloud,
) -> Iterator[Viewer]:
    """A viewer of a deployed site, each of whose pages says its region, and may be kept for a second."""
    for s3, origin in ((ireland, names.source_origin), (singapore, names.destination_origin)):
        for page in range(PAGES):
            body, keep = origin.region.encode(), f"max-age={TTL}"
            s3.put_object(Bucket=origin.bucket, Key=f"{page}.txt", Body=body, CacheControl=keep)
    cloud.settle()
    made = distribution.create_distribution(connected.cloudfront, **distribution_parameters)
    waiting.wait_until_deployed(connected.cloudfront, distribution_id=made["id"])
    viewer = Viewer(cloud.environment["WORKSHOP_EDGE_URL"], made["domain_name"])
    yield viewer
    viewer.close()


def find_moves(seen: list[tuple[int, float, str]], region: str, began: float) -> list[float]:
    """For each page, when it came from the region for good."""
    last = {page: at for page, at, answered in seen if answered != region}
    return [
        min(at for page, at, _ in seen if page == wanted and at > last.get(page, 0)) - began for wanted in range(PAGES)
    ]


def try_switches(gap: float) -> NDArray[np.float64]:
    """What the model says: for each of many switches, when the pages have moved."""
    drill = Drill(
        detection=(0, 0),
        dns_change=(0, 0),
        dns_ttl=TTL * TICKS,
        edge_ttl=TTL * TICKS,
        error_ttl=10 * TICKS,
        environments=2,
        caches=PAGES,
        gap=round(gap * TICKS),
        origin_fails=False,
    )
    return try_drill(drill, trials=1000, rng=np.random.default_rng(0)).moves / TICKS


def test_traffic_moves_when_the_model_says(
    viewer: Viewer, zone_id: str, connected: Cloud, names: WorkshopNames
) -> None:
    """255/0 → 0/255 and back, with two environments, a DNS TTL of 1 s and an edge TTL of 1 s.

    No page moves later than both TTLs and one turn through the pages allow. The moment when all have moved, and the
    average page's, differ from the model's by less than five standard deviations of an average over so many switches.
    """
    origins, rng = [names.destination_origin, names.source_origin], np.random.default_rng(7)
    measured: list[list[float]] = []
    gaps: list[float] = []
    for switch in range(SWITCHES + 1):
        new, old = origins[switch % 2], origins[switch % 2 - 1]
        began = time.monotonic()
        weights = {new: 255, old: 0}
        dns_records.put_weighted_records(
            connected.route53, zone_id=zone_id, record_name=names.record_name, weights=weights, ttl=TTL
        )
        # A random while longer, so that the next switch comes at any phase of the clocks.
        seconds = 2 * TTL + LATE + rng.uniform(0.0, TTL)
        seen = list(viewer.watch(seconds=seconds))
        if switch:  # before the first one there was nothing in the caches
            measured.append(find_moves(seen, new.region, began))
            gaps.append(PAGES * seconds / len(seen))

    moved = np.sort(measured, axis=1)
    tried = try_switches(float(np.mean(gaps)))
    assert moved.max() < 2 * TTL + max(gaps) + LATE
    for of_model, of_cloud in ((tried[:, -1], moved[:, -1]), (tried.mean(axis=1), moved.mean(axis=1))):
        assert abs(of_cloud.mean() - of_model.mean()) < 5 * of_model.std() / np.sqrt(SWITCHES) + LATE
