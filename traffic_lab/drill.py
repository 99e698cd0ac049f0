"""One drill: the guess, the prediction and the measurement, side by side.

A wrong guess is no error. Finding it out is the purpose of the drill.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from traffic_lab.measurement import Timeline


class Hypothesis(NamedTuple):
    """The learner's guess before a drill."""

    seconds: float
    """The traffic moves within this many seconds."""
    failed: int
    """At most this many requests fail."""


class Band(Protocol):
    """A predicted range, in seconds or requests."""

    @property
    def earliest(self) -> float:
        """The lower end."""

    @property
    def expected(self) -> float:
        """The expected number."""

    @property
    def latest(self) -> float:
        """The upper end."""


class Prediction(Protocol):
    """The part of `prediction.SwitchPrediction` that a comparison needs."""

    @property
    def moved(self) -> Mapping[float, Band]:
        """Share of the traffic → seconds after the cause until it has moved."""

    @property
    def failed_requests(self) -> Band:
        """How many requests fail."""


@dataclass(frozen=True, repr=False)
class Comparison:
    """The result of a drill. Its repr is one sentence.

    Attributes:
        moved: Seconds from the cause until the traffic had moved permanently. None if it did not.
        failed: Requests that failed after the cause.
        hypothesis_held: Whether both are as guessed.
        prediction_held: Whether both are as predicted. None without a prediction.
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
    prediction: Prediction | None = None,
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
    parts = [f"Measured: {measured}, {failed or 'none'} failed", f"your hypothesis ({guessed}) {_judge(guessed_right)}"]
    predicted_right = None
    if prediction:
        time, failures = prediction.moved[share], prediction.failed_requests
        predicted_right = (
            moved is not None and time.earliest <= moved <= time.latest,
            math.floor(failures.earliest) <= failed <= math.ceil(failures.latest),
        )
        some = f"{failures.earliest:.0f} to {failures.latest:.0f}" if failures.latest else "none"
        parts.append(
            f"the prediction ({time.earliest:.1f} to {time.latest:.1f} s, {some} failed) {_judge(predicted_right)}"
        )
    held = None if predicted_right is None else all(predicted_right)
    return Comparison(moved, failed, all(guessed_right), held, f"{'; '.join(parts)}.")


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
