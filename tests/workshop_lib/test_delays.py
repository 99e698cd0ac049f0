"""How slow the cloud is, in one place."""

from __future__ import annotations

from dataclasses import fields

import pytest

from workshop_lib.cloud import Cloud
from workshop_lib.delays import AWS, Delays, read_delays_of_aws, shorten_delays
from workshop_lib.errors import InvalidNumber

LOCAL = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
PAIRS = [getattr(AWS, one.name) for one in fields(Delays)]


def test_dns_may_take_a_minute_on_aws_and_no_time_here() -> None:
    assert Cloud(None, environ={}).delays.dns_change == (0, 60)
    assert Cloud(LOCAL).delays.dns_change == (0, 0)


def test_versioning_takes_a_quarter_of_an_hour_on_aws() -> None:
    assert Cloud(None, environ={}).delays.versioning.most == 900


@pytest.mark.parametrize("pair", PAIRS, ids=[one.name for one in fields(Delays)])
def test_the_most_is_never_less_than_the_least(pair: tuple[float, float]) -> None:
    assert 0 <= pair[0] <= pair[1]


def test_the_environment_says_how_slow_dns_is_for_records_and_for_health() -> None:
    slow = read_delays_of_aws({"WORKSHOP_DNS_SECONDS": "5"})

    assert slow.dns_change == slow.health_change == (0, 5)


def test_the_environment_says_how_long_versioning_takes() -> None:
    assert read_delays_of_aws({"WORKSHOP_VERSIONING_SECONDS": "60"}).versioning == (0, 60)


@pytest.mark.parametrize(("seconds", "pair"), [("0", (0, 180)), ("40", (40, 180)), ("300", (300, 300))])
def test_the_environment_says_how_long_to_wait_for_permissions_and_rules(
    seconds: str, pair: tuple[float, float]
) -> None:
    slow = read_delays_of_aws({"WORKSHOP_PROPAGATION_SECONDS": seconds})

    assert slow.permissions == slow.rule == pair


@pytest.mark.parametrize("name", ["WORKSHOP_DNS_SECONDS", "WORKSHOP_PROPAGATION_SECONDS"])
def test_a_wrong_setting_is_refused_before_anything_is_done_on_aws_and_ignored_here(name: str) -> None:
    with pytest.raises(InvalidNumber, match=name):
        Cloud(None, environ={name: "abc"})
    assert Cloud(LOCAL, environ={name: "abc"}).delays.dns_change == (0, 0)


def test_the_local_cloud_is_as_many_times_faster_as_its_speed() -> None:
    assert shorten_delays(200).edge_replicas == (9, 72)


def test_what_the_local_cloud_does_at_once_takes_no_time_at_any_speed() -> None:
    assert shorten_delays(1).permissions == shorten_delays(1).health_change == (0, 0)
