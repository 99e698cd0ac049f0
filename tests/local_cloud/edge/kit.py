"""What several modules here use: values of X-Cache, and functions that change a request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

MISS, HIT = "Miss from cloudfront", "Hit from cloudfront"
Request = dict[str, Any]


def request_of(event: dict[str, Any]) -> Request:
    """The request in an event of CloudFront."""
    request = event["Records"][0]["cf"]["request"]
    assert isinstance(request, dict)
    return request


def changed(change: Callable[[Request], Any]) -> Callable[[dict[str, Any]], Request]:
    """A function that changes the request and returns it."""

    def run(event: dict[str, Any]) -> Request:
        request = request_of(event)
        change(request)
        return request

    return run


def set_s3(**fields: Any) -> Callable[[Request], None]:
    """A change of the request's S3 origin, for `changed`."""
    return lambda request: request["origin"]["s3"].update(fields)
