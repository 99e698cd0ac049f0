"""What is predicted of a switch."""

from __future__ import annotations

from inspect import signature
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from traffic_lab.measurement import Timeline
from traffic_lab.model.clocks import TICKS
from traffic_lab.model.prediction import Band, get_detection_seconds, predict_switch
from traffic_lab.model.trials import WINDOW, Drill, try_drill
from workshop_lib.errors import InvalidNumber

REQUEST = 0.055
"""Twenty a second, up to a tenth late."""


def moved(**parameters: Any) -> Band:
    return predict_switch(**parameters).moved[1.0]


def test_with_both_ttls_0_all_moves_with_the_next_request() -> None:
    band = moved(dns_ttl=0)

    assert (band.earliest, band.latest) == (0, REQUEST)
    assert band.expected == pytest.approx(REQUEST / 2, abs=0.01)


def test_with_one_environment_and_a_dns_ttl_alone_any_moment_in_it_is_as_likely() -> None:
    switch = predict_switch(dns_ttl=10, environments=1, trials=2000)

    assert switch.moved[0.5] == switch.moved[1.0]
    assert switch.moved[1.0].latest == 10 + REQUEST
    # Five standard deviations of the quantiles of an even draw.
    assert switch.moved[1.0].expected == pytest.approx(5 + REQUEST / 2, abs=5 * 10 * 0.5 / np.sqrt(2000))
    assert switch.moved[1.0].low == pytest.approx(1 + REQUEST / 2, abs=5 * 10 * 0.3 / np.sqrt(2000))
    assert switch.moved[1.0].high == pytest.approx(9 + REQUEST / 2, abs=5 * 10 * 0.3 / np.sqrt(2000))


def test_the_last_of_several_environments_is_waited_for() -> None:
    switch = predict_switch(dns_ttl=10, environments=4, trials=2000)

    # Half of the times, the last of four even draws is later than this. Its last request came a little before.
    middle = 10 * 0.5 ** (1 / 4)
    assert switch.moved[1.0].expected == pytest.approx(middle - 4 * REQUEST, abs=5 * 2.1 / np.sqrt(2000))
    assert switch.moved[0.5].expected < switch.moved[0.95].expected < switch.moved[1.0].expected


def test_a_share_has_moved_when_a_timeline_would_say_so() -> None:
    assert signature(Timeline.moved_at).parameters["window"].default * TICKS == WINDOW


def test_two_clocks_add_up() -> None:
    many_pages = {"caches": 10, "environments": 1}

    assert moved(dns_ttl=5, edge_ttl=60, **many_pages).latest == pytest.approx(65 + 10 * REQUEST)
    assert moved(dns_ttl=60, edge_ttl=5, **many_pages).latest == pytest.approx(65 + 10 * REQUEST)
    assert moved(dns_ttl=62, edge_ttl=5, caches=1).latest == pytest.approx(60 + 5 + 13 * REQUEST)


def test_of_one_page_that_is_kept_longer_than_the_answer_only_the_edge_ttl_counts() -> None:
    band = moved(dns_ttl=5, edge_ttl=60)

    assert (band.earliest, band.latest) == (0, 60 + REQUEST)
    assert band.expected == pytest.approx(30, abs=5 * 60 * 0.5 / np.sqrt(400))


def test_three_checkers_take_between_two_thirds_of_the_last_interval_and_all_of_it() -> None:
    assert get_detection_seconds(request_interval=30, failure_threshold=3, checkers=3) == pytest.approx((80, 90))


def test_one_checker_takes_any_part_of_the_last_interval() -> None:
    assert get_detection_seconds(request_interval=10, failure_threshold=1, checkers=1) == pytest.approx((0, 10))


def test_of_sixteen_checkers_the_fourteenth_turns_the_check() -> None:
    """Two of sixteen are 12.5 %, three are 18.75 %."""
    assert get_detection_seconds(request_interval=16, failure_threshold=2, checkers=16) == pytest.approx((29, 30))


