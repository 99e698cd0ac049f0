"""Waits look often at first, end in time, and say what they saw last."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import count, islice, takewhile
from socket import gaierror
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from urllib3.connection import HTTPConnection
from urllib3.exceptions import NameResolutionError, NewConnectionError

from workshop_lib.delays import NONE, Delay
from workshop_lib.errors import CheckFailed, CloudNotReachable, InvalidNumber, TookTooLong
from workshop_lib.guards import read_seconds
from workshop_lib.observe import Page
from workshop_lib.polling import choose_intervals, retry_while, wait_until
from workshop_lib.waiting import try_again, wait_for_propagation, wait_for_versioning, wait_until_page_is_served

if TYPE_CHECKING:
    from collections.abc import Callable


class Time:
    """A time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.passed += seconds


@pytest.fixture
def time() -> Time:
    """A time of the test's own."""
    return Time()


def refuse(code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "SomeOperation")


def refuse_times(times: int, error: ClientError) -> Callable[[], str]:
    """A call that is refused some times, then answers."""
    calls = count()

    def call() -> str:
        if next(calls) < times:
            raise error
        return "answer"

    return call


def test_the_bar_says_how_long_it_has_been_and_what_was_seen_last(
    time: Time, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = iter(["InProgress", "Deployed"])

    wait_until(lambda: next(seen), lambda status: status == "Deployed", what="Deploying", sleep=time.sleep)

    drawn = capsys.readouterr().err
    assert drawn.startswith("\rDeploying: ")
    assert re.search(r" \d\d:\d\d, InProgress\b.* \d\d:\d\d, Deployed\b", drawn)


def test_nothing_is_slept_when_the_first_look_is_good(time: Time) -> None:
    assert wait_until(lambda: "good", lambda seen: seen == "good", what="It", sleep=time.sleep) == "good"
    assert time.slept == []


def test_what_was_waited_for_is_returned(time: Time) -> None:
    looks = count()

    seen = wait_until(lambda: next(looks), lambda seen: seen == 5, what="It", sleep=time.sleep, now=time.now)

    assert seen == 5
    assert len(time.slept) == 5


def test_a_wait_that_ends_says_what_it_saw_last(time: Time) -> None:
    with pytest.raises(
        TookTooLong, match=r"Deploying D1 took longer than 30 seconds\. Last seen: InProgress"
    ) as caught:
        wait_until(
            lambda: "InProgress", lambda _: False, what="Deploying D1", timeout=30, sleep=time.sleep, now=time.now
        )

    assert caught.value.last == "InProgress"
    assert time.passed == 30


def test_looks_begin_quickly_and_slow_down_to_ten_seconds() -> None:
    intervals = list(islice(choose_intervals(), 40))

    assert intervals[0] == 0.05
    assert intervals[-1] == 10
    assert len(list(takewhile(lambda interval: interval < 1, intervals))) > 10


def test_a_wait_of_two_seconds_notices_within_half_a_second() -> None:
    passed = 0.0
    for interval in choose_intervals():
        passed += interval
        if passed >= 2:
            break

    assert passed - 2 < 0.5


def test_a_transient_refusal_is_tried_again(time: Time) -> None:
    call = refuse_times(3, refuse("InvalidParameterValueException", "The role cannot be assumed by Lambda."))

    answer = retry_while(
        call, {"InvalidParameterValueException": "cannot be assumed"}, what="It", sleep=time.sleep, now=time.now
    )

    assert answer == "answer"
    assert len(time.slept) == 3


def test_a_retry_shows_what_it_waits_for(time: Time, capsys: pytest.CaptureFixture[str]) -> None:
    call = refuse_times(1, refuse("MalformedPolicy", "Invalid principal in policy"))

    retry_while(call, {"MalformedPolicy": "Invalid principal"}, what="The identity is new", sleep=time.sleep)

    assert capsys.readouterr().err.startswith("\rThe identity is new, trying again: ")


@pytest.mark.parametrize(
    "error", [refuse("InvalidParameterValueException", "Bad name"), refuse("AccessDenied", "cannot be assumed")]
)
def test_any_other_refusal_is_final(time: Time, error: ClientError) -> None:
    with pytest.raises(ClientError):
        retry_while(
            refuse_times(1, error), {"InvalidParameterValueException": "cannot be assumed"}, what="It", sleep=time.sleep
        )

    assert time.slept == []


def test_a_refusal_that_never_ends_is_a_sentence_after_the_timeout(time: Time) -> None:
    error = refuse("MalformedPolicy", "Invalid principal in policy")

    with pytest.raises(
        ClientError, match=r"^It is new, after 60 seconds\. AWS's words: .*principal.*Run the cell again"
    ):
        retry_while(
            refuse_times(10**6, error),
            {"MalformedPolicy": "Invalid principal"},
            what="It is new",
            timeout=60,
            sleep=time.sleep,
            now=time.now,
        )

    assert 60 <= time.passed < 75


class ClientAt:
    """As much of a client as tells which cloud it is of."""

    def __init__(self, url: str) -> None:
        self.meta = self
        self.endpoint_url = url


@pytest.mark.parametrize(
    ("url", "seconds"),
    [("http://127.0.0.1:4000", 0), ("https://iam.amazonaws.com", 15), ("https://127.0.0.1.nip.io", 15)],
)
def test_only_aws_needs_time_to_propagate(time: Time, url: str, seconds: int) -> None:
    client: Any = ClientAt(url)

    wait_for_propagation(client, what="A role", sleep=time.sleep)

    assert time.passed == seconds


@pytest.mark.parametrize(("value", "seconds"), [("", 15), ("0", 0), ("40.5", 40.5)])
def test_the_environment_says_how_long_aws_takes(value: str, seconds: float) -> None:
    assert read_seconds({"SECONDS": value}, "SECONDS", 15) == seconds


@pytest.mark.parametrize("value", ["soon", "-1", "inf", "nan"])
def test_what_is_no_number_of_seconds_is_refused(value: str) -> None:
    with pytest.raises(InvalidNumber, match="Unset it"):
        read_seconds({"SECONDS": value}, "SECONDS", 15)


def test_a_new_distribution_is_asked_until_dns_knows_its_name(time: Time) -> None:
    unknown = CloudNotReachable("does not answer")
    unknown.__cause__ = NameResolutionError("d1.cloudfront.net", HTTPConnection("d1.cloudfront.net"), gaierror())
    page = Page("https://d1.cloudfront.net/", 200, {}, "")
    answers: list[Exception | Page] = [unknown, unknown, page]

    def fetch(url: str) -> Page:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert wait_until_page_is_served(page.url, sleep=time.sleep, fetch=fetch) is page


def test_a_cloud_that_has_ended_is_not_waited_for() -> None:
    def fetch(url: str) -> Page:
        raise CloudNotReachable("does not answer") from NewConnectionError(HTTPConnection("127.0.0.1"), "refused")

    with pytest.raises(CloudNotReachable):
        wait_until_page_is_served("http://127.0.0.1:1/", fetch=fetch)


def test_an_interrupted_wait_is_interrupted_at_once(time: Time) -> None:
    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        wait_until(lambda: "InProgress", lambda _: False, what="It", sleep=interrupt, now=time.now)


def test_only_what_matters_is_shown_while_waiting(time: Time, capsys: pytest.CaptureFixture[str]) -> None:
    looks = count()

    wait_until(
        lambda: {"key": "index.html", "status": "PENDING", "look": next(looks)},
        lambda seen: seen["look"] == 2,
        what="It",
        show=lambda seen: str(seen["status"]),
        sleep=time.sleep,
        now=time.now,
    )

    shown = capsys.readouterr().err
    assert "PENDING" in shown
    assert "index.html" not in shown


LATE = Delay(0, 60)


def fail_times(times: int) -> Callable[[], str]:
    """A check that fails some times, then passes."""
    checked = count()

    def check() -> str:
        if next(checked) < times:
            raise CheckFailed("Not yet.", fix="wait.")
        return "passed"

    return check


def test_what_was_too_early_is_done_again_until_the_check_passes(time: Time) -> None:
    acts: list[float] = []

    verdict = try_again(
        fail_times(3),
        lambda: acts.append(time.passed),
        what="The rule",
        delay=LATE,
        sleep=time.sleep,
        now=time.now,
    )

    assert verdict == "passed"
    assert acts == [1.0, 2.25, 3.8125]


def test_what_is_not_too_early_is_done_once(time: Time) -> None:
    acts: list[float] = []

    try_again(fail_times(0), lambda: acts.append(0), what="The rule", delay=LATE, sleep=time.sleep, now=time.now)

    assert (acts, time.slept) == ([], [])


def test_an_act_that_is_too_early_itself_is_done_again(time: Time) -> None:
    act = fail_times(2)
    check = fail_times(1)

    assert try_again(check, act, what="The role", delay=LATE, sleep=time.sleep, now=time.now) == "passed"
    assert len(time.slept) == 3


def test_what_fails_for_longer_than_aws_needs_fails_with_its_own_sentence(time: Time) -> None:
    with pytest.raises(CheckFailed, match="Not yet"):
        try_again(fail_times(10**6), what="The rule", delay=LATE, sleep=time.sleep, now=time.now)

    assert 60 <= time.passed <= 70


def test_in_a_cloud_that_knows_at_once_the_first_failure_is_final(time: Time) -> None:
    with pytest.raises(CheckFailed):
        try_again(fail_times(1), what="The rule", delay=NONE, sleep=time.sleep, now=time.now)

    assert time.slept == []


def bucket_written_at(*seconds: float) -> Any:
    """A client of S3 with a bucket whose object versions were written then. It lists one a page."""
    pages = [{"Versions": [{"LastModified": datetime.fromtimestamp(one, UTC)}]} for one in seconds] or [{}]
    return SimpleNamespace(get_paginator=lambda _: SimpleNamespace(paginate=lambda **_: pages))


@pytest.mark.parametrize(("written", "left"), [((1000, 400, 900), 300), ((99,), 0), ((), 0)])
def test_versioning_is_as_old_as_the_oldest_object(time: Time, written: tuple[float, ...], left: int) -> None:
    s3 = bucket_written_at(*written)

    wait_for_versioning(s3, bucket="site", delay=Delay(0, 900), sleep=time.sleep, now=lambda: 1000 + time.passed)

    assert time.passed == left


def test_where_versioning_is_known_at_once_nothing_is_asked(time: Time) -> None:
    wait_for_versioning(None, bucket="site", delay=NONE, sleep=time.sleep)  # type: ignore[arg-type]

    assert time.passed == 0
