"""Labels of moments above a chart. Each is at its moment, in as few rows as possible without overlap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.textpath import TextPath


class Place(NamedTuple):
    """The place of a label."""

    row: int
    """Rows are counted upwards."""
    left: float


def measure_width(text: str, *, size: float) -> float:
    """Measure the width of a text in points, at a font size in points, in Matplotlib's own font."""
    return float(TextPath((0, 0), text, size=size).get_extents().width)


def place_labels(moments: Sequence[float], widths: Sequence[float], *, right: float, gap: float) -> list[Place]:
    """Find a place for each label: to the right of its moment, if there is room.

    An earlier label goes above a later one that it would cover. So the line from a label down to its moment crosses no
    other label. Near the right end it may, because labels are moved to the left there.

    Args:
        moments: The positions of the moments, in order, in the unit of `widths`.
        widths: The widths of the labels.
        right: The right end of the space.
        gap: Space between two labels.
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
