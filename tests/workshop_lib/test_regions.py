"""Questions to all regions at once."""

from __future__ import annotations

import threading

import pytest
from botocore.exceptions import ClientError

from local_cloud.cloud import LocalCloud
from workshop_lib.cloud import Cloud
from workshop_lib.errors import CloudNotReachable, CredentialsRefused, RegionNotEnabled
from workshop_lib.regions import ask_regions


def refuse(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "Sorry"}}, "DescribeLogGroups")


def answer_with(**answers: object) -> object:
    """Answers by the region's last word, or raises what is an error."""

    def ask(region: str) -> object:
        answer = answers[region]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return ask


def ask(**answers: object) -> dict[str, object]:
    return ask_regions(list(answers), answer_with(**answers), patience=10)  # type: ignore[arg-type]


def test_on_aws_all_regions_may_hold_something() -> None:
    regions = Cloud(None, environ={}).regions

    assert {"us-east-1", "eu-west-1", "ap-southeast-1", "ca-central-1", "af-south-1"} <= set(regions)
    assert not any(region.startswith(("cn-", "us-gov-")) for region in regions)


def test_the_local_cloud_says_where_something_is(cloud: LocalCloud, connected: Cloud) -> None:
    before = set(connected.regions)
    cloud.logs.keep("group", "sa-east-1", "stream", ["line"])

    assert {"us-east-1", "eu-west-1"} <= before
    assert set(connected.regions) - before == {"sa-east-1"}


def test_each_region_gives_its_own_answer() -> None:
    assert ask(dublin=1, singapore=2) == {"dublin": 1, "singapore": 2}


def test_a_region_that_is_not_enabled_is_left_out() -> None:
    assert ask(dublin=1, capetown=RegionNotEnabled("af-south-1")) == {"dublin": 1}


def test_a_region_that_refuses_does_not_hide_the_others() -> None:
    refused, silent = refuse("AccessDeniedException"), CloudNotReachable("AWS does not answer")

    assert ask(dublin=1, singapore=refused, tokyo=silent) == {"dublin": 1, "singapore": refused, "tokyo": silent}


def test_an_access_key_that_aws_does_not_know_is_no_matter_of_one_region() -> None:
    with pytest.raises(CredentialsRefused):
        ask(dublin=1, singapore=CredentialsRefused("AWS doesn't know your access key."))


def test_a_cloud_that_answers_nowhere_is_not_there() -> None:
    with pytest.raises(CloudNotReachable):
        ask(dublin=CloudNotReachable("no"), singapore=CloudNotReachable("no"))


def test_what_went_wrong_here_is_raised() -> None:
    with pytest.raises(KeyError):
        ask(dublin=1, singapore=KeyError("a fault of ours"))


def test_a_region_that_keeps_silent_is_not_waited_for() -> None:
    ended = threading.Event()

    def look(region: str) -> str:
        if region == "silent":
            ended.wait(30)
        return region

    answers = ask_regions(["dublin", "silent"], look, patience=0.2)
    ended.set()

    assert answers["dublin"] == "dublin"
    assert "hasn't answered within 0.2 seconds" in str(answers["silent"])
