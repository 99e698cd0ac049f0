"""The nameserver itself: ready responses kept by the bytes of their question, and a policy for bad packets.

| packet                                          | response                      |
|-------------------------------------------------|-------------------------------|
| shorter than a header, or itself a response     | none                          |
| cannot be parsed, or has not one question       | FORMERR                       |
| not a query, or a question such as ANY or AXFR  | NOTIMP                        |
| another class than IN, or a name of no zone     | REFUSED                       |
| our own mistake                                 | SERVFAIL, and a logged error  |
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
"""Questions kept at most; then all are forgotten."""
LONGEST_KEPT = 512
"""Bytes of a question that is kept. Real ones have less; of longer ones a stranger could have us keep 64 KiB each."""

_HEADER = 12
_QR, _OPCODE_AND_RD = 0x8000, 0x7900
_SILENCE = b""


def make_junk() -> bytes:
    """What no DNS message looks like behind its id: random counts of records that do not follow."""
    return random.randbytes(30)


Plan = Fork[bytes] | bytes
"""A response without its id, or the choice that leads to one."""


class Nameserver:
    """Answers DNS queries from hosted zones.

    The sockets are bound by the constructor, so that `address` is known and no query is lost before `start`.

    Args:
        zones: Hosted zones; the nameserver reads them without a lock.
        is_healthy: Tells the status of a health check by its id. A change must show in `zones.generation`.
        choose: Picks one of several candidates, for every query anew.
        faults: What a learner did to DNS.
        make_junk: Gives the bytes behind the id for `dns-junk`; a seam for tests.
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
        """Start answering. Once only."""
        for listener in self._listeners:
            listener.start()

    def stop(self) -> None:
        """Stop answering and free the port; no thread is left. May be repeated."""
        for listener in self._listeners:
            listener.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def answer(self, query: bytes) -> bytes | None:
        """The UDP response to a query, both as they are on the wire; None for silence. Never raises."""
        try:
            if self._faults.in_force and (fault := self._faults.find(DNS_SILENT, DNS_JUNK)):
                return self._misbehave(query, fault)
            generation = self._zones.generation
            cache = self._cache
            if cache[0] != generation or len(cache[1]) > CACHE_SIZE:
                # A new dict, never a cleared one: what another thread planned from older zones lands in the older dict.
                cache = self._cache = (generation, {})
            question = query[2:]
            plan = cache[1].get(question)
            if plan is None:
                plan = self._plan(query, largest=UDP_PAYLOAD)
                if len(question) <= LONGEST_KEPT:
                    cache[1][question] = plan
            while type(plan) is Fork:
                plan = plan.take(self._choose)
            return query[:2] + plan if plan else None  # type: ignore[operator]  # `type(…) is` is faster, mypy blind to it
        except Exception:
            return _apologise(query)

    def _answer_over_tcp(self, query: bytes) -> bytes | None:
        """As `answer`, but for TCP, where nothing is truncated and little is asked twice."""
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
    """A response's bytes. One that is too large loses records and gets the TC bit: the client comes back over TCP."""
    return response.to_wire(max_size=largest, prefer_truncation=True)


def _apologise(query: bytes) -> bytes | None:
    """SERVFAIL for our own mistake, which is being handled right now, and a line in the log."""
    logger.exception("No answer to %s", query.hex())
    return _bare_response(query, dns.rcode.SERVFAIL) if len(query) >= _HEADER else None


def _bare_response(query: bytes, rcode: dns.rcode.Rcode) -> bytes:
    """A response with nothing but a header, to a query that may be anything of at least a header's length."""
    flags = struct.unpack_from("!H", query, 2)[0] & _OPCODE_AND_RD
    return query[:2] + struct.pack("!HHHHH", _QR | flags | rcode, 0, 0, 0, 0)
