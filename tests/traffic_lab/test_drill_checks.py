"""Checks that compare a recording with a prediction: what passes, and what doesn't."""

from __future__ import annotations

from dataclasses import replace

import pytest

from traffic_lab import drill_checks
from traffic_lab.measurement import Mark, Sample, Timeline
from traffic_lab.model.prediction import predict_switch
from workshop_lib.errors import CheckFailed

IRELAND, SINGAPORE = "eu-west-1", "ap-southeast-1"
HIT, MISS = "Hit from cloudfront", "Miss from cloudfront"
PREDICTED = predict_switch(dns_ttl=4, trials=20)  # 0 to 4.05 s


def record(moves_at: float, *, fails: tuple[float, float] = (0.0, 0.0)) -> Timeline:
    """Twenty requests a second for twelve seconds, a switch after two, an invalidation after eight."""
    samples = []
    for number in range(240):
        time = number / 20
        failed = fails[0] <= time < fails[1]
        region = None if failed else SINGAPORE if time >= moves_at else IRELAND
        samples.append(Sample(time, 503 if failed else 200, region, MISS, 0))
    return Timeline(tuple(samples), (Mark(2.0, "switch"), Mark(8.0, "invalidation")), 12.0)


@pytest.mark.parametrize("moves_at", [2.0, 4.0, 6.9])
def test_a_move_within_the_band_is_as_predicted(moves_at: float) -> None:
    assert drill_checks.moved_as_predicted(record(moves_at), region=SINGAPORE, cause="switch", prediction=PREDICTED)


def test_a_move_that_only_the_worst_case_allows_is_told() -> None:
    verdict = drill_checks.moved_as_predicted(record(6.9), region=SINGAPORE, cause="switch", prediction=PREDICTED)

    assert "4.9 s after 'switch', inside the worst case only." in repr(verdict)
    assert repr(verdict).endswith("worst case: 0.0 to 4.1).")


@pytest.mark.parametrize("moves_at", [7.2, 99])
def test_a_move_that_is_late_or_never_comes_is_not(moves_at: float) -> None:
    with pytest.raises(CheckFailed, match=r"outside the worst case. Predicted: .* may add 1 s"):
        drill_checks.moved_as_predicted(record(moves_at), region=SINGAPORE, cause="switch", prediction=PREDICTED)


def test_a_recording_that_ended_too_early_says_so() -> None:
    late = predict_switch(dns_ttl=4, dns_change=(0, 60), trials=20)

    with pytest.raises(CheckFailed, match=r"never in the 10\.0 s that were recorded after 'switch'") as caught:
        drill_checks.moved_as_predicted(record(99), region=SINGAPORE, cause="switch", prediction=late)
    assert "leave out `seconds`, so that the recording lasts until the traffic has moved" in caught.value.fix


def test_a_move_that_never_comes_in_time_enough_is_no_fault_of_the_recording() -> None:
    with pytest.raises(CheckFailed) as caught:
        drill_checks.moved_as_predicted(record(99), region=SINGAPORE, cause="switch", prediction=PREDICTED)
    assert "`seconds`" not in caught.value.fix


def test_a_move_is_over_when_the_way_back_begins_and_not_when_its_call_returns() -> None:
    there_and_back = record(4.0)
    samples = [one._replace(region=IRELAND) if one.time >= 8.5 else one for one in there_and_back.samples]
    marks = (Mark(2.0, "switch"), Mark(9.0, "switch back", began=8.4))
    timeline = Timeline(tuple(samples), marks, 12.0)

    assert drill_checks.moved_as_predicted(
        timeline, region=SINGAPORE, cause="switch", until="switch back", prediction=PREDICTED
    )


def test_a_move_that_comes_too_early_is_not() -> None:
    late = predict_switch(dns_ttl=4, dns_change=3, trials=20)

    with pytest.raises(CheckFailed, match=r"0\.5 s after 'switch', outside the worst case"):
        drill_checks.moved_as_predicted(record(2.5), region=SINGAPORE, cause="switch", prediction=late)


