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
    assert moved(dns_ttl=0) == Band(0.0, pytest.approx(REQUEST / 2, abs=0.01), REQUEST)


def test_with_one_environment_and_a_dns_ttl_alone_any_moment_in_it_is_as_likely() -> None:
    switch = predict_switch(dns_ttl=10, environments=1, trials=2000)

    assert switch.moved[0.5] == switch.moved[1.0]
    assert switch.moved[1.0].latest == 10 + REQUEST
    assert abs(switch.moved[1.0].expected - (5 + REQUEST / 2)) < 5 * 10 / np.sqrt(12 * 2000)
    inside = switch.times < 10
    assert np.abs(switch.expected_share[inside] - switch.times[inside] / 10).max() < 5 * 0.5 / np.sqrt(2000)


def test_the_last_of_several_environments_is_waited_for() -> None:
    switch = predict_switch(dns_ttl=10, environments=4, trials=2000)

    # The last of four even draws is at four fifths of the TTL; its last request came a little before.
    assert switch.moved[1.0].expected == pytest.approx(8 - 4 * REQUEST, abs=5 * 1.64 / np.sqrt(2000))
    assert switch.moved[0.5].expected < switch.moved[0.95].expected < switch.moved[1.0].expected


def test_a_share_has_moved_when_a_timeline_would_say_so() -> None:
    assert signature(Timeline.moved_at).parameters["window"].default * TICKS == WINDOW


def test_two_clocks_add_up() -> None:
    many_pages = {"caches": 10, "environments": 1}

    assert moved(dns_ttl=5, edge_ttl=60, **many_pages).latest == pytest.approx(65 + 10 * REQUEST)
    assert moved(dns_ttl=60, edge_ttl=5, **many_pages).latest == pytest.approx(65 + 10 * REQUEST)
    assert moved(dns_ttl=62, edge_ttl=5, caches=1).latest == pytest.approx(60 + 5 + 13 * REQUEST)


def test_of_one_page_that_is_kept_longer_than_the_answer_only_the_edge_ttl_counts() -> None:
    assert moved(dns_ttl=5, edge_ttl=60) == Band(0.0, pytest.approx(30, abs=5 * 60 / np.sqrt(12 * 400)), 60 + REQUEST)


def test_three_checkers_take_between_two_thirds_of_the_last_interval_and_all_of_it() -> None:
    assert get_detection_seconds(request_interval=30, failure_threshold=3, checkers=3) == pytest.approx((80, 90))


def test_one_checker_takes_any_part_of_the_last_interval() -> None:
    assert get_detection_seconds(request_interval=10, failure_threshold=1, checkers=1) == pytest.approx((0, 10))


def test_of_sixteen_checkers_the_fourteenth_turns_the_check() -> None:
    """Two of sixteen are 12.5 %, three are 18.75 %."""
    assert get_detection_seconds(request_interval=16, failure_threshold=2, checkers=16) == pytest.approx((29, 30))


def test_an_inverted_check_is_detected_at_once() -> None:
    switch = predict_switch(dns_ttl=5, dns_change=2)

    assert switch.detected == (0, 0, 0)
    assert switch.dns_changed == (2, 2, 2)
    assert switch.moved[1.0].earliest == 2


def test_detection_and_the_change_of_dns_come_first() -> None:
    switch = predict_switch(request_interval=0.6, failure_threshold=3, dns_ttl=5, dns_change=1)

    assert switch.detected == pytest.approx((1.6, 1.7, 1.8))
    assert switch.moved[1.0].earliest == pytest.approx(2.6)
    assert switch.moved[1.0].latest == pytest.approx(2.8 + 5 + REQUEST)


def test_route_53_wants_three_failures_unless_told_otherwise() -> None:
    assert predict_switch(request_interval=10, dns_ttl=5) == predict_switch(
        request_interval=10, failure_threshold=3, dns_ttl=5
    )


def test_stale_pages_hide_the_failure() -> None:
    failing: dict[str, Any] = {"request_interval": 1, "dns_ttl": 5, "origin_fails": True}

    assert predict_switch(**failing, edge_ttl=5).failed_requests == (0, 0, 0)
    assert predict_switch(**failing, edge_ttl=0).failed_requests.earliest == 53  # 2.67 s at 20 a second


def test_all_requests_fail_until_dns_changes_when_nothing_was_cached() -> None:
    switch = predict_switch(request_interval=1, dns_ttl=0, edge_ttl=60, error_ttl=4, origin_fails=True, warm=False)

    # The first request fails, and again 4 s later it is asked: DNS has changed by then.
    assert switch.moved[1.0].expected == pytest.approx(4.03, abs=0.06)
    assert switch.failed_requests.earliest == 53
    assert 60 < switch.failed_requests.expected < switch.failed_requests.latest == np.ceil((3 + 4 + REQUEST) / 0.05)


def test_without_caching_one_environment_fails_for_half_the_dns_ttl() -> None:
    failed = predict_switch(dns_ttl=10, environments=1, origin_fails=True, trials=2000).failed_requests

    assert failed == (0, pytest.approx(100, abs=5 * 200 / np.sqrt(12 * 2000)), 202)


