"""The plan: what will be made, what it costs, how long it takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workshop_lib.inventory import KINDS
from workshop_lib.lambda_edge import MEMORY_SIZE
from workshop_lib.names import suggest_names
from workshop_lib.plan import GIGABYTES_OF_THE_FUNCTION, PACE, describe_waits, make_plan
from workshop_lib.prices import Price, describe_age, read_prices

ROOT = Path(__file__).resolve().parents[2]
NAMES = suggest_names("ada")
PLAN = make_plan(NAMES)


def test_the_plan_names_every_kind_that_clean_up_deletes() -> None:
    only_after_an_error = {"validation log"}

    assert {item.kind for item in PLAN.items} == {kind.word for kind in KINDS} - only_after_an_error


def test_the_plan_has_both_buckets_four_distributions_and_a_check_for_each_region() -> None:
    made = {(item.kind, item.name) for item in PLAN.items}

    assert {("bucket", NAMES.source_bucket), ("bucket", NAMES.destination_bucket)} <= made
    assert {name for kind, name in made if kind == "distribution"} == set(NAMES.distribution_comments)
    checks = {"two-regions-ada/eu-west-1", "two-regions-ada/ap-southeast-1"}
    assert {name for kind, name in made if kind == "health check"} == checks


def test_what_is_forgotten_costs_the_zone_the_checks_and_the_storage() -> None:
    assert PLAN.month == pytest.approx(0.50 + 2 * (0.75 + 2.00) + 2 * 0.01 * 0.023)


def test_an_hour_costs_its_share_of_the_checks_and_the_requests() -> None:
    checks, requests = 2 * 2.75 / 730, 0.012 + 0.006 + 0.004 + 0.004 + 10_000 * 0.05 * 0.5 * 0.00005001

    assert PLAN.hour == pytest.approx(checks + requests, rel=0.01)


def test_the_plan_counts_the_memory_that_the_function_has() -> None:
    assert GIGABYTES_OF_THE_FUNCTION * 1024 == MEMORY_SIZE


def test_the_day_of_the_workshop_costs_less_than_a_dollar() -> None:
    assert 0.5 < PLAN.day < 1
    assert "less than 1 USD if you clean up the same day" in repr(PLAN)


def test_only_a_dearer_price_makes_a_dearer_plan() -> None:
    assert all(item.charge == "free" for item in PLAN.items if item.kind in ("distribution", "edge function"))
    assert [item.charge for item in PLAN.items if item.kind == "batch job"] == ["0.25 once"]


def test_the_plan_shows_sums_dates_and_times_here_and_there() -> None:
    for shown in (repr(PLAN), PLAN._repr_html_()):
        assert "about 6.00 USD a month" in shown
        assert "not verified" in shown
        assert "03 Route through CloudFront" in shown
        assert NAMES.source_bucket in shown


def test_the_minutes_of_work_are_those_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| \[(\d\d [^]]+)\]\(notebooks/.*\| (\d+) \|$", readme, re.M)

    assert [(pace.notebook, str(pace.work)) for pace in PACE] == listed


def test_the_document_about_aws_says_what_the_plan_says() -> None:
    document = " ".join((ROOT / "docs" / "aws.md").read_text(encoding="utf-8").split())

    assert PLAN.summary in document
    assert f"{sum(pace.work for pace in PACE)} minutes of work" in document
    assert describe_waits(pace.notebook for pace in PACE) in document


def test_the_waits_are_those_that_the_steps_allow_for() -> None:
    third = PACE[3]

    assert (third.least_wait, third.most_wait) == (3, 26)
    assert describe_waits(["00_start_here"]).startswith("The waits for AWS take 0 to 0 minutes")
    assert describe_waits(["03_route", "02_build"]).startswith("The waits for AWS take 3 to 29 minutes")


def test_every_price_has_a_date_and_a_source_and_says_whether_it_is_verified() -> None:
    for price in read_prices().values():
        assert price.as_of.year >= 2026
        assert price.source
        assert price.verified is False


def test_one_price_that_is_not_verified_makes_a_sum_that_is_not() -> None:
    sure = Price("", 1, 1, read_prices()["storage"].as_of, "AWS", verified=True)

    assert "not verified" not in describe_age([sure])
    assert describe_age([sure, read_prices()["invocation"]]) == "prices of 2026-11-23 to 2026-11-29, not verified"
