"""A drill compares guess, prediction and measurement, and takes no offence at a wrong guess."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from traffic_lab.drill import Hypothesis, compare_drill
from traffic_lab.measurement import Mark, Sample, Timeline
from workshop_lib.errors import WorkshopError

IRELAND, SINGAPORE = "eu-west-1", "ap-southeast-1"


class Band(NamedTuple):
    """Where a number is predicted to lie."""

    earliest: float
    expected: float
    latest: float


class Prediction(NamedTuple):
    """As much of a prediction as a drill looks at."""

    moved: dict[float, Band]
    failed_requests: Band


PREDICTION = Prediction({1.0: Band(1.5, 2.5, 4), 0.95: Band(1, 2, 3)}, Band(0, 2.5, 10))


def hold_drill(*, moved: float, failed: int = 0) -> Timeline:
    """Ireland fails after one second; some requests fail then, and the traffic moves."""
    samples = [
        Sample(tenth / 10, 200, SINGAPORE if tenth >= 10 + moved * 10 else IRELAND, "", 0) for tenth in range(80)
    ]
    for number in range(10, 10 + failed):
        samples[number] = samples[number]._replace(status=503, region=None)
    return Timeline(tuple(samples), (Mark(1.0, "Ireland fails"), Mark(1.2, "healthy: no")), 8)


def test_what_was_right_is_said_in_one_sentence() -> None:
    comparison = compare_drill(
        hold_drill(moved=3, failed=4), Hypothesis(5, 10), region=SINGAPORE, prediction=PREDICTION
    )

    assert repr(comparison) == (
        "Measured: moved after 3.0 s, 4 failed; your hypothesis (within 5 s, at most 10 failed) was right; "
        "the prediction (1.5 to 4.0 s, 0 to 10 failed) was right."
    )
    assert (comparison.moved, comparison.failed) == (3.0, 4)
    assert comparison.hypothesis_held
    assert comparison.prediction_held


@pytest.mark.parametrize(
    ("guess", "judgement"),
    [
        (Hypothesis(3, 4), "was right;"),
        (Hypothesis(2.9, 4), "was wrong about the time, right about the failures;"),
        (Hypothesis(3, 3), "was right about the time, wrong about the failures;"),
        (Hypothesis(1, 0), "was wrong;"),
    ],
)
def test_a_wrong_guess_is_a_lesson_and_no_error(guess: Hypothesis, judgement: str) -> None:
    comparison = compare_drill(hold_drill(moved=3, failed=4), guess, region=SINGAPORE, prediction=PREDICTION)

    assert f"failed) {judgement} the prediction" in repr(comparison)
    assert comparison.hypothesis_held == (judgement == "was right;")


@pytest.mark.parametrize(("moved", "failed", "held"), [(3, 0, True), (1, 0, False), (5, 0, False), (3, 11, False)])
def test_a_prediction_holds_within_its_bands(moved: float, failed: int, held: bool) -> None:
    timeline = hold_drill(moved=moved, failed=failed)

    comparison = compare_drill(timeline, Hypothesis(9, 99), region=SINGAPORE, prediction=PREDICTION)

    assert comparison.prediction_held is held


def test_half_a_request_cannot_fail() -> None:
    prediction = Prediction(PREDICTION.moved, Band(2.7, 3, 3.2))

    for failed in (2, 4):
        timeline = hold_drill(moved=3, failed=failed)
        assert compare_drill(timeline, Hypothesis(9, 99), region=SINGAPORE, prediction=prediction).prediction_held


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
