"""The nameserver over its sockets, as `dig` and other programs use it."""

from __future__ import annotations

import contextlib
import random
import shutil
import socket
import struct
import subprocess
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import dns.flags
import dns.message
import dns.query
import pytest

from local_cloud.cloud import LocalCloud
from local_cloud.engines.nameserver import Nameserver
from local_cloud.engines.nameserver.listeners import TcpListener, bind_same_port

NAME = "origin.two-regions.test"


@pytest.fixture
def route53(client: Callable[..., Any]) -> Any:
    return client("route53")


@pytest.fixture
def zone(route53: Any) -> dict[str, Any]:
    return route53.create_hosted_zone(Name="two-regions.test", CallerReference="zone")


@pytest.fixture
def put(route53: Any, zone: dict[str, Any]) -> Callable[..., None]:
    def put(*record_sets: dict[str, Any]) -> None:
        changes = [{"Action": "UPSERT", "ResourceRecordSet": record_set} for record_set in record_sets]
        route53.change_resource_record_sets(HostedZoneId=zone["HostedZone"]["Id"], ChangeBatch={"Changes": changes})

    return put


def txt(*values: str, name: str = NAME, ttl: int = 60, **members: Any) -> dict[str, Any]:
    records = [{"Value": f'"{value}"'} for value in values]
    return {"Name": name, "Type": "TXT", "TTL": ttl, "ResourceRecords": records, **members}


