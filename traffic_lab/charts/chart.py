"""The base of all charts.

It uses Matplotlib without pyplot: no global state, no window, no backend to choose.
"""

from __future__ import annotations

import io

import matplotlib
from matplotlib.figure import Figure

HATCHES = ("", "///", "...", "xxx")
GREYS = ("#9fb8cc", "#e3e9ee", "#c4d2de", "#f4f6f8")


class Chart(Figure):  # type: ignore[misc]  # matplotlib's stubs are not followed
    """A Matplotlib Figure. A notebook shows it as SVG, a terminal shows the same numbers in words."""

    summary = ""

    def _repr_svg_(self) -> str:
        """Draw the figure; IPython calls this for the last value of a cell."""
        drawn = io.StringIO()
        # With a fixed salt and no date, the same data give the same bytes, so executed notebooks can be compared.
        with matplotlib.rc_context({"svg.hashsalt": "workshop", "svg.fonttype": "none"}):
            self.savefig(drawn, format="svg", metadata={"Date": None})
        return drawn.getvalue()

    def __repr__(self) -> str:
        return self.summary or super().__repr__()
