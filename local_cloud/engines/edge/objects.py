"""Objects as an edge makes them: from what an origin answered, what a function made or changed, and what went wrong."""

from __future__ import annotations

import dataclasses
import email.utils

from multidict import CIMultiDict

from local_cloud.engines.edge.cache import Object
from local_cloud.engines.edge.header_rules import is_disallowed
from local_cloud.engines.edge.origin import OriginResponse
from local_cloud.engines.edge.pages import error_page
from local_cloud.engines.edge.validation import Made

# What S3 says to those who ask it directly, and CloudFront does not pass on.
_NOT_PASSED_ON = frozenset(
    (
        *("connection", "keep-alive", "transfer-encoding", "content-length", "date", "te", "trailer", "upgrade"),
        *("proxy-authenticate", "x-amz-id-2", "x-amz-request-id", "x-amzn-requestid", "via", "x-cache", "age"),
    )
)


def from_origin(answer: OriginResponse, method: str, now: float) -> Object:
    """What an origin answered to a method."""
    passed = ((k, v) for k, v in answer.headers if k.lower() not in _NOT_PASSED_ON and v.isprintable())
    headers = CIMultiDict(passed)
    headers.setdefault("Server", "AmazonS3")
    is_head = method == "HEAD"
    if is_head and (length := next((v for k, v in answer.headers if k.lower() == "content-length"), None)):
        headers["Content-Length"] = length
    return _dated(Object(answer.status, headers, b"" if is_head else answer.body, 0.0, is_head=is_head), now)


def from_function(made: Made, now: float) -> Object:
    """A response that a function made itself."""
    thing = Object(made.status, CIMultiDict(made.headers), made.body or b"", 0.0, reason=made.reason)
    thing.headers.setdefault("Server", "CloudFront")
    thing.x_cache = "LambdaGeneratedResponse from cloudfront"
    return _dated(thing, now)


def with_changes(thing: Object, made: Made) -> Object:
    """An object as a function changed it; the headers that functions don't see stay."""
    unseen = [(name, value) for name, value in thing.headers.items() if is_disallowed(name)]
    headers = CIMultiDict([*unseen, *made.headers])
    body = thing.body if made.body is None else made.body
    if thing.is_head:
        length = thing.headers.get("Content-Length") if made.body is None else str(len(made.body))
        headers.update({"Content-Length": length} if length else {})
        body = b""
    changed = dataclasses.replace(
        thing, status=made.status, reason=made.reason, headers=headers, body=body, is_error=False, head=None
    )
    return _judged(dataclasses.replace(changed, x_cache="Miss from cloudfront"))


def from_error(status: int, x_cache: str, reason: str, request_id: str, now: float) -> Object:
    """CloudFront's error page."""
    headers = CIMultiDict({"Content-Type": "text/html; charset=utf-8", "Server": "CloudFront"})
    return _dated(Object(status, headers, error_page(status, reason, request_id), 0.0, x_cache=x_cache), now)


def _dated(thing: Object, now: float) -> Object:
    thing.stored_at = now
    thing.headers["Date"] = email.utils.formatdate(now, usegmt=True)
    return _judged(thing)


def _judged(thing: Object) -> Object:
    if thing.status >= 400:
        thing.is_error = True
        if thing.x_cache == "Miss from cloudfront":
            thing.x_cache = "Error from cloudfront"
    return thing
