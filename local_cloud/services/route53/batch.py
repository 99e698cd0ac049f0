"""One change batch, applied to a copy of a zone's record sets: completely or not at all.

Changes are applied in their order. Rules between record sets (`group_rules`) are checked on the result, so a batch
may replace a simple record set with weighted ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dns.name import Name

from local_cloud.errors import AwsError
from local_cloud.services.route53.domain_names import InvalidNameError, parse_name, write_name
from local_cloud.services.route53.group_rules import find_faults_between
from local_cloud.services.route53.record_rules import check_shape, find_faults
from local_cloud.services.route53.zones import HostedZone, Key, RecordSet

MAXIMUM_RECORDS = 1000
"""ResourceRecord elements in a batch at most. An UPSERT counts twice."""
MAXIMUM_CHARACTERS = 32_000
"""In the values of a batch at most. Those of an UPSERT count twice."""
MAXIMUM_RECORD_SETS = 10_000
"""In a zone at most, by default."""


_KEPT = ("SetIdentifier", "Weight", "Failover", "MultiValueAnswer", "TTL", "ResourceRecords", "HealthCheckId")


def apply_changes(
    zone: HostedZone, changes: list[dict[str, Any]], *, health_check_exists: Callable[[str], bool]
) -> dict[Key, RecordSet]:
    """The zone's record sets after a batch.

    Raises:
        AwsError: `InvalidChangeBatch` with every fault found, `InvalidInput` for a malformed change,
            `NoSuchHealthCheck` for a health check that doesn't exist. Nothing has changed then.
    """
    for change in changes:
        check_shape(change)
        _check_health_check(change, health_check_exists)
    _check_size(changes)
    batch = _Batch(zone)
    for change in changes:
        batch.apply(change["Action"], change["ResourceRecordSet"])
    faults = batch.faults or list(find_faults_between(zone.name, batch.record_sets, batch.put))
    if not faults and len(batch.record_sets) > max(MAXIMUM_RECORD_SETS, len(zone.record_sets)):
        faults = [f"Exceeded limit MAX_RRSETS_BY_ZONE for zone: {zone.id}"]
    if faults:
        raise AwsError("InvalidChangeBatch", f"[{', '.join(faults)}]")
    return batch.record_sets


def _check_health_check(change: dict[str, Any], exists: Callable[[str], bool]) -> None:
    health_check_id = change["ResourceRecordSet"].get("HealthCheckId")
    if health_check_id and change["Action"] != "DELETE" and not exists(health_check_id):
        raise AwsError("NoSuchHealthCheck", f"No health check exists with the specified ID: {health_check_id}", 404)


def _check_size(changes: list[dict[str, Any]]) -> None:
    """Refuse a batch with too many records, or too many characters in them."""
    records = characters = 0
    for change in changes:
        values = [record["Value"] for record in change["ResourceRecordSet"]["ResourceRecords"]]
        times = 2 if change["Action"] == "UPSERT" else 1
        records += len(values) * times
        characters += sum(map(len, values)) * times
    if records > MAXIMUM_RECORDS:
        raise AwsError("InvalidChangeBatch", f"[Number of records limit of {MAXIMUM_RECORDS} exceeded.]")
    if characters > MAXIMUM_CHARACTERS:
        raise AwsError("InvalidChangeBatch", f"[RDATA character limit of {MAXIMUM_CHARACTERS} exceeded.]")


class _Batch:
    """The record sets of a zone while a batch is applied, and the faults so far."""

    def __init__(self, zone: HostedZone) -> None:
        self.record_sets = dict(zone.record_sets)
        self.faults: list[str] = []
        self.put: list[Key] = []
        self._zone = zone
        self._seen: set[tuple[str, Key]] = set()

    def apply(self, action: str, record_set: RecordSet) -> None:
        try:
            name = parse_name(record_set["Name"])
        except InvalidNameError as error:
            self.faults.append(str(error))
            return
        record_set = _normalised(record_set, name)
        key = (name, record_set["Type"], record_set.get("SetIdentifier", ""))
        if not name.is_subdomain(self._zone.name):
            self.faults.append(
                f"RRSet with DNS name {write_name(name)} is not permitted in zone {write_name(self._zone.name)}"
            )
        elif (action, key) in self._seen:
            what = f"'{record_set['Type']} {write_name(name)}'"
            self.faults.append(f"The request contains an invalid set of changes for a resource record set {what}")
        elif action == "DELETE":
            self._delete(key, record_set)
        else:
            self._put(action, key, record_set)
        self._seen.add((action, key))

    def _delete(self, key: Key, record_set: RecordSet) -> None:
        current = self.record_sets.get(key)
        tried = f"Tried to delete resource record set {_describe(record_set)} but"
        if current is None:
            self.faults.append(f"{tried} it was not found")
        elif _comparable(current) != _comparable(record_set):
            self.faults.append(f"{tried} the values provided do not match the current values")
        elif key[0] == self._zone.name and key[1] == "SOA":
            self.faults.append("A HostedZone must contain exactly one SOA record.")
        elif key[0] == self._zone.name and key[1] == "NS":
            self.faults.append("A HostedZone must contain at least one NS record for the zone itself.")
        else:
            del self.record_sets[key]

    def _put(self, action: str, key: Key, record_set: RecordSet) -> None:
        if action == "CREATE" and key in self.record_sets:
            self.faults.append(f"Tried to create resource record set {_describe(record_set)} but it already exists")
            return
        self.faults += find_faults(record_set)
        if key[1] == "SOA" and (key[0] != self._zone.name or len(record_set["ResourceRecords"]) > 1):
            self.faults.append("A HostedZone must contain exactly one SOA record.")
        self.record_sets[key] = record_set
        self.put.append(key)


def _normalised(record_set: RecordSet, name: Name) -> RecordSet:
    """The record set as Route 53 stores it, with members in the order of its listings."""
    kept = {"Name": write_name(name), "Type": record_set["Type"]}
    for member in _KEPT:
        if record_set.get(member) is not None:
            kept[member] = record_set[member]
    return kept


def _comparable(record_set: RecordSet) -> RecordSet:
    return {**record_set, "ResourceRecords": sorted(record["Value"] for record in record_set["ResourceRecords"])}


def _describe(record_set: RecordSet) -> str:
    identifier = f", set-identifier='{record_set['SetIdentifier']}'" if "SetIdentifier" in record_set else ""
    return f"[name='{record_set['Name']}', type='{record_set['Type']}'{identifier}]"
