"""Charts: shares, intervals, and what a reader sees."""

from collections import Counter

import pytest

from workshop_lib import plots

IRELAND, SINGAPORE = "eu-west-1", "ap-southeast-1"


def test_a_weight_is_not_a_percentage():
    shares = plots.get_shares({IRELAND: 230, SINGAPORE: 26})

    assert shares == {IRELAND: 230 / 256, SINGAPORE: 26 / 256}


def test_weights_of_zero_everywhere_share_equally():
    assert plots.get_shares({IRELAND: 0, SINGAPORE: 0}) == {IRELAND: 0.5, SINGAPORE: 0.5}


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [(0, 100, 0.0, 0.0370), (100, 100, 0.9630, 1.0), (50, 100, 0.4038, 0.5962), (10, 100, 0.0552, 0.1744)],
)
def test_the_interval_is_wilsons(count, total, low, high):
    assert plots.get_interval(count, total) == pytest.approx((low, high), abs=0.0001)


def test_with_no_answers_every_share_is_possible():
    assert plots.get_interval(0, 0) == (0.0, 1.0)


def test_a_chart_says_in_words_what_it_draws():
    chart = plots.plot_shares(Counter({IRELAND: 182, SINGAPORE: 18}), {IRELAND: 230, SINGAPORE: 26})

    assert repr(chart).splitlines() == [
        "eu-west-1: expected 89.8%, observed 91.0% (86.2% to 94.2%, 182 of 200)",
        "ap-southeast-1: expected 10.2%, observed 9.0% (5.8% to 13.8%, 18 of 200)",
    ]


def test_a_region_that_answers_unexpectedly_is_drawn_too():
    chart = plots.plot_shares(Counter({IRELAND: 9, "us-east-1": 1}), {IRELAND: 1})

    assert [label.get_text() for label in chart.axes[0].get_yticklabels()] == [IRELAND, "us-east-1"]


def test_a_notebook_gets_the_same_picture_for_the_same_numbers():
    first, second = (plots.plot_shares({IRELAND: 3}, {IRELAND: 1})._repr_svg_() for _ in range(2))

    assert first == second
    assert first.startswith("<?xml")


def test_the_bars_differ_without_colour():
    chart = plots.plot_shares({IRELAND: 1, SINGAPORE: 1}, {IRELAND: 1, SINGAPORE: 1})

    assert len({bar.get_hatch() for bar in chart.axes[0].patches}) == 2
