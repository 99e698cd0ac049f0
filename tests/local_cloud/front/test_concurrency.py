"""Many at once: nothing is lost, nothing hangs, and a reset in the midst of it leaves a cloud that works."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local_cloud.cloud import LocalCloud
from tests.local_cloud.front.junk import request_of

THREADS, PUTS = 16, 60


@pytest.fixture(autouse=True)
def _threads_take_turns_often() -> Iterator[None]:
    """Python changes threads so often that what nothing protects goes wrong."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def put(cloud: LocalCloud, path: str, body: bytes = b"", query: str = "") -> int:
    return cloud.gateway.respond(request_of("PUT", path, query, body=body, signed="s3")).status


def test_no_concurrent_put_of_a_version_is_lost(cloud: LocalCloud, furnished: object) -> None:
    def put_many(thread: int) -> list[str | None]:
        requests = [request_of("PUT", "/site/hot", body=b"%d %d" % (thread, n), signed="s3") for n in range(PUTS)]
        return [cloud.gateway.respond(request).header("x-amz-version-id") for request in requests]

    with ThreadPoolExecutor(THREADS) as pool:
        versions = {version for done in pool.map(put_many, range(THREADS)) for version in done}

    kept = cloud.gateway.respond(request_of("GET", "/site", "versions&prefix=hot", signed="s3")).body
    assert len(versions) == kept.count(b"<Version>") == THREADS * PUTS


def test_of_buckets_made_at_once_by_one_name_one_is_made(cloud: LocalCloud, furnished: object) -> None:
    place = b"<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>"

    with ThreadPoolExecutor(THREADS) as pool:
        statuses = list(pool.map(lambda _: put(cloud, "/contended", place), range(THREADS)))

    assert sorted(statuses) == [200] + [409] * (THREADS - 1)


def test_record_batches_at_once_are_all_there(client: Callable[..., Any], furnished: dict[str, list[str]]) -> None:
    route53, zone = client("route53"), furnished["HostedZoneId"][0]

    def add(number: int) -> None:
        record = {"Name": f"n{number}.two.test", "Type": "A", "TTL": 1, "ResourceRecords": [{"Value": "127.0.0.1"}]}
        batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
        route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(40)))

    listed = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    assert len([one for one in listed if one["Type"] == "A"]) == 40


def test_resets_during_traffic_neither_hang_nor_break(cloud: LocalCloud, furnished: object) -> None:
    over, statuses = threading.Event(), set()

    def go_on() -> None:
        while not over.is_set():
            statuses.add(put(cloud, "/site", b""))
            statuses.add(put(cloud, "/site/page", b"1"))
            statuses.add(cloud.gateway.respond(request_of("GET", "/", signed="s3")).status)

    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(go_on) for _ in range(4)]
        for _ in range(20):
            cloud.reset()
        over.set()
        for each in running:
            each.result(timeout=10)

    cloud.reset()
    assert 500 not in statuses
    assert b"<Bucket>" not in cloud.gateway.respond(request_of("GET", "/", signed="s3")).body
