"""What a single record set must be before any zone is asked.

Two kinds of refusal, as in Route 53: a malformed change is `InvalidInput` and stops at the first; a wrong value is one
line of `InvalidChangeBatch`, of which a batch may have several.
"""

from __future__ import annotations

import re
from typing import Any

import dns.exception
import dns.name
import dns.rdata
import dns.rdatatype
from dns.rdata import Rdata

from local_cloud.errors import AwsError

_POLICIES = (
    "Weight",
    "Region",
    "Failover",
    "GeoLocation",
    "MultiValueAnswer",
    "GeoProximityLocation",
    "CidrRoutingConfig",
)
_KNOWN_POLICIES = ("Weight", "Failover")
_QUOTED = re.compile(r'"((?:[^"\\]|\\[0-7]{3}|\\[^0-7])*)"(?:\s+|$)')
_OCTAL = re.compile(r"\\([0-7]{3})")
_ESCAPE = re.compile(r"\\([0-7]{3}|.)")
_NOT_ASCII = re.compile(r"[^\x20-\x7e\t]")
_REASONS = {
    "A": ("ARRDATAIllegalIPv4Address", "Value is not a valid IPv4 address"),
    "AAAA": ("AAAARRDATAIllegalIPv6Address", "Value is not a valid IPv6 address"),
}


def check_shape(change: dict[str, Any]) -> None:
    """Refuse a change whose members don't go together, or whose routing policy the local cloud does not have.

    Raises:
        AwsError: `InvalidInput`; `NotImplemented` for alias record sets and policies other than weighted and failover.
    """
    record_set = change["ResourceRecordSet"]
    where = (
        f"in Change with [Action={change['Action']}, Name={record_set['Name']}, Type={record_set['Type']}, "
        f"SetIdentifier={record_set.get('SetIdentifier', 'null')}]"
    )
    policies = [name for name in _POLICIES if record_set.get(name) is not None and record_set[name] is not False]
    if len(policies) > 1 or ("SetIdentifier" in record_set and not policies):
        found = "more than one" if policies else "none"
        expected = f"{', '.join(_POLICIES[:-1])}, or {_POLICIES[-1]}"
        raise AwsError(
            "InvalidInput", f"Invalid request: Expected exactly one of [{expected}], but found {found} {where}"
        )
    if policies and "SetIdentifier" not in record_set:
        raise AwsError("InvalidInput", f"Invalid request: Missing field 'SetIdentifier' {where}")
    if policies and policies[0] not in _KNOWN_POLICIES:
        raise _not_here(f"routing by {policies[0]}")
    if "AliasTarget" in record_set or "TrafficPolicyInstanceId" in record_set:
        raise _not_here("alias record sets")
    if "TTL" not in record_set or not record_set.get("ResourceRecords"):
        raise AwsError(
            "InvalidInput",
            "Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or "
            f"TrafficPolicyInstanceId], but found none {where}",
        )


def _not_here(what: str) -> AwsError:
    return AwsError(
        "NotImplemented", f"The local cloud does not do {what}; it has simple, weighted and failover record sets.", 501
    )


def find_faults(record_set: dict[str, Any]) -> list[str]:
    """What is wrong with the values of a record set, in Route 53's words; empty when nothing is."""
    values = [record["Value"] for record in record_set["ResourceRecords"]]
    faults = [fault for value in values if (fault := _find_fault(record_set["Type"], value))]
    faults += [
        f"Duplicate Resource Record: '{value}'"
        for value in sorted({value for value in values if values.count(value) > 1})
    ]
    if len(values) > 1 and (record_set["Type"] == "CNAME" or "Weight" in record_set):
        # API reference, ResourceRecordSet: "only one ResourceRecord per weighted record set"
        kind = "weighted record set" if "Weight" in record_set else "record set of type CNAME"
        faults.append(
            f"RRSet with DNS name {record_set['Name']}, type {record_set['Type']}: a {kind} has exactly one value"
        )
    return faults


def _find_fault(kind: str, value: str) -> str | None:
    if kind in ("TXT", "SPF"):
        return _find_text_fault(value)
    try:
        to_rdata(kind, value)
    except (dns.exception.DNSException, ValueError, UnicodeError):
        return _fatal(*_REASONS.get(kind, (f"{kind}RRDATAIllegal", f"Value is not valid for type {kind}")), value)
    return None


def _find_text_fault(value: str) -> str | None:
    if _NOT_ASCII.search(value):
        return _fatal("UnsupportedCharacter", "Value contains unsupported characters", value)
    position = 0
    while position < len(value) or not value:
        match = _QUOTED.match(value, position)
        if not match:
            return _fatal("InvalidCharacterString", "Value should be enclosed in quotation marks", value)
        if len(_ESCAPE.sub("x", match[1])) > 255:
            return _fatal("CharacterStringTooLong", "Value is too long", value)
        position = match.end()
    return None


def _fatal(code: str, reason: str, value: str) -> str:
    return f"Invalid Resource Record: FATAL problem: {code} ({reason}) encountered with '{value}'"


def to_rdata(kind: str, value: str) -> Rdata:
    """A value as dnspython's rdata; relative names in it are taken as absolute, as Route 53 does.

    Raises:
        dns.exception.DNSException: The value is not one of this type.
    """
    # Route 53's escapes are octal, those of zone files (and dnspython) decimal.
    text = _OCTAL.sub(lambda match: f"\\{int(match[1], 8) % 256:03}", value)
    return dns.rdata.from_text("IN", kind, text, origin=dns.name.root, relativize=False)
