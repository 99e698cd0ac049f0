"""Faults are caused, listed and ended over HTTP, and end by themselves."""

from __future__ import annotations

import pytest

from local_cloud.cloud import LocalCloud
from local_cloud.faults import (
    DNS_SILENT,
    REPLICATION_PAUSED,
    S3_SLOW,
    S3_UNAVAILABLE,
)
from tests.faults.kit import IRELAND, wait_until
from tests.kits.credentials import control


def test_a_fault_is_caused_listed_and_ended_by_http(cloud: LocalCloud) -> None:
    made = control(cloud, "POST", f"faults?kind={S3_SLOW}&region={IRELAND}&seconds=30&delay=1.5").json()

    assert (made["kind"], made["region"], made["seconds"], made["delay"]) == (S3_SLOW, IRELAND, 30.0, 1.5)
    (listed,) = control(cloud, "GET", "faults").json()
    assert listed["id"] == made["id"]
    assert 29 < listed["ends_in"] <= 30
    assert control(cloud, "DELETE", f"faults?id={made['id']}").json()[0]["id"] == made["id"]
    assert control(cloud, "GET", "faults").json() == []


def test_all_faults_are_ended_at_once(cloud: LocalCloud) -> None:
    control(cloud, "POST", f"faults?kind={DNS_SILENT}")
    control(cloud, "POST", f"faults?kind={REPLICATION_PAUSED}")

    assert len(control(cloud, "DELETE", "faults").json()) == 2
    assert cloud.faults.in_force == ()


def test_a_reset_ends_faults(cloud: LocalCloud) -> None:
    cloud.faults.cause(S3_UNAVAILABLE, region=IRELAND)

    control(cloud, "POST", "reset")

    assert cloud.faults.in_force == ()


@pytest.mark.parametrize(
    "query",
    ["", "kind=fire", f"kind={S3_SLOW}", f"kind={DNS_SILENT}&seconds=soon", f"kind={S3_SLOW}&region=eu-west-9"],
)
def test_what_is_no_fault_is_refused(cloud: LocalCloud, query: str) -> None:
    answer = control(cloud, "POST", f"faults?{query}")

    assert answer.status_code == 400
    assert answer.json()["error"].endswith(".")
    assert cloud.faults.in_force == ()


def test_a_fault_ends_by_itself_and_the_call_log_tells_of_both(cloud: LocalCloud) -> None:
    cloud.faults.cause(DNS_SILENT, seconds=0.05)

    wait_until(lambda: not cloud.faults.in_force)

    wait_until(lambda: len(cloud.calls) == 2)
    told = [(call["operation"], call["status"], call["error_code"]) for call in cloud.calls]
    assert told == [("CauseFault", 200, None), ("EndFault", 200, None)]


def test_it_tells_its_speed(cloud: LocalCloud) -> None:
    assert control(cloud, "GET", "speed").json() == {"speed": cloud.clock.speed}
