"""Pages of Lambda's listings. moto returns no pages."""

from __future__ import annotations

from typing import Any

from local_cloud.call import Call
from local_cloud.services.lambda_functions.rules import invalid_parameter

LARGEST_PAGE = 50
"""Entries of a page at most, even if `MaxItems` is larger (botocore, `lambda.ListFunctions`)."""


def paginate(call: Call, member: str, entries: list[Any]) -> dict[str, Any]:
    """The requested page, as an answer.

    Args:
        call: May have `Marker` and `MaxItems`.
        member: The name of the entries in the answer.
        entries: All entries.

    Raises:
        AwsError: InvalidParameterValueException, for a marker that no listing returned.
    """
    marker = str(call.parameters.get("Marker") or 0)
    if not marker.isdecimal():
        raise invalid_parameter("The marker is not one of a listing.")
    start = int(marker)
    end = start + min(int(call.parameters.get("MaxItems") or LARGEST_PAGE), LARGEST_PAGE)
    return {member: entries[start:end], **({"NextMarker": str(end)} if end < len(entries) else {})}