def test_an_inverted_check_is_detected_at_once() -> None:
    switch = predict_switch(dns_ttl=5, dns_change=2)

    assert switch.detected == (0, 0, 0, 0, 0)
    assert switch.dns_changed == (2, 2, 2, 2, 2)
    assert switch.moved[1.0].earliest == 2


def test_detection_and_the_change_of_dns_come_first() -> None:
    switch = predict_switch(request_interval=0.6, failure_threshold=3, dns_ttl=5, dns_change=1)

    assert switch.detected == pytest.approx((1.6, 1.62, 1.7, 1.78, 1.8))
    assert switch.moved[1.0].earliest == pytest.approx(2.6)
    assert switch.moved[1.0].latest == pytest.approx(2.8 + 5 + REQUEST)


def test_a_change_of_dns_that_takes_some_time_is_part_of_the_band() -> None:
    switch = predict_switch(request_interval=3, dns_ttl=0, dns_change=(0, 60))

    assert (switch.dns_changed.earliest, switch.dns_changed.latest) == (8, 69)
    assert switch.dns_changed.expected == pytest.approx(8.5 + 30, abs=5 * 60 * 0.5 / np.sqrt(400))


def test_route_53_wants_three_failures_unless_told_otherwise() -> None:
    assert predict_switch(request_interval=10, dns_ttl=5) == predict_switch(
        request_interval=10, failure_threshold=3, dns_ttl=5
    )


def test_stale_pages_hide_the_failure() -> None:
    failing: dict[str, Any] = {"request_interval": 1, "dns_ttl": 5, "origin_fails": True}

    assert predict_switch(**failing, edge_ttl=5).failed_requests == (0, 0, 0, 0, 0)
    assert predict_switch(**failing, edge_ttl=0).failed_requests.earliest == 53  # 2.67 s at 20 a second


def test_all_requests_fail_until_dns_changes_when_nothing_was_cached() -> None:
    switch = predict_switch(request_interval=1, dns_ttl=0, edge_ttl=60, error_ttl=4, origin_fails=True, lead=0)

    # The first request fails, and again 4 s later it is asked: DNS has changed by then.
    assert switch.moved[1.0].expected == pytest.approx(4.03, abs=0.06)
    assert switch.failed_requests.earliest == 53
    assert 60 < switch.failed_requests.expected < switch.failed_requests.latest == np.ceil((3 + 4 + REQUEST) / 0.05)


def test_without_caching_one_environment_fails_for_half_the_dns_ttl() -> None:
    failed = predict_switch(dns_ttl=10, environments=1, origin_fails=True, trials=2000).failed_requests

    assert (failed.earliest, failed.latest) == (0, 202)
    assert failed.expected == pytest.approx(100, abs=5 * 200 * 0.5 / np.sqrt(2000))


def test_while_the_origin_fails_the_edge_asks_again_after_the_error_ttl() -> None:
    failing: dict[str, Any] = {"dns_ttl": 1, "origin_fails": True, "dns_change": 10, "trials": 50}

    assert moved(**failing, edge_ttl=6, error_ttl=2).latest == 12 + REQUEST
    assert moved(**failing, edge_ttl=6, error_ttl=0).latest == 11 + REQUEST
    assert moved(**failing, edge_ttl=20, error_ttl=2).latest == 20 + REQUEST


def test_when_requests_began_is_when_the_answers_run_out() -> None:
    """Both environments ask DNS with their first requests, 2 s before the cause, and again 5 s later."""
    band = moved(dns_ttl=5, lead=2)

    assert band.low == pytest.approx(3, abs=2 * REQUEST)
    assert 0 < band.high - band.low < 5 * REQUEST
    assert (band.earliest, band.latest) == (0, 5 + REQUEST)


