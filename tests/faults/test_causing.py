"""Faults as a learner causes them, and how the packaged function survives those of DNS."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from traffic_lab.pickers import fault_picker
from workshop_cli.faults import wait_until_over
from workshop_cli.main import main
from workshop_lib import dns_records
from workshop_lib.cloud import Cloud
from workshop_lib.errors import FaultRefused
from workshop_lib.faults import KINDS, cause_fault, end_faults, fail_region, list_faults, restore_region
from workshop_lib.observe import fetch_page
from workshop_lib.polling import wait_until

if TYPE_CHECKING:
    from local_cloud.cloud import LocalCloud
    from workshop_lib.names import WorkshopNames

IRELAND = "eu-west-1"


def command(cloud: LocalCloud, *arguments: str) -> tuple[int, str]:
    """What `workshop fault` says, and its exit code."""
    answer = CliRunner(env={"WORKSHOP_CLOUD": "local", **cloud.environment}).invoke(main, ["fault", *arguments])
    return answer.exit_code, answer.output


# Steps:


def test_a_fault_lasts_as_long_as_the_block(cloud: LocalCloud, connected: Cloud) -> None:
    with cause_fault(connected, kind="s3-unavailable", region=IRELAND) as fault:
        assert [one.id for one in cloud.faults.in_force] == [fault.id]

    assert cloud.faults.in_force == ()


def test_here_a_region_really_fails_until_it_is_mended(cloud: LocalCloud, connected: Cloud) -> None:
    said = fail_region(connected, region=IRELAND, health_check_id="any")

    assert [(one.kind, one.region) for one in cloud.faults.in_force] == [("s3-unavailable", IRELAND)]
    assert "S3 in a region answers 503" in said
    restore_region(connected, health_check_id="any")
    assert cloud.faults.in_force == ()


def test_a_block_that_is_interrupted_ends_its_fault(cloud: LocalCloud, connected: Cloud) -> None:
    with pytest.raises(KeyboardInterrupt), cause_fault(connected, kind="dns-silent"):
        raise KeyboardInterrupt

    assert cloud.faults.in_force == ()


def test_a_block_ends_its_own_fault_only(cloud: LocalCloud, connected: Cloud) -> None:
    other = cause_fault(connected, kind="dns-silent")

    with cause_fault(connected, kind="dns-silent"):
        pass

    assert [fault.id for fault in list_faults(connected)] == [other.id]


def test_a_fault_that_is_over_can_be_ended_again(connected: Cloud) -> None:
    fault = cause_fault(connected, kind="dns-silent", seconds=5)

    fault.end()
    fault.end()

    assert end_faults(connected) == 0


def test_a_listed_fault_says_what_it_does_and_how_long_still(connected: Cloud) -> None:
    cause_fault(connected, kind="s3-slow", region=IRELAND, seconds=30, delay=0)

    (fault,) = list_faults(connected)

    assert str(fault) == "s3-slow (eu-west-1): S3 in a region delays each answer"
    assert 29 < fault.ends_in <= fault.seconds == 30


def test_the_kinds_are_those_of_the_local_cloud(cloud: LocalCloud, connected: Cloud) -> None:
    with pytest.raises(FaultRefused) as refused:
        cause_fault(connected, kind="fire")

    assert str(refused.value) == f"'fire' is not a kind of fault. The kinds are: {', '.join(KINDS)}."


def test_a_fault_without_its_region_is_refused_in_the_local_cloud_s_words(connected: Cloud) -> None:
    with pytest.raises(FaultRefused, match="s3-slow needs a region"):
        cause_fault(connected, kind="s3-slow")


def test_the_speed_is_the_local_cloud_s(cloud: LocalCloud) -> None:
    assert Cloud(cloud.environment).speed == cloud.clock.speed


# The picker:


def test_what_is_picked_can_be_caused_in_the_next_cell(cloud: LocalCloud, connected: Cloud) -> None:
    picker = fault_picker(connected, kind="replication-paused", region="ap-southeast-1", seconds=20)

    fault = cause_fault(connected, **picker.value)

    assert (fault.kind, fault.region, fault.seconds) == ("replication-paused", "ap-southeast-1", 20)


def test_the_buttons_of_a_picker_cause_and_end(cloud: LocalCloud, connected: Cloud) -> None:
    picker = fault_picker(connected, kind="dns-junk")

    picker.cause_button.click()
    assert [fault.kind for fault in cloud.faults.in_force] == ["dns-junk"]
    assert "It ends in 60 s." in picker.result.value
    picker.end_button.click()
    assert cloud.faults.in_force == ()
    assert "Faults ended: 1." in picker.result.value


# The command:


def test_the_command_waits_until_the_fault_is_over(cloud: LocalCloud) -> None:
    code, said = command(cloud, "s3-unavailable", "--region", IRELAND, "--seconds", "0.3")

    assert (code, cloud.faults.in_force) == (0, ())
    assert "Over: s3-unavailable (eu-west-1)" in said
    assert [call["operation"] for call in cloud.calls] == ["CauseFault", "EndFault"]


def test_the_command_lists_and_ends_faults(cloud: LocalCloud, connected: Cloud) -> None:
    cause_fault(connected, kind="dns-silent")

    assert "dns-silent: the name servers don't answer" in command(cloud, "--list")[1]
    assert command(cloud, "--end") == (0, "Faults ended: 1. None is in force.\n")
    assert command(cloud, "--list") == (0, "No fault is in force.\n")


def test_the_command_goes_on_when_the_fault_is_ended_elsewhere(connected: Cloud) -> None:
    fault = cause_fault(connected, kind="dns-silent", seconds=600)

    wait_until_over(connected, fault, sleep=lambda _: fault.end())


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (["fire"], 1, "not a kind of fault"),
        (["s3-slow"], 1, "needs a region"),
        (["dns-silent", "--seconds", "601"], 1, "at most 600"),
        (["dns-silent", "--list"], 2, "Give one KIND"),
        ([], 2, "Give one KIND"),
    ],
)
def test_what_cannot_be_caused_is_refused(cloud: LocalCloud, arguments: list[str], code: int, reason: str) -> None:
    exit_code, said = command(cloud, *arguments)

    assert exit_code == code
    assert reason in said
    assert cloud.faults.in_force == ()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows can't send Ctrl-C to one process")
def test_ctrl_c_ends_the_fault_at_once(cloud: LocalCloud) -> None:
    program = [sys.executable, "-m", "workshop_cli.main", "fault", "dns-silent", "--seconds", "600"]
    env = {**os.environ, "WORKSHOP_CLOUD": "local", **cloud.environment}
    with subprocess.Popen(program, env=env, stderr=subprocess.PIPE, text=True) as running:
        wait_until(lambda: cloud.faults.in_force, bool, what="Causing a fault", timeout=20, show_progress=False)
        assert running.stderr
        assert running.stderr.read(1), "it shows its progress bar once it knows its fault, and no earlier"
        running.send_signal(signal.SIGINT)
        try:
            _, said = running.communicate(timeout=10)
        finally:
            running.kill()

    assert (running.returncode, cloud.faults.in_force) == (130, ())
    assert "Interrupted" in said


@pytest.fixture
def slow_control() -> Iterator[tuple[str, list[str]]]:
    """A control API at which Ctrl-C comes while it causes a fault; gives its address and what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            if self.command == "POST":
                os.kill(os.getpid(), signal.SIGINT)
                threading.Event().wait(0.1)
            asked.append(f"{self.command} {self.path}")
            body = b'{"id": "7", "kind": "dns-silent", "region": null, "seconds": 60, "ends_in": 60}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_DELETE = answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005}).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows can't send Ctrl-C to one process")
