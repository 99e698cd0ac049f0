"""Steps about health checks against the local cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from workshop_lib import checks, dns_records, health_checks, observe
from workshop_lib.errors import CheckFailed, StepOutOfOrder
from workshop_lib.observe import look_up_txt
from workshop_lib.waiting import wait_until_health

if TYPE_CHECKING:
    from mypy_boto3_route53 import Route53Client

    from workshop_lib.cloud import Cloud
    from workshop_lib.names import WorkshopNames


@pytest.fixture
def route53(connected: Cloud) -> Route53Client:
    """Route 53."""
    return connected.route53


def test_a_region_is_checked_at_its_s3_endpoint(route53: Route53Client) -> None:
    health_check_id = health_checks.create_health_check(route53, name="ada", region="eu-west-1", request_interval=10)

    config = route53.get_health_check(HealthCheckId=health_check_id)["HealthCheck"]["HealthCheckConfig"]
    assert (config["Type"], config["FullyQualifiedDomainName"]) == ("HTTPS", "s3.eu-west-1.amazonaws.com")
    assert (config["RequestInterval"], config["FailureThreshold"]) == (10, 3)


def test_creating_it_again_sets_the_threshold_anew(route53: Route53Client) -> None:
    first = health_checks.create_health_check(route53, name="ada", region="eu-west-1")

    assert health_checks.create_health_check(route53, name="ada", region="eu-west-1", failure_threshold=1) == first
    config = route53.get_health_check(HealthCheckId=first)["HealthCheck"]["HealthCheckConfig"]
    assert config["FailureThreshold"] == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"Inverted": True},
        {"Disabled": True},
        {"Inverted": True, "Disabled": True, "FailureThreshold": 9},
        {"ResourcePath": "/elsewhere", "FullyQualifiedDomainName": "example.test", "Port": 444},
        {"EnableSNI": False},
        {"Regions": ["eu-west-1", "us-east-1", "ap-southeast-1"]},
    ],
)
def test_creating_it_again_restores_what_was_changed(route53: Route53Client, changed: dict[str, Any]) -> None:
    def create() -> str:
        return health_checks.create_health_check(route53, name="ada", region="eu-west-1")

    def read(check_id: str) -> dict[str, Any]:
        return dict(route53.get_health_check(HealthCheckId=check_id)["HealthCheck"]["HealthCheckConfig"])

    check_id = create()
    before = read(check_id)
    route53.update_health_check(HealthCheckId=check_id, **changed)
    assert read(check_id) != before

    assert create() == check_id
    assert read(check_id) == before


def test_each_region_interval_and_learner_has_its_own(route53: Route53Client) -> None:
    made = {
        health_checks.create_health_check(route53, name="ada", region="eu-west-1"),
        health_checks.create_health_check(route53, name="ada", region="ap-southeast-1"),
        health_checks.create_health_check(route53, name="ada", region="eu-west-1", request_interval=10),
        health_checks.create_health_check(route53, name="ada-b", region="eu-west-1"),
    }

    assert len(made) == 4


def test_a_healthy_region_is_healthy(hasty: None, route53: Route53Client) -> None:
    health_check_id = health_checks.create_health_check(route53, name="ada", region="eu-west-1")

    assert wait_until_health(route53, health_check_id=health_check_id, healthy=True, timeout=10) is True
    assert checks.health_is(route53, health_check_id=health_check_id, healthy=True)


def test_the_drill_makes_it_unhealthy_and_ends(hasty: None, route53: Route53Client) -> None:
    health_check_id = health_checks.create_health_check(route53, name="ada", region="eu-west-1")

    assert health_checks.invert_health_check(route53, health_check_id=health_check_id)["Inverted"] is True
    assert wait_until_health(route53, health_check_id=health_check_id, healthy=False, timeout=10) is False
    with pytest.raises(CheckFailed, match="as unhealthy, and it should be healthy"):
        checks.health_is(route53, health_check_id=health_check_id, healthy=True)

    health_checks.invert_health_check(route53, health_check_id=health_check_id, inverted=False)
    assert wait_until_health(route53, health_check_id=health_check_id, healthy=True, timeout=10)


@pytest.mark.parametrize(("inverted", "healthy"), [(False, True), (True, False)])
def test_a_disabled_check_is_healthy_unless_inverted(route53: Route53Client, inverted: bool, healthy: bool) -> None:
    health_check_id = health_checks.create_health_check(route53, name="ada", region="eu-west-1")

    route53.update_health_check(HealthCheckId=health_check_id, Disabled=True, Inverted=inverted)

    assert observe.get_health(route53, health_check_id=health_check_id) is healthy


def test_inverting_needs_a_health_check(route53: Route53Client) -> None:
    with pytest.raises(StepOutOfOrder, match="create_health_check"):
        health_checks.invert_health_check(route53, health_check_id="00000000-0000-0000-0000-000000000000")


def test_dns_leaves_an_unhealthy_region_out(hasty: None, connected: Cloud, zone_id: str, names: WorkshopNames) -> None:
    route53, weights = connected.route53, {names.source_origin: 255, names.destination_origin: 1}
    attached = {
        origin: health_checks.create_health_check(route53, name=names.health_check_name, region=origin.region)
        for origin in weights
    }
    record = {"zone_id": zone_id, "record_name": names.record_name}
    dns_records.put_weighted_records(route53, weights=weights, ttl=0, health_checks=attached, **record)
    assert checks.health_checks_attached(route53, health_checks=attached, **record)

    health_checks.invert_health_check(route53, health_check_id=attached[names.source_origin])
    wait_until_health(route53, health_check_id=attached[names.source_origin], healthy=False, timeout=10)

    answers = {look_up_txt(connected, record_name=names.record_name)[0].text for _ in range(20)}
    assert answers == {names.destination_origin.domain_name}


def test_the_check_notices_record_sets_without_health_checks(
    route53: Route53Client, zone_id: str, names: WorkshopNames
) -> None:
    record = {"zone_id": zone_id, "record_name": names.record_name}
    dns_records.put_weighted_records(route53, weights={names.source_origin: 1}, **record)

    with pytest.raises(CheckFailed, match=r"None.*\n.*health_checks=…"):
        checks.health_checks_attached(route53, health_checks={names.source_origin: "abc"}, **record)