def test_a_page_is_asked_for_again_an_edge_ttl_after_the_first_request() -> None:
    assert moved(dns_ttl=3, edge_ttl=7, lead=2).expected == pytest.approx(5, abs=2 * REQUEST)


def test_a_page_that_expires_before_the_failure_is_known_stays_for_the_error_ttl() -> None:
    failing: dict[str, Any] = {"request_interval": 1, "dns_ttl": 3, "edge_ttl": 4, "origin_fails": True}

    assert moved(**failing, lead=0.9).expected == pytest.approx(3.1, abs=2 * REQUEST)  # detected after 3 s
    assert moved(**failing, lead=2).expected == pytest.approx(2 + 10, abs=2 * REQUEST)


def test_an_answer_from_before_the_failure_is_used_to_its_end() -> None:
    failing: dict[str, Any] = {"origin_fails": True, "dns_change": 1, "error_ttl": 2}

    assert moved(**failing, dns_ttl=10, edge_ttl=3).latest == 13 + REQUEST
    assert moved(**failing, dns_ttl=2, edge_ttl=3).latest == 3 + REQUEST


def make_drill(**given: Any) -> Drill:
    """A drill of seven seconds and a few TTLs."""
    usual = {
        "detection": (0, 0),
        "dns_change": (7 * TICKS, 7 * TICKS),
        "error_ttl": 2 * TICKS,
        "environments": 2,
        "gap": TICKS // 10,
    }
    return Drill(**(usual | given))


@pytest.mark.parametrize("fails", [False, True], ids=["works", "fails"])
@pytest.mark.parametrize("ttls", [(3, 0), (3, 4), (4, 3), (3, 3)], ids=str)
@pytest.mark.parametrize("caches", [1, 20])
def test_the_worst_case_does_happen(caches: int, ttls: tuple[int, int], fails: bool) -> None:
    dns_ttl, edge_ttl = (ttl * TICKS for ttl in ttls)
    drill = make_drill(dns_ttl=dns_ttl, edge_ttl=edge_ttl, caches=caches if edge_ttl else 1, origin_fails=fails)

    moves = try_drill(drill, trials=200, rng=np.random.default_rng(1)).moves

    assert moves.min() >= 7 * TICKS
    assert 0.9 * drill.latest < moves.max() <= drill.latest


@pytest.mark.parametrize("fails", [False, True], ids=["works", "fails"])
@pytest.mark.parametrize("ttls", [(3, 0), (3, 4), (4, 3), (3, 3)], ids=str)
@pytest.mark.parametrize("lead", [0.0, 0.7, 2.0, 6.0])
def test_whenever_the_requests_began_no_trial_leaves_the_worst_case(
    lead: float, ttls: tuple[int, int], fails: bool
) -> None:
    dns_ttl, edge_ttl = (ttl * TICKS for ttl in ttls)
    begun = {"lead": round(lead * TICKS), "caches": 1, "dns_change": (0, TICKS)}
    drill = make_drill(dns_ttl=dns_ttl, edge_ttl=edge_ttl, origin_fails=fails, **begun)

    tried = try_drill(drill, trials=200, rng=np.random.default_rng(1), shares=[1.0])

    assert 0 <= tried.moved[1.0].min() <= tried.moved[1.0].max() <= drill.latest


RANDOM = np.random.default_rng(20)
SETTINGS = [
    {
        "dns_ttl": float(RANDOM.choice([0, 1, 3, 10])),
        "edge_ttl": float(RANDOM.choice([0, 1, 4, 10])),
        "error_ttl": float(RANDOM.choice([0, 1, 10])),
        "environments": int(RANDOM.integers(1, 5)),
        "caches": int(RANDOM.choice([1, 3])),
        "origin_fails": bool(RANDOM.integers(2)),
        "lead": float(RANDOM.choice([0, 0.7, 2, 5])) if RANDOM.integers(3) else None,
        "request_interval": float(RANDOM.choice([0.5, 3])) if RANDOM.integers(2) else None,
        "dns_change": float(RANDOM.choice([0, 1])),
        "trials": 100,
    }
    for _ in range(30)
]