def dig(cloud: LocalCloud, *arguments: str) -> str:
    program = shutil.which("dig")
    if program is None:
        pytest.skip("dig is not installed")
    host, port = cloud.nameserver.address
    command = [program, f"@{host}", "-p", str(port), "+tries=1", "+time=2", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout


def test_dig_reads_the_answer_without_a_warning(cloud: LocalCloud, put: Any) -> None:
    put(txt("site.s3.eu-west-1.amazonaws.com", ttl=7))
    shown = dig(cloud, NAME, "TXT")
    assert "status: NOERROR" in shown
    assert f'{NAME}. 7\tIN\tTXT\t"site.s3.eu-west-1.amazonaws.com"' in shown
    assert "WARNING" not in shown.upper()


def test_dig_comes_back_over_tcp_for_a_large_answer(cloud: LocalCloud, put: Any) -> None:
    put(txt(*(f"{number:0200}" for number in range(20))))
    shown = dig(cloud, NAME, "TXT")
    assert "ANSWER: 20" in shown
    assert "(TCP)" in shown


def test_weights_are_honoured_within_five_sigma(cloud: LocalCloud, put: Any) -> None:
    put(txt("ie", SetIdentifier="ie", Weight=230), txt("sg", SetIdentifier="sg", Weight=26))
    query = dns.message.make_query(NAME, "TXT").to_wire()
    answers = Counter(cloud.nameserver.answer(query)[-2:] for _ in range(5000))
    expected, sigma = 5000 * 26 / 256, (5000 * 26 / 256 * 230 / 256) ** 0.5
    assert set(answers) == {b"ie", b"sg"}
    assert abs(answers[b"sg"] - expected) < 5 * sigma


def test_a_hosted_zones_name_servers_are_found_on_this_machine(cloud: LocalCloud, zone: dict[str, Any]) -> None:
    assert dig(cloud, "+short", zone["DelegationSet"]["NameServers"][3], "A") == "127.0.0.1\n"


def test_an_inverted_health_check_moves_the_answer_at_once(cloud: LocalCloud, route53: Any, put: Any) -> None:
    check = create_idle_health_check(route53)
    put(txt("ie", SetIdentifier="ie", Weight=255, HealthCheckId=check), txt("sg", SetIdentifier="sg", Weight=0))
    before = dig(cloud, "+short", NAME, "TXT")
    route53.update_health_check(HealthCheckId=check, Inverted=True)
    assert (before, dig(cloud, "+short", NAME, "TXT")) == ('"ie"\n', '"sg"\n')


def create_idle_health_check(route53: Any) -> str:
    """A health check that probes nothing, and is healthy."""
    config = {
        "Type": "CLOUDWATCH_METRIC",
        "AlarmIdentifier": {"Region": "us-east-1", "Name": "alarm"},
        "InsufficientDataHealthStatus": "Healthy",
    }
    return str(route53.create_health_check(CallerReference="idle", HealthCheckConfig=config)["HealthCheck"]["Id"])


def test_a_reset_forgets_the_zones(cloud: LocalCloud, put: Any) -> None:
    put(txt("ie"))
    cloud.reset()
    assert "status: REFUSED" in dig(cloud, NAME, "TXT")


def test_udp_and_tcp_are_on_the_same_port(cloud: LocalCloud, put: Any) -> None:
    put(txt("ie"))
    host, port = cloud.nameserver.address
    query = dns.message.make_query(NAME, "TXT")
    over_udp, over_tcp = (each(query, host, port=port, timeout=5) for each in (dns.query.udp, dns.query.tcp))
    assert over_udp.answer == over_tcp.answer


def test_several_queries_on_one_connection_are_answered_in_order(cloud: LocalCloud, put: Any) -> None:
    put(txt("ie"))
    queries = [dns.message.make_query(NAME, "TXT", id=number).to_wire() for number in (1, 2, 3)]
    stream = b"".join(struct.pack("!H", len(query)) + query for query in queries)
    with socket.create_connection(cloud.nameserver.address, timeout=5) as connection:
        for byte in range(0, len(stream), 7):  # in pieces that end nowhere in particular
            connection.sendall(stream[byte : byte + 7])
        ids = [dns.query.receive_tcp(connection)[0].id for _ in queries]
    assert ids == [1, 2, 3]


def test_junk_over_tcp_closes_that_connection_only(cloud: LocalCloud, zone: dict[str, Any]) -> None:
    host, port = cloud.nameserver.address
    with socket.create_connection((host, port), timeout=5) as connection:
        connection.sendall(b"\x00\x03abc")
        assert connection.recv(100) == b""
    query = dns.message.make_query("two-regions.test", "SOA")
    assert dns.query.tcp(query, host, port=port, timeout=5).answer


def test_random_junk_over_both_transports_keeps_nobody_from_an_answer(cloud: LocalCloud, put: Any) -> None:
    put(txt("ie"))
    draw = random.Random(53)
    host, port = cloud.nameserver.address
    query = dns.message.make_query(NAME, "TXT")
    for _ in range(20):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            for _ in range(20):  # fewer than the socket's buffer holds: what is lost there never came
                udp.sendto(draw.randbytes(draw.randrange(600)), (host, port))
        assert dns.query.udp(query, host, port=port, timeout=5).answer
        with socket.create_connection((host, port), timeout=5) as connection, contextlib.suppress(ConnectionError):
            connection.sendall(draw.randbytes(draw.randrange(1, 3000)))
        assert dns.query.tcp(query, host, port=port, timeout=5).answer


def test_connections_that_only_trickle_hold_up_nobody(cloud: LocalCloud, put: Any) -> None:
    put(txt("ie"))
    host, port = cloud.nameserver.address
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(socket.create_connection((host, port), timeout=5)).sendall(b"\x00")
        assert dns.query.tcp(dns.message.make_query(NAME, "TXT"), host, port=port, timeout=5).answer


def test_single_bytes_do_not_keep_a_connection_open() -> None:
    _, bound = sockets = bind_same_port("127.0.0.1", 0)
    listener = TcpListener(bound, lambda query: query, idle_seconds=0.1)
    listener.start()
    with socket.create_connection(bound.getsockname(), timeout=0.02) as connection:
        connection.sendall(b"\x00\xff")
        for _ in range(240):  # more bytes than a connection of 0.1 s has time for, fewer than the query would need
            with contextlib.suppress(TimeoutError):
                if connection.recv(1) == b"":
                    break
            connection.sendall(b"x")
        else:
            pytest.fail("the connection stayed open")
    listener.stop()
    sockets[0].close()


def test_a_stopped_nameserver_leaves_no_thread_and_frees_its_port(cloud: LocalCloud) -> None:
    before = set(threading.enumerate())
    with Nameserver(cloud.route53, is_healthy=lambda _: True) as nameserver:
        with socket.create_connection(nameserver.address, timeout=5):
            pass
        running = set(threading.enumerate()) - before
    assert {thread.name for thread in running} == {"nameserver-udp", "nameserver-tcp"}
    assert not any(thread.is_alive() for thread in running)
    Nameserver(cloud.route53, is_healthy=lambda _: True, port=nameserver.address[1]).stop()


def test_a_nameserver_that_never_started_can_be_stopped(cloud: LocalCloud) -> None:
    nameserver = Nameserver(cloud.route53, is_healthy=lambda _: True)
    nameserver.stop()
    nameserver.stop()
    Nameserver(cloud.route53, is_healthy=lambda _: True, port=nameserver.address[1]).stop()


def test_a_taken_port_is_refused_by_the_constructor(cloud: LocalCloud) -> None:
    with pytest.raises(OSError, match="in use"):
        Nameserver(cloud.route53, is_healthy=lambda _: True, port=cloud.nameserver.address[1])
