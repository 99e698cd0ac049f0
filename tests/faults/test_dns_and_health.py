"""What resolvers and health checks see while a fault is in force."""

from __future__ import annotations

import time
from typing import Any

import dns.exception
import dns.message
import dns.query
import pytest

from local_cloud.cloud import LocalCloud
from local_cloud.faults import (
    DNS_JUNK,
    DNS_SILENT,
    S3_REFUSES,
    S3_UNAVAILABLE,
)
from tests.faults.kit import IRELAND, Client, wait_until


@pytest.mark.parametrize(("kind", "seen"), [(S3_UNAVAILABLE, "503"), (S3_REFUSES, "refuses connections")])
def test_a_region_s_health_check_turns_and_turns_back(cloud: LocalCloud, client: Client, kind: str, seen: str) -> None:
    route53, threshold, interval = client("route53"), 3, cloud.clock.scaled(10)
    config = {"Type": "HTTPS", "FullyQualifiedDomainName": f"s3.{IRELAND}.amazonaws.com", "Port": 443}
    config = {**config, "RequestInterval": 10, "FailureThreshold": threshold}
    made = route53.create_health_check(CallerReference=kind, HealthCheckConfig=config)["HealthCheck"]["Id"]
    wait_until(lambda: len(cloud.prober.observations(made)) == 3)
    begun = time.monotonic()

    cloud.faults.cause(kind, region=IRELAND)

    wait_until(lambda: not cloud.prober.is_healthy(made))
    assert time.monotonic() - begun >= (threshold - 1) * interval
    reports = route53.get_health_check_status(HealthCheckId=made)["HealthCheckObservations"]
    assert all(seen in report["StatusReport"]["Status"] for report in reports)
    cloud.faults.end()
    wait_until(lambda: cloud.prober.is_healthy(made))


def ask(cloud: LocalCloud, *, tcp: bool = False) -> Any:
    host, port = cloud.nameserver.address
    send = dns.query.tcp if tcp else dns.query.udp
    return send(dns.message.make_query("origin.two-regions.test", "TXT"), host, port=port, timeout=0.2)


@pytest.mark.parametrize("tcp", [False, True])
def test_a_silent_nameserver_answers_nobody(cloud: LocalCloud, tcp: bool) -> None:
    cloud.faults.cause(DNS_SILENT)

    with pytest.raises((dns.exception.Timeout, EOFError)):
        ask(cloud, tcp=tcp)
    cloud.faults.end()
    assert ask(cloud, tcp=tcp).rcode() == dns.rcode.REFUSED


@pytest.mark.parametrize("tcp", [False, True])
def test_junk_has_the_query_s_id_and_is_no_message(cloud: LocalCloud, tcp: bool) -> None:
    cloud.faults.cause(DNS_JUNK)

    with pytest.raises(dns.exception.FormError):
        ask(cloud, tcp=tcp)
    query = dns.message.make_query("origin.two-regions.test", "TXT").to_wire()
    assert (cloud.nameserver.answer(query) or b"")[:2] == query[:2]
