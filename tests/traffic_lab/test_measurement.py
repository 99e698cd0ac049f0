"""When the traffic had moved, and what else a timeline says of what a viewer saw."""

from __future__ import annotations

import csv
from math import isnan
from typing import TYPE_CHECKING

import pytest

from traffic_lab.measurement import Mark, Sample, Timeline
from workshop_lib.errors import WorkshopError

if TYPE_CHECKING:
    from pathlib import Path

IRELAND, SINGAPORE = "eu-west-1", "ap-southeast-1"


def record(answers: str, *marks: Mark, rate: float = 10) -> Timeline:
    """A timeline of one request for each letter: Ireland, Singapore, x for 503, ? for a 404, - for no answer."""
    regions = {"I": IRELAND, "S": SINGAPORE}
    statuses = {"x": 503, "?": 404, "-": 0}
    samples = [
        Sample(number / rate, statuses.get(letter, 200), regions.get(letter), "Miss from cloudfront", 0)
        for number, letter in enumerate(answers)
    ]
    return Timeline(tuple(samples), marks, len(answers) / rate)


@pytest.mark.parametrize("share", [0.5, 0.95, 1.0])
def test_traffic_that_moves_at_once_has_moved_with_the_first_answer_of_the_region(share: float) -> None:
    assert record("I" * 30 + "S" * 30).moved_at(SINGAPORE, share=share) == 3.0


def test_half_has_moved_before_all_has() -> None:
    timeline = record("I" * 20 + "IS" * 10 + "S" * 20)

    assert timeline.moved_at(SINGAPORE, share=0.5) == 2.1
    assert timeline.moved_at(SINGAPORE, share=1.0) == pytest.approx(3.9)


def test_a_move_that_is_taken_back_does_not_count() -> None:
    timeline = record("I" * 20 + "S" * 20 + "I" * 10 + "S" * 20)

    assert timeline.moved_at(SINGAPORE, share=0.95) == 5.0
    assert timeline.moved_at(SINGAPORE, share=0.95, until=4.0) == 2.0
    assert timeline.moved_at(IRELAND, share=0.5) is None


def test_one_late_answer_matters_only_to_who_asks_for_all() -> None:
    timeline = record("I" * 20 + "S" * 20 + "I" + "S" * 39, rate=20)

    assert timeline.moved_at(SINGAPORE, share=0.95) == 1.0
    assert timeline.moved_at(SINGAPORE, share=1.0) == pytest.approx(2.05)


def test_a_failed_request_was_not_answered_by_the_region() -> None:
    assert record("I" * 20 + "x" * 10 + "S" * 20).moved_at(SINGAPORE, share=1.0) == 3.0


def test_it_is_counted_from_the_cause() -> None:
    timeline = record("I" * 30 + "S" * 30, Mark(1.0, "Ireland fails"))

    assert timeline.moved_at(SINGAPORE, share=0.95, since=timeline.time_of("Ireland fails")) == 2.0


def test_traffic_that_had_moved_before_the_cause_took_no_time() -> None:
    assert record("S" * 30).moved_at(SINGAPORE, share=1.0, since=1.0) == 0.0


def test_a_move_within_the_last_window_is_not_seen() -> None:
    timeline = record("I" * 35 + "S" * 5)

    assert timeline.moved_at(SINGAPORE, share=0.5) is None
    assert timeline.moved_at(SINGAPORE, share=0.5, window=0.4) == 3.5


def test_a_share_is_reached_although_fractions_are_inexact() -> None:
    assert 0.28 * 25 > 7  # as floating-point numbers
    assert record(("S" * 7 + "I" * 18) * 3, rate=25).moved_at(SINGAPORE, share=0.28) == 0.0


def test_an_empty_timeline_has_not_moved() -> None:
    assert Timeline((), (), 0).moved_at(SINGAPORE, share=0.5) is None


def test_errors_of_the_server_and_silence_are_failures_but_a_missing_page_is_none() -> None:
    assert [sample.status for sample in record("I?x-").failed] == [503, 0]


def test_the_shares_of_a_bin_leave_room_for_failed_requests() -> None:
    shares = record("IIIIISSSxx").shares(0.5)

    assert shares.times == [0, 0.5]
    assert shares.share == {IRELAND: [1.0, 0.0], SINGAPORE: [0.0, 0.6]}


def test_a_bin_without_requests_has_no_shares() -> None:
    timeline = Timeline((Sample(0.1, 200, IRELAND, "", 0), Sample(2.1, 200, IRELAND, "", 0)), (), 3)

    before, between, after = timeline.shares(1.0).share[IRELAND]

    assert (before, after) == (1, 1)
    assert isnan(between)


def test_what_was_watched_is_found_by_its_name() -> None:
    timeline = record("I", Mark(0.0, "DNS fails"), Mark(0.5, f"DNS: {SINGAPORE}"), Mark(0.7, f"DNS: {IRELAND}"))

    assert timeline.time_of("DNS") == 0.5
    assert timeline.time_of(f"DNS: {IRELAND}") == 0.7


def test_a_moment_that_was_not_marked_says_which_were() -> None:
    with pytest.raises(WorkshopError, match=r"no mark 'DNS'.* Its marks: 0\.5 s Ireland fails"):
        record("I", Mark(0.5, "Ireland fails")).time_of("DNS")


def test_a_timeline_says_in_words_what_was_seen() -> None:
    timeline = record("I" * 12 + "S" * 6 + "x?", Mark(1.0, "Ireland fails"), Mark(1.25, "healthy: no"))

    assert repr(timeline).splitlines() == [
        "20 requests in 2 s: eu-west-1 60 %, ap-southeast-1 30 %, 1 named no region, 1 failed",
        "marks: 1.0 s Ireland fails; 1.2 s healthy: no",
    ]
    assert repr(Timeline((), (), 0)) == "0 requests in 0 s: 0 failed"


def test_an_instructor_gets_a_table_of_everything(tmp_path: Path) -> None:
    record("Ix", Mark(0.05, "Ireland fails, at last")).to_csv(tmp_path / "drill.csv")

    with (tmp_path / "drill.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["time", "status", "region", "x_cache", "age", "mark"],
        ["0.0", "200", IRELAND, "Miss from cloudfront", "0", ""],
        ["0.05", "", "", "", "", "Ireland fails, at last"],
        ["0.1", "503", "", "Miss from cloudfront", "0", ""],
    ]
