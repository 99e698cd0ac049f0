"""Rules between record sets: nothing beside a CNAME, one routing policy in a group, one TTL in a weighted group.

A group is all record sets of one name and type.

The messages are Route 53's, and name the last record set of the batch. Those for failover groups are not AWS's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dns.name import Name

from local_cloud.services.route53.domain_names import write_name
from local_cloud.services.route53.zones import Key, RecordSet

MAXIMUM_GROUP = 100
"""Record sets of one name and type at most."""


def find_faults_between(zone: Name, record_sets: Mapping[Key, RecordSet], put: Sequence[Key]) -> Iterator[str]:
    """Faults between record sets, in Route 53's words.

    Args:
        zone: The zone's name.
        record_sets: All record sets of the zone, after the batch.
        put: The keys that the batch created or replaced. Only these can have faults.
    """
    last_of_group = {key[:2]: key for key in put if key in record_sets}
    members: dict[Name, dict[str, list[RecordSet]]] = {name: {} for name, _ in last_of_group}
    for (name, kind, _), record_set in record_sets.items():
        if name in members:
            members[name].setdefault(kind, []).append(record_set)
    for (name, kind), key in last_of_group.items():
        yield from _faults_of_cname(zone, name, kind, members[name])
        yield from _faults_of_group(record_sets[key], members[name][kind])


def _faults_of_cname(zone: Name, name: Name, kind: str, here: Mapping[str, object]) -> Iterator[str]:
    what = f"RRSet of type {kind} with DNS name {write_name(name)} is not permitted"
    if kind == "CNAME" and name == zone:
        yield f"{what} at apex in zone {write_name(zone)}"
    elif kind == "CNAME" and len(here) > 1:
        yield f"{what} as it conflicts with other records with the same DNS name in zone {write_name(zone)}"
    elif kind != "CNAME" and "CNAME" in here and name != zone:
        yield (
            f"{what} because a conflicting RRSet of type CNAME with the same DNS name already exists in zone "
            f"{write_name(zone)}"
        )


def _faults_of_group(last: RecordSet, group: Sequence[RecordSet]) -> Iterator[str]:
    """Faults in the record sets of one name and type. `last` was put last."""
    what = f"RRSet with DNS name {last['Name']}, type {last['Type']}"
    identified = f"{what}, SetIdentifier {last.get('SetIdentifier')}"
    policy = _policy_of(last)
    if policy == "simple" and len(group) > 1:
        yield f"{what} cannot be created as other RRSets exist with the same name and type."
    elif any(_policy_of(each) != policy for each in group):
        yield f"{identified} {_REFUSED_BESIDE_OTHERS[policy]} exists with the same name and type."
    elif policy == "weighted" and len({each["TTL"] for each in group}) > 1:
        yield (
            f"RRSet with DNS name {last['Name']} and type {last['Type']}, SetIdentifier {last['SetIdentifier']} cannot "
            "be created as weighted sets must contain the same TTL."
        )
    elif policy == "failover" and len({each["Failover"] for each in group}) < len(group):
        yield f"{identified} cannot be created as a failover set has one {last['Failover']} record set."
    elif len(group) > MAXIMUM_GROUP:
        yield f"{what} cannot be created as a group has at most {MAXIMUM_GROUP} record sets."


_REFUSED_BESIDE_OTHERS = {
    "weighted": "cannot be created as a non-weighted set",
    "failover": "cannot be created as a non-failover set",
    "multivalue": "cannot be created because a non multivalue answer rrset",
}


def _policy_of(record_set: RecordSet) -> str:
    members = {"Weight": "weighted", "Failover": "failover", "MultiValueAnswer": "multivalue"}
    return next((policy for member, policy in members.items() if member in record_set), "simple")
