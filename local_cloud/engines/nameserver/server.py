"""The nameserver: a cache of ready responses by the bytes of their question, and a policy for bad packets.

| packet                                          | response                      |
|-------------------------------------------------|-------------------------------|
| shorter than a header, or itself a response     | none                          |
| cannot be parsed, or has not one question       | FORMERR                       |
| not a query, or a question such as ANY or AXFR  | NOTIMP                        |
| another class than IN, or a name of no zone     | REFUSED                       |
| an exception in this code                       | SERVFAIL, and a logged error  |
| any, while a fault makes the nameserver silent  | none; TCP connections close   |
| any, while a fault makes it answer junk         | the id, and random bytes      |
"""

from __future__ import annotations

import logging
import random
import struct
from collections.abc import Callable
from typing import Self

import dns.exception
import dns.message
import dns.rcode
from dns.message import Message

from local_cloud.engines.nameserver.answers import UDP_PAYLOAD, Answers, Fork, Zones
from local_cloud.engines.nameserver.listeners import TcpListener, UdpListener, bind_same_port
from local_cloud.engines.nameserver.routing import Choose, choose_by_weight
from local_cloud.faults import DNS_JUNK, DNS_SILENT, Fault, Faults

logger = logging.getLogger(__name__)

CACHE_SIZE = 4096
"""Questions in the cache at most. The cache is then emptied."""
LONGEST_KEPT = 512
"""Bytes of a cached question at most. Real ones have fewer. Longer ones could take 64 KiB each."""

_HEADER = 12
_QR, _OPCODE_AND_RD = 0x8000, 0x7900
_SILENCE = b""


def make_junk() -> bytes:
    """An invalid DNS message without its id: random counts of records that don't follow."""
    return random.randbytes(30)


Plan = Fork[bytes] | bytes
"""A response without its id, or the choice that leads to one."""


class Nameserver:
    """Answers DNS queries from hosted zones.

    The constructor binds the sockets, so `address` is known and no query before `start` is lost.

    Args:
        zones: Hosted zones. The nameserver reads them without a lock.
        is_healthy: Returns the status of a health check by its id. A change must change `zones.generation`.
        choose: Chooses one of several candidates, again for every query.
        faults: The learner's faults.
        make_junk: Returns the bytes after the id for `dns-junk`; a seam for tests.
        host: Address to bind; loopback.
        port: UDP and TCP port; 0 takes a free one.
    """

    def __init__(
        self,
        zones: Zones,
        *,
        is_healthy: Callable[[str], bool],
        choose: Choose = choose_by_weight,
        faults: Faults | None = None,
        make_junk: Callable[[], bytes] = make_junk,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self._zones = zones
        self._choose = choose
        self._faults = faults or Faults()
        self._make_junk = make_junk
        self._answers = Answers(zones, is_healthy=is_healthy, choose=choose)
        self._cache: tuple[int, dict[bytes, Plan]] = (-1, {})
        udp, tcp = bind_same_port(host, port)
        self.address: tuple[str, int] = udp.getsockname()
        self._listeners = (UdpListener(udp, self.answer), TcpListener(tcp, self._answer_over_tcp))

    def start(self) -> None:
        """Start answering. Call it only once."""
        for listener in self._listeners:
            listener.start()

    def stop(self) -> None:
        """Stop answering, free the port, and wait for the threads to end. May be repeated."""
        for listener in self._listeners:
            listener.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def answer(self, query: bytes) -> bytes | None:
        """The UDP response to a query, both as bytes. None for silence. Never raises."""
        try:
            if self._faults.in_force and (fault := self._faults.find(DNS_SILENT, DNS_JUNK)):
                return self._misbehave(query, fault)
            generation = self._zones.generation
            cache = self._cache
            if cache[0] != generation or len(cache[1]) > CACHE_SIZE:
                # A new dict, as another thread may still store a plan from older zones in the old one.
                cache = self._cache = (generation, {})
            question = query[2:]
            plan = cache[1].get(question)
            if plan is None:
                plan = self._plan(query, largest=UDP_PAYLOAD)
                if len(question) <= LONGEST_KEPT:
                    cache[1][question] = plan
            while type(plan) is Fork:
                plan = plan.take(self._choose)
            return query[:2] + plan if plan else None  # type: ignore[operator]  # fast; mypy ignores `type(…) is`
        except Exception:
            return _apologise(query)

    def _answer_over_tcp(self, query: bytes) -> bytes | None:
        """As `answer`, but for TCP: nothing is truncated, and nothing cached, as questions rarely repeat."""
        try:
            if self._faults.in_force and (fault := self._faults.find(DNS_SILENT, DNS_JUNK)):
                return self._misbehave(query, fault)
            plan = self._plan(query, largest=65535)
            while isinstance(plan, Fork):
                plan = plan.take(self._choose)
            return query[:2] + plan if plan else None
        except Exception:
            return _apologise(query)

    def _misbehave(self, query: bytes, fault: Fault) -> bytes | None:
        return query[:2] + self._make_junk() if fault.kind == DNS_JUNK and len(query) >= _HEADER else None

    def _plan(self, query: bytes, *, largest: int) -> Plan:
        if len(query) < _HEADER or struct.unpack_from("!H", query, 2)[0] & _QR:
            return _SILENCE
        try:
            message = dns.message.from_wire(query)
        except (dns.exception.DNSException, ValueError):
            return _bare_response(query, dns.rcode.FORMERR)[2:]
        if largest < 65535:
            largest = min(largest, max(512, message.payload))
        return self._answers.plan(message, lambda response: _to_wire(response, largest)[2:])


def _to_wire(response: Message, largest: int) -> bytes:
    """A response's bytes. If too large, it loses records and gets the TC bit, so the client retries over TCP."""
    return response.to_wire(max_size=largest, prefer_truncation=True)


def _apologise(query: bytes) -> bytes | None:
    """SERVFAIL for the exception that is being handled, and a line in the log."""
    logger.exception("No answer to %s", query.hex())
    return _bare_response(query, dns.rcode.SERVFAIL) if len(query) >= _HEADER else None


def _bare_response(query: bytes, rcode: dns.rcode.Rcode) -> bytes:
    """A response with only a header, to any query that is at least as long as a header."""
    flags = struct.unpack_from("!H", query, 2)[0] & _OPCODE_AND_RD
    return query[:2] + struct.pack("!HHHHH", _QR | flags | rcode, 0, 0, 0, 0)
