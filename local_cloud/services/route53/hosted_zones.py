"""Operations on hosted zones."""

from __future__ import annotations

import ipaddress
import random
from collections.abc import Mapping
from typing import Any

import dns.name
from dns.name import Name

from local_cloud.call import Call
from local_cloud.errors import AwsError
from local_cloud.services.route53.changes import Changes, new_id
from local_cloud.services.route53.domain_names import InvalidNameError, parse_name, sort_key, write_name
from local_cloud.services.route53.pages import cut_page, page_size
from local_cloud.services.route53.zones import HostedZone, Key, RecordSet, Zones
from local_cloud.services.service import Service

_RESERVED = tuple(dns.name.from_text(name) for name in ("example.com", "example.net", "example.org"))
MAXIMUM_ZONES = 500
"""In an account at most, by default (Route 53 developer guide, "Quotas")."""

_SUFFIXES = ("com", "net", "org", "co.uk")


def new_delegation_set() -> tuple[str, ...]:
    """Four host names for a zone in Route 53's pattern, one for each top-level domain."""
    return tuple(
        f"ns-{random.randrange(block * 512, block * 512 + 512)}.awsdns-{random.randrange(64):02}.{suffix}"
        for block, suffix in enumerate(_SUFFIXES)
    )


class HostedZones(Service):
    """The operations from `CreateHostedZone` to `DeleteHostedZone`. Edge functions see public zones only."""

    zones: Zones
    zone_references: set[str]
    """Used caller references, also of deleted zones."""
    changes: Changes
    tags: dict[tuple[str, str], dict[str, str]]

    def answer_create_hosted_zone(self, call: Call) -> dict[str, Any]:
        """Create a zone with its SOA and NS record sets.

        A caller reference can be used only once, even if its zone has been deleted.
        """
        parameters = call.parameters
        name = _parse_zone_name(parameters["Name"])
        config = parameters.get("HostedZoneConfig", {})
        if config.get("PrivateZone") or "VPC" in parameters:
            raise AwsError("NotImplemented", "The local cloud implements public hosted zones only.", 501)
        _refuse_delegation_set(parameters)
        if parameters["CallerReference"] in self.zone_references:
            message = "A hosted zone has already been created with the specified caller reference."
            raise AwsError("HostedZoneAlreadyExists", message, 409)
        if len(self.zones) >= MAXIMUM_ZONES:
            message = "Limits Exceeded: MAX_HOSTED_ZONES_BY_OWNER - Cannot create more hosted zones."
            raise AwsError("TooManyHostedZones", message)
        name_servers = new_delegation_set()
        zone = HostedZone(
            id=new_id("Z"),
            name=name,
            caller_reference=parameters["CallerReference"],
            comment=config.get("Comment", ""),
            name_servers=name_servers,
            record_sets=_first_record_sets(name, name_servers),
        )
        self.zones.put(zone)
        self.zone_references.add(zone.caller_reference)
        return {
            "HostedZone": describe_zone(zone),
            "ChangeInfo": self.changes.add(),
            "DelegationSet": {"NameServers": list(name_servers)},
            "Location": f"https://route53.amazonaws.com/2013-04-01/hostedzone/{zone.id}",
        }

    def answer_get_hosted_zone(self, call: Call) -> dict[str, Any]:
        """A zone and its name servers."""
        zone = self.get_zone(call.parameters["Id"])
        return {"HostedZone": describe_zone(zone), "DelegationSet": {"NameServers": list(zone.name_servers)}}

    def answer_update_hosted_zone_comment(self, call: Call) -> dict[str, Any]:
        """Replace a zone's comment, or remove it if none is given."""
        zone = self.get_zone(call.parameters["Id"])
        zone = HostedZone(**{**_fields(zone), "comment": call.parameters.get("Comment", "")})
        self.zones.put(zone)
        return {"HostedZone": describe_zone(zone)}

    def answer_list_hosted_zones(self, call: Call) -> dict[str, Any]:
        """Zones, oldest first."""
        _refuse_delegation_set(call.parameters)
        zones = list(self.zones) if not call.parameters.get("HostedZoneType") else []
        marker = call.parameters.get("Marker")
        if marker:
            ids = [zone.id for zone in zones]
            zones = zones[ids.index(marker) :] if marker in ids else []
        size = page_size(call.parameters)
        page, following = cut_page(zones, size)
        result = {
            "HostedZones": [describe_zone(zone) for zone in page],
            "Marker": marker or "",
            "IsTruncated": following is not None,
            "MaxItems": str(size),
        }
        return result | ({"NextMarker": following.id} if following else {})

    def answer_list_hosted_zones_by_name(self, call: Call) -> dict[str, Any]:
        """Zones by name, labels reversed, from `DNSName` on. The first may have another name."""
        parameters = call.parameters
        zones = sorted(self.zones, key=_order)
        if "DNSName" in parameters:
            start = (sort_key(_parse_name(parameters["DNSName"])), parameters.get("HostedZoneId", ""))
            zones = [zone for zone in zones if _order(zone) >= start]
        size = page_size(parameters)
        page, following = cut_page(zones, size)
        result = {"HostedZones": [describe_zone(zone) for zone in page], "IsTruncated": following is not None}
        result |= {member: parameters[member] for member in ("DNSName", "HostedZoneId") if member in parameters}
        if following:
            result |= {"NextDNSName": write_name(following.name), "NextHostedZoneId": following.id}
        return result | {"MaxItems": str(size)}

    def answer_get_hosted_zone_count(self, call: Call) -> dict[str, Any]:
        """The number of zones."""
        return {"HostedZoneCount": len(self.zones)}

    def answer_delete_hosted_zone(self, call: Call) -> dict[str, Any]:
        """Delete a zone that contains only its own SOA and NS record sets."""
        zone = self.get_zone(call.parameters["Id"])
        if any(key[0] != zone.name or key[1] not in ("SOA", "NS") for key in zone.record_sets):
            message = "The specified hosted zone contains non-required resource record sets and so cannot be deleted."
            raise AwsError("HostedZoneNotEmpty", message)
        self.zones.remove(zone.id)
        self.tags.pop(("hostedzone", zone.id), None)
        return {"ChangeInfo": self.changes.add()}

    def answer_associate_vpc_with_hosted_zone(self, call: Call) -> dict[str, Any]:
        """Refuse, as only private zones can be associated with a VPC."""
        zone = self.get_zone(call.parameters["HostedZoneId"])
        message = f"The hosted zone {zone.id} is a public one; only a private hosted zone is associated with a VPC."
        raise AwsError("PublicZoneVPCAssociation", message)

    def get_zone(self, zone_id: str) -> HostedZone:
        """A zone by its id, bare or as `/hostedzone/Z…`.

        Raises:
            AwsError: `NoSuchHostedZone`.
        """
        bare = zone_id.rsplit("/", 1)[-1]
        zone = self.zones.get(bare)
        if zone is None:
            raise AwsError("NoSuchHostedZone", f"No hosted zone found with ID: {bare}", 404)
        return zone