@pytest.mark.parametrize("parameters", SETTINGS, ids=range(30))
def test_the_expected_number_lies_in_the_band_and_the_band_in_the_worst_case(parameters: dict[str, Any]) -> None:
    switch = predict_switch(**parameters)

    for band in (*switch.moved.values(), switch.detected, switch.dns_changed, switch.failed_requests):
        assert list(band) == sorted(band)


@pytest.mark.parametrize("parameters", SETTINGS, ids=range(30))
def test_a_larger_share_is_not_there_before_a_smaller_one(parameters: dict[str, Any]) -> None:
    switch = predict_switch(**parameters)

    for (earlier, band), (later, next_band) in pairwise(switch.moved.items()):
        assert earlier < later
        assert all(a <= b for a, b in zip(band, next_band, strict=True))


def test_a_day_in_the_cache_is_predicted_as_fast_as_a_minute() -> None:
    band = moved(dns_ttl=60, edge_ttl=86_400)

    assert (band.earliest, band.latest) == (0, 86_400 + REQUEST)
    assert band.expected == pytest.approx(43_200, abs=5 * 86_400 * 0.5 / np.sqrt(400))


def test_it_says_in_words_what_is_to_come() -> None:
    said = repr(predict_switch(dns_ttl=0, dns_change=2)).splitlines()

    assert said[0] == "DNS changes after 2.0 s"
    assert said[1] == "50 % moved after 2.0 s (80 %: 2.0 to 2.0; worst case: 2.0 to 2.1)"
    assert said[-1] == "requests that fail: none"


def test_it_says_how_long_the_detection_takes() -> None:
    said = repr(predict_switch(dns_ttl=0, request_interval=30, origin_fails=True)).splitlines()

    assert said[0] == "detected after 85.0 s (80 %: 81.0 to 89.0; worst case: 80.0 to 90.0)"
    assert said[-1].startswith("requests that fail: 17")


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"dns_ttl": -1}, "dns_ttl is -1. Give a number of at least 0"),
        ({"dns_ttl": 1, "request_interval": 0}, "request_interval is 0"),
        ({"dns_ttl": 1, "request_interval": 1, "failure_threshold": 0}, "failure_threshold is 0"),
        ({"dns_ttl": 1, "request_interval": 1, "checkers": 0}, "checkers is 0"),
        ({"dns_ttl": 1, "failure_threshold": 3}, "no request_interval"),
        ({"dns_ttl": 1, "rate": 0}, "rate is 0"),
        ({"dns_ttl": 1, "environments": 0}, "environments is 0"),
        ({"dns_ttl": 1, "lead": -1}, "lead is -1"),
        ({"dns_ttl": 1, "dns_change": (2, 1)}, "dns_change is 1"),
        ({"dns_ttl": 1, "dns_change": (0,)}, "dns_change is nan"),
        ({"dns_ttl": 1, "dns_change": 1e13}, "dns_change is 10000000000000.0"),
        ({"dns_ttl": 1e18}, "dns_ttl is 1e[+]18.*at most 1,000,000,000"),
        ({"dns_ttl": float("nan")}, "dns_ttl is nan"),
        ({"dns_ttl": 1, "environments": 2.5}, "environments is 2.5. Give a whole number from 1 to 10000"),
        ({"dns_ttl": 1, "environments": 10**6}, "environments is 1000000"),
        ({"dns_ttl": 1, "caches": 2.5}, "caches is 2.5"),
        ({"dns_ttl": 1, "trials": 10**7}, "trials is 10000000"),
        ({"dns_ttl": 1, "seed": -1}, "seed is -1"),
    ],
)
def test_what_cannot_be_is_refused(parameters: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidNumber, match=says):
        predict_switch(**parameters)
