"""Read a host name: its service, its region, and its bucket if it names one."""

from __future__ import annotations

import re
from functools import lru_cache

from local_cloud.call import Host

_REGION = r"[a-z]{2}(?:-[a-z]+)+-\d"
_S3_HOST = re.compile(
    rf"(?:(?P<bucket>[^:]+)\.)?s3(?:[.-](?:dualstack\.|fips\.)?(?P<region>{_REGION}))?\.(?:amazonaws\.com|localhost)"
)
_OTHER_HOST = re.compile(rf"(?:[^:]+?\.)??(?P<service>[a-z0-9-]+?)(?:\.(?P<region>{_REGION}))?\.amazonaws\.com")
_LOCAL_BUCKET_HOST = re.compile(r"(?P<bucket>[^:]+)\.localhost")
_OUR_PAGES = re.compile(r"127\.0\.0\.\d+|\[::1\]|(?:[\w.-]+\.)?localhost\.?")  # a trailing dot is allowed
_OURS = re.compile(_OUR_PAGES.pattern + r"|[\w.-]+\.(?:amazonaws\.com|cloudfront\.net)\.?")


@lru_cache(1024)
def is_ours(host: str) -> bool:
    """Whether this machine answers to a host name, given with or without a port.

    A web page that sends another name may be reaching the local cloud through its own domain (DNS rebinding).
    """
    return bool(_OURS.fullmatch(_without_port(host)))


def is_our_origin(origin: str) -> bool:
    """Whether an `Origin` header names a page of this machine. `null`, which sandboxed pages send, does not.

    Requests to a host name of AWS are answered, but such a name is no origin of this machine. In a browser it is a
    page on the real AWS, and anyone can put one there.
    """
    scheme, separator, host = origin.partition("://")
    return bool(separator) and scheme in ("http", "https") and bool(_OUR_PAGES.fullmatch(_without_port(host)))


@lru_cache(1024)
def read_host(host: str) -> Host:
    """Read a host name such as `site.s3.eu-west-1.amazonaws.com` or `site.localhost:4566`."""
    name = _without_port(host).removesuffix(".")
    if s3 := _S3_HOST.fullmatch(name):
        return Host("s3", s3["region"] or ("us-east-1" if name.endswith(".com") else None), s3["bucket"])
    if other := _OTHER_HOST.fullmatch(name):
        return Host(other["service"], other["region"] or "us-east-1", None)
    if local := _LOCAL_BUCKET_HOST.fullmatch(name):
        return Host(None, None, local["bucket"])
    return Host(None, None, None)


def _without_port(host: str) -> str:
    return re.sub(r":\d*$", "", host).lower()
