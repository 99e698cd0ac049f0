"""Where a request was sent: which service and region a host name means, and which bucket, if it names one.

Requests for S3 are rewritten to path style (`/bucket/key` at the regional host), so that everything behind
this module knows one form only.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple
from urllib.parse import quote

ORIGINAL_HOST_KEY = "local_cloud.host"
"""WSGI environment key of the host name that the client used, before the rewriting."""

_REGION = r"[a-z]{2}(?:-[a-z]+)+-\d"
_S3_HOST = re.compile(
    rf"(?:(?P<bucket>[^:]+)\.)?s3(?:[.-](?:dualstack\.|fips\.)?(?P<region>{_REGION}))?\.(?:amazonaws\.com|localhost)"
)
_OTHER_HOST = re.compile(rf"(?:[^:]+\.)?(?P<service>[a-z0-9-]+?)(?:\.(?P<region>{_REGION}))?\.amazonaws\.com")
_LOCAL_BUCKET_HOST = re.compile(r"(?P<bucket>[^:]+)\.localhost")
_OUR_PAGES = re.compile(r"127\.0\.0\.\d+|\[::1\]|(?:[\w.-]+\.)?localhost\.?")  # the root's dot changes nothing
_OURS = re.compile(_OUR_PAGES.pattern + r"|[\w.-]+\.(?:amazonaws\.com|cloudfront\.net)\.?")


class Host(NamedTuple):
    """What a host name says; None where it says nothing."""

    service: str | None
    region: str | None
    bucket: str | None


def is_ours(host: str) -> bool:
    """Whether a host name, with or without port, is one that this machine answers to.

    Any other name is a web page's attempt to reach the local cloud through its own domain (DNS rebinding).
    """
    return bool(_OURS.fullmatch(_without_port(host)))


def is_our_origin(origin: str) -> bool:
    """Whether an `Origin` header names a page of this machine. `null`, sent by sandboxed pages, does not.

    Nor does a name at AWS, though requests for it are answered: in a browser it is somebody's page on the real AWS,
    where anyone may put one.
    """
    scheme, separator, host = origin.partition("://")
    return bool(separator) and scheme in ("http", "https") and bool(_OUR_PAGES.fullmatch(_without_port(host)))


def read_host(host: str) -> Host:
    """Say what a host name means, such as `site.s3.eu-west-1.amazonaws.com` or `site.localhost:4566`."""
    name = _without_port(host).removesuffix(".")
    if s3 := _S3_HOST.fullmatch(name):
        return Host("s3", s3["region"] or ("us-east-1" if name.endswith(".com") else None), s3["bucket"])
    if other := _OTHER_HOST.fullmatch(name):
        return Host(other["service"], other["region"] or "us-east-1", None)
    if local := _LOCAL_BUCKET_HOST.fullmatch(name):
        return Host(None, None, local["bucket"])
    return Host(None, None, None)


def raw_path(environ: dict[str, Any]) -> str:
    """The path as it was sent, still percent-encoded, without the query; keys depend on it: `a%2Fb` is not `a/b`."""
    raw: str = environ.get("RAW_URI") or environ.get("REQUEST_URI") or ""
    if raw.startswith(("http://", "https://")):
        raw = "/" + raw.split("/", 3)[3] if raw.count("/") > 2 else "/"
    if not raw:
        return quote(environ.get("PATH_INFO", "").encode("latin-1"), safe="/~") or "/"
    return raw.split("?", 1)[0] or "/"


def rewrite_to_path_style(environ: dict[str, Any], path: str, bucket: str | None, region: str) -> str:
    """Change an S3 request to path style at the region's host; returns the path, percent-encoded."""
    environ[ORIGINAL_HOST_KEY] = environ.get("HTTP_HOST", "")
    environ["HTTP_HOST"] = f"s3.{region}.amazonaws.com"
    if bucket:
        path = f"/{bucket}{path}"
        environ["PATH_INFO"] = f"/{bucket}{environ.get('PATH_INFO') or '/'}"
    query = environ.get("QUERY_STRING", "")
    environ["RAW_URI"] = f"{path}?{query}" if query else path
    return path


def _without_port(host: str) -> str:
    return re.sub(r":\d*$", "", host).lower()
