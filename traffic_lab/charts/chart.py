"""The base of all charts.

It uses Matplotlib without pyplot: no global state, no window, no backend to choose.
"""

from __future__ import annotations

import base64
import html
import io

import matplotlib
from matplotlib.figure import Figure

HATCHES = ("", "///", "...", "xxx")
GREYS = ("#9fb8cc", "#e3e9ee", "#c4d2de", "#f4f6f8")


class Chart(Figure):  # type: ignore[misc]  # matplotlib's stubs are not followed
    """A Matplotlib Figure. A notebook shows it as a picture, a terminal shows the same numbers in words.

    The picture is SVG within HTML. JupyterLab cuts off plain SVG that is wider than the window.
    """

    summary = ""

    def _repr_html_(self) -> str:
        """Draw the figure; IPython calls this for the last value of a cell."""
        drawn = io.BytesIO()
        # With a fixed salt and no date, the same data give the same bytes, so executed notebooks can be compared.
        with matplotlib.rc_context({"svg.hashsalt": "workshop", "svg.fonttype": "none"}):
            self.savefig(drawn, format="svg", metadata={"Date": None})
        picture = base64.b64encode(drawn.getvalue()).decode()
        return f'<img alt="{html.escape(repr(self))}" src="data:image/svg+xml;base64,{picture}">'

    def __repr__(self) -> str:
        return self.summary or super().__repr__()
