"""The function's log is found in whatever region it is."""

from __future__ import annotations

import contextlib
import dataclasses
import json

import pytest
from botocore.exceptions import ClientError

from local_cloud.cloud import LocalCloud
from tests.kits.interception import intercepting, refuse
from workshop_lib import checks
from workshop_lib.cloud import Cloud
from workshop_lib.delays import Delay
from workshop_lib.edge_logs import wait_for_log
from workshop_lib.errors import CheckFailed

GROUP = "/aws/lambda/us-east-1.site"


def log(cloud: LocalCloud, region: str, decision: str) -> None:
    cloud.logs.keep(GROUP, region, "stream", [json.dumps({"decision": decision}), "REPORT RequestId: 1"])


@pytest.fixture
def late(cloud: LocalCloud) -> Cloud:
    """A cloud that may show logs late."""
    connected = Cloud(cloud.environment)
    connected.delays = dataclasses.replace(connected.delays, logs=Delay(0, 60))
    return connected


@pytest.mark.parametrize("region", ["eu-west-1", "ca-central-1", "af-south-1"])
def test_a_log_is_found_in_any_region(cloud: LocalCloud, connected: Cloud, region: str) -> None:
    log(cloud, region, "dns")

    assert wait_for_log(connected, function_name="site") == [{"region": region, "decision": "dns"}]


def test_logs_of_several_regions_are_told_in_order(cloud: LocalCloud, connected: Cloud) -> None:
    for region, decision in (("eu-west-1", "dns"), ("ap-northeast-1", "last-good"), ("eu-west-1", "cached")):
        log(cloud, region, decision)

    decisions = sorted(line["decision"] for line in wait_for_log(connected, function_name="site"))

    assert decisions == ["cached", "dns", "last-good"]


def test_a_log_that_is_late_is_waited_for(cloud: LocalCloud, late: Cloud) -> None:
    found = wait_for_log(late, function_name="site", sleep=lambda _: log(cloud, "eu-west-2", "dns"))

    assert found[0]["region"] == "eu-west-2"


def test_a_function_that_has_not_run_has_no_log(connected: Cloud) -> None:
    assert wait_for_log(connected, function_name="site") == []


def test_a_look_that_is_refused_everywhere_is_no_late_log(cloud: LocalCloud, connected: Cloud) -> None:
    with contextlib.ExitStack() as refusals:
        for region in connected.regions:
            logs = connected.logs(region)
            answer = refuse(logs, "AccessDeniedException")
            refusals.enter_context(intercepting(logs, "FilterLogEvents", answer))

        with pytest.raises(ClientError, match="FilterLogEvents"):
            wait_for_log(connected, function_name="site")


def test_a_region_that_refuses_hides_no_other_log(cloud: LocalCloud, connected: Cloud) -> None:
    log(cloud, "eu-west-1", "dns")
    logs = connected.logs("ap-southeast-1")

    with intercepting(logs, "FilterLogEvents", refuse(logs, "AccessDeniedException")):
        assert wait_for_log(connected, function_name="site") == [{"region": "eu-west-1", "decision": "dns"}]


def test_a_log_that_is_too_late_fails_no_notebook(late: Cloud) -> None:
    assert "Go on, and run step 7 of notebook 03" in repr(checks.log_follows_dns(late, []))


def test_a_missing_log_where_logs_are_never_late_is_a_failure(connected: Cloud) -> None:
    with pytest.raises(CheckFailed, match="None of 0 decisions followed DNS"):
        checks.log_follows_dns(connected, [])


def test_a_log_names_the_regions_where_the_function_ran(connected: Cloud) -> None:
    lines = [{"region": "eu-west-1", "decision": "dns"}, {"region": "sa-east-1", "decision": "cached"}]

    assert "2 decisions in eu-west-1, sa-east-1, the last one: cached" in repr(checks.log_follows_dns(connected, lines))