def test_what_leaves_with_the_invalidation_has_stayed_until_then() -> None:
    assert drill_checks.stayed_until(record(8.1), region=IRELAND, cause="switch", label="invalidation")


def test_what_was_asked_for_before_the_invalidation_may_be_answered_after_it() -> None:
    assert drill_checks.stayed_until(record(7.9), region=IRELAND, cause="switch", label="invalidation")


def test_what_leaves_while_the_call_runs_has_stayed_until_it_began() -> None:
    timeline = record(6.0)
    slow = Timeline(timeline.samples, (Mark(2.0, "switch"), Mark(9.0, "invalidation", began=5.5)), timeline.seconds)

    assert drill_checks.stayed_until(slow, region=IRELAND, cause="switch", label="invalidation")


def test_a_move_may_take_as_long_as_it_is_allowed_to() -> None:
    assert drill_checks.stayed_until(record(10.0), region=IRELAND, cause="switch", label="invalidation", within=2)


def test_what_the_recording_ends_with_has_not_left() -> None:
    with pytest.raises(CheckFailed, match="Afterwards, the last one"):
        drill_checks.stayed_until(record(99), region=IRELAND, cause="switch", label="invalidation", within=60)


@pytest.mark.parametrize("moves_at", [5.0, 11.0])
def test_what_leaves_before_or_long_after_it_has_not(moves_at: float) -> None:
    with pytest.raises(CheckFailed, match="Between 'switch' and 'invalidation' pages came from"):
        drill_checks.stayed_until(record(moves_at), region=IRELAND, cause="switch", label="invalidation")


def test_one_failed_request_is_an_error_that_somebody_saw() -> None:
    assert drill_checks.no_viewer_saw_an_error(record(4.0))
    with pytest.raises(CheckFailed, match=r"1 of 240 requests failed[^$]*the edge has a copy"):
        drill_checks.no_viewer_saw_an_error(record(4.0, fails=(3.0, 3.05)))


def test_requests_without_an_answer_are_no_fault_of_the_cache() -> None:
    timeline = record(4.0, fails=(3.0, 3.05))
    silent = tuple(one._replace(status=0) if one.failed else one for one in timeline.samples)

    with pytest.raises(CheckFailed, match="network is very busy: they got no answer"):
        drill_checks.no_viewer_saw_an_error(replace(timeline, samples=silent))


def test_as_many_failures_as_the_model_allows_are_as_predicted() -> None:
    outage = predict_switch(request_interval=0.1, dns_ttl=4, origin_fails=True, trials=20)  # until 4.35 s at most

    assert drill_checks.failed_as_predicted(record(5.0, fails=(2.0, 5.0)), cause="switch", prediction=outage)
    with pytest.raises(CheckFailed, match=r"Requests that failed: 180, outside the worst case\. Predicted: "):
        drill_checks.failed_as_predicted(record(99, fails=(2.0, 11.0)), cause="switch", prediction=outage)


def test_where_no_failure_is_predicted_one_is_too_many() -> None:
    quiet = drill_checks.failed_as_predicted(record(4.0), cause="switch", prediction=PREDICTED)
    assert repr(quiet).endswith("Requests that failed: none. None were predicted.")
    with pytest.raises(CheckFailed, match=r"Requests that failed: 1\. None were predicted\."):
        drill_checks.failed_as_predicted(record(4.0, fails=(3.0, 3.05)), cause="switch", prediction=PREDICTED)


def test_an_inverted_check_is_predicted_without_a_detection() -> None:
    assert drill_checks.predicts_no_detection(PREDICTED)
    with pytest.raises(CheckFailed, match=r"waits 85\.0 s for the detection .* counts as unhealthy at once"):
        drill_checks.predicts_no_detection(predict_switch(request_interval=30, dns_ttl=4, trials=20))
