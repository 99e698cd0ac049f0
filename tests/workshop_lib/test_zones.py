"""Name servers that fail are passed over, and where all do, Route 53's API is asked."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from workshop_lib import dns_records
from workshop_lib.cloud import Cloud
from workshop_lib.errors import CloudNotReachable
from workshop_lib.names import WorkshopNames
from workshop_lib.zones import NameServers, ask_api

NAME = "origin.two-regions.test"
ANSWER = "site.s3.eu-west-1.amazonaws.com"
Manner = Callable[[dns.message.Message], bytes]


def answer(query: dns.message.Message) -> bytes:
    """As Route 53 does."""
    response = dns.message.make_response(query)
    response.flags |= dns.flags.AA
    response.answer.append(dns.rrset.from_text(f"{NAME}.", 5, "IN", "TXT", f'"{ANSWER}"'))
    return response.to_wire()


def refuse(query: dns.message.Message) -> bytes:
    """As a name server does that doesn't hold the zone."""
    response = dns.message.make_response(query)
    response.set_rcode(dns.rcode.REFUSED)
    return response.to_wire()


def intercept(query: dns.message.Message) -> bytes:
    """As a network does that answers all DNS itself: it knows no such name."""
    response = dns.message.make_response(query, recursion_available=True)
    response.set_rcode(dns.rcode.NXDOMAIN)
    return response.to_wire()


def babble(_: dns.message.Message) -> bytes:
    """As something that isn't DNS."""
    return b"HTTP/1.1 400 Bad Request"


def keep_silent(_: dns.message.Message) -> bytes:
    """As a firewall makes it seem."""
    return b""


class Net:
    """Name servers on this machine, and who was asked."""

    def __init__(self, addresses: dict[str, list[tuple[str, int]]], asked: list[str]) -> None:
        self.time = 0.0
        self.asked, self._addresses = asked, addresses
        self.servers = NameServers(list(addresses), find_addresses=self._find, patience=0.2, now=lambda: self.time)

    def _find(self, host: str) -> list[tuple[str, int]]:
        if not self._addresses[host]:
            raise socket.gaierror
        return self._addresses[host]


@contextmanager
def serve(host: str, manner: Manner, asked: list[str]) -> Iterator[tuple[str, int]]:
    """One name server, while the block runs."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def run() -> None:
            while True:
                query, sender = server.recvfrom(512)
                if not query:
                    return
                asked.append(host)
                if said := manner(dns.message.from_wire(query)):
                    server.sendto(said, sender)

        thread = threading.Thread(target=run)
        thread.start()
        yield server.getsockname()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stopper:
            stopper.sendto(b"", server.getsockname())
        thread.join()


@pytest.fixture
def make_net() -> Iterator[Callable[..., Net]]:
    """Makes a net of name servers: host → manner, or None for one that has no address."""
    with ExitStack() as running:

        def make_net(**manners: Manner | None) -> Net:
            asked: list[str] = []
            addresses = {
                host: [running.enter_context(serve(host, manner, asked))] if manner else []
                for host, manner in manners.items()
            }
            return Net(addresses, asked)

        yield make_net


@pytest.mark.parametrize("bad", [refuse, intercept, babble, keep_silent, None])
def test_a_bad_name_server_is_passed_over(make_net: Callable[..., Net], bad: Manner | None) -> None:
    net = make_net(bad=bad, good=answer)

    assert {tuple(net.servers.ask(NAME) or ()) for _ in range(20)} == {((ANSWER, 5),)}


def test_a_name_server_that_failed_is_asked_again_after_a_minute(make_net: Callable[..., Net]) -> None:
    net = make_net(bad=keep_silent)
    asked = []
    for net.time in (0.0, 59.0, 61.0):
        assert net.servers.ask(NAME) is None
        asked.append(len(net.asked))

    assert asked == [1, 1, 2]


def test_the_name_servers_are_asked_in_turn(make_net: Callable[..., Net]) -> None:
    net = make_net(one=answer, two=answer)
    for _ in range(60):
        net.servers.ask(NAME)

    assert set(net.asked) == {"one", "two"}


def test_an_address_that_does_not_answer_is_followed_by_the_next(make_net: Callable[..., Net]) -> None:
    net = make_net(both=answer)
    net._addresses["both"].insert(0, ("::1", 1))

    assert net.servers.ask(NAME) == [(ANSWER, 5)]


def test_the_api_gives_the_answer_of_the_zone_with_these_name_servers(
    zone_id: str, connected: Cloud, names: WorkshopNames
) -> None:
    dns_records.create_hosted_zone(connected.route53, zone_name=names.zone_name, learner="ben")
    name_servers = dns_records.get_name_servers(connected.route53, zone_id=zone_id)
    question = {"record_name": names.record_name, "name_servers": name_servers}
    assert ask_api(connected.route53, **question) == []  # type: ignore[arg-type]
    dns_records.put_txt_record(
        connected.route53, zone_id=zone_id, record_name=names.record_name, origin=names.source_origin
    )

    assert ask_api(connected.route53, **question) == [(names.source_origin.domain_name, None)]  # type: ignore[arg-type]


def test_name_servers_of_no_zone_are_named(zone_id: str, connected: Cloud, names: WorkshopNames) -> None:
    with pytest.raises(CloudNotReachable, match=r"no hosted zone of yours.*step 2 of notebook 03"):
        ask_api(connected.route53, record_name=names.record_name, name_servers=["ns-1.test"])
