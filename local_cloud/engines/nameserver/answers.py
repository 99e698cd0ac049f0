"""The response to one question.

A response is planned once and used often. If several record sets may answer, the plan is a `Fork`, which builds each
outcome when it is first chosen. A CNAME is followed as long as its target is in a hosted zone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Generic, Protocol, TypeVar

import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from dns.message import Message
from dns.name import Name
from dns.rrset import RRset

from local_cloud.engines.nameserver.routing import Candidate, Choose, choose_by_weight, find_candidates

T = TypeVar("T")

LONGEST_CHAIN = 8
"""CNAMEs followed for one question at most, which ends loops."""
UDP_PAYLOAD = 1232
"""Bytes of a UDP response at most, even if the client accepts more (DNS flag day 2020)."""

_OCTAL = re.compile(r"\\([0-7]{3})")


class Zones(Protocol):
    """The hosted zones, as the nameserver reads them."""

    @property
    def generation(self) -> int:
        """A number that differs after every change."""

    def find_record_sets(self, name: Name, kind: str, /) -> Sequence[dict[str, Any]] | None:
        """Record sets for a name and type. None if no zone contains the name."""

    def name_exists(self, name: Name, /) -> bool:
        """False means NXDOMAIN."""

    def delegation_of(self, name: Name, /) -> dict[str, Any] | None:
        """The NS record set that delegates a name to other name servers, or None."""

    def zone_of(self, name: Name, /) -> Name | None:
        """The name of the zone that contains a name."""


class Fork(Generic[T]):
    """A choice in a plan, made again for each query.

    Args:
        candidates: Two or more.
        grow: Builds the rest of the plan for a candidate. Called once for each.
    """

    __slots__ = ("_grow", "_outcomes", "candidates")

    def __init__(self, candidates: tuple[Candidate, ...], grow: Callable[[Candidate], Fork[T] | T]) -> None:
        self.candidates = candidates
        self._grow = grow
        self._outcomes: dict[str, Fork[T] | T] = {}

    def take(self, choose: Choose) -> Fork[T] | T:
        """Choose a candidate. Returns the rest of the plan."""
        chosen = choose(self.candidates)
        outcome = self._outcomes.get(chosen.set_identifier)
        if outcome is None:
            outcome = self._outcomes[chosen.set_identifier] = self._grow(chosen)
        return outcome


class Answers:
    """Builds responses from zones and statuses of health checks.

    Args:
        zones: The hosted zones.
        is_healthy: Returns the status of a health check by its id.
        choose: Chooses one of several candidates.
    """

    def __init__(self, zones: Zones, *, is_healthy: Callable[[str], bool], choose: Choose = choose_by_weight) -> None:
        self._zones = zones
        self._is_healthy = is_healthy
        self._choose = choose

    def respond(self, query: Message) -> Message:
        """The response to a query, after all choices."""
        outcome = self.plan(query, lambda message: message)
        while isinstance(outcome, Fork):
            outcome = outcome.take(self._choose)
        return outcome

    def plan(self, query: Message, finish: Callable[[Message], T]) -> Fork[T] | T:
        """The response to a query, or the first choice.

        Args:
            query: A parsed message that is not a response.
            finish: Converts a finished response for the caller.
        """
        rcode = _rcode_without_looking(query)
        if rcode is not None:
            return finish(make_response(query, rcode))
        question = query.question[0]
        return self._follow(_Path(query, finish), question.name, dns.rdatatype.to_text(question.rdtype))

    def _follow(self, path: _Path[T], name: Name, kind: str) -> Fork[T] | T:
        """Plan from a name: the question's own, or the target of a CNAME."""
        delegation = self._zones.delegation_of(name)
        if delegation:
            cut = dns.name.from_text(_decimal(delegation["Name"]))
            if kind != "DS" or name != cut:  # at the cut, only DS records belong to the parent
                return path.refer(to_rrset(cut, delegation))
        record_sets = self._zones.find_record_sets(name, kind)
        if record_sets is None:
            return path.end(dns.rcode.NOERROR if path.chain else dns.rcode.REFUSED)
        if record_sets:
            return self._fork(record_sets, lambda candidate: path.add(name, candidate).end(dns.rcode.NOERROR))
        aliases = self._zones.find_record_sets(name, "CNAME")
        if not aliases:
            return path.end(
                dns.rcode.NOERROR if self._zones.name_exists(name) else dns.rcode.NXDOMAIN, soa=self._soa(name)
            )
        if len(path.chain) == LONGEST_CHAIN:
            return path.end(dns.rcode.SERVFAIL)
        return self._fork(aliases, lambda candidate: self._go_on(path.add(name, candidate), kind))

    def _fork(self, record_sets: Sequence[dict[str, Any]], grow: Callable[[Candidate], Fork[T] | T]) -> Fork[T] | T:
        candidates = find_candidates(record_sets, self._is_healthy)
        return Fork(candidates, grow) if len(candidates) > 1 else grow(candidates[0])

    def _go_on(self, path: _Path[T], kind: str) -> Fork[T] | T:
        return self._follow(path, path.chain[-1][0].target, kind)  # type: ignore[attr-defined]  # a CNAME has a target

    def _soa(self, name: Name) -> RRset | None:
        """The zone's SOA. Its TTL says how long a negative answer may be cached (RFC 2308)."""
        zone = self._zones.zone_of(name)
        sets = self._zones.find_record_sets(zone, "SOA") if zone else None
        if not zone or not sets:
            return None
        soa = to_rrset(zone, sets[0])
        soa.ttl = min(soa.ttl, soa[0].minimum)
        return soa


