"""Route 53: SAR "Amazon Route 53"; Developer Guide, "Using IAM policy conditions for fine-grained access control"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from local_cloud.call import EVERYTHING, NO_CONTEXT, Call, Context, Permission

_NOT_NARROWED = {"TestDNSAnswer"}


def find_permissions(call: Call) -> Iterator[Permission]:
    """Policies can limit zones, health checks and changes by id, but not the operations that make or list them."""
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
    """The ARN for an id, which may begin with its kind, as in answers: `/hostedzone/Z1`."""
    return f"arn:aws:route53:::{kind}/{str(id_).rpartition('/')[2]}"


def _describe_changes(call: Call) -> Context:
    """Condition keys for a batch's changes. Names are in lower case, without the final dot."""
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
