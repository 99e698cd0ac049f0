"""A function's look-ups reach the local nameserver, under AWS's runtime and under the plain one."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from local_cloud.engines.sandbox import DeployedFunction, Invocation
from tests.local_cloud.sandbox.kit import SINGAPORE, Dns, make_function
from workshop_lib.lambda_edge import make_event
from workshop_lib.packaging import package_edge_function


def decisions(invocation: Invocation) -> list[dict[str, Any]]:
    return [json.loads(line) for line in invocation.log if line.startswith("{")]


@pytest.fixture(scope="module")
def edge_function() -> DeployedFunction:
    """The workshop's own function, packaged as it is for AWS."""
    return make_function(package_edge_function().zip_bytes)


@pytest.mark.parametrize(
    ("name", "decision", "reason"),
    [
        ("answer.test", "dns", ""),
        ("truncated.test", "dns", ""),
        ("alias.test", "dns", ""),
        ("missing.test", "configured-origin", "there is no such TXT record"),
        ("failing.test", "configured-origin", "NoNameservers"),
        ("not..a.name", "configured-origin", "EmptyLabel"),
        ("é" * 90, "configured-origin", "LabelTooLong"),
    ],
)
def test_the_packaged_function_follows_dns_under_both_runtimes(
    invoke: Callable[..., Invocation], edge_function: DeployedFunction, name: str, decision: str, reason: str
) -> None:
    invocation = invoke(edge_function, make_event(dns_origin=name))

    line = decisions(invocation)[-1]
    assert (line["decision"], line["reason"][: len(reason)]) == (decision, reason)
    assert line["request_id"] == invocation.request_id
    went_to = invocation.payload["origin"]["s3"]["domainName"]
    assert went_to == (SINGAPORE if decision == "dns" else "source-bucket.s3.eu-west-1.amazonaws.com")


def test_a_truncated_answer_is_asked_again_over_tcp(
    invoke: Callable[..., Invocation], edge_function: DeployedFunction, nameserver: Dns
) -> None:
    invoke(edge_function, make_event(dns_origin="truncated.test", allowed_buckets=["destination-bucket"]))

    assert nameserver.asked[-2:] == [("truncated.test.", "udp"), ("truncated.test.", "tcp")]


def test_name_servers_of_any_name_and_address_end_at_the_local_one(
    invoke: Callable[..., Invocation], edge_function: DeployedFunction
) -> None:
    event = make_event(dns_origin="answer.test", name_servers=["ns-1.awsdns-01.org", "2001:db8::53"])

    invocation = invoke(edge_function, event)

    assert invocation.payload["origin"]["s3"]["domainName"] == SINGAPORE


def test_ipv6_servers_end_at_the_local_one(invoke: Callable[..., Invocation], edge_function: DeployedFunction) -> None:
    invocation = invoke(edge_function, make_event(dns_origin="truncated.test", name_servers=["2001:db8::53"]))

    assert invocation.payload["origin"]["s3"]["domainName"] == SINGAPORE


def test_windows_is_told_the_nameserver_too(invoke: Callable[..., Invocation]) -> None:
    source = "import dns, dns.win32util as w\ndef handler(e, c): return w.get_dns_info().nameservers"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("handler.py", source)
        archive.writestr("dns/__init__.py", "")

    assert invoke(make_function(buffer.getvalue())).payload == ["127.0.0.1"]
