"""Checks the origin that a function returned from an origin request (CFDG/lambda-event-structure, 2026)."""

from __future__ import annotations

import re
from typing import Any

from local_cloud.engines.edge.checked_headers import InvalidResult, check_headers
from local_cloud.engines.edge.events import Headers
from local_cloud.engines.edge.header_rules import is_forbidden_custom_header

_DOMAIN = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?")
_IPV4 = re.compile(r"\d{1,3}(\.\d{1,3}){3}")
_LONGEST = {"s3": 128, "custom": 253}
_BAD_HEADER = "One or more HeaderName or HeaderValue values are invalid."  # AWS's words
_SSL_PROTOCOLS = {"TLSv1.2", "TLSv1.1", "TLSv1", "SSLv3"}


def _invalid(reason: str) -> InvalidResult:
    """The error for an origin. It begins with AWS's own words (aws-amplify/amplify-cli#8604)."""
    return InvalidResult(f"The Lambda function returned an invalid origin configuration: {reason}")


def check_origin(origin: Any, sent: dict[str, Any], headers: Headers) -> dict[str, Any]:
    """Check an origin. Unknown fields are ignored, as AWS adds new ones.

    Args:
        origin: What the function returned.
        sent: The origin in the event.
        headers: The checked headers of the request that the function returned.

    Raises:
        InvalidResult: It breaks a rule.
    """
    if not isinstance(origin, dict) or len({"s3", "custom"} & origin.keys()) != 1:
        raise _invalid("The origin must have exactly one of s3 and custom.")
    kind = "s3" if "s3" in origin else "custom"
    fields = origin[kind]
    if not isinstance(fields, dict):
        raise _invalid(f"The origin {kind} must be an object.")
    _check_domain(fields.get("domainName"), kind)
    path = fields.get("path", "")
    if not isinstance(path, str) or (path and (not path.startswith("/") or path.endswith("/") or len(path) > 255)):
        raise _invalid("The path of the origin must start with / and must not end with /.")
    timeout = fields.get("readTimeout", 30)
    if not isinstance(timeout, int) or not 1 <= timeout <= 120:
        raise _invalid("The readTimeout of the origin must be 1 to 120 seconds.")
    custom = _check_custom_headers(fields.get("customHeaders", {}), headers)
    if kind == "s3":
        _check_access(fields, sent)
    else:
        _check_connection(fields)
    return {kind: {**fields, "path": path, "customHeaders": custom}}


def _check_domain(domain: Any, kind: str) -> None:
    if not isinstance(domain, str) or not 1 <= len(domain) <= _LONGEST[kind] or not _DOMAIN.fullmatch(domain):
        raise _invalid(f"The domainName of the origin must be 1 to {_LONGEST[kind]} characters, in lower case.")
    if kind == "custom" and _IPV4.fullmatch(domain):
        raise _invalid("The domainName of a custom origin must not be an IP address.")


def _check_access(s3: dict[str, Any], sent: dict[str, Any]) -> None:
    method = s3.get("authMethod")
    if method not in ("origin-access-identity", "none"):
        raise _invalid("The authMethod of an S3 origin must be origin-access-identity or none.")
    if method == "none":
        return
    if sent.get("s3", {}).get("authMethod") != method:
        raise _invalid(
            "The authMethod cannot be origin-access-identity: the cache behavior's origin has no such identity."
        )
    if not isinstance(s3.get("region"), str) or not s3["region"]:
        raise _invalid("An S3 origin with an origin access identity must have a region.")


def _check_connection(custom: dict[str, Any]) -> None:
    """Check the given fields. AWS doesn't document whether fields of a custom origin may be missing."""
    if custom.get("protocol", "https") not in ("http", "https"):
        raise _invalid("The protocol of a custom origin must be http or https.")
    port = custom.get("port", 443)
    if not isinstance(port, int) or not (port in (80, 443) or 1024 <= port <= 65535):
        raise _invalid("The port of a custom origin must be 80, 443 or 1024 to 65535.")
    protocols = custom.get("sslProtocols", [])
    if not isinstance(protocols, list) or not all(one in _SSL_PROTOCOLS for one in protocols):
        raise _invalid("The sslProtocols of a custom origin must be a list of TLSv1.2, TLSv1.1, TLSv1 or SSLv3.")


def _check_custom_headers(custom: Any, headers: Headers) -> Headers:
    try:
        checked = check_headers(custom)
    except InvalidResult:
        raise _invalid(_BAD_HEADER) from None
    for name in checked:
        if is_forbidden_custom_header(name):
            raise _invalid(_BAD_HEADER)
        if name in headers:
            raise _invalid(f"The header {name} is both a custom header and a header of the request.")
    return checked
