"""The store of hosted zones, as immutable snapshots.

The service changes it under the cloud's lock. The nameserver reads it in another thread without a lock. A zone is
therefore never changed in place: a new one replaces it, and `generation` increases.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import dns.name
from dns.name import Name

from local_cloud.late import Late

RecordSet = dict[str, Any]
"""A record set in botocore's shape."""

Key = tuple[Name, str, str]
"""Identifies a record set: name, type, and set identifier (empty for a simple one)."""

_WILDCARD = dns.name.Name((b"*",))
_NO_ONE: tuple[RecordSet, ...] = ()


@dataclass(frozen=True)
class HostedZone:
    """A snapshot of a hosted zone."""

    id: str
    name: Name
    caller_reference: str
    comment: str
    name_servers: tuple[str, ...]
    record_sets: Mapping[Key, RecordSet] = field(repr=False)

    @cached_property
    def _by_name(self) -> dict[Name, dict[str, list[RecordSet]]]:
        """Record sets by name and type. Names that only have names below them are included, without types."""
        table: dict[Name, dict[str, list[RecordSet]]] = {}
        for (name, kind, _), record_set in sorted(self.record_sets.items(), key=lambda item: item[0]):
            table.setdefault(name, {}).setdefault(kind, []).append(record_set)
            while name != self.name:
                name = name.parent()
                table.setdefault(name, {})
        return table

    def _types_at(self, name: Name) -> dict[str, list[RecordSet]] | None:
        """Record sets by type, at a name or at the wildcard that covers it (RFC 4592)."""
        table = self._by_name
        if name in table:
            return table[name]
        while name != self.name:
            name = name.parent()
            if name in table:  # the closest existing name: only its wildcard counts
                return table.get(_WILDCARD.concatenate(name))
        return None

    def find_record_sets(self, name: Name, kind: str) -> Sequence[RecordSet]:
        """The record sets of a name and type, in the order of their set identifiers. Possibly none."""
        return (self._types_at(name) or {}).get(kind, _NO_ONE)

    def name_exists(self, name: Name) -> bool:
        """False means NXDOMAIN."""
        return self._types_at(name) is not None

    def delegation_of(self, name: Name) -> RecordSet | None:
        """The NS record set below the zone's own name that delegates a name to other name servers, or None."""
        topmost = None
        while name != self.name:
            topmost = self._by_name.get(name, {}).get("NS", [topmost])[0]
            name = name.parent()
        return topmost


class Zones:
    """All hosted zones of the account.

    Args:
        late: Seconds after which the name servers know of a change. `generation`, `zone_holding` and `is_name_server`
            are about what they know.
    """

    def __init__(self, *, late: float = 0.0) -> None:
        self._changes = 0
        self._zones: dict[str, HostedZone] = {}
        self._known = Late((0, self._zones), seconds=late)

    @property
    def generation(self) -> int:
        """Another number after every change that the name servers know."""
        return self._known.get()[0]

    def __iter__(self) -> Iterator[HostedZone]:
        return iter(self._zones.values())

    def __len__(self) -> int:
        return len(self._zones)

    def get(self, zone_id: str) -> HostedZone | None:
        """A zone by its bare id, or None."""
        return self._zones.get(zone_id)

    def put(self, zone: HostedZone) -> None:
        """Add a zone, or replace its older snapshot."""
        self._replace({**self._zones, zone.id: zone})

    def remove(self, zone_id: str) -> None:
        """Remove a zone."""
        self._replace({key: zone for key, zone in self._zones.items() if key != zone_id})

    def clear(self) -> None:
        """Remove all zones. The generation continues, so no cache mistakes new data for old."""
        self._replace({})

    def zone_holding(self, name: Name) -> HostedZone | None:
        """The zone that answers for a name: the deepest, and the newest of those with the same name."""
        holding = [zone for zone in self._known.get()[1].values() if name.is_subdomain(zone.name)]
        return max(reversed(holding), key=lambda zone: len(zone.name), default=None)

    def is_name_server(self, name: Name) -> bool:
        """True for host names in the delegation sets of existing zones."""
        host = name.to_text(omit_final_dot=True)
        return any(host in zone.name_servers for zone in self._known.get()[1].values())

    def _replace(self, zones: dict[str, HostedZone]) -> None:
        self._zones = zones
        self._changes += 1
        self._known.put((self._changes, zones))