class _Path(Generic[T]):
    """The record sets so far, from the question to its answer."""

    def __init__(self, query: Message, finish: Callable[[Message], T], chain: tuple[RRset, ...] = ()) -> None:
        self.chain = chain
        self._query = query
        self._finish = finish

    def add(self, name: Name, candidate: Candidate) -> _Path[T]:
        return _Path(self._query, self._finish, (*self.chain, to_rrset(name, candidate.record_set)))

    def refer(self, name_servers: RRset) -> T:
        """End with a referral to these name servers."""
        response = make_response(self._query, dns.rcode.NOERROR)
        response.answer = list(self.chain)
        response.authority = [name_servers]
        return self._finish(response)

    def end(self, rcode: dns.rcode.Rcode, *, soa: RRset | None = None) -> T:
        response = make_response(self._query, rcode)
        if rcode != dns.rcode.REFUSED:
            response.flags |= dns.flags.AA
        response.answer = list(self.chain)
        response.authority = [soa] if soa else []
        return self._finish(response)


def to_rrset(name: Name, record_set: dict[str, Any]) -> RRset:
    """A record set in dnspython's type, under its own name or a name that its wildcard covers."""
    values = [_decimal(record["Value"]) for record in record_set["ResourceRecords"]]
    return dns.rrset.from_text_list(
        name, record_set["TTL"], "IN", record_set["Type"], values, origin=dns.name.root, relativize=False
    )


def _decimal(text: str) -> str:
    """Decimal escapes, as in zone files and in dnspython, for Route 53's octal ones."""
    return _OCTAL.sub(lambda match: f"\\{int(match[1], 8) % 256:03}", text)


def make_response(query: Message, rcode: dns.rcode.Rcode) -> Message:
    """An empty response.

    Unlike Route 53, it sets RA. The same server is also the resolver of functions, and `dig` would warn without RA.
    """
    response = dns.message.make_response(query, recursion_available=True, our_payload=UDP_PAYLOAD)
    response.set_rcode(rcode)
    return response


def _rcode_without_looking(query: Message) -> dns.rcode.Rcode | None:
    """The rcode of a query that is refused without looking at zones, or None."""
    if query.opcode() != dns.opcode.QUERY:
        return dns.rcode.NOTIMP
    if len(query.question) != 1:
        return dns.rcode.FORMERR
    if query.edns > 0:
        return dns.rcode.BADVERS
    question = query.question[0]
    if question.rdclass != dns.rdataclass.IN:
        return dns.rcode.REFUSED
    return dns.rcode.NOTIMP if dns.rdatatype.is_metatype(question.rdtype) else None
