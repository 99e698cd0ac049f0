"""Verdicts that need no cloud."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from dataclasses import dataclass

import pytest
from IPython.lib.pretty import pretty

from workshop_lib import checks
from workshop_lib.errors import CheckFailed
from workshop_lib.names import S3Origin
from workshop_lib.observe import Page

IRELAND, SINGAPORE = S3Origin("here", "eu-west-1"), S3Origin("there", "ap-southeast-1")


@dataclass(frozen=True)
class Receipt:
    """As much of a receipt as a check looks at."""

    looked: tuple[str, ...] = ("here", "there")
    left: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    others: str = ""
    learner: str = "ada"
    only_waits: bool = False
    go_on: str = "Come back tomorrow."

    def describe_others(self) -> str:
        return self.others


def test_a_passed_check_shows_as_one_line() -> None:
    assert repr(checks.CheckPassed("All is well.")) == "✔ All is well."


def test_several_verdicts_show_as_lines_that_break_between_words() -> None:
    long = checks.CheckPassed(f"The bucket {'b' * 60} replicates everything to {'c' * 30}, deletions too.")

    shown = repr(checks.all_of(checks.CheckPassed("All is well."), long)).splitlines()

    assert shown[0] == "✔ All is well."
    assert shown[1].endswith("everything to")
    assert shown[2] == f"  {'c' * 30}, deletions too."


def test_a_notebook_shows_a_long_verdict_in_lines_that_break_between_words() -> None:
    assert pretty(checks.CheckPassed("word " * 40)).splitlines()[0].endswith("word")
    assert max(map(len, pretty(checks.CheckPassed("word " * 40)).splitlines())) <= 104


def test_nothing_is_left() -> None:
    assert repr(checks.nothing_left(Receipt())) == "✔ Looked in 2 places; nothing of ada is left."


def test_what_is_left_is_named() -> None:
    with pytest.raises(CheckFailed, match=r"bucket b.*\n.*delete_resources"):
        checks.nothing_left(Receipt(left=("bucket b",)))


def test_what_only_waits_for_aws_is_an_outcome_of_its_own() -> None:
    verdict = repr(checks.nothing_left(Receipt(left=("edge function f",), only_waits=True)))

    assert verdict == ("✔ Nothing is left that costs money. Waiting for AWS: edge function f. Come back tomorrow.")


def test_a_place_that_could_not_be_searched_may_hold_something() -> None:
    with pytest.raises(CheckFailed, match=r"Could not look: IAM"):
        checks.nothing_left(Receipt(unseen=("IAM",)))


def test_what_other_learners_have_is_named_and_does_not_count() -> None:
    verdict = repr(checks.nothing_left(Receipt(others="bob: 2 buckets")))

    assert verdict.endswith("nothing of ada is left. Other learners have things in this account: bob: 2 buckets.")


@pytest.mark.parametrize("singapore", [203, 203 - 65, 203 + 65])
def test_shares_within_five_standard_deviations_are_as_expected(singapore: int) -> None:
    # 2,000 draws with weight 26 of 256: mean 203, standard deviation 13.5.
    counted = Counter({"eu-west-1": 2000 - singapore, "ap-southeast-1": singapore})

    assert checks.shares_as_expected(counted, weights={IRELAND: 230, SINGAPORE: 26})


@pytest.mark.parametrize("singapore", [0, 203 - 70, 203 + 70, 2000])
def test_shares_beyond_five_standard_deviations_are_not(singapore: int) -> None:
    counted = Counter({"eu-west-1": 2000 - singapore, "ap-southeast-1": singapore})

    with pytest.raises(CheckFailed, match="expected 203 ± 68"):
        checks.shares_as_expected(counted, weights={IRELAND: 230, SINGAPORE: 26})


def test_weight_zero_is_never_chosen_not_even_once() -> None:
    weights = {IRELAND: 255, SINGAPORE: 0}

    assert checks.shares_as_expected(Counter({"eu-west-1": 100}), weights=weights)
    with pytest.raises(CheckFailed, match="ap-southeast-1: 1, expected 0"):
        checks.shares_as_expected(Counter({"eu-west-1": 99, "ap-southeast-1": 1}), weights=weights)


def test_all_weights_zero_are_equal() -> None:
    weights = {IRELAND: 0, SINGAPORE: 0}

    assert checks.shares_as_expected(Counter({"eu-west-1": 50, "ap-southeast-1": 50}), weights=weights)


def test_an_error_among_the_answers_is_noticed() -> None:
    with pytest.raises(CheckFailed, match="error 502: 1"):
        checks.shares_as_expected(Counter({"eu-west-1": 99, "error 502": 1}), weights={IRELAND: 1})


def test_answers_that_are_kept_prove_no_shares_but_still_who_may_answer() -> None:
    lumpy, weights = Counter({"eu-west-1": 100}), {IRELAND: 1, SINGAPORE: 1}

    assert "proves no shares" in repr(checks.shares_as_expected(lumpy, weights=weights, ttl=60))
    with pytest.raises(CheckFailed, match="ap-southeast-1: 1, expected 0"):
        checks.shares_as_expected(Counter({"ap-southeast-1": 1}), weights={IRELAND: 1, SINGAPORE: 0}, ttl=60)


def test_shares_are_told_in_the_order_of_the_weights() -> None:
    counted = Counter({"ap-southeast-1": 28, "eu-west-1": 72})

    assert repr(checks.shares_as_expected(counted, weights={IRELAND: 70, SINGAPORE: 30})) == (
        "✔ 100 requests as weighted, 70 to 30: eu-west-1 72, ap-southeast-1 28."
    )


def test_no_answers_are_no_shares() -> None:
    with pytest.raises(CheckFailed, match="none at all"):
        checks.shares_as_expected(Counter(), weights={IRELAND: 1})


def make_page(text: str, headers: dict[str, str] | None = None) -> Page:
    return Page("http://d1.cloudfront.localhost/", 200, headers or {}, text)


@pytest.mark.parametrize(
    ("text", "region"),
    [('{"region": "eu-west-1"}', "eu-west-1"), ("<h1>hello", None), ("[1]", None), ('"eu-west-1"', None), ("", None)],
)
def test_only_a_region_marker_names_a_region(text: str, region: str | None) -> None:
    assert make_page(text).region == region


def test_a_page_shows_what_the_cache_did() -> None:
    page = make_page('{"region": "eu-west-1"}', {"x-cache": "Hit from cloudfront", "age": "7"})

    assert repr(page) == "<Page 200 from eu-west-1, Hit from cloudfront, age 7 s, 23 characters>"


def test_the_checks_load_neither_numpy_nor_matplotlib() -> None:
    program = "import sys, workshop_lib.checks; print(*sys.modules)"

    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()

    assert "workshop_lib.checks" in loaded
    assert not {"numpy", "matplotlib"} & set(loaded)
