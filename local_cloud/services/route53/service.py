"""Route53Service: all operations, and what the nameserver reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dns.name import Name

from local_cloud.call import Call
from local_cloud.clock import Clock
from local_cloud.services.route53.changes import Changes
from local_cloud.services.route53.constraints import check_constraints
from local_cloud.services.route53.domain_names import parse_name
from local_cloud.services.route53.health_checks import HealthChecks
from local_cloud.services.route53.limits import Limits
from local_cloud.services.route53.record_sets import RecordSets
from local_cloud.services.route53.tags import Tags
from local_cloud.services.route53.zones import RecordSet, Zones


class Route53Service(RecordSets, HealthChecks, Limits, Tags):
    """Amazon Route 53, without moto.

    The nameserver answers with new data at once. `GetChange` returns `INSYNC` a scaled 30 seconds later. On AWS, the
    name servers get the data one by one in between. A client that waits for `INSYNC` is right in both places.

    Args:
        clock: Shortens the wait for `INSYNC`.
        dns_seconds: How late the nameserver knows of a change.
        prober: Gets health checks, and returns their statuses.
    """

    name = "route53"
    owned = True

    def __init__(self, *, clock: Clock, prober: Any, dns_seconds: float = 0.0) -> None:
        self.zones = Zones(late=dns_seconds)
        self.zone_references = set()
        self.changes = Changes(clock, dns_seconds)
        self.prober = prober
        self.clock = clock
        self.health_checks = {}
        self.health_check_references = {}
        self.tags = {}

    def refuse(self, call: Call) -> None:
        """Refuse parameters that break the model, in implemented operations."""
        if self.method("answer", call):
            check_constraints(call)

    def reset(self) -> None:
        """Remove zones, changes, health checks and tags. `generation` continues."""
        self.zones.clear()
        self.zone_references.clear()
        self.changes.clear()
        self.prober.reset()
        for table in (self.health_checks, self.health_check_references, self.tags):
            table.clear()

    # For the nameserver, which calls these in its own thread and without a lock:

    @property
    def generation(self) -> int:
        """A number that differs after every change of a zone or of a health check's status."""
        return self.zones.generation + int(self.prober.generation)

    def find_record_sets(self, name: str | Name, kind: str) -> Sequence[RecordSet] | None:
        """The record sets that answer for a name and type.

        Returns:
            Record sets in botocore's shape, possibly none. None if no zone here contains the name.
        """
        name = parse_name(name) if isinstance(name, str) else name
        if self.zones.is_name_server(name):
            return [_address_of_name_server(name)] if kind == "A" else []
        zone = self.zones.zone_holding(name)
        return zone.find_record_sets(name, kind) if zone else None

    def name_exists(self, name: str | Name) -> bool:
        """True if a record set is at the name, below it, or at a wildcard that covers it."""
        name = parse_name(name) if isinstance(name, str) else name
        zone = self.zones.zone_holding(name)
        return self.zones.is_name_server(name) or (zone is not None and zone.name_exists(name))

    def delegation_of(self, name: Name) -> RecordSet | None:
        """The NS record set that delegates a name to other name servers, or None."""
        zone = None if self.zones.is_name_server(name) else self.zones.zone_holding(name)
        return zone.delegation_of(name) if zone else None

    def zone_of(self, name: str | Name) -> Name | None:
        """The name of the zone that answers for a name, where its SOA is. None if there is no such zone."""
        zone = self.zones.zone_holding(parse_name(name) if isinstance(name, str) else name)
        return zone.name if zone else None


def _address_of_name_server(name: Name) -> RecordSet:
    """The address of a name server. All are this machine, so clients that ask a zone's name servers find it."""
    return {"Name": name.to_text(), "Type": "A", "TTL": 172800, "ResourceRecords": [{"Value": "127.0.0.1"}]}
