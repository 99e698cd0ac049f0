"""Checks the results of functions, for each of the four events.

check_request_result    from viewer-request and origin-request: a request, or a response made by the function
check_response_result   from origin-response and viewer-response: the response
check_body              the request's body, if the function replaced it

CFDG/edge-function-restrictions-all, lambda-event-structure, lambda-generating-http-responses-in-requests and
lambda-updating-http-responses, 2026.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from local_cloud.engines.edge.checked_headers import (
    InvalidResult,
    check_description,
    check_headers,
    check_protected,
    failed,
)
from local_cloud.engines.edge.checked_origin import check_origin
from local_cloud.engines.edge.events import Headers, Request, Response
from local_cloud.engines.edge.header_rules import (
    ORIGIN_REQUEST,
    ORIGIN_RESPONSE,
    READ_ONLY,
    VIEWER_REQUEST,
    VIEWER_RESPONSE,
)

_STATUS = re.compile(r"[2-5][0-9]{2}")
_ADDRESS = re.compile(r"[^\x00-\x20\x7f\ud800-\udfff]*")
_MOST_URI = 8192
_COUNTRY = "cloudfront-viewer-country"
_VIEWER, _ORIGIN = 40 * 1024, 1024 * 1024
LARGEST: Mapping[str, int] = {
    VIEWER_REQUEST: _VIEWER,
    ORIGIN_REQUEST: _ORIGIN,
    ORIGIN_RESPONSE: _ORIGIN,
    VIEWER_RESPONSE: _VIEWER,
}
"""By event: bytes at most of a body that functions see, and of a response that they make (CFDG/cloudfront-limits)."""

_BODY = "The body is not a string, is not an object, or exceeds the maximum size."  # captured from AWS
_NO_OBJECT = "The Lambda function returned invalid JSON: The JSON output must be an object type."


@dataclass(frozen=True)
class GeneratedResponse:
    """A response that a function made or changed.

    Attributes:
        reason: The status description, or empty for the default.
        body: None if the origin's body stays.
    """

    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes | None


def check_request_result(result: Any, sent: Request, event_type: str) -> Request | GeneratedResponse:
    """Check the result of a function for a request event.

    Args:
        result: The function's return value.
        sent: The request in the event that the function got.
        event_type: viewer-request or origin-request.

    Returns:
        The changed request without its body, or the response that the function made.

    Raises:
        InvalidResult: It breaks a rule.
    """
    if not isinstance(result, dict):
        raise InvalidResult(_NO_OBJECT)
    if "status" not in result:
        return _check_request(result, sent, event_type)
    # CloudFront sets Content-Length. AWS doesn't document whether it refuses or ignores it in such a response.
    made = _check_response(result, {}, ("transfer-encoding", "via"), event_type)
    if event_type == VIEWER_REQUEST and made.status == 204 and made.body:
        raise failed("A response with the status 204 must not have a body.")
    return made


def check_response_result(result: Any, sent: Response, event_type: str) -> GeneratedResponse:
    """Check the result of a function for a response event. Otherwise as `check_request_result`.

    A viewer-response function "cannot modify the HTTP status code". AWS doesn't document what happens if it does.
    Here it fails validation, so that no learner relies on it.
    """
    if not isinstance(result, dict):
        raise InvalidResult(_NO_OBJECT)
    made = _check_response(result, sent["headers"], READ_ONLY[event_type], event_type)
    if event_type == VIEWER_RESPONSE and str(made.status) != sent["status"]:
        raise failed("A function for viewer-response events cannot modify the status of the response.")
    return made


def check_body(result: Mapping[str, Any], event_type: str) -> bytes | None:
    """The body that replaces the request's, or None if that stays.

    Raises:
        InvalidResult: It breaks a rule.
    """
    body = result.get("body", {})
    if not isinstance(body, dict) or body.get("action", "read-only") not in ("read-only", "replace"):
        raise failed("The body of a request must be an object with the action read-only or replace.")
    if body.get("action") != "replace":
        return None
    return _decode(body.get("data", ""), body.get("encoding", "text"))[: LARGEST[event_type]]


def _check_request(result: dict[str, Any], sent: Request, event_type: str) -> Request:
    uri, query = result.get("uri"), result.get("querystring", "")
    if not isinstance(uri, str) or not uri.startswith("/"):
        raise failed("The uri must be a string that starts with /.")
    if not isinstance(query, str):
        raise failed("The querystring must be a string.")
    if len(uri) + len(query) >= _MOST_URI:
        raise failed("The length of uri and querystring must be below 8192 characters.")
    if not _ADDRESS.fullmatch(uri) or not _ADDRESS.fullmatch(query) or "#" in query:
        raise failed("The uri or the querystring contains a character that is not allowed.")
    for name in ("method", "clientIp"):
        if result.get(name, sent[name]) != sent[name]:
            raise failed(f"The function tried to change the read-only field {name}.")
    headers = check_headers(result.get("headers", {}))
    check_protected(headers, sent["headers"], READ_ONLY[event_type])
    if event_type == VIEWER_REQUEST and _COUNTRY in headers and _COUNTRY not in sent["headers"]:
        raise failed("The function tried to add the header CloudFront-Viewer-Country.")
    checked = {**sent, "uri": uri, "querystring": query, "headers": headers}
    if event_type == ORIGIN_REQUEST:
        checked["origin"] = check_origin(result.get("origin", sent["origin"]), sent["origin"], headers)
    return checked


def _check_response(
    result: dict[str, Any], sent: Headers, read_only: Iterable[str], event_type: str
) -> GeneratedResponse:
    status, description = str(result.get("status")), result.get("statusDescription", "")
    if not _STATUS.fullmatch(status):
        raise failed("The status must be a number from 200 to 599.")
    body = result.get("body", "" if event_type in (VIEWER_REQUEST, ORIGIN_REQUEST) else None)
    content = None if body is None else _decode(body, result.get("bodyEncoding", "text"))
    headers = check_headers(result.get("headers", {}))
    check_protected(headers, sent, read_only)
    if isinstance(body, str) and len(body.encode()) + _size(headers) > LARGEST[event_type]:
        raise failed(_BODY)
    pairs = [(header["key"], header["value"]) for listed in headers.values() for header in listed]
    pairs = [pair for pair in pairs if pair[0].lower() != "content-length"]
    return GeneratedResponse(int(status), check_description(description), pairs, content)


def _size(headers: Headers) -> int:
    return sum(len(header["key"]) + len(header["value"]) for listed in headers.values() for header in listed)


def _decode(data: Any, encoding: Any) -> bytes:
    if not isinstance(data, str):
        raise failed(_BODY)
    if encoding not in ("text", "base64"):
        raise failed("The encoding of a body must be text or base64.")
    try:
        return base64.b64decode(_encode(data), validate=True) if encoding == "base64" else _encode(data)
    except binascii.Error:
        raise failed("The body is not base64.") from None


def _encode(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can contain
        raise failed("The result has a character that cannot be encoded in UTF-8.") from None
