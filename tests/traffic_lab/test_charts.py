"""Charts: shares, intervals, and what a reader sees."""

import base64
from collections import Counter
from itertools import combinations
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from traffic_lab import charts
from traffic_lab.charts.labels import place_labels
from traffic_lab.measurement import Mark, Sample, Timeline
from traffic_lab.model.prediction import Band, SwitchPrediction
from workshop_lib.errors import WorkshopError

IRELAND, SINGAPORE = "eu-west-1", "ap-southeast-1"


def test_a_weight_is_not_a_percentage():
    shares = charts.get_shares({IRELAND: 230, SINGAPORE: 26})

    assert shares == {IRELAND: 230 / 256, SINGAPORE: 26 / 256}


def test_weights_of_zero_everywhere_share_equally():
    assert charts.get_shares({IRELAND: 0, SINGAPORE: 0}) == {IRELAND: 0.5, SINGAPORE: 0.5}


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [(0, 100, 0.0, 0.0370), (100, 100, 0.9630, 1.0), (50, 100, 0.4038, 0.5962), (10, 100, 0.0552, 0.1744)],
)
def test_the_interval_is_wilsons(count, total, low, high):
    assert charts.get_interval(count, total) == pytest.approx((low, high), abs=0.0001)


def test_with_no_answers_every_share_is_possible():
    assert charts.get_interval(0, 0) == (0.0, 1.0)


def test_a_chart_says_in_words_what_it_draws():
    chart = charts.plot_shares(Counter({IRELAND: 182, SINGAPORE: 18}), {IRELAND: 230, SINGAPORE: 26})

    assert repr(chart).splitlines() == [
        "eu-west-1: expected 89.8%, observed 91.0% (86.2% to 94.2%, 182 of 200)",
        "ap-southeast-1: expected 10.2%, observed 9.0% (5.8% to 13.8%, 18 of 200)",
    ]


def test_a_region_that_answers_unexpectedly_is_drawn_too():
    chart = charts.plot_shares(Counter({IRELAND: 9, "us-east-1": 1}), {IRELAND: 1})

    assert [label.get_text() for label in chart.axes[0].get_yticklabels()] == [IRELAND, "us-east-1"]


def test_a_notebook_gets_the_same_picture_for_the_same_numbers():
    first, second = (charts.plot_shares({IRELAND: 3}, {IRELAND: 1})._repr_html_() for _ in range(2))

    assert first == second


def test_a_notebook_gets_an_image_that_fits_and_its_numbers_in_words():
    chart = charts.plot_shares({IRELAND: 3}, {IRELAND: 1})

    shown = ElementTree.fromstring(f"{chart._repr_html_().removesuffix('>')}/>")

    assert shown.tag == "img"  # JupyterLab doesn't fit plain SVG into the window
    assert shown.attrib["alt"] == repr(chart)
    picture = base64.b64decode(shown.attrib["src"].removeprefix("data:image/svg+xml;base64,"))
    assert ElementTree.fromstring(picture).tag.endswith("}svg")


def test_the_bars_differ_without_colour():
    chart = charts.plot_shares({IRELAND: 1, SINGAPORE: 1}, {IRELAND: 1, SINGAPORE: 1})

    assert len({bar.get_hatch() for bar in chart.axes[0].patches}) == 2


MARKS = (
    Mark(3.0, "Ireland fails"),
    Mark(4.0, "health check: no"),
    Mark(4.1, f"DNS: {SINGAPORE}"),
    Mark(9.8, "Ireland is back"),
    Mark(9.9, "health check: yes"),
)


def hold_drill(*marks, failed=2):
    """Ten seconds of ten requests each: Ireland answers, then some requests fail, then Singapore answers."""
    answers = [IRELAND] * 48 + [None] * failed + [SINGAPORE] * (52 - failed)
    samples = [
        Sample(number / 10, 200 if region else 503, region, "Miss from cloudfront", 0)
        for number, region in enumerate(answers)
    ]
    return Timeline(tuple(samples), marks, 10.0)


def predict(**parts):
    """A prediction of a move between one and three seconds after the cause."""
    none = Band(0, 0, 0, 0, 0)
    moved = {0.5: Band(1.0, 1.2, 1.5, 1.8, 3.0), 0.95: Band(1.0, 1.5, 2.0, 2.5, 3.0)}
    return SwitchPrediction(**{"detected": none, "dns_changed": none, "moved": moved, "failed_requests": none} | parts)


