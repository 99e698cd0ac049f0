"""Draws how traffic moved from one region to another: the measurement, and the prediction over it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from traffic_lab.charts.chart import HATCHES, Chart
from traffic_lab.charts.labels import Place, measure_width, place_labels
from traffic_lab.drill import find_place, find_span
from traffic_lab.measurement import ROUNDING, Mark, Sample, Timeline
from traffic_lab.model.prediction import SwitchPrediction

SHARE = 0.95
"""The share in the title. With 100 %, a single late request would decide."""

BINS, FEWEST_IN_A_BIN = 60, 10
MOST_LABELS = 12
"""Further marks have no label, because the labels would be higher than the chart."""

LABEL_SIZE = 9
"""In points."""

WIDTH, LEFT, INCHES, MAIN, ROW = 8.6, 1.15, 7.2, 2.4, 0.2
"""In inches: chart width, space left of the axes, width of the axes, height of the upper axes, height of a text row."""

PALE = ("#c4d2de", "#f4f6f8", "#e3e9ee", "#ffffff")
"""Paler than in other charts, so that the prediction is readable on top."""

CACHE_WORDS = {"RefreshHit": "refresh hit", "Hit": "hit", "Miss": "miss"}


class HasShares(Protocol):
    """Shares over time, as in `Timeline.shares` and in a simulation."""

    @property
    def times(self) -> Any:
        """The beginnings of the time bins, in seconds."""

    @property
    def regions(self) -> Sequence[str]:
        """The regions that answered."""

    def get_share(self, region: str) -> Any:
        """Return the share of a region in the requests of each bin."""


class Simulated(HasShares, Protocol):
    """The part of `simulation.Traffic` that is drawn."""

    @property
    def seconds(self) -> float:
        """How long it took."""

    def moved_at(self, region: str, *, share: float, since: float = 0.0) -> float | None:
        """Return the seconds after `since`, or None if it never moved."""


def plot_switch(
    timeline: Timeline,
    *,
    region: str,
    prediction: SwitchPrediction | None = None,
    cause: str | float | None = None,
    until: str | float | None = None,
    edge_ttl: float | None = None,
) -> Chart:
    """Draw how the traffic moved to a region: its share, the marks, and the failed requests.

    Below, a stroke for each request shows the cache's part: hit, miss and so on. Readable without colour.

    The prediction is drawn over the measurement, and begins at the cause: pale the worst case, stronger the 80 % band,
    dashed the expected share. A bar above shows which part of it is the detection, and which is the DNS change.

    Args:
        timeline: From `record_timeline`.
        region: The region that the traffic moves to.
        prediction: From `predict_switch`.
        cause: When it began: the label of a mark, or seconds. The default is the first mark.
        until: When the way back began, if it was recorded too: a label, or seconds. The conclusion and the prediction
            end there.
        edge_ttl: For how many seconds the edge may keep the page. Older hits are shown as stale.

    Returns:
        A figure. Its title is the conclusion, and its `repr` describes all of it in words.

    Raises:
        WorkshopError: The timeline has no mark `cause` or `until`.
    """
    since, end = find_span(timeline, cause, until)
    moved = timeline.moved_at(region, share=SHARE, since=since, until=end)
    conclusion = _conclude(region, moved, end - since)
    predicted = _tell_prediction(prediction, moved) if prediction else ""
    shown = timeline.seconds
    if prediction and until is None:  # a recording may end long before the slowest AWS
        shown = end = max(shown, since + prediction.moved[SHARE].high)
    strokes = _sort_strokes(timeline.samples, edge_ttl)
    labels = [f"{mark.time:.1f} s  {mark.label}" for mark in timeline.marks[:MOST_LABELS]]
    moments = [mark.time / shown * INCHES * 72 for mark in timeline.marks[:MOST_LABELS]]
    widths = [measure_width(label, size=LABEL_SIZE) + 4 for label in labels]
    places = place_labels(moments, widths, right=INCHES * 72, gap=6)

    room = 0.42 + ROW * (max((place.row for place in places), default=-1) + 1 + bool(predicted))
    chart = Chart(figsize=(WIDTH, room + MAIN + ROW * len(strokes) + 1.0 + ROW * bool(prediction)))
    main = _add_axes(chart, conclusion, predicted, top=room, height=MAIN)
    handles = _draw_shares(main, timeline.shares(_choose_bin(timeline)), region, timeline.seconds)
    main.set_xlim(0, shown)
    if prediction:
        handles += _draw_prediction(main, prediction, since, end)
    below = _add_axes(chart, top=room + MAIN + 0.1, height=ROW * len(strokes) + 0.06, sharex=main)
    _draw_strokes(below, strokes)
    for mark, label, place in zip(timeline.marks, labels, places, strict=False):
        _draw_mark(chart, main, below, mark, label, place, is_cause=mark.time == since)
    for mark in timeline.marks[MOST_LABELS:]:
        main.axvline(mark.time, color="black", linewidth=0.6, linestyle=":")
    chart.legend(handles=handles, loc="lower center", ncols=4, frameon=False, fontsize=LABEL_SIZE)
    chart.summary = "\n".join(filter(None, (conclusion, predicted, repr(timeline))))
    return chart


def plot_simulation(traffic: Simulated, *, region: str, since: float = 0.0) -> Chart:
    """Draw how simulated traffic moved to a region.

    Args:
        traffic: From `simulate_traffic`.
        region: The region that the traffic moves to.
        since: The time of the cause, in seconds. The title counts from it.

    Returns:
        A figure. Its title is the conclusion, and its `repr` describes all of it in words.
    """
    moved = traffic.moved_at(region, share=SHARE, since=since)
    conclusion = _conclude(region, moved, traffic.seconds - since)
    chart = Chart(figsize=(WIDTH, MAIN + 1.25))
    axes = _add_axes(chart, conclusion, top=0.42, height=MAIN)
    handles = _draw_shares(axes, traffic, region, traffic.seconds)
    axes.tick_params(axis="x", labelbottom=True)
    axes.set_xlabel("seconds")
    if since:
        axes.axvline(since, color="black", linewidth=1.6)
    chart.legend(handles=handles, loc="lower center", ncols=5, frameon=False, fontsize=LABEL_SIZE)
    chart.summary = f"{conclusion}\n{traffic!r}"
    return chart


def _conclude(region: str, moved: float | None, seconds: float) -> str:
    """Say what happened in one line."""
    if moved is None:
        said = f"{SHARE:.0%} did not move to {region} for good within {seconds:.0f} s"
    else:
        said = f"{SHARE:.0%} moved to {region} after {moved:.1f} s"
    return said.replace("%", " %")


def _tell_prediction(prediction: SwitchPrediction, moved: float | None) -> str:
    """Say what was predicted, and how right that was."""
    band = prediction.moved[SHARE]
    return f"predicted: {band.tell(unit=' s')}; measured {find_place(moved, band)}"


def _choose_bin(timeline: Timeline) -> float:
    """Choose bins that are short enough to see a step, and long enough for several requests."""
    pause = timeline.seconds / max(len(timeline.samples), 1)
    return max(timeline.seconds / BINS, FEWEST_IN_A_BIN * pause)


def _add_axes(
    chart: Chart, title: str = "", subtitle: str = "", *, top: float, height: float, sharex: Axes | None = None
) -> Axes:
    """Add axes at a distance from the top, in inches. Placing the labels needs axes of a known width."""
    whole = chart.get_figheight()
    box = (LEFT / WIDTH, 1 - (top + height) / whole, INCHES / WIDTH, height / whole)
    axes: Axes = chart.add_axes(box, sharex=sharex)
    axes.spines[["top", "right"]].set_visible(False)
    if title:
        chart.text(LEFT / WIDTH, 1 - 0.25 / whole, title, fontsize=11.5, fontweight="bold", ha="left", va="center")
    if subtitle:
        chart.text(LEFT / WIDTH, 1 - (0.25 + ROW) / whole, subtitle, fontsize=LABEL_SIZE, ha="left", va="center")
    return axes


def _draw_shares(axes: Axes, shares: HasShares, region: str, seconds: float) -> list[Any]:
    """Stack the regions, with `region` at the bottom, so that its share is readable. Failed requests are on top."""
    edges = [*shares.times, seconds]
    handles: list[Any] = []
    below = np.zeros(len(shares.times))
    for number, name in enumerate([region, *(name for name in shares.regions if name != region)]):
        top = below + (shares.get_share(name) if name in shares.regions else 0)
        style: dict[str, Any] = {"facecolor": PALE[number % 4], "hatch": HATCHES[number % 4], "edgecolor": "#8496a6"}
        handles.append(axes.stairs(top, edges, baseline=below, fill=True, label=name, linewidth=0, zorder=1, **style))
        axes.stairs(top, edges, color="black", linewidth=0.6 if number else 1.8, zorder=2 if number else 4)
        below = top
    if (below < 1 - ROUNDING).any():
        handles.append(Patch(facecolor="white", edgecolor="black", linewidth=0.6, label="failed"))
    axes.set(xlim=(0, seconds), ylim=(0, 1.02), ylabel="share of requests")
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    axes.tick_params(axis="x", labelbottom=False)
    axes.grid(axis="y", color="#ffffff", linewidth=0.6, zorder=1.5)
    return handles


def _draw_prediction(axes: Axes, prediction: SwitchPrediction, since: float, end: float) -> list[Any]:
    """Draw the worst case, the 80 % band, the expected share, and what comes before traffic can move."""
    shares = np.array([0, *prediction.moved])  # what holds of the first twentieth is drawn from 0 on
    bands = np.array([prediction.moved[shares[1]], *prediction.moved.values()])
    earliest, low, _, high, latest = np.minimum(since + bands, end).T
    x = np.array([since, *(since + bands[:, 2])])
    style: dict[str, Any] = {"facecolor": "#e08a1e", "edgecolor": "black", "linewidth": 0.9, "zorder": 3}
    worst = axes.fill_betweenx(shares, earliest, latest, alpha=0.25, linestyle=":", label="worst case", **style)
    band = axes.fill_betweenx(shares, low, high, alpha=0.6, label="80 % band", **style)
    (line,) = axes.plot(
        x[x <= end], np.array([0, *shares])[x <= end],
        color="black", linestyle="--", linewidth=1.4, zorder=5, label="expected",
    )  # fmt: skip
    return [worst, band, line, *_draw_parts(axes, prediction, since, end)]


def _draw_parts(axes: Axes, prediction: SwitchPrediction, since: float, end: float) -> list[Any]:
    """Draw bars above the shares: how long the detection may take, and from when until when DNS may change."""
    detected, changed = prediction.detected, prediction.dns_changed
    parts = [("detection", "xxx", 0.0, detected.latest)] if detected.latest else []
    if changed.latest > detected.latest:
        parts.append(("AWS's DNS change", "///", detected.earliest, changed.latest))
    bars = []
    for row, (label, hatch, begin, over) in enumerate(parts):
        left, width = since + begin, min(over, end - since) - begin
        style: dict[str, Any] = {"facecolor": "white", "edgecolor": "black", "linewidth": 0.9, "hatch": hatch}
        bars.append(axes.barh(1.08 + 0.1 * row, width, height=0.08, left=left, label=label, zorder=4, **style))
    axes.set_ylim(0, 1.02 + 0.11 * len(parts))
    return bars


def _sort_strokes(samples: Sequence[Sample], edge_ttl: float | None) -> dict[str, list[float]]:
    """Sort the times of the requests by their cache status. Failed requests come first."""
    sorted_: dict[str, list[float]] = {"failed": []}
    for sample in samples:
        word = sample.x_cache.partition(" ")[0]
        kind = "failed" if sample.failed else CACHE_WORDS.get(word, "other")
        if kind == "hit" and edge_ttl is not None and sample.age > edge_ttl:
            kind = "stale hit"
        sorted_.setdefault(kind, []).append(sample.time)
    return sorted_


def _draw_strokes(axes: Axes, strokes: Mapping[str, Sequence[float]]) -> None:
    """Draw a stroke for each request, in a row for each kind."""
    for row, (kind, times) in enumerate(strokes.items()):
        failed = kind == "failed"
        # One line with gaps. With a line for each request the picture would be five times as large.
        x = np.column_stack([times, times, np.full(len(times), np.nan)]).ravel()
        y = np.tile([row - 0.35, row + 0.35, np.nan], len(times))
        axes.plot(x, y, color="black" if failed else "#5b6b79", linewidth=1.2 if failed else 0.6, solid_capstyle="butt")
    axes.set_yticks(range(len(strokes)), [f"{kind}: {len(times)}" for kind, times in strokes.items()])
    axes.tick_params(axis="y", length=0, labelsize=LABEL_SIZE)
    axes.set(ylim=(len(strokes) - 0.5, -0.5), xlabel="seconds since the recording began")


def _draw_mark(chart: Chart, main: Axes, below: Axes, mark: Mark, label: str, place: Place, *, is_cause: bool) -> None:
    """Draw a line from the label down through both axes."""
    whole = chart.get_figheight()
    x = (LEFT + mark.time / main.get_xlim()[1] * INCHES) / WIDTH
    y = main.get_position().y1 + (0.12 + ROW * place.row) / whole
    style = {"linewidth": 1.6} if is_cause else {"linewidth": 1.0, "linestyle": (0, (4, 2))}
    chart.add_artist(Line2D([x, x], [below.get_position().y0, y + 0.06 / whole], color="black", **style))
    chart.text(
        (LEFT + (place.left + 4) / 72) / WIDTH, y, label, fontsize=LABEL_SIZE, va="center", zorder=5,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
    )  # fmt: skip
