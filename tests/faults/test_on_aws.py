"""Faults where there are none to be had, and a local cloud that has gone."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from typing import Any

import pytest

from workshop_lib.cloud import Cloud
from workshop_lib.control import ask_control
from workshop_lib.errors import CloudNotReachable, FaultRefused, NotTheLocalCloud
from workshop_lib.faults import Fault, cause_fault, end_faults, fail_region, list_faults, restore_region

ELSEWHERE = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "WORKSHOP_CONTROL_URL": "http://example.org/_local_cloud"}
GONE: Any = SimpleNamespace(control_url="http://127.0.0.1:9/_local_cloud", environment={})


@pytest.fixture
def page() -> Iterator[str]:
    """Something on this machine that is not the local cloud."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"<html>" if "page" in self.path else json.dumps({"error": f"asked {self.path}"}).encode()
            self.send_response(200 if "page" in self.path else 400)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("act", [lambda aws: cause_fault(aws, kind="dns-silent"), list_faults, end_faults])
def test_on_aws_the_drill_inverts_the_health_check_instead(act: Any) -> None:
    with pytest.raises(FaultRefused, match="invert the health check"):
        act(SimpleNamespace(control_url=None))


def test_on_aws_a_region_fails_by_its_inverted_health_check() -> None:
    asked: list[dict[str, Any]] = []
    aws: Any = SimpleNamespace(is_local=False, route53=SimpleNamespace(update_health_check=lambda **p: asked.append(p)))

    said = fail_region(aws, region="eu-west-1", health_check_id="check")
    restore_region(aws, health_check_id="check")

    assert "is inverted" in said
    assert asked == [{"HealthCheckId": "check", "Inverted": True}, {"HealthCheckId": "check", "Inverted": False}]


def test_on_aws_waits_are_as_long_as_they_are_and_there_is_no_control() -> None:
    aws = Cloud(None, environ={})

    assert (aws.speed, aws.control_url) == (1.0, None)


def test_a_local_cloud_without_a_control_api_has_aws_s_speed() -> None:
    assert Cloud({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}).speed == 1.0


def test_what_controls_the_cloud_is_on_this_machine() -> None:
    with pytest.raises(NotTheLocalCloud):
        _ = Cloud(ELSEWHERE).speed


def test_a_local_cloud_that_has_gone_took_the_fault_with_it() -> None:
    with Fault("1", "dns-silent", None, 60, 60, GONE):
        pass

    with pytest.raises(CloudNotReachable, match="It has ended"):
        list_faults(GONE)


def test_what_is_said_goes_into_the_query_but_for_none(page: str) -> None:
    with pytest.raises(FaultRefused, match=r"asked /faults\?kind=a\+b&seconds=3"):
        ask_control(page, "GET", "faults", keys={}, kind="a b", region=None, seconds=3)


def test_another_program_s_answer_is_not_the_local_cloud_s(page: str) -> None:
    with pytest.raises(CloudNotReachable):
        ask_control(page, "GET", "page", keys={})
