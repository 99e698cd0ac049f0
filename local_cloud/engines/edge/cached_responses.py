"""Makes cached objects from answers of origins and functions, and from errors."""

from __future__ import annotations

import dataclasses
import email.utils

from multidict import CIMultiDict

from local_cloud.engines.edge.cache import CachedResponse
from local_cloud.engines.edge.header_rules import is_disallowed
from local_cloud.engines.edge.origin import OriginResponse
from local_cloud.engines.edge.pages import error_page
from local_cloud.engines.edge.validation import GeneratedResponse

# Headers of S3 that CloudFront does not pass on.
_NOT_PASSED_ON = frozenset(
    (
        *("connection", "keep-alive", "transfer-encoding", "content-length", "date", "te", "trailer", "upgrade"),
        *("proxy-authenticate", "x-amz-id-2", "x-amz-request-id", "x-amzn-requestid", "via", "x-cache", "age"),
    )
)


def from_origin(answer: OriginResponse, method: str, now: float) -> CachedResponse:
    """The object for an origin's answer to a method."""
    passed = ((k, v) for k, v in answer.headers if k.lower() not in _NOT_PASSED_ON and v.isprintable())
    headers = CIMultiDict(passed)
    headers.setdefault("Server", "AmazonS3")
    is_head = method == "HEAD"
    if is_head and (length := next((v for k, v in answer.headers if k.lower() == "content-length"), None)):
        headers["Content-Length"] = length
    return _dated(CachedResponse(answer.status, headers, b"" if is_head else answer.body, 0.0, is_head=is_head), now)


def from_function(made: GeneratedResponse, now: float) -> CachedResponse:
    """The object for a response that a function made."""
    cached = CachedResponse(made.status, CIMultiDict(made.headers), made.body or b"", 0.0, reason=made.reason)
    cached.headers.setdefault("Server", "CloudFront")
    cached.x_cache = "LambdaGeneratedResponse from cloudfront"
    return _dated(cached, now)


def with_changes(cached: CachedResponse, made: GeneratedResponse) -> CachedResponse:
    """An object with a function's changes. Headers that functions don't see stay."""
    unseen = [(name, value) for name, value in cached.headers.items() if is_disallowed(name)]
    headers = CIMultiDict([*unseen, *made.headers])
    body = cached.body if made.body is None else made.body
    if cached.is_head:
        length = cached.headers.get("Content-Length") if made.body is None else str(len(made.body))
        headers.update({"Content-Length": length} if length else {})
        body = b""
    changed = dataclasses.replace(
        cached, status=made.status, reason=made.reason, headers=headers, body=body, is_error=False, head=None
    )
    return _judged(dataclasses.replace(changed, x_cache="Miss from cloudfront"))


def from_error(status: int, x_cache: str, reason: str, request_id: str, now: float) -> CachedResponse:
    """CloudFront's error page."""
    headers = CIMultiDict({"Content-Type": "text/html; charset=utf-8", "Server": "CloudFront"})
    return _dated(CachedResponse(status, headers, error_page(status, reason, request_id), 0.0, x_cache=x_cache), now)


def _dated(cached: CachedResponse, now: float) -> CachedResponse:
    cached.stored_at = now
    cached.headers["Date"] = email.utils.formatdate(now, usegmt=True)
    return _judged(cached)


def _judged(cached: CachedResponse) -> CachedResponse:
    if cached.status >= 400:
        cached.is_error = True
        if cached.x_cache == "Miss from cloudfront":
            cached.x_cache = "Error from cloudfront"
    return cached
