"""One drill: the guess, the prediction and the measurement, side by side.

A wrong guess is no error. Finding it out is the purpose of the drill.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from traffic_lab.measurement import Timeline
from traffic_lab.model.prediction import Band, SwitchPrediction

USUAL = 0.25
"""Seconds that calls and answers usually take. The model leaves them out."""
SLACK = 1.0
"""Seconds that they may take, on a busy machine for example."""

IN_BAND = "inside the 80 % band"
IN_WORST_CASE = "inside the worst case only"
OUTSIDE = "outside the worst case"


class Hypothesis(NamedTuple):
    """The learner's guess before a drill."""

    seconds: float
    """The traffic moves within this many seconds."""
    failed: int
    """At most this many requests fail."""


@dataclass(frozen=True, repr=False)
class Comparison:
    """The result of a drill. Its repr says it in words.

    Attributes:
        moved: Seconds from the cause until the traffic had moved permanently. None if it did not.
        failed: Requests that failed after the cause.
        hypothesis_held: Whether both are as guessed.
        prediction_held: Whether the worst case allows both. None without a prediction.
        sentence: The same in words.
    """

    moved: float | None
    failed: int
    hypothesis_held: bool
    prediction_held: bool | None
    sentence: str

    def __repr__(self) -> str:
        return self.sentence


def compare_drill(
    timeline: Timeline,
    hypothesis: Hypothesis,
    *,
    region: str,
    cause: str | float | None = None,
    until: str | float | None = None,
    prediction: SwitchPrediction | None = None,
    share: float = 1.0,
) -> Comparison:
    """Compare a guess and a prediction with the measurement. A wrong guess raises nothing.

    Args:
        timeline: The measurement.
        hypothesis: The guess, such as the value of a `hypothesis_picker`.
        region: The region that the traffic moved to.
        cause: When it began: the label of a mark, or seconds. The default is the first mark.
        until: When the way back began, if it was recorded too: a label, or seconds. The default is the end.
        prediction: The prediction.
        share: How much of the traffic must have moved. It must be one of the prediction's shares.

    Raises:
        WorkshopError: The timeline has no mark `cause` or `until`.
    """
    since, end = find_span(timeline, cause, until)
    moved = timeline.moved_at(region, share=share, since=since, until=end)
    failed = sum(since <= sample.time < end for sample in timeline.failed)
    guessed_right = moved is not None and moved <= hypothesis.seconds, failed <= hypothesis.failed
    measured = f"not moved within {end - since:.0f} s" if moved is None else f"moved after {moved:.1f} s"
    most = f"at most {hypothesis.failed}" if hypothesis.failed else "none"
    guessed = f"within {hypothesis.seconds:g} s, {most} failed"
    said = f"Measured: {measured}, {failed or 'none'} failed; your hypothesis ({guessed}) {_judge(guessed_right)}."
    held = None
    if prediction:
        time, failures = prediction.moved[share], prediction.failed_requests
        time_is, failures_are = find_place(moved, time), find_place(failed, failures, rate=get_rate(timeline))
        held = OUTSIDE not in (time_is, failures_are)
        said += f" Predicted time: {time.tell(unit=' s')}; it is {time_is}."
        said += f" Predicted failures: {failures.tell('.0f')}; they are {failures_are}." if failures.latest else ""
        said += " No failures were predicted, but there are some." if failed and not failures.latest else ""
    return Comparison(moved, failed, all(guessed_right), held, said)


def find_place(measured: float | None, band: Band, *, rate: float = 1.0, slack: float = SLACK) -> str:
    """Say where a measured number lies. All texts, checks and charts use these words.

    Args:
        measured: Seconds, or a number of requests. None if it never happened.
        band: What was predicted.
        rate: Requests per second, if requests are counted.
        slack: Seconds by which it may leave the worst case.

    Returns:
        `IN_BAND`, `IN_WORST_CASE` or `OUTSIDE`.
    """
    if measured is None or (measured and not band.latest):
        return OUTSIDE
    usual, most = (seconds * rate if band.latest else 0.0 for seconds in (min(USUAL, slack), slack))
    if band.low - usual <= measured <= band.high + usual:
        return IN_BAND
    return IN_WORST_CASE if band.earliest - most <= measured <= band.latest + most else OUTSIDE


def get_rate(timeline: Timeline) -> float:
    """Return how many requests a timeline has each second."""
    return len(timeline.samples) / timeline.seconds


def find_span(timeline: Timeline, cause: str | float | None, until: str | float | None) -> tuple[float, float]:
    """Return the beginning and the end of a drill, in seconds since the recording began.

    Args:
        timeline: The measurement.
        cause: A mark's label, or seconds. None is the first mark, or the beginning if there is no mark.
        until: A mark's label, or seconds. None is the end. Of an action its beginning counts: before, it had no effect.

    Raises:
        WorkshopError: The timeline has no such mark.
    """
    if cause is None:
        cause = timeline.marks[0].time if timeline.marks else 0.0
    until = timeline.seconds if until is None else until
    return (
        timeline.time_of(cause) if isinstance(cause, str) else cause,
        timeline.beginning_of(until) if isinstance(until, str) else until,
    )


def _judge(right: tuple[bool, bool]) -> str:
    return {
        (True, True): "was right",
        (True, False): "was right about the time, wrong about the failures",
        (False, True): "was wrong about the time, right about the failures",
        (False, False): "was wrong",
    }[right]
