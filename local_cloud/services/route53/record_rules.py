"""Checks of a single record set, without its zone.

Two kinds of error, as in Route 53: `InvalidInput` for the first malformed change, and `InvalidChangeBatch` with one
line for each wrong value.
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
_KNOWN_POLICIES = ("Weight", "Failover", "MultiValueAnswer")
_WITHOUT_POLICY = ("NS", "SOA", "DS")
"""Types that only simple record sets may have (API reference, `ResourceRecordSet$Type`)."""
_QUOTED = re.compile(r'"((?:[^"\\]|\\[0-7]{3}|\\[^0-7])*)"\s*')
_ONLY_IN_ZONE_FILES = re.compile(r"[;()\n]|^\s*\\#")
"""Allowed in a zone file between the fields of a record, but not in a value."""
_OCTAL = re.compile(r"\\([0-7]{3})")
_ESCAPE = re.compile(r"\\([0-7]{3}|.)")
_NOT_ASCII = re.compile(r"[^\x20-\x7e\t]")
_REASONS = {
    "A": ("ARRDATAIllegalIPv4Address", "Value is not a valid IPv4 address"),
    "AAAA": ("AAAARRDATAIllegalIPv6Address", "Value is not a valid IPv6 address"),
}
_FIELDS = {
    "A": (1, "ARRDATANotSingleField", "Value contains spaces"),
    "MX": (2, "MXRRDATANotTwoFields", "MX record doesn't have 2 fields"),
}


def check_shape(change: dict[str, Any]) -> None:
    """Refuse a change with contradictory members, or with a routing policy that isn't implemented.

    Raises:
        AwsError: `InvalidInput`; `NotImplemented` for alias record sets and policies other than weighted, failover and
            multivalue answer.
    """
    record_set = change["ResourceRecordSet"]
    where = (
        f"in Change with [Action={change['Action']}, Name={record_set['Name']}, Type={record_set['Type']}, "
        f"SetIdentifier={record_set.get('SetIdentifier', 'null')}]"
    )
    # MultiValueAnswer=False counts as a policy too: Route 53 then requires the SetIdentifier.
    policies = [name for name in _POLICIES if record_set.get(name) is not None]
    if len(policies) > 1 or ("SetIdentifier" in record_set and not policies):
        expected = f"{', '.join(_POLICIES[:-1])}, or {_POLICIES[-1]}"
        raise _not_exactly_one(expected, is_none=not policies, where=where)
    if policies and "SetIdentifier" not in record_set:
        raise AwsError("InvalidInput", f"Invalid request: Missing field 'SetIdentifier' {where}")
    _check_answer(record_set, where)
    if policies and policies[0] not in _KNOWN_POLICIES:
        raise _not_here(f"routing by {policies[0]}")


def _check_answer(record_set: dict[str, Any], where: str) -> None:
    """Refuse a record set with no answer, or with two kinds of answer."""
    is_other = "AliasTarget" in record_set or "TrafficPolicyInstanceId" in record_set
    has_ttl, has_values = record_set.get("TTL") is not None, bool(record_set.get("ResourceRecords"))
    if (has_ttl or has_values) if is_other else not (has_ttl and has_values):
        expected = "AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId"
        raise _not_exactly_one(expected, is_none=not is_other, where=where)
    if is_other:
        raise _not_here("alias record sets")


def _not_exactly_one(expected: str, *, is_none: bool, where: str) -> AwsError:
    found = "none" if is_none else "more than one"
    return AwsError("InvalidInput", f"Invalid request: Expected exactly one of [{expected}], but found {found} {where}")


def _not_here(what: str) -> AwsError:
    return AwsError(
        "NotImplemented",
        f"The local cloud doesn't implement {what}, only simple, weighted, failover and multivalue answer routing.",
        501,
    )


def find_faults(record_set: dict[str, Any]) -> list[str]:
    """Faults of a record set's values, in Route 53's words. Empty if there are none."""
    values = [record["Value"] for record in record_set["ResourceRecords"]]
    faults = [fault for value in values if (fault := _find_fault(record_set["Type"], value))]
    faults += [
        f"Duplicate Resource Record: '{value}'"
        for value in sorted({value for value in values if values.count(value) > 1})
    ]
    if len(values) > 1 and (record_set["Type"] == "CNAME" or "Weight" in record_set):
        # API reference, ResourceRecordSet: "only one ResourceRecord per weighted record set"
        kind = "weighted record set" if "Weight" in record_set else "record set of type CNAME"
        faults.append(f"{_what(record_set)}: a {kind} has exactly one value")
    return faults + _find_policy_faults(record_set)


def _find_policy_faults(record_set: dict[str, Any]) -> list[str]:
    """Faults in the combination of type, name and routing policy."""
    kind, faults = record_set["Type"], []
    if record_set.get("Failover") == "PRIMARY" and "HealthCheckId" not in record_set:
        faults.append("A non-alias primary ResourceRecordSet must have an associated health check. No changes made.")
    if "SetIdentifier" in record_set and (
        kind in _WITHOUT_POLICY or (kind == "CNAME" and "MultiValueAnswer" in record_set)
    ):
        faults.append(f"{_what(record_set)} cannot have this routing policy")
    if kind == "NS" and record_set["Name"].startswith("\\052."):
        faults.append(f"{_what(record_set)}: a record set of type NS cannot have the wildcard")
    return faults


def _what(record_set: dict[str, Any]) -> str:
    return f"RRSet with DNS name {record_set['Name']}, type {record_set['Type']}"


def _find_fault(kind: str, value: str) -> str | None:
    if _NOT_ASCII.search(value):
        return _fatal("UnsupportedCharacter", "Value contains unsupported characters", value)
    if kind in ("TXT", "SPF"):
        return _find_text_fault(value)
    fields, code, reason = _FIELDS.get(kind, (0, "", ""))
    if fields and len(value.split()) not in (0, fields):
        return _fatal(code, reason, value)
    try:
        if _ONLY_IN_ZONE_FILES.search(_QUOTED.sub("", value)) or (kind == "CAA" and '"' not in value):
            raise ValueError(value)
        to_rdata(kind, value)
    except (dns.exception.DNSException, ValueError, UnicodeError):
        return _fatal(*_REASONS.get(kind, (f"{kind}RRDATAIllegal", f"Value is not valid for type {kind}")), value)
    return None


def _find_text_fault(value: str) -> str | None:
    """Check for one or more quoted strings, with or without spaces between. Route 53 changes neither."""
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
    """A value as dnspython's rdata. Relative names in it count as absolute, as in Route 53.

    Raises:
        dns.exception.DNSException: The value doesn't fit the type.
    """
    # Route 53's escapes are octal. Those of zone files and dnspython are decimal.
    text = _OCTAL.sub(lambda match: f"\\{int(match[1], 8) % 256:03}", value)
    return dns.rdata.from_text("IN", kind, text, origin=dns.name.root, relativize=False)
