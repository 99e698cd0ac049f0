"""Checks of notebooks 04 and 05, which compare a measurement with its prediction."""

from __future__ import annotations

from traffic_lab.drill import find_span
from traffic_lab.measurement import Timeline
from traffic_lab.model.prediction import SwitchPrediction
from workshop_lib.checks.verdict import CheckPassed, judge

RECORD = "the recording cell above this check"

SLACK = 1.0
"""Seconds for calls and answers, which the model leaves out."""


def moved_as_predicted(
    timeline: Timeline,
    *,
    region: str,
    cause: str,
    prediction: SwitchPrediction,
    share: float = 0.95,
    until: str | float | None = None,
    slack: float = SLACK,
) -> CheckPassed:
    """Traffic moved to a region at a time that the model allows.

    Args:
        timeline: The measurement.
        region: The region that the traffic should move to.
        cause: The label of the mark from which to count.
        prediction: From `predict_switch`.
        share: How much of the traffic. It must be one of the prediction's shares.
        until: When to stop looking: a mark's label, or seconds since the recording began. The default is its end.
        slack: Seconds by which it may be earlier or later than predicted.
    """
    band = prediction.moved[share]
    since, end = find_span(timeline, cause, until)
    moved = timeline.moved_at(region, share=share, since=since, until=end)
    allowed = f"{band.earliest:.1f} to {band.latest:.1f} ± {slack:g} s"
    seen, again = f"{moved or 0:.1f} s after {cause!r}", f"run {RECORD} again."
    fix = f"look at the chart, then {again}"
    if moved is None:
        seen = f"never in the {end - since:.1f} s that were recorded after {cause!r}"
        if end - since < band.latest + slack:
            fix = f"leave out `seconds`, so that the recording lasts until the traffic has moved. Then {again}"
    return judge(
        moved is not None and band.earliest - slack <= moved <= band.latest + slack,
        right=f"{100 * share:g} % of the traffic came from {region} {seen}; predicted: {allowed}.",
        wrong=f"{100 * share:g} % of the traffic came from {region} {seen}, not within the predicted {allowed}.",
        fix=fix,
    )


def stayed_until(
    timeline: Timeline, *, region: str, cause: str, label: str, within: float = 0.0, slack: float = SLACK
) -> CheckPassed:
    """Traffic stayed in a region after the cause, and left it only after a later action.

    The time of a sample is the time of its request, so the answer may come after the later action has begun.

    Args:
        timeline: The measurement.
        region: The region in which it stayed.
        cause: The label of the mark that did not move it.
        label: The label of the action that moved it.
        within: Seconds that the move may take after that action.
        slack: More seconds, for calls and answers.
    """
    begin, end = timeline.time_of(cause), timeline.time_of(label)
    left = timeline.beginning_of(label) - slack
    during = {sample.region for sample in timeline.samples if begin < sample.time < left}
    last = max((sample.time - end for sample in timeline.samples if sample.region == region), default=0.0)
    return judge(
        during == {region} and last <= within + slack and end + last < timeline.seconds - slack,
        right=f"Between {cause!r} and {label!r} every page came from {region}. None did {within + slack:.1f} s later.",
        wrong=(
            f"Between {cause!r} and {label!r} pages came from {during}. Afterwards, the last one from {region} came "
            f"{last:.1f} s after {label!r}, in a recording of {timeline.seconds - end:.1f} s. "
            f"Allowed: {within + slack:.1f} s."
        ),
        fix="run step 4 of notebook 04 again from its first cell, which puts the page in the edge's cache.",
    )


def failed_as_predicted(
    timeline: Timeline, *, cause: str, prediction: SwitchPrediction, rate: float = 20.0, slack: float = SLACK
) -> CheckPassed:
    """As many requests failed as the model allows.

    Args:
        timeline: The measurement.
        cause: The label of the mark from which to count.
        prediction: From `predict_switch`.
        rate: Requests per second.
        slack: Seconds by which the failures may last longer, or shorter, than predicted.
    """
    begin, band = timeline.time_of(cause), prediction.failed_requests
    failed = sum(sample.time >= begin for sample in timeline.failed)
    least, most = max(0.0, band.earliest - slack * rate), band.latest + slack * rate * (band.latest > 0)
    predicted = f"{band.earliest:.0f} to {band.latest:.0f} ± {slack * rate:.0f}" if band.latest else "none"
    return judge(
        least <= failed <= most,
        right=f"Requests that failed: {failed}; predicted: {predicted}.",
        wrong=f"Requests that failed: {failed}; predicted: {predicted}.",
        fix=f"look at the chart, then run {RECORD} again.",
    )


def no_viewer_saw_an_error(timeline: Timeline) -> CheckPassed:
    """No request of a recording failed.

    Args:
        timeline: The measurement.
    """
    failed = timeline.failed
    return judge(
        not failed,
        right=f"None of {len(timeline.samples)} requests failed.",
        wrong=f"{len(failed)} of {len(timeline.samples)} requests failed. The first was {failed[:1]}.",
        fix=f"request the page once before you record, so that the edge has a copy. Then run {RECORD} again.",
    )
