"""Rejects requests from web pages of other sites, and from any page but its own for the control API.

Programs on this machine are let through. Whatever they ask for, they must sign.
"""

from __future__ import annotations

import re
from typing import Any

from local_cloud.call import Response
from local_cloud.constants import CONTROL_PREFIX
from local_cloud.errors import AwsError
from local_cloud.front.addressing import is_our_origin, is_ours, read_host
from local_cloud.rendering import render_error

_ABSOLUTE = re.compile(r"https?://([^/?#]*)", re.IGNORECASE)
_OWN_SITE = (None, "none", "same-origin")
"""`Sec-Fetch-Site` of a program, of an address that a person typed, and of a page of the gateway itself."""


def refuse_strangers(environ: dict[str, Any]) -> Response | None:
    """Refuse a request whose host name or origin is not this machine's: a web page of another site sent it.

    The control API also refuses pages of this machine, such as those of the edge or of a notebook.
    """
    host, origin = environ.get("HTTP_HOST", "127.0.0.1"), environ.get("HTTP_ORIGIN")
    named = _ABSOLUTE.match(environ.get("RAW_URI", ""))
    stranger = None
    if named and not is_ours(named[1]):
        stranger = named[1]
    elif not is_ours(host):
        stranger = host
    elif environ["PATH_INFO"].startswith(CONTROL_PREFIX):
        stranger = _stranger_to_control(environ, host, origin)
    elif origin is not None:
        stranger = None if is_our_origin(origin) else origin
    elif environ.get("HTTP_SEC_FETCH_SITE") == "cross-site" and not _follows_a_link(environ):
        stranger = "a page of another site"
    if stranger is None:
        return None
    message = f"The local cloud answers only programs on this machine, not {stranger}."
    return render_error(AwsError("AccessDenied", message, 403), "s3")


def _stranger_to_control(environ: dict[str, Any], host: str, origin: str | None) -> str | None:
    if read_host(host).bucket or read_host(host).service:
        return host  # a page in a bucket has the bucket's host name as its origin
    if origin is not None:
        return None if origin == f"http://{host}" else origin
    return None if environ.get("HTTP_SEC_FETCH_SITE") in _OWN_SITE else "a page of another origin"


def _follows_a_link(environ: dict[str, Any]) -> bool:
    """Whether a browser follows a link to a page of its own. The page with the link can't read the answer."""
    fetches = environ.get("HTTP_SEC_FETCH_MODE"), environ.get("HTTP_SEC_FETCH_DEST")
    return environ["REQUEST_METHOD"] in ("GET", "HEAD") and fetches == ("navigate", "document")
