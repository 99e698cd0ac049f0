"""Operations on record sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import dns.message
import dns.rcode
from dns.name import Name

from local_cloud.call import Call
from local_cloud.engines.nameserver import Answers
from local_cloud.errors import AwsError
from local_cloud.services.route53.batch import apply_changes
from local_cloud.services.route53.domain_names import InvalidNameError, parse_name, sort_key, write_name
from local_cloud.services.route53.hosted_zones import HostedZones
from local_cloud.services.route53.pages import cut_page, page_size
from local_cloud.services.route53.zones import HostedZone, Key, RecordSet


class RecordSets(HostedZones):
    """`ChangeResourceRecordSets`, and the operations that read record sets."""

    prober: Any
    health_checks: dict[str, dict[str, Any]]

    def answer_change_resource_record_sets(self, call: Call) -> dict[str, Any]:
        """Apply a batch, completely or not at all. Name servers use it at once."""
        zone = self.get_zone(call.parameters["HostedZoneId"])
        batch = call.parameters["ChangeBatch"]
        record_sets = apply_changes(zone, batch["Changes"], health_check_exists=self.health_checks.__contains__)
        self.zones.put(replace(zone, record_sets=record_sets))
        return {"ChangeInfo": self.changes.add(batch.get("Comment", ""))}

    def answer_list_resource_record_sets(self, call: Call) -> dict[str, Any]:
        """Record sets by reversed labels, type and set identifier. A page has 300, and may end inside a group."""
        parameters = call.parameters
        zone = self.get_zone(parameters["HostedZoneId"])
        start = _start_of(parameters)
        keys = [key for key in sorted(zone.record_sets, key=_order) if start is None or _order(key) >= _order(start)]
        size = page_size(parameters, largest=300)
        page, following = cut_page(keys, size)
        result: dict[str, Any] = {
            "ResourceRecordSets": [zone.record_sets[key] for key in page],
            "IsTruncated": following is not None,
            "MaxItems": str(size),
        }
        if following:
            result |= {"NextRecordName": write_name(following[0]), "NextRecordType": following[1]}
            result |= {"NextRecordIdentifier": following[2]} if following[2] else {}
        return result

    def answer_get_change(self, call: Call) -> dict[str, Any]:
        """The status of a change."""
        return {"ChangeInfo": self.changes.describe(call.parameters["Id"].rsplit("/", 1)[-1])}

    def answer_test_dns_answer(self, call: Call) -> dict[str, Any]:
        """The name servers' answer for a name of this zone. Each call chooses a weighted record set again.

        The client's address (`ResolverIP`, `EDNS0ClientSubnetIP`) has no effect on the routing policies here.
        """
        zone = self.get_zone(call.parameters["HostedZoneId"])
        _check_subnet(call.parameters)
        name = _parse_name(call.parameters["RecordName"])
        kind = call.parameters["RecordType"]
        answers = Answers(_OneZone(zone), is_healthy=self.prober.is_healthy)
        response = answers.respond(dns.message.make_query(name, kind))
        section = [rrset for rrset in response.answer if rrset.name == name][:1]
        return {
            "Nameserver": zone.name_servers[0],
            "RecordName": write_name(name),
            "RecordType": kind,
            "RecordData": [rdata.to_text() for rrset in section for rdata in rrset],
            "ResponseCode": dns.rcode.to_text(response.rcode()),
            "Protocol": "UDP",
        }


class _OneZone:
    """A single zone for `Answers`."""

    def __init__(self, zone: HostedZone) -> None:
        self._zone = zone

    generation = 0

    def find_record_sets(self, name: Name, kind: str) -> Any:
        return self._zone.find_record_sets(name, kind) if name.is_subdomain(self._zone.name) else None

    def name_exists(self, name: Name) -> bool:
        return self._zone.name_exists(name)

    def delegation_of(self, name: Name) -> RecordSet | None:
        return self._zone.delegation_of(name) if name.is_subdomain(self._zone.name) else None

    def zone_of(self, name: Name) -> Name | None:
        return self._zone.name if name.is_subdomain(self._zone.name) else None


def _order(key: Key) -> tuple[str, str, str]:
    """The order of record sets in listings."""
    name, kind, set_identifier = key
    return sort_key(name), kind, set_identifier


def _start_of(parameters: Mapping[str, Any]) -> Key | None:
    """The key at which a listing begins.

    Raises:
        AwsError: `InvalidInput` for a type without a name, or an identifier without a type.
    """
    for member, needed in (("StartRecordType", "StartRecordName"), ("StartRecordIdentifier", "StartRecordType")):
        if member in parameters and needed not in parameters:
            raise AwsError("InvalidInput", f"The request contains {member} without {needed}.")
    if "StartRecordName" not in parameters:
        return None
    name = _parse_name(parameters["StartRecordName"])
    return name, parameters.get("StartRecordType", ""), parameters.get("StartRecordIdentifier", "")


def _check_subnet(parameters: Mapping[str, Any]) -> None:
    """Refuse a mask that is not a number of bits of the client's address.

    Raises:
        AwsError: `InvalidInput`.
    """
    if "EDNS0ClientSubnetMask" not in parameters:
        return
    bits = 128 if ":" in parameters.get("EDNS0ClientSubnetIP", "") else 32
    mask = parameters["EDNS0ClientSubnetMask"]
    if "EDNS0ClientSubnetIP" not in parameters or not mask.isdecimal() or int(mask) > bits:
        raise AwsError("InvalidInput", f"Invalid value for edns0clientsubnetmask: '{mask}'. It is 0 to {bits} bits.")


def _parse_name(text: str) -> Name:
    try:
        return parse_name(text)
    except InvalidNameError as error:
        raise AwsError("InvalidInput", str(error)) from error


__all__ = ["RecordSet", "RecordSets"]
