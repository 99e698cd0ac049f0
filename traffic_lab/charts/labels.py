"""Labels of moments above a chart: each at its moment, in as few rows as it takes that none covers another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.textpath import TextPath


class Place(NamedTuple):
    """Where a label goes."""

    row: int
    """Rows are counted upwards."""
    left: float


def measure_width(text: str, *, size: float) -> float:
    """How wide a text is, in points, at a font size in points. Other fonts than Matplotlib's own are seldom wider."""
    return float(TextPath((0, 0), text, size=size).get_extents().width)


def place_labels(moments: Sequence[float], widths: Sequence[float], *, right: float, gap: float) -> list[Place]:
    """Find a place for each label: to the right of its moment, where there is room.

    An earlier label goes above a later one that it would cover. So a line that falls from a label to its moment crosses
    no other label, except near the right end, where labels are moved to the left.

    Args:
        moments: Where the labels belong, in order, in the unit of `widths`.
        widths: How wide they are.
        right: Where the room ends.
        gap: Room to leave between two labels.
    """
    places: list[Place] = []
    for moment, width in reversed(list(zip(moments, widths, strict=True))):
        left = min(moment, right - width)
        covered = [
            place.row
            for place, its_width in zip(reversed(places), widths[len(widths) - len(places) :], strict=True)
            if left < place.left + its_width + gap and place.left < left + width + gap
        ]
        places.append(Place(max(covered, default=-1) + 1, left))
    return places[::-1]
