"""How the door throttles."""

from __future__ import annotations

import pytest

from tests.rehearsal.manner import QUICK, SLOW, Manner, Throttle


def test_more_calls_than_the_rate_allows_are_throttled_until_time_has_passed() -> None:
    time = [0.0]
    throttle = Throttle(1, 2, now=lambda: time[0])
    at_once = [throttle.lets_pass() for _ in range(3)]
    time[0] = 1.0

    assert at_once == [True, True, False]
    assert throttle.lets_pass()
    assert not throttle.lets_pass()


def test_without_a_rate_every_call_passes() -> None:
    throttle = Throttle(0, 0)

    assert all(throttle.lets_pass() for _ in range(100))


def test_each_slow_form_has_something_that_is_slow() -> None:
    assert all(manner != QUICK for manner in SLOW.values())


@pytest.mark.parametrize(
    ("late", "shortened"),
    [
        ((), {"WORKSHOP_DNS_SECONDS", "WORKSHOP_PROPAGATION_SECONDS"}),
        (("dns=20",), {"WORKSHOP_PROPAGATION_SECONDS"}),
        (("permissions=20",), {"WORKSHOP_DNS_SECONDS"}),
        (("logs=30",), {"WORKSHOP_DNS_SECONDS", "WORKSHOP_PROPAGATION_SECONDS"}),
    ],
)
def test_only_waits_for_what_is_not_late_are_shortened(late: tuple[str, ...], shortened: set[str]) -> None:
    assert set(Manner(late=late).waits) == shortened | {"WORKSHOP_VERSIONING_SECONDS"}