def test_while_the_origin_fails_the_edge_asks_again_after_the_error_ttl() -> None:
    failing: dict[str, Any] = {"dns_ttl": 1, "origin_fails": True, "dns_change": 10, "trials": 50}

    assert moved(**failing, edge_ttl=6, error_ttl=2).latest == 12 + REQUEST
    assert moved(**failing, edge_ttl=6, error_ttl=0).latest == 11 + REQUEST
    assert moved(**failing, edge_ttl=20, error_ttl=2).latest == 20 + REQUEST


def test_moved_is_about_the_part_of_the_weight_that_moves() -> None:
    part, whole = (predict_switch(dns_ttl=5, weight_share=share) for share in (0.1, 1.0))

    assert part.moved == whole.moved
    assert part.expected_share[-1] == pytest.approx(0.1, abs=0.03)


def test_an_answer_from_before_the_failure_is_used_to_its_end() -> None:
    failing: dict[str, Any] = {"origin_fails": True, "dns_change": 1, "error_ttl": 2}

    assert moved(**failing, dns_ttl=10, edge_ttl=3).latest == 13 + REQUEST
    assert moved(**failing, dns_ttl=2, edge_ttl=3).latest == 3 + REQUEST


@pytest.mark.parametrize("fails", [False, True], ids=["works", "fails"])
@pytest.mark.parametrize("ttls", [(3, 0), (3, 4), (4, 3), (3, 3)], ids=str)
@pytest.mark.parametrize("caches", [1, 20])
def test_the_worst_case_does_happen(caches: int, ttls: tuple[int, int], fails: bool) -> None:
    dns_ttl, edge_ttl = (ttl * TICKS for ttl in ttls)
    drill = Drill(
        detection=(0, 0),
        dns_change=(7 * TICKS, 7 * TICKS),
        dns_ttl=dns_ttl,
        edge_ttl=edge_ttl,
        error_ttl=2 * TICKS,
        environments=2,
        caches=caches if edge_ttl else 1,
        gap=TICKS // 10,
        origin_fails=fails,
        weight_share=1.0,
        warm=True,
    )

    moves = try_drill(drill, trials=200, rng=np.random.default_rng(1)).moves

    assert moves.min() >= 7 * TICKS
    assert 0.9 * drill.latest < moves.max() <= drill.latest


RANDOM = np.random.default_rng(20)
SETTINGS = [
    {
        "dns_ttl": float(RANDOM.choice([0, 1, 3, 10])),
        "edge_ttl": float(RANDOM.choice([0, 1, 4, 10])),
        "error_ttl": float(RANDOM.choice([0, 1, 10])),
        "environments": int(RANDOM.integers(1, 5)),
        "caches": int(RANDOM.choice([1, 3])),
        "origin_fails": bool(RANDOM.integers(2)),
        "warm": bool(RANDOM.integers(4)),
        "request_interval": float(RANDOM.choice([0.5, 3])) if RANDOM.integers(2) else None,
        "dns_change": float(RANDOM.choice([0, 1])),
        "trials": 100,
    }
    for _ in range(30)
]


@pytest.mark.parametrize("parameters", SETTINGS, ids=range(30))
def test_no_trial_is_earlier_than_the_best_case_or_later_than_the_worst(parameters: dict[str, Any]) -> None:
    switch = predict_switch(**parameters)

    earliest, _, latest = switch.moved[1.0]
    width = switch.times[0]  # half a time bin
    assert switch.high_share[switch.times + width <= earliest].sum() == 0
    assert (switch.low_share[switch.times - width >= latest] == 1).all()
    assert (switch.low_share <= switch.expected_share).all()
    assert (switch.expected_share <= switch.high_share).all()


@pytest.mark.parametrize("parameters", SETTINGS, ids=range(30))
def test_a_larger_share_is_not_there_before_a_smaller_one(parameters: dict[str, Any]) -> None:
    switch = predict_switch(**parameters)

    for (earlier, band), (later, next_band) in pairwise(switch.moved.items()):
        assert earlier < later
        assert band.earliest <= band.expected <= next_band.expected <= next_band.latest


def test_a_day_in_the_cache_is_predicted_as_fast_as_a_minute() -> None:
    assert moved(dns_ttl=60, edge_ttl=86_400) == (
        0,
        pytest.approx(43_200, abs=5 * 86_400 / np.sqrt(12 * 400)),
        86_400 + REQUEST,
    )


def test_it_says_in_words_what_is_to_come() -> None:
    said = repr(predict_switch(dns_ttl=0, dns_change=2)).splitlines()

    assert said[0] == "DNS changes after 2.0 s (2.0 to 2.0)"
    assert said[1].startswith("50 % moved after 2.0 s (2.0 to 2.1)")
    assert said[-1] == "requests that fail: none"


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
        ({"dns_ttl": 1, "weight_share": 1.5}, r"weight_share is 1\.5"),
        ({"dns_ttl": 1, "weight_share": 0.5, "origin_fails": True}, r"weight_share is 0\.5"),
    ],
)
def test_what_cannot_be_is_refused(parameters: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidNumber, match=says):
        predict_switch(**parameters)
