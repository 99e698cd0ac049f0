"""Health checks, as boto3 sees them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import botocore.exceptions
import pytest
from boto3.session import Session
from botocore.config import Config

from local_cloud.cloud import LocalCloud
from tests.kits.credentials import KEYS

S3 = {"Type": "HTTPS", "FullyQualifiedDomainName": "s3.eu-west-1.amazonaws.com"}
ALARM = {
    "Type": "CLOUDWATCH_METRIC",
    "AlarmIdentifier": {"Region": "us-east-1", "Name": "alarm"},
    "InsufficientDataHealthStatus": "Unhealthy",
}


@pytest.fixture
def route53(client: Callable[..., Any]) -> Any:
    return client("route53")


def create(route53: Any, config: dict[str, Any], reference: str = "a") -> str:
    created = route53.create_health_check(CallerReference=reference, HealthCheckConfig=config)
    return str(created["HealthCheck"]["Id"])


def refusal(call: Callable[..., Any], **parameters: Any) -> tuple[str, str, int]:
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        call(**parameters)
    response = refused.value.response
    return response["Error"]["Code"], response["Error"]["Message"], response["ResponseMetadata"]["HTTPStatusCode"]


def test_a_check_is_created_with_route_53s_defaults(route53: Any) -> None:
    created = route53.create_health_check(CallerReference="a", HealthCheckConfig=S3)
    check = created["HealthCheck"]
    defaults = {"Port": 443, "RequestInterval": 30, "FailureThreshold": 3, "EnableSNI": True}
    switches = {"MeasureLatency": False, "Inverted": False, "Disabled": False}
    assert check["HealthCheckConfig"] == {**S3, **defaults, **switches}
    assert check["HealthCheckVersion"] == 1
    assert created["Location"].endswith(check["Id"])


def test_a_check_is_read_as_it_was_created(route53: Any) -> None:
    config = {**ALARM, "Inverted": True, "Disabled": False}
    check_id = create(route53, config)
    assert route53.get_health_check(HealthCheckId=check_id)["HealthCheck"]["HealthCheckConfig"] == config


@pytest.mark.parametrize(
    ("config", "what"),
    [
        ({**S3, "RequestInterval": 11}, "RequestInterval must be 10 or 30"),
        ({**S3, "FailureThreshold": 11}, "less than or equal to 10"),
        ({**S3, "Port": 65536}, "less than or equal to 65535"),
        ({**S3, "Type": "BOGUS"}, "Member must satisfy enum value set"),
        ({**S3, "SearchString": "x"}, "cannot have SearchString"),
        ({**S3, "Type": "HTTPS_STR_MATCH"}, "needs SearchString"),
        ({**S3, "Type": "TCP"}, "needs Port"),
        ({"Type": "HTTP"}, "needs IPAddress or FullyQualifiedDomainName"),
        ({**S3, "AlarmIdentifier": ALARM["AlarmIdentifier"]}, "must not have an metric region specified"),
        ({**S3, "Type": "TCP", "Port": 1, "ResourcePath": "/x"}, "must not have a resource path specificed"),
        ({**S3, "Type": "TCP", "Port": 1, "IPAddress": "8.8.8.8"}, "must not have a fully qualified domain name"),
        ({**ALARM, "FailureThreshold": 1}, "cannot have FailureThreshold"),
        ({"Type": "HTTP", "IPAddress": "10.0.0.1"}, "health checkers cannot reach"),
        ({"Type": "HTTP", "IPAddress": "224.0.0.1"}, "health checkers cannot reach"),
        ({"Type": "HTTP", "IPAddress": "not one"}, "regular expression pattern"),
        ({**ALARM, "FullyQualifiedDomainName": "a.test"}, "cannot have FullyQualifiedDomainName"),
        ({"Type": "CLOUDWATCH_METRIC"}, "needs AlarmIdentifier"),
        ({"Type": "CALCULATED", "ChildHealthChecks": []}, "must have a health threshold specified"),
        ({"Type": "CALCULATED", "ChildHealthChecks": ["x"], "HealthThreshold": 1}, "x does not exist"),
    ],
)
def test_a_configuration_that_cannot_be_is_refused(route53: Any, config: dict[str, Any], what: str) -> None:
    code, message, status = refusal(route53.create_health_check, CallerReference="a", HealthCheckConfig=config)
    assert (code, status) == ("InvalidInput", 400)
    assert what in message


@pytest.mark.parametrize(
    ("member", "value", "what"),
    [
        (
            "FailureThreshold",
            0,
            "'0' at 'healthCheckConfig.failureThreshold' failed to satisfy constraint: Member must have value",
        ),
        (
            "Regions",
            ["us-east-1"],
            "at 'healthCheckConfig.regions' failed to satisfy constraint: Member must have length",
        ),
    ],
)
def test_minimums_are_kept_also_for_clients_that_do_not_check(
    cloud: LocalCloud, member: str, value: Any, what: str
) -> None:
    careless = Session(**KEYS).client(
        "route53",
        region_name="us-east-1",
        endpoint_url=cloud.environment["AWS_ENDPOINT_URL"],
        config=Config(parameter_validation=False, proxies={}),
    )
    config = {**S3, member: value}
    code, message, _ = refusal(careless.create_health_check, CallerReference="a", HealthCheckConfig=config)
    assert (code, what in message) == ("InvalidInput", True)


def test_an_update_changes_what_is_given_and_keeps_the_rest(route53: Any) -> None:
    check_id = create(route53, {**S3, "ResourcePath": "/x"})
    updated = route53.update_health_check(
        HealthCheckId=check_id, HealthCheckVersion=1, Inverted=True, ResetElements=["ResourcePath"]
    )["HealthCheck"]
    assert updated["HealthCheckVersion"] == 2
    assert updated["HealthCheckConfig"]["Inverted"] is True
    assert updated["HealthCheckConfig"]["FullyQualifiedDomainName"] == "s3.eu-west-1.amazonaws.com"
    assert "ResourcePath" not in updated["HealthCheckConfig"]


def test_checks_are_listed_by_page(route53: Any) -> None:
    ids = [create(route53, S3, f"r{number}") for number in range(3)]
    pages = list(route53.get_paginator("list_health_checks").paginate(PaginationConfig={"PageSize": 2}))
    assert [check["Id"] for page in pages for check in page["HealthChecks"]] == ids
    assert route53.get_health_check_count()["HealthCheckCount"] == 3


def test_a_deleted_check_is_gone(route53: Any) -> None:
    route53.delete_health_check(HealthCheckId=create(route53, S3))
    assert route53.list_health_checks()["HealthChecks"] == []


def test_the_status_shows_what_three_checkers_saw(route53: Any) -> None:
    check_id = create(route53, {"Type": "HTTP", "FullyQualifiedDomainName": "no.such.host.test", "RequestInterval": 10})
    end = time.monotonic() + 5
    while len(seen := route53.get_health_check_status(HealthCheckId=check_id)["HealthCheckObservations"]) < 3:
        assert time.monotonic() < end
        threading.Event().wait(0.02)
    assert {each["Region"] for each in seen} == {"us-east-1", "eu-west-1", "ap-southeast-1"}
    assert "The local cloud can't reach no.such.host.test" in seen[0]["StatusReport"]["Status"]
    reasons = route53.get_health_check_last_failure_reason(HealthCheckId=check_id)["HealthCheckObservations"]
    assert {each["StatusReport"]["Status"] for each in reasons} == {seen[0]["StatusReport"]["Status"]}


def test_an_alarm_without_data_has_the_status_that_was_chosen_for_it(route53: Any, cloud: LocalCloud) -> None:
    check_id = create(route53, ALARM)
    assert not cloud.prober.is_healthy(check_id)
    assert route53.get_health_check_status(HealthCheckId=check_id)["HealthCheckObservations"] == []


def test_a_reset_forgets_health_checks_and_their_references(route53: Any, cloud: LocalCloud) -> None:
    check_id = create(route53, ALARM)
    cloud.reset()
    assert cloud.prober.is_healthy(check_id)
    assert create(route53, S3)


def test_a_regions_s3_is_really_asked_and_healthy_and_no_call_of_the_learners(route53: Any, cloud: LocalCloud) -> None:
    check_id = create(route53, {**S3, "RequestInterval": 10})
    end = time.monotonic() + 5
    while not (seen := cloud.prober.observations(check_id)):
        assert time.monotonic() < end
        threading.Event().wait(0.01)
    assert seen[0]["StatusReport"]["Status"] == "Success: HTTP Status Code 307, Temporary Redirect"
    assert [call["operation"] for call in cloud.calls] == ["CreateHealthCheck"]


def test_an_account_has_200_health_checks_at_most(route53: Any, cloud: LocalCloud) -> None:
    calculated = {"Type": "CALCULATED", "HealthThreshold": 0}
    others = {str(n): {"CallerReference": f"r{n}", "HealthCheckConfig": calculated} for n in range(199)}
    cloud.route53.health_checks.update(others)
    create(route53, calculated, "last")

    code, _, status = refusal(route53.create_health_check, CallerReference="one-more", HealthCheckConfig=calculated)

    assert (code, status) == ("TooManyHealthChecks", 400)