def get_labels(chart):
    return [text.get_text() for text in chart.legends[0].get_texts()]


def texts_of(chart):
    return [text.get_text() for text in chart.texts]


def test_the_title_of_a_switch_is_its_conclusion():
    chart = charts.plot_switch(hold_drill(*MARKS), region=SINGAPORE, prediction=predict())

    assert texts_of(chart)[:2] == [
        "95 % moved to ap-southeast-1 after 2.0 s",
        "predicted: 2.0 s (80 %: 1.5 to 2.5; worst case: 1.0 to 3.0); measured inside the 80 % band",
    ]
    assert repr(chart).splitlines()[:3] == [
        *texts_of(chart)[:2],
        "100 requests in 10 s: eu-west-1 48 %, ap-southeast-1 50 %, 2 failed",
    ]


def test_a_switch_that_did_not_happen_says_so():
    chart = charts.plot_switch(hold_drill(MARKS[0]), region="us-east-1")

    assert repr(chart).startswith("95 % did not move to us-east-1 for good within 7 s\n")


def test_a_switch_can_be_judged_up_to_the_way_back():
    there_and_back = Timeline(
        tuple(Sample(time / 10, 200, SINGAPORE if 20 <= time < 50 else IRELAND, "", 0) for time in range(80)),
        (Mark(1.0, "weights 0, 255"), Mark(4.5, "weights 255, 0")),
        8.0,
    )

    assert "did not move" in repr(charts.plot_switch(there_and_back, region=SINGAPORE))
    chart = charts.plot_switch(there_and_back, region=SINGAPORE, until="weights 255, 0")
    assert repr(chart).startswith("95 % moved to ap-southeast-1 after 1.0 s\n")


def test_the_expected_line_begins_at_the_cause_and_agrees_with_the_printed_number():
    chart = charts.plot_switch(hold_drill(*MARKS), region=SINGAPORE, prediction=predict(), cause="health check")

    (expected,) = [line for line in chart.axes[0].lines if line.get_label() == "expected"]
    assert list(zip(expected.get_xdata(), expected.get_ydata(), strict=True)) == [
        *((4, 0), (5.5, 0)),  # 0 until the first share has moved
        *((5.5, 0.5), (6.0, 0.95)),
    ]


def test_a_band_that_reaches_beyond_the_recording_is_shown():
    chart = charts.plot_switch(hold_drill(*MARKS), region=SINGAPORE, prediction=predict(), cause=8.2)

    assert chart.axes[0].get_xlim() == (0, 8.2 + 2.5)


def test_what_is_expected_after_the_way_back_began_is_left_out():
    chart = charts.plot_switch(hold_drill(*MARKS), region=SINGAPORE, prediction=predict(), cause=8.0, until=9.8)

    (expected,) = [line for line in chart.axes[0].lines if line.get_label() == "expected"]
    assert max(expected.get_xdata()) == 9.5


def test_the_band_lies_in_the_worst_case():
    chart = charts.plot_switch(hold_drill(*MARKS), region=SINGAPORE, prediction=predict())

    areas = {area.get_label(): area.get_paths()[0].get_extents() for area in chart.axes[0].collections}
    assert (areas["80 % band"].x0, areas["80 % band"].x1) == pytest.approx((4.2, 5.5))
    assert (areas["worst case"].x0, areas["worst case"].x1) == pytest.approx((4.0, 6.0))


def test_a_change_of_dns_that_aws_may_make_late_has_a_bar_of_its_own():
    slow = predict(dns_changed=Band(0, 0.3, 1.0, 1.7, 2.0))

    chart = charts.plot_switch(hold_drill(*MARKS), region=SINGAPORE, prediction=slow)

    assert get_labels(chart)[-1] == "AWS's DNS change"
    (bar,) = chart.axes[0].containers[-1]
    assert (bar.get_x(), bar.get_width()) == (3.0, 2.0)


def test_a_failure_that_must_be_detected_has_another():
    found = Band(0.8, 0.82, 0.9, 0.98, 1.0)

    chart = charts.plot_switch(
        hold_drill(*MARKS), region=SINGAPORE, prediction=predict(detected=found, dns_changed=found)
    )

    assert "detection" in get_labels(chart)
    assert "AWS's DNS change" not in get_labels(chart)


