"""Checks of notebooks 04 and 05, which compare a measurement with its prediction."""

from __future__ import annotations

from traffic_lab.drill import OUTSIDE, SLACK, find_place, find_span, get_rate
from traffic_lab.measurement import NO_ANSWER, Timeline
from traffic_lab.model.prediction import SwitchPrediction
from workshop_lib.checks.verdict import CheckPassed, judge

RECORD = "the recording cell above this check"


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
    """Traffic moved to a region when the model allows it. It must lie in the worst case, and says whether in the band.

    Args:
        timeline: The measurement.
        region: The region that the traffic should move to.
        cause: The label of the mark from which to count.
        prediction: From `predict_switch`.
        share: How much of the traffic. It must be one of the prediction's shares.
        until: When to stop looking: a mark's label, or seconds since the recording began. The default is its end.
        slack: Seconds by which it may leave the worst case.
    """
    band = prediction.moved[share]
    since, end = find_span(timeline, cause, until)
    moved = timeline.moved_at(region, share=share, since=since, until=end)
    place = find_place(moved, band, slack=slack)
    seen, again = f"{moved or 0:.1f} s after {cause!r}", f"run {RECORD} again."
    fix = f"look at the chart, then {again}"
    if moved is None:
        seen = f"never in the {end - since:.1f} s that were recorded after {cause!r}"
        if end - since < band.latest + slack:
            fix = f"leave out `seconds`, so that the recording lasts until the traffic has moved. Then {again}"
    said = f"{100 * share:g} % of the traffic came from {region} {seen}, {place}. Predicted: {band.tell(unit=' s')}."
    wrong = f"{said} Calls and answers may add {slack:g} s."
    return judge(place != OUTSIDE, right=said, wrong=wrong, fix=fix)


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
        right=f"Between {cause!r} and {label!r} every page came from {region}, the last {max(last, 0):.1f} s later.",
        wrong=(
            f"Between {cause!r} and {label!r} pages came from {during}. Afterwards, the last one from {region} came "
            f"{last:.1f} s after {label!r}, in a recording of {timeline.seconds - end:.1f} s. "
            f"Allowed: {within + slack:.1f} s."
        ),
        fix="run step 4 of notebook 04 again from its first cell, which puts the page in the edge's cache.",
    )


def failed_as_predicted(
    timeline: Timeline, *, cause: str, prediction: SwitchPrediction, slack: float = SLACK
) -> CheckPassed:
    """As many requests failed as the model allows. It must lie in the worst case, and says whether in the band.

    Args:
        timeline: The measurement.
        cause: The label of the mark from which to count.
        prediction: From `predict_switch`.
        slack: Seconds by which the failures may last longer, or shorter, than in the worst case.
    """
    begin, band = timeline.time_of(cause), prediction.failed_requests
    failed = sum(sample.time >= begin for sample in timeline.failed)
    place = find_place(failed, band, rate=get_rate(timeline), slack=slack)
    said = f"Requests that failed: {failed}, {place}. Predicted: {band.tell('.0f')}."
    if not band.latest:
        said = f"Requests that failed: {failed or 'none'}. None were predicted."
    return judge(place != OUTSIDE, right=said, wrong=said, fix=f"look at the chart, then run {RECORD} again.")


def predicts_no_detection(prediction: SwitchPrediction) -> CheckPassed:
    """A prediction for an inverted health check adds no time for its detection.

    Args:
        prediction: From `predict_switch`.
    """
    return judge(
        not prediction.detected.latest,
        right="An inverted health check counts as unhealthy at once, and the prediction has no detection.",
        wrong=f"This prediction waits {prediction.detected.expected:.1f} s for the detection of a failure. But an "
        "inverted health check counts as unhealthy at once, and nothing has to be detected.",
        fix="in step 3 of notebook 05, leave request_interval and failure_threshold out of this predict_switch.",
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
        fix=(
            f"see whether this machine or its network is very busy: they got no answer. Then run {RECORD} again."
            if {sample.status for sample in failed} == {NO_ANSWER}
            else f"request the page once before you record, so that the edge has a copy. Then run {RECORD} again."
        ),
    )
