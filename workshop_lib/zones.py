"""The hosted zone of a name: found in Route 53, and asked at its own name servers, or by Route 53's API.

A name server that fails is passed over. So is one in whose place somebody else answers, as in some hotels: AWS's say
that they are authoritative. Where none answers, UDP port 53 is probably closed, and the API is asked instead.
"""

from __future__ import annotations

import math
import random
import socket
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from workshop_lib.errors import STEPS, CloudNotReachable
from workshop_lib.ownership import read_reference

if TYPE_CHECKING:
    from mypy_boto3_route53 import Route53Client
    from mypy_boto3_route53.type_defs import HostedZoneTypeDef

DNS_PORT = 53
PATIENCE = 1.5
"""Seconds for which an answer is waited for."""
REST = 60.0
"""Seconds for which a name server that failed isn't asked."""
MOST_ADDRESSES = 2
"""Addresses of one name server that are tried, those of IPv4 first."""


Address = tuple[str, int]
"""Address and port."""


class TxtAnswer(NamedTuple):
    """One TXT record, as a resolver sees it. Route 53's API doesn't tell the TTL."""

    text: str
    ttl: int | None


def find_addresses(host: str) -> list[Address]:
    """Return the addresses of a name server, those of IPv4 first.

    Raises:
        OSError: It has none.
    """
    found = socket.getaddrinfo(host, DNS_PORT, type=socket.SOCK_DGRAM)
    by_family = sorted(found, key=lambda one: one[0] != socket.AF_INET)
    return [(str(address), int(port)) for *_, (address, port, *_) in by_family]


class NameServers:
    """The name servers of one zone, asked without any cache, in a random order.

    Args:
        hosts: Their names or addresses.
        find_addresses: Finds the addresses of a host. A seam for tests, like the others.
        patience: Seconds for which an answer is waited for.
        now: The time, in seconds.
    """

    def __init__(
        self,
        hosts: Sequence[str],
        *,
        find_addresses: Callable[[str], list[Address]] = find_addresses,
        patience: float = PATIENCE,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._hosts, self._find_addresses = list(hosts), find_addresses
        self._patience, self._now = patience, now
        self._rest_until: dict[str, float] = {}

    def ask(self, record_name: str) -> list[TxtAnswer] | None:
        """Ask for the TXT records of a name. Silent name servers cost `patience` for each address.

        Args:
            record_name: Without a dot at the end.

        Returns:
            The answers, none of them if there is no such record. None if no name server answers, or all rest.
        """
        awake = [host for host in self._hosts if self._now() >= self._rest_until.get(host, -math.inf)]
        for host in random.sample(awake, len(awake)):
            answers = self._ask_one(host, record_name)
            if answers is not None:
                return answers
            self._rest_until[host] = self._now() + REST
        return None

    def _ask_one(self, host: str, record_name: str) -> list[TxtAnswer] | None:
        import dns.exception
        import dns.flags
        import dns.message
        import dns.query
        import dns.rcode

        query = dns.message.make_query(f"{record_name}.", "TXT")
        try:
            addresses = self._find_addresses(host)[:MOST_ADDRESSES]
        except OSError:
            return None
        for address, port in addresses:
            try:
                response, _ = dns.query.udp_with_fallback(query, address, timeout=self._patience, port=port)
            except (dns.exception.DNSException, OSError, EOFError):
                continue
            if response.rcode() in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN) and response.flags & dns.flags.AA:
                return [read_txt(record, rrset.ttl) for rrset in response.answer for record in rrset]
        return None


@lru_cache(maxsize=16)
def _remember(*hosts: str) -> NameServers:
    """Return the same object for the same hosts: it remembers who failed."""
    return NameServers(hosts)


def ask_name_servers(name_servers: Sequence[str], *, record_name: str) -> list[TxtAnswer] | None:
    """Ask the name servers of a zone for the TXT records of a name.

    It remembers for a minute which of them failed. So after a look at a network that lets no query out, the next looks
    return None at once.

    Args:
        name_servers: Their names or addresses.
        record_name: Without a dot at the end.

    Returns:
        As `NameServers.ask`.
    """
    return _remember(*name_servers).ask(record_name)


def read_txt(record: Any, ttl: int | None) -> TxtAnswer:
    """Join the parts of a TXT record of dnspython: DNS splits a text of more than 255 characters."""
    return TxtAnswer(b"".join(record.strings).decode(), ttl)


def ask_api(route53: Route53Client, *, record_name: str, name_servers: Sequence[str]) -> list[TxtAnswer]:
    """Ask Route 53's API what the name servers of a zone answer (`TestDNSAnswer`).

    It may know a change before the name servers do. It tells no TTL. Each question is one call of the five that Route
    53 allows an account in a second, and the first question takes a few more.

    Args:
        route53: Client.
        record_name: Without a dot at the end.
        name_servers: Those of the zone, which tell it from other zones of the same name.

    Raises:
        CloudNotReachable: There is no such zone, or its name servers have no answer.
    """
    import dns.rdata

    zone_id = _find_zone(route53, record_name, *name_servers)
    answer = route53.test_dns_answer(HostedZoneId=zone_id, RecordName=record_name, RecordType="TXT")
    if answer["ResponseCode"] not in ("NOERROR", "NXDOMAIN"):
        raise CloudNotReachable(f"Route 53 answers {answer['ResponseCode']} for {record_name}. Run the cell again.")
    return [read_txt(dns.rdata.from_text("IN", "TXT", data), None) for data in answer["RecordData"]]


@lru_cache(maxsize=16)
def _find_zone(route53: Route53Client, record_name: str, *name_servers: str) -> str:
    """Find the zone that has these name servers, and holds this name. Another one never has the same four."""
    labels = record_name.split(".")
    for first in range(len(labels) - 1):
        for zone in find_hosted_zones(route53, zone_name=".".join(labels[first:])):
            if set(route53.get_hosted_zone(Id=zone["Id"])["DelegationSet"]["NameServers"]) == set(name_servers):
                return zone["Id"]
    raise CloudNotReachable(
        f"No name server answers for {record_name}, and no hosted zone of yours has these name servers. "
        f"Run {STEPS['hosted zone']}."
    )


def find_hosted_zones(route53: Route53Client, *, zone_name: str) -> list[HostedZoneTypeDef]:
    """List the public hosted zones of one name. Those that the workshop made come first.

    Several zones may have the same name. Private zones are left out, because the edge function can't ask them.

    Args:
        route53: Client.
        zone_name: The domain, without a dot at the end.
    """
    found: list[HostedZoneTypeDef] = []
    # Route 53 lists zones by name, beginning with this one. boto3 has no paginator for it.
    position: Any = {"DNSName": zone_name}
    while position:
        page = route53.list_hosted_zones_by_name(**position)
        matching = [zone for zone in page["HostedZones"] if zone["Name"] == f"{zone_name}."]
        found += [zone for zone in matching if not zone.get("Config", {}).get("PrivateZone")]
        more = page["IsTruncated"] and page["NextDNSName"] == f"{zone_name}."
        position = {"DNSName": page["NextDNSName"], "HostedZoneId": page["NextHostedZoneId"]} if more else None
    return sorted(found, key=lambda zone: read_reference(zone["CallerReference"]) is None)
