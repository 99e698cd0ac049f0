"""Faults that are in force: validated, found by region, and over when their time is."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from local_cloud.faults import DNS_SILENT, KINDS, MOST, REPLICATION_PAUSED, S3_SLOW, S3_UNAVAILABLE, Faults

IRELAND, SINGAPORE = "eu-west-1", "ap-southeast-1"


class Alarms:
    """Stands for timers: calls back when the test says that it is time."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.set: list[tuple[float, Callable[[], None]]] = []

    def start(self, seconds: float, task: Callable[[], None]) -> Alarms:
        self.set = [(self.time + seconds, task)]
        return self

    def cancel(self) -> None:
        self.set = []

    def go_to(self, time: float) -> None:
        self.time = time
        for due, task in list(self.set):
            if due <= time:
                task()


@pytest.fixture
def alarms() -> Alarms:
    return Alarms()


@pytest.fixture
def notes() -> list[tuple[str, dict[str, Any]]]:
    return []


@pytest.fixture
def faults(alarms: Alarms, notes: list[tuple[str, dict[str, Any]]]) -> Faults:
    return Faults(
        note=lambda operation, **about: notes.append((operation, about)),
        has_region=lambda region: region in (IRELAND, SINGAPORE),
        now=lambda: alarms.time,
        start_timer=alarms.start,
    )


def test_nothing_is_in_force_at_first(faults: Faults) -> None:
    assert faults.in_force == ()
    assert faults.find(*KINDS) is None


def test_a_fault_is_found_in_its_region_only(faults: Faults) -> None:
    fault = faults.cause(S3_UNAVAILABLE, region=IRELAND)

    assert faults.find(S3_UNAVAILABLE, regions=(IRELAND,)) is fault
    assert faults.find(S3_UNAVAILABLE, regions=(SINGAPORE,)) is None
    assert faults.find(S3_SLOW, regions=(IRELAND,)) is None


def test_a_fault_without_a_region_is_found_in_each(faults: Faults) -> None:
    fault = faults.cause(REPLICATION_PAUSED)

    assert faults.find(REPLICATION_PAUSED, regions=(SINGAPORE,)) is fault


def test_a_fault_is_over_when_its_time_is_even_if_no_timer_says_so(faults: Faults, alarms: Alarms) -> None:
    faults.cause(DNS_SILENT, seconds=5)

    alarms.time += 4.9
    assert faults.find(DNS_SILENT)
    alarms.time += 0.1
    assert faults.find(DNS_SILENT) is None


def test_of_several_faults_each_ends_at_its_own_time(faults: Faults, alarms: Alarms) -> None:
    long, short = faults.cause(DNS_SILENT, seconds=9), faults.cause(DNS_SILENT, seconds=3)

    alarms.go_to(1003)
    assert faults.in_force == (long,)
    assert short.over.is_set()
    alarms.go_to(1009)
    assert faults.in_force == ()


def test_ending_all_leaves_no_timer_behind(faults: Faults, alarms: Alarms) -> None:
    one, other = faults.cause(DNS_SILENT), faults.cause(S3_SLOW, region=IRELAND)

    assert faults.end() == [one, other]

    assert (faults.in_force, alarms.set) == ((), [])
    assert one.over.is_set()


def test_one_fault_is_ended_by_its_id_and_once(faults: Faults) -> None:
    one, other = faults.cause(DNS_SILENT), faults.cause(DNS_SILENT)

    assert faults.end(one.id) == [one]
    assert faults.end(one.id) == []
    assert faults.in_force == (other,)


def test_beginning_and_end_are_noted(faults: Faults, alarms: Alarms, notes: list[tuple[str, dict[str, Any]]]) -> None:
    fault = faults.cause(S3_SLOW, region=IRELAND, seconds=7, delay=1)
    alarms.go_to(1007)

    assert [operation for operation, _ in notes] == ["CauseFault", "EndFault"]
    about = notes[0][1]
    assert (about["region"], about["Kind"], about["Id"], about["Delay"]) == (IRELAND, S3_SLOW, fault.id, 1)


def test_whoever_waits_for_an_end_is_told(faults: Faults) -> None:
    told: list[bool] = []
    faults.when_ended(lambda: told.append(True))

    faults.end()
    assert told == []
    faults.cause(DNS_SILENT)
    faults.end()
    assert told == [True]


@pytest.mark.parametrize(
    ("kind", "options", "reason"),
    [
        ("s3-on-fire", {}, "not a kind of fault"),
        (S3_UNAVAILABLE, {}, "needs a region"),
        (S3_UNAVAILABLE, {"region": "eu-west-9"}, "no region 'eu-west-9'"),
        (REPLICATION_PAUSED, {"region": "Ireland"}, "no region 'Ireland'"),
        (DNS_SILENT, {"region": IRELAND}, "has no region"),
        (DNS_SILENT, {"seconds": 0}, "above 0"),
        (DNS_SILENT, {"seconds": 600.1}, "at most 600"),
        (DNS_SILENT, {"seconds": math.nan}, "not nan"),
        (S3_SLOW, {"region": IRELAND, "delay": -1}, "from 0 to 30"),
        (S3_SLOW, {"region": IRELAND, "delay": 31}, "from 0 to 30"),
    ],
)
def test_what_is_no_fault_is_refused_with_a_sentence(
    faults: Faults, kind: str, options: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        faults.cause(kind, **options)

    assert faults.in_force == ()


def test_there_are_only_so_many_faults_at_a_time(faults: Faults) -> None:
    for _ in range(MOST):
        faults.cause(DNS_SILENT)

    with pytest.raises(ValueError, match="in force already"):
        faults.cause(DNS_SILENT)
