"""Lambda's listings page by page, which moto doesn't do."""

from __future__ import annotations

from typing import Any

from local_cloud.call import Call
from local_cloud.services.lambda_functions.rules import invalid_parameter

LARGEST_PAGE = 50
"""Entries of a page at most, whatever `MaxItems` says (botocore, `lambda.ListFunctions`)."""


def paginate(call: Call, member: str, entries: list[Any]) -> dict[str, Any]:
    """The page that a call asks for, as an answer.

    Args:
        call: Has `Marker` and `MaxItems`, or hasn't.
        member: The name of the entries in the answer.
        entries: All of them.

    Raises:
        AwsError: InvalidParameterValueException, for a marker that no listing gave.
    """
    marker = str(call.parameters.get("Marker") or 0)
    if not marker.isdecimal():
        raise invalid_parameter("The marker is not one of a listing.")
    start = int(marker)
    end = start + min(int(call.parameters.get("MaxItems") or LARGEST_PAGE), LARGEST_PAGE)
    return {member: entries[start:end], **({"NextMarker": str(end)} if end < len(entries) else {})}
