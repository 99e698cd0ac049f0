"""Headers that are forbidden as origin custom headers, and headers that functions may not change, by event."""

from __future__ import annotations

from collections.abc import Mapping

VIEWER_REQUEST, ORIGIN_REQUEST = "viewer-request", "origin-request"
ORIGIN_RESPONSE, VIEWER_RESPONSE = "origin-response", "viewer-response"

# CFDG/add-origin-custom-headers.
_NOT_CUSTOM = frozenset(
    (
        *("cache-control", "connection", "content-length", "cookie", "host", "if-match", "if-modified-since"),
        *("if-none-match", "if-range", "if-unmodified-since", "max-forwards", "pragma", "proxy-authenticate"),
        *("proxy-authorization", "proxy-connection", "range", "request-range", "te", "trailer"),
        *("transfer-encoding", "upgrade", "via", "x-real-ip"),
    )
)
_NOT_CUSTOM_PREFIXES = ("x-amz-", "x-edge-")

# CFDG/edge-function-restrictions-all, 2026; Host is writable in origin requests.
READ_ONLY: Mapping[str, frozenset[str]] = {
    VIEWER_REQUEST: frozenset(("cdn-loop", "content-length", "host", "transfer-encoding", "via")),
    ORIGIN_REQUEST: frozenset(
        (
            *("accept-encoding", "cdn-loop", "content-length", "if-modified-since", "if-none-match", "if-range"),
            *("if-unmodified-since", "transfer-encoding", "via"),
        )
    ),
    ORIGIN_RESPONSE: frozenset(("transfer-encoding", "via")),
    VIEWER_RESPONSE: frozenset(("content-encoding", "content-length", "transfer-encoding", "via", "warning")),
}
"""By event: headers that a function sees but may not add, change or delete."""

_DISALLOWED = frozenset(
    (
        *("connection", "expect", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection"),
        *("trailer", "upgrade", "x-accel-buffering", "x-accel-charset", "x-accel-limit-rate", "x-accel-redirect"),
        *("x-amzn-auth", "x-amzn-cf-billing", "x-amzn-cf-id", "x-amzn-cf-xff", "x-amzn-errortype"),
        *("x-amzn-fle-profile", "x-amzn-header-count", "x-amzn-header-order", "x-amzn-lambda-integration-tag"),
        *("x-amzn-requestid", "x-cache", "x-forwarded-proto", "x-real-ip"),
    )
)
_DISALLOWED_PREFIXES = ("x-amz-cf-", "x-edge-")


def is_forbidden_custom_header(name: str) -> bool:
    """True for a header that CloudFront rejects as an origin custom header."""
    return name.lower() in _NOT_CUSTOM or name.lower().startswith(_NOT_CUSTOM_PREFIXES)


def is_disallowed(name: str) -> bool:
    """True for a header that functions don't see and may not add."""
    return name.lower() in _DISALLOWED or name.lower().startswith(_DISALLOWED_PREFIXES)
