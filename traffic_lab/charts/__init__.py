"""Charts of the workshop: observations, drawn over expectations. They also work in black and white.

Importing this takes about half a second, so only the notebooks that draw import it.

| module | draws |
|---|---|
| `shares` | how many answers came from each region, and how many were expected |
| `switch` | how the traffic moved from one region to another, over time |
| `labels` | labels of moments, which don't overlap |
| `chart` | the base of all charts |
"""

from traffic_lab.charts.chart import GREYS, HATCHES, Chart
from traffic_lab.charts.shares import Z_95, get_interval, get_shares, plot_shares
from traffic_lab.charts.switch import plot_simulation, plot_switch

__all__ = [
    "GREYS",
    "HATCHES",
    "Z_95",
    "Chart",
    "get_interval",
    "get_shares",
    "plot_shares",
    "plot_simulation",
    "plot_switch",
]
