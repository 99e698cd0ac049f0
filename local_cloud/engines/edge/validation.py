"""What a function may return from an origin request, and what becomes of a result that breaks the rules.

CFDG/edge-function-restrictions-all and CFDG/lambda-event-structure, 2026; the tables are aws-facts §1.6 and §1.8.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Any

from local_cloud.engines.edge.events import Headers, Request
from local_cloud.engines.edge.header_rules import READ_ONLY, is_disallowed, is_forbidden_custom_header

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_DOMAIN = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?")
_STATUS = re.compile(r"[2-5][0-9]{2}")
_MOST_GENERATED = 1024 * 1024
_MOST_URI = 8192


class InvalidResult(Exception):  # noqa: N818 - AWS's own words: "the result failed validation"
    """A function's result failed validation; the viewer gets 502 and the reason."""


@dataclass(frozen=True)
class Generated:
    """A response that a function made itself, instead of asking an origin."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


def check_result(result: Any, sent: Request) -> Request | Generated:
    """Take what a function returned from an origin request.

    Args:
        result: The function's return value.
        sent: The request in the event that the function got.

    Returns:
        The request to send, or the response that the function made itself.

    Raises:
        InvalidResult: It breaks a rule.
    """
    if not isinstance(result, dict):
        raise InvalidResult("The Lambda function returned invalid JSON: The JSON output must be an object type.")
    if "status" in result:
        return _check_generated(result)
    return _check_request(result, sent)


def _encode(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can hold
        raise _fail("The result has a character that cannot be encoded in UTF-8.") from None


def _fail(reason: str) -> InvalidResult:
    return InvalidResult(f"The Lambda function result failed validation: {reason}")


def _check_request(result: dict[str, Any], sent: Request) -> Request:
    uri, query = result.get("uri"), result.get("querystring", "")
    if not isinstance(uri, str) or not uri.startswith("/"):
        raise _fail("The uri must be a string that starts with /.")
    if not isinstance(query, str):
        raise _fail("The querystring must be a string.")
    if len(uri) + len(query) >= _MOST_URI:
        raise _fail("The length of uri and querystring must be below 8192 characters.")
    if any(byte <= 32 for byte in _encode(uri + query)):
        raise _fail("The uri or the querystring contains a character that is not allowed.")
    for name in ("method", "clientIp"):
        if result.get(name, sent[name]) != sent[name]:
            raise _fail(f"The function tried to change the read-only field {name}.")
    headers = check_headers(result.get("headers", {}))
    _check_protected(headers, sent["headers"])
    origin = _check_origin(result.get("origin", sent["origin"]), sent["origin"], headers)
    return {**sent, "uri": uri, "querystring": query, "headers": headers, "origin": origin}


def check_headers(headers: Any) -> Headers:
    """Take headers in the shape of events; the `key` of a header may be left out.

    Raises:
        InvalidResult: The shape or a character is wrong.
    """
    if not isinstance(headers, dict):
        raise _fail("The headers must be an object.")
    return {name: [_check_header(name, one) for one in _check_list(name, values)] for name, values in headers.items()}


def _check_list(name: str, values: Any) -> list[Any]:
    if not _NAME.fullmatch(name):
        raise _fail(f"The header name {name!r} is not valid; it must be in lower case.")
    if not isinstance(values, list):
        raise _fail(f"The header {name} must be a list.")
    return values


def _check_header(name: str, header: Any) -> dict[str, str]:
    if not isinstance(header, dict) or not isinstance(header.get("value"), str):
        raise _fail(f"The header {name} must have a value that is a string.")
    key = header.get("key", name)
    if not isinstance(key, str) or key.lower() != name:
        raise _fail(f"The key of the header {name} must be the same name.")
    if not _VALUE.fullmatch(header["value"]):
        raise _fail(f"The header {name} has an invalid character in its value.")
    return {"key": key, "value": header["value"]}


def _check_protected(headers: Headers, sent: Headers) -> None:
    for name in READ_ONLY:
        if _values(headers, name) != _values(sent, name):
            raise _fail("The function tried to add, delete, or change a read-only header.")
    for name in headers:
        if is_disallowed(name):
            raise _fail(f"The function tried to add a disallowed header: {name}.")


def _values(headers: Headers, name: str) -> list[str]:
    return [header["value"] for header in headers.get(name, [])]


def _check_origin(origin: Any, sent: dict[str, Any], headers: Headers) -> dict[str, Any]:
    if not isinstance(origin, dict) or len({"s3", "custom"} & origin.keys()) != 1:
        raise _fail("The origin must have exactly one of s3 and custom.")
    kind = "s3" if "s3" in origin else "custom"
    fields = origin[kind]
    if not isinstance(fields, dict):
        raise _fail(f"The origin {kind} must be an object.")
    domain = fields.get("domainName")
    if not isinstance(domain, str) or not 1 <= len(domain) <= 128 or not _DOMAIN.fullmatch(domain):
        raise _fail("The domainName of the origin must be 1 to 128 characters, in lower case.")
    path = fields.get("path", "")
    if not isinstance(path, str) or (path and (not path.startswith("/") or path.endswith("/") or len(path) > 255)):
        raise _fail("The path of the origin must start with / and must not end with /.")
    custom = _check_custom_headers(fields.get("customHeaders", {}), headers)
    if kind == "s3":
        _check_access(fields, sent)
    return {kind: {**fields, "path": path, "customHeaders": custom}}


def _check_access(s3: dict[str, Any], sent: dict[str, Any]) -> None:
    method = s3.get("authMethod")
    if method not in ("origin-access-identity", "none"):
        raise _fail("The authMethod of an S3 origin must be origin-access-identity or none.")
    if method == "none":
        return
    if sent.get("s3", {}).get("authMethod") != method:
        raise _fail(
            "The authMethod cannot be origin-access-identity: the cache behavior's origin has no such identity."
        )
    if not isinstance(s3.get("region"), str) or not s3["region"]:
        raise _fail("An S3 origin with an origin access identity must have a region.")


def _check_custom_headers(custom: Any, headers: Headers) -> Headers:
    checked = check_headers(custom)
    for name in checked:
        if is_forbidden_custom_header(name):
            raise _fail(f"The custom header {name} is not allowed.")
        if name in headers:
            raise _fail(f"The header {name} is both a custom header and a header of the request.")
    return checked


def _check_generated(result: dict[str, Any]) -> Generated:
    status = str(result["status"])
    if not _STATUS.fullmatch(status):
        raise _fail("The status must be a number from 200 to 599.")
    body, encoding = result.get("body", ""), result.get("bodyEncoding", "text")
    if not isinstance(body, str) or encoding not in ("text", "base64"):
        raise _fail("The body must be a string, and bodyEncoding text or base64.")
    content = _encode(body)
    if len(content) > _MOST_GENERATED:
        raise _fail("The generated response is larger than 1 MB.")
    try:
        if encoding == "base64":
            content = base64.b64decode(content, validate=True)
    except binascii.Error:
        raise _fail("The body is not base64.") from None
    headers = check_headers(result.get("headers", {}))
    for name in headers:
        if is_disallowed(name) or name == "transfer-encoding":
            raise _fail(f"The function tried to add a disallowed header: {name}.")
    pairs = [(header["key"], header["value"]) for listed in headers.values() for header in listed]
    return Generated(int(status), [pair for pair in pairs if pair[0].lower() != "content-length"], content)
