"""Draws how answers were shared among regions, over the shares that their weights promise."""

from __future__ import annotations

import math
from collections.abc import Mapping

from matplotlib.axes import Axes

from traffic_lab.charts.chart import GREYS, HATCHES, Chart

Z_95 = 1.959964
"""Half the width of a 95 % interval, in standard deviations."""


def get_shares(weights: Mapping[str, float]) -> dict[str, float]:
    """Turn weights into the shares that Route 53 gives them.

    If all weights are 0, Route 53 answers with each record equally often, so the shares are equal.
    """
    total = sum(weights.values())
    if total == 0:
        return {name: 1 / len(weights) for name in weights}
    return {name: weight / total for name, weight in weights.items()}


def get_interval(count: int, total: int) -> tuple[float, float]:
    """Estimate the share behind `count` of `total` as a 95 % interval (Wilson's).

    Unlike the textbook interval, it is right near 0 % and 100 %, which are common here. Without observations it is the
    whole range.

    Returns:
        Lowest and highest share, each between 0 and 1.
    """
    if total == 0:
        return 0.0, 1.0
    share = count / total
    shrink = 1 + Z_95**2 / total
    centre = (share + Z_95**2 / (2 * total)) / shrink
    half = Z_95 * math.sqrt(share * (1 - share) / total + Z_95**2 / (4 * total**2)) / shrink
    return max(0.0, centre - half), min(1.0, centre + half)


def plot_shares(observed: Mapping[str, int], expected: Mapping[str, float]) -> Chart:
    """Draw, for each region, the observed share of answers and the share that its weight promises.

    A bar is the observed share, its whisker the 95 % interval, a diamond the expected share. By chance, one diamond in
    twenty is outside its whisker. Readable without colour.

    Args:
        observed: How many answers came from each region, such as a `Counter`.
        expected: The weight, or the share, of each region. For a missing region it is 0.

    Returns:
        A figure. Its `repr` gives the same numbers in words.
    """
    shares = get_shares(expected)
    regions = [*shares, *(region for region in observed if region not in shares)]
    total = sum(observed.values())
    intervals = {region: get_interval(observed.get(region, 0), total) for region in regions}
    chart = Chart(figsize=(6.4, 0.9 + 0.7 * len(regions)), layout="constrained")
    axes = chart.add_subplot()
    for row, region in enumerate(regions):
        _draw_region(axes, row, observed.get(region, 0) / max(total, 1), intervals[region], shares.get(region, 0.0))
    _label(axes, regions, total)
    chart.summary = "\n".join(
        f"{region}: expected {shares.get(region, 0.0):.1%}, observed {observed.get(region, 0) / max(total, 1):.1%} "
        f"({intervals[region][0]:.1%} to {intervals[region][1]:.1%}, {observed.get(region, 0)} of {total})"
        for region in regions
    )
    return chart


def _draw_region(axes: Axes, row: int, share: float, interval: tuple[float, float], expected: float) -> None:
    """Draw one bar with its whisker and its diamond. Only the first row appears in the legend."""
    hidden = "_" if row else ""
    axes.barh(
        row,
        share,
        height=0.55,
        color=GREYS[row % 4],
        hatch=HATCHES[row % 4],
        edgecolor="black",
        linewidth=0.8,
        zorder=2,
    )
    axes.plot(interval, (row, row), color="black", linewidth=1.8, marker="|", markersize=11, zorder=3,
              label=f"{hidden}observed, 95 % interval")  # fmt: skip
    axes.plot([expected], [row], linestyle="none", marker="D", markersize=8, markerfacecolor="white",
              markeredgecolor="black", markeredgewidth=1.6, zorder=4, label=f"{hidden}expected")  # fmt: skip


def _label(axes: Axes, regions: list[str], total: int) -> None:
    """Name the rows and the axis, and hide lines without information."""
    axes.set_yticks(range(len(regions)), regions)
    axes.invert_yaxis()
    axes.set_xlim(0, 1.02)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    axes.set_xlabel(f"share of {total} requests")
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="x", color="#d0d0d0", linewidth=0.6, zorder=0)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, frameon=False)
