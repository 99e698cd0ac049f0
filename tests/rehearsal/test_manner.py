"""How the door throttles."""

from __future__ import annotations

from tests.rehearsal.manner import Throttle


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