def _refuse_delegation_set(parameters: Mapping[str, Any]) -> None:
    """Refuse reusable delegation sets. None exist, as none can be made here."""
    if "DelegationSetId" in parameters:
        raise AwsError("NoSuchDelegationSet", "A reusable delegation set with the specified ID does not exist.")


def describe_zone(zone: HostedZone) -> dict[str, Any]:
    """A zone in botocore's shape."""
    config: dict[str, Any] = {"Comment": zone.comment} if zone.comment else {}
    return {
        "Id": f"/hostedzone/{zone.id}",
        "Name": write_name(zone.name),
        "CallerReference": zone.caller_reference,
        "Config": config | {"PrivateZone": False},
        "ResourceRecordSetCount": len(zone.record_sets),
    }


def _order(zone: HostedZone) -> tuple[str, str]:
    """The order of zones listed by name."""
    return sort_key(zone.name), zone.id


def _parse_zone_name(text: str) -> Name:
    name = _parse_name(text)
    # A top-level domain has one label, and the root's empty one.
    if len(name.labels) < 3 or any(name.is_subdomain(reserved) for reserved in _RESERVED):
        raise AwsError("InvalidDomainName", f"{text.rstrip('.')} is reserved by AWS!")
    if _is_address(text):
        raise AwsError("InvalidDomainName", f"{text} is an IP address, not a domain name.")
    return name


def _parse_name(text: str) -> Name:
    try:
        return parse_name(text)
    except InvalidNameError as error:
        raise AwsError("InvalidDomainName", str(error)) from error


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _first_record_sets(name: Name, name_servers: tuple[str, ...]) -> dict[Key, RecordSet]:
    soa = f"{name_servers[0]}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"
    written = write_name(name)
    return {
        (name, "NS", ""): {
            "Name": written,
            "Type": "NS",
            "TTL": 172800,
            "ResourceRecords": [{"Value": f"{host}."} for host in name_servers],
        },
        (name, "SOA", ""): {"Name": written, "Type": "SOA", "TTL": 900, "ResourceRecords": [{"Value": soa}]},
    }


def _fields(zone: HostedZone) -> dict[str, Any]:
    return {field: getattr(zone, field) for field in HostedZone.__dataclass_fields__}