def test_ctrl_c_while_the_fault_is_caused_ends_it(slow_control: tuple[str, list[str]]) -> None:
    url, asked = slow_control
    there = Cloud({"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "WORKSHOP_CONTROL_URL": url})

    with pytest.raises(KeyboardInterrupt):
        cause_fault(there, kind="dns-silent")

    assert [one.partition("?")[0] for one in asked] == ["POST /faults", "DELETE /faults"]
    assert "id=7" in asked[1]


# The function at the edge:


@pytest.fixture
def region_served(connected: Cloud, deployed: dict[str, str]) -> Callable[[], str | None]:
    """Says which region serves the site now."""
    return lambda: fetch_page(connected.page_url(deployed["domain_name"], "/region.json")).region


def test_the_function_keeps_its_last_good_answer_while_dns_is_silent(
    connected: Cloud, zone_id: str, names: WorkshopNames, region_served: Callable[[], str | None]
) -> None:
    record = {"zone_id": zone_id, "record_name": names.record_name}
    dns_records.put_txt_record(
        connected.route53, **record, origin=names.destination_origin, ttl=0, replaces=[names.source_origin]
    )
    logs, group = connected.logs(IRELAND), f"/aws/lambda/us-east-1.{names.function_name}"

    def ask_once_more() -> int:
        """Have one more page fetched; returns how many function environments have run, each with a DNS cache."""
        assert region_served() == names.destination_region
        return len(logs.describe_log_streams(logGroupName=group)["logStreams"])

    wait_until(ask_once_more, lambda count: count == 2, what="Warming up", timeout=20, show_progress=False)

    with cause_fault(connected, kind="dns-silent"):
        assert region_served() == names.destination_region


def test_a_function_that_never_had_an_answer_goes_to_the_configured_origin(
    connected: Cloud, zone_id: str, names: WorkshopNames, region_served: Callable[[], str | None]
) -> None:
    record = {"zone_id": zone_id, "record_name": names.record_name}
    dns_records.put_txt_record(
        connected.route53, **record, origin=names.destination_origin, ttl=0, replaces=[names.source_origin]
    )

    with cause_fault(connected, kind="dns-junk"):
        assert region_served() == names.source_region
