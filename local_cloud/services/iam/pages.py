"""Pages of IAM's listings. moto pages only some, and announces another page after a last page that is full."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from botocore.parsers import create_parser

from local_cloud.call import Call, Response
from local_cloud.errors import AwsError
from local_cloud.rendering import render_result

LARGEST_PAGE = 100
"""Entries of a page without `MaxItems` (botocore, `iam.ListRoles`)."""

_ALL = 1_000_000
_parser = create_parser("query")


def ask_for_all(call: Call) -> None:
    """Make moto return all entries on one page. Changes the body and, for a GET, the query."""
    if call.body:
        call.rewrite(body=_without_page(call.body.decode()).encode())
    else:
        call.rewrite(query=_without_page(call.request.query))


def check_marker(call: Call) -> None:
    """Refuse an unknown marker.

    Raises:
        AwsError: ValidationError, for a marker that no listing returned.
    """
    _first(call)


def keep_page(call: Call, response: Response) -> None:
    """Reduce an answer with all entries to the requested page."""
    answer, shape = read_answer(call, response), _output_of(call)
    member = next(name for name, each in shape.members.items() if each.type_name == "list")
    replace_answer(call, response, {**answer, **paginate(call, member, answer.get(member) or [])})


def paginate(call: Call, member: str, entries: list[Any]) -> dict[str, Any]:
    """The requested page, as the members of an answer.

    Raises:
        AwsError: ValidationError, for a marker that no listing returned.
    """
    start = _first(call)
    end = start + int(call.parameters.get("MaxItems") or LARGEST_PAGE)
    more = {"Marker": str(end)} if end < len(entries) else {}
    return {member: entries[start:end], "IsTruncated": bool(more), **more}


def _first(call: Call) -> int:
    """The index of the requested page's first entry."""
    marker = str(call.parameters.get("Marker") or 0)
    if not (marker.isascii() and marker.isdecimal()):
        raise AwsError("ValidationError", "1 validation error detected: the Marker is not one of a listing.", 400)
    return int(marker)


def read_answer(call: Call, response: Response) -> dict[str, Any]:
    """The answer of moto, under botocore's names."""
    raw = {"status_code": response.status, "headers": {}, "body": response.body}
    answer: dict[str, Any] = _parser.parse(raw, _output_of(call))
    answer.pop("ResponseMetadata", None)
    return answer


def replace_answer(call: Call, response: Response, answer: dict[str, Any]) -> None:
    """Replace moto's answer."""
    rendered = render_result(call, answer)
    response.headers, response.body = rendered.headers, rendered.body


def _output_of(call: Call) -> Any:
    return call.model.output_shape


def _without_page(query: str) -> str:
    kept = [(name, value) for name, value in parse_qsl(query, True) if name not in ("Marker", "MaxItems")]
    return urlencode([*kept, ("MaxItems", str(_ALL))])