def test_a_cause_that_is_not_marked_is_refused():
    with pytest.raises(WorkshopError, match="'Ireland burns'"):
        charts.plot_switch(hold_drill(*MARKS), region=SINGAPORE, cause="Ireland burns")


def test_no_label_covers_another():
    chart = charts.plot_switch(hold_drill(*MARKS), region=SINGAPORE)
    renderer = FigureCanvasAgg(chart).get_renderer()

    boxes = [text.get_window_extent(renderer) for text in chart.texts]

    assert texts_of(chart)[1:] == [f"{mark.time:.1f} s  {mark.label}" for mark in MARKS]
    assert not [pair for pair in combinations(boxes, 2) if pair[0].overlaps(pair[1])]
    assert all(box.x0 >= 0 and box.x1 <= chart.bbox.x1 and box.y1 <= chart.bbox.y1 for box in boxes)


def test_a_line_that_falls_from_its_label_crosses_no_other():
    moments, widths = [0, 50, 60, 200], [100, 100, 30, 100]

    places = place_labels(moments, widths, right=300, gap=5)

    assert [place.row for place in places] == [2, 1, 0, 0]
    assert [place.left for place in places] == moments


def test_a_label_near_the_end_is_moved_to_where_there_is_room():
    places = place_labels([280, 290], [60, 60], right=300, gap=5)

    assert [place.left for place in places] == [240, 240]
    assert len({place.row for place in places}) == 2


def test_any_number_of_moments_leaves_room_for_the_chart():
    marks = [Mark(number / 20, f"DNS: {SINGAPORE}") for number in range(200)]

    chart = charts.plot_switch(hold_drill(*marks), region=SINGAPORE)

    assert len(chart.texts) == 1 + 12
    assert chart.get_figheight() < 8


def test_failed_requests_have_a_row_of_their_own():
    chart = charts.plot_switch(hold_drill(*MARKS), region=SINGAPORE)

    assert [label.get_text() for label in chart.axes[1].get_yticklabels()] == ["failed: 2", "miss: 98"]
    assert "failed" in get_labels(chart)


def test_without_failures_every_request_belongs_to_a_region():
    chart = charts.plot_switch(hold_drill(*MARKS, failed=0), region=SINGAPORE)

    assert get_labels(chart) == [SINGAPORE, IRELAND]


def test_a_page_that_the_cache_should_have_forgotten_is_stale():
    words = [("Hit from cloudfront", 3), ("Hit from cloudfront", 11), ("RefreshHit from cloudfront", 0), ("", 0)]
    samples = tuple(Sample(float(number), 200, IRELAND, word, age) for number, (word, age) in enumerate(words))

    chart = charts.plot_switch(Timeline(samples, (), 4.0), region=SINGAPORE, edge_ttl=10)

    rows = [label.get_text() for label in chart.axes[1].get_yticklabels()]
    assert rows == ["failed: 0", "hit: 1", "stale hit: 1", "refresh hit: 1", "other: 1"]


def test_the_regions_of_a_switch_differ_without_colour():
    chart = charts.plot_switch(hold_drill(*MARKS), region=SINGAPORE)

    assert len({area.get_hatch() for area in chart.axes[0].patches if area.get_fill()}) == 2


def test_the_same_switch_gives_the_same_picture():
    first, second = (charts.plot_switch(hold_drill(*MARKS), region=SINGAPORE)._repr_html_() for _ in range(2))

    assert first == second


def test_simulated_traffic_is_drawn_the_same_way():
    shares = {IRELAND: [1.0, 0.5, 0.0], SINGAPORE: [0.0, 0.4, 1.0]}
    traffic = SimpleNamespace(
        times=[0.0, 10.0, 20.0], regions=(IRELAND, SINGAPORE), seconds=30.0, get_share=shares.get,
        moved_at=lambda region, *, share, since: 20.0 - since,
    )  # fmt: skip

    chart = charts.plot_simulation(traffic, region=SINGAPORE, since=5.0)

    assert repr(chart).startswith("95 % moved to ap-southeast-1 after 15.0 s\n")
    assert get_labels(chart) == [SINGAPORE, IRELAND, "failed"]
