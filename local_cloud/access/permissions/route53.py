"""Route 53: SAR "Amazon Route 53"; Developer Guide, "Using IAM policy conditions for fine-grained access control"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from local_cloud.call import EVERYTHING, NO_CONTEXT, Call, Context, Permission

_NOT_NARROWED = {"TestDNSAnswer"}


def find_permissions(call: Call) -> Iterator[Permission]:
    """Zones, health checks and changes are narrowed to by their ids; what makes or lists them can't be."""
    context = _describe_changes(call) if call.operation == "ChangeResourceRecordSets" else NO_CONTEXT
    yield Permission(f"route53:{call.operation}", _find_resource(call), context)


def _find_resource(call: Call) -> str:
    parameters: Mapping[str, Any] = call.parameters
    if call.operation in _NOT_NARROWED:
        return EVERYTHING
    if check := parameters.get("HealthCheckId"):
        return _arn("healthcheck", check)
    if kind := parameters.get("ResourceType"):
        return _arn(kind, parameters.get("ResourceId") or "*")
    zone = parameters.get("HostedZoneId") or (parameters.get("Id") if "HostedZone" in call.operation else None)
    if zone and not call.operation.startswith("ListHostedZones"):
        return _arn("hostedzone", zone)
    if call.operation == "GetChange":
        return _arn("change", parameters.get("Id"))
    return EVERYTHING


def _arn(kind: str, id_: Any) -> str:
    """Ids may come with their kind before them, as answers give them: `/hostedzone/Z1`."""
    return f"arn:aws:route53:::{kind}/{str(id_).rpartition('/')[2]}"


def _describe_changes(call: Call) -> Context:
    """What a batch changes: names in lower case and without the dot at the end."""
    changes = (call.parameters.get("ChangeBatch") or {}).get("Changes") or []
    sets = [change.get("ResourceRecordSet") or {} for change in changes]
    prefix = "route53:ChangeResourceRecordSets"
    return {
        f"{prefix}NormalizedRecordNames": _distinct(str(one.get("Name", "")).lower().rstrip(".") for one in sets),
        f"{prefix}RecordTypes": _distinct(str(one.get("Type", "")) for one in sets),
        f"{prefix}Actions": _distinct(str(change.get("Action", "")) for change in changes),
    }


def _distinct(values: Iterator[str]) -> tuple[str, ...]:
    return tuple(sorted(set(values)))
