"""A drill compares guess, prediction and measurement, and takes no offence at a wrong guess."""

from __future__ import annotations

import pytest

from traffic_lab.drill import IN_BAND, IN_WORST_CASE, OUTSIDE, Hypothesis, compare_drill, find_place
from traffic_lab.measurement import Mark, Sample, Timeline
from traffic_lab.model.prediction import Band, SwitchPrediction
from workshop_lib.errors import WorkshopError

IRELAND, SINGAPORE = "eu-west-1", "ap-southeast-1"
AT_ONCE = Band(0, 0, 0, 0, 0)
TIME, FAILURES = Band(1.5, 2, 2.5, 3, 4), Band(0, 1, 2.5, 5, 10)
PREDICTION = SwitchPrediction(AT_ONCE, AT_ONCE, {1.0: TIME, 0.95: Band(1, 1.5, 2, 2.5, 3)}, FAILURES)


def hold_drill(*, moved: float, failed: int = 0) -> Timeline:
    """Ireland fails after one second; some requests fail then, and the traffic moves."""
    samples = [
        Sample(tenth / 10, 200, SINGAPORE if tenth >= 10 + moved * 10 else IRELAND, "", 0) for tenth in range(80)
    ]
    for number in range(10, 10 + failed):
        samples[number] = samples[number]._replace(status=503, region=None)
    return Timeline(tuple(samples), (Mark(1.0, "Ireland fails"), Mark(1.2, "healthy: no")), 8)


def test_what_was_right_is_said_in_words() -> None:
    comparison = compare_drill(
        hold_drill(moved=3, failed=4), Hypothesis(5, 10), region=SINGAPORE, prediction=PREDICTION
    )

    assert repr(comparison) == (
        "Measured: moved after 3.0 s, 4 failed; your hypothesis (within 5 s, at most 10 failed) was right. "
        "Predicted time: 2.5 s (80 %: 2.0 to 3.0; worst case: 1.5 to 4.0); it is inside the 80 % band. "
        "Predicted failures: 2 (80 %: 1 to 5; worst case: 0 to 10); they are inside the 80 % band."
    )
    assert (comparison.moved, comparison.failed) == (3.0, 4)
    assert comparison.hypothesis_held
    assert comparison.prediction_held


@pytest.mark.parametrize(
    ("guess", "judgement"),
    [
        (Hypothesis(3, 4), "was right."),
        (Hypothesis(2.9, 4), "was wrong about the time, right about the failures."),
        (Hypothesis(3, 3), "was right about the time, wrong about the failures."),
        (Hypothesis(1, 0), "was wrong."),
    ],
)
def test_a_wrong_guess_is_a_lesson_and_no_error(guess: Hypothesis, judgement: str) -> None:
    comparison = compare_drill(hold_drill(moved=3, failed=4), guess, region=SINGAPORE, prediction=PREDICTION)

    assert f"failed) {judgement} Predicted" in repr(comparison)
    assert comparison.hypothesis_held == (judgement == "was right.")


@pytest.mark.parametrize(("moved", "failed", "held"), [(3, 0, True), (0, 0, False), (5.5, 0, False), (3, 25, False)])
def test_a_prediction_holds_as_far_as_the_worst_case_and_a_second_go(moved: float, failed: int, held: bool) -> None:
    timeline = hold_drill(moved=moved, failed=failed)

    comparison = compare_drill(timeline, Hypothesis(9, 99), region=SINGAPORE, prediction=PREDICTION)

    assert comparison.prediction_held is held


@pytest.mark.parametrize(
    ("measured", "place"),
    [(2.5, IN_BAND), (3.2, IN_BAND), (3.3, IN_WORST_CASE), (1.2, IN_WORST_CASE), (5.1, OUTSIDE), (None, OUTSIDE)],
)
def test_a_time_lies_in_the_band_in_the_worst_case_or_outside(measured: float | None, place: str) -> None:
    assert find_place(measured, TIME) == place


@pytest.mark.parametrize(("failed", "place"), [(10, IN_BAND), (11, IN_WORST_CASE), (30, IN_WORST_CASE), (31, OUTSIDE)])
def test_failures_may_be_as_many_more_as_the_calls_may_take(failed: int, place: str) -> None:
    assert find_place(failed, FAILURES, rate=20) == place


@pytest.mark.parametrize(("failed", "place"), [(0, IN_BAND), (1, OUTSIDE)])
def test_where_no_failure_is_predicted_one_is_outside(failed: int, place: str) -> None:
    assert find_place(failed, AT_ONCE, rate=20) == place


def test_failures_that_nobody_predicted_are_told() -> None:
    quiet = SwitchPrediction(AT_ONCE, AT_ONCE, PREDICTION.moved, AT_ONCE)

    comparison = compare_drill(hold_drill(moved=3, failed=1), Hypothesis(9, 9), region=SINGAPORE, prediction=quiet)

    assert comparison.prediction_held is False
    assert repr(comparison).endswith("No failures were predicted, but there are some.")


def test_traffic_that_never_moved_proves_everybody_wrong() -> None:
    comparison = compare_drill(hold_drill(moved=99), Hypothesis(60, 0), region=SINGAPORE, prediction=PREDICTION)

    assert repr(comparison).startswith("Measured: not moved within 7 s, none failed; your hypothesis")
    assert not comparison.hypothesis_held
    assert not comparison.prediction_held


def test_a_drill_needs_no_prediction() -> None:
    comparison = compare_drill(hold_drill(moved=3), Hypothesis(5, 0), region=SINGAPORE)

    assert comparison.prediction_held is None
    assert repr(comparison).endswith("(within 5 s, none failed) was right.")


@pytest.mark.parametrize(("cause", "moved"), [(None, 3.0), ("healthy", 2.8), (0.5, 3.5)])
def test_time_is_counted_from_the_cause(cause: str | float | None, moved: float) -> None:
    comparison = compare_drill(hold_drill(moved=3), Hypothesis(5, 0), region=SINGAPORE, cause=cause)

    assert comparison.moved == pytest.approx(moved)


def test_the_way_back_is_another_drill() -> None:
    timeline = hold_drill(moved=3, failed=4)
    there_and_back = Timeline(
        tuple(
            sample._replace(region=IRELAND, status=503) if sample.time > 6.05 else sample for sample in timeline.samples
        ),
        (*timeline.marks, Mark(6.0, "Ireland is back")),
        8,
    )

    assert compare_drill(there_and_back, Hypothesis(5, 9), region=SINGAPORE).moved is None
    comparison = compare_drill(there_and_back, Hypothesis(5, 9), region=SINGAPORE, until="Ireland is back")
    assert (comparison.moved, comparison.failed) == (3.0, 4)


def test_failures_from_before_the_cause_do_not_count() -> None:
    assert compare_drill(hold_drill(moved=3, failed=4), Hypothesis(5, 0), region=SINGAPORE, cause=1.2).failed == 2


def test_a_cause_that_is_not_marked_is_named() -> None:
    with pytest.raises(WorkshopError, match="'Ireland burns'"):
        compare_drill(hold_drill(moved=3), Hypothesis(5, 0), region=SINGAPORE, cause="Ireland burns")
