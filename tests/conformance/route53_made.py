"""Helpers for the cases of record sets: record sets, and refused batches."""

from __future__ import annotations

from typing import Any

from tests.conformance.case import Account
from tests.conformance.cases.route53_zones import batch, list_record_sets, record, route53


def text(name: str, value: str, **members: Any) -> dict[str, Any]:
    """A TXT record set with one string."""
    return record("TXT", name, f'"{value}"', **members)


def weighted(name: str, identifier: str, weight: int) -> dict[str, Any]:
    """A weighted TXT record set."""
    return text(name, identifier, SetIdentifier=identifier, Weight=weight)


def refuses_batch(
    aws: Account,
    message: str | None,
    zone_id: str,
    *changes: tuple[str, dict[str, Any]],
    code: str = "InvalidChangeBatch",
) -> str:
    """Expect that a batch is refused with status 400. Returns the whole message."""
    method = route53(aws).change_resource_record_sets
    response = aws.refuses(code, 400, message, method, **batch(zone_id, changes))
    return str(response["Error"]["Message"])


def own_record_sets(aws: Account, zone_id: str) -> list[dict[str, Any]]:
    """The zone's record sets without its own SOA and NS."""
    return list_record_sets(aws, zone_id)[2:]
