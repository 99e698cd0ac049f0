"""Checks of notebooks 04 and 05: what was measured against what was predicted."""

from __future__ import annotations

from traffic_lab.measurement import Timeline
from traffic_lab.model.prediction import SwitchPrediction
from workshop_lib.checks.verdict import CheckPassed, judge

SLACK = 1.0
"""Seconds that the model doesn't know of: those that the calls and the answers themselves take."""


def moved_as_predicted(
    timeline: Timeline,
    *,
    region: str,
    cause: str,
    prediction: SwitchPrediction,
    share: float = 0.95,
    until: float | None = None,
    slack: float = SLACK,
) -> CheckPassed:
    """Traffic moved to a region, no sooner and no later than the model allows.

    Args:
        timeline: What was measured.
        region: Where it should move to.
        cause: The label of the mark from which to count.
        prediction: From `predict_switch`.
        share: How much of the traffic; one of those that the prediction speaks of.
        until: When to stop looking, in seconds since the recording began; by default its end.
        slack: Seconds by which it may be later, or earlier, than predicted.
    """
    band = prediction.moved[share]
    moved = timeline.moved_at(region, share=share, since=timeline.time_of(cause), until=until)
    allowed = f"{band.earliest:.1f} to {band.latest:.1f} ± {slack:g} s"
    seen = "never in this recording" if moved is None else f"{moved:.1f} s after {cause!r}"
    return judge(
        moved is not None and band.earliest - slack <= moved <= band.latest + slack,
        right=f"{100 * share:g} % of the traffic came from {region} {seen}; predicted: {allowed}.",
        wrong=f"{100 * share:g} % of the traffic came from {region} {seen}, not within the predicted {allowed}.",
        fix="look at the chart, and record again; on a very busy machine record for longer.",
    )


def stayed_until(timeline: Timeline, *, region: str, cause: str, label: str, slack: float = SLACK) -> CheckPassed:
    """Traffic stayed in a region after the cause, and left it only with what came later.

    A sample has the time at which it was asked for; what was asked for last before the later mark may be answered
    after it.

    Args:
        timeline: What was measured.
        region: Where it stayed.
        cause: The label of the mark that should have moved it.
        label: The label of the mark that did.
        slack: Seconds that it may need to leave, and that an answer may take.
    """
    begin, end = timeline.time_of(cause), timeline.time_of(label)
    during = {sample.region for sample in timeline.samples if begin < sample.time < end - slack}
    after = {sample.region for sample in timeline.samples if sample.time > end + slack}
    return judge(
        during == {region} and after.isdisjoint({region}),
        right=f"Between {cause!r} and {label!r} every page came from {region}, afterwards none.",
        wrong=f"Between {cause!r} and {label!r} pages came from {during}, afterwards from {after}.",
        fix="ask for the page once before you record, so that the edge has it, and record again.",
    )


def failed_as_predicted(
    timeline: Timeline, *, cause: str, prediction: SwitchPrediction, rate: float = 20.0, slack: float = SLACK
) -> CheckPassed:
    """As many requests failed as the model allows.

    Args:
        timeline: What was measured.
        cause: The label of the mark from which to count.
        prediction: From `predict_switch`.
        rate: Requests in a second.
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
        fix="look at the chart, and record again.",
    )


def nobody_saw_an_error(timeline: Timeline) -> CheckPassed:
    """No request of a recording failed.

    Args:
        timeline: What was measured.
    """
    failed = timeline.failed
    return judge(
        not failed,
        right=f"None of {len(timeline.samples)} requests failed.",
        wrong=f"{len(failed)} of {len(timeline.samples)} requests failed, the first after {failed[:1]}.",
        fix="ask for the page once before you record, so that the edge has something to serve.",
    )
