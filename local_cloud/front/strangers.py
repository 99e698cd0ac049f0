"""Rejects requests from web pages of other sites. Programs on this machine are let through."""

from __future__ import annotations

import re
from typing import Any

from local_cloud.call import Response
from local_cloud.errors import AwsError
from local_cloud.front.addressing import is_our_origin, is_ours
from local_cloud.rendering import render_error

_ABSOLUTE = re.compile(r"https?://([^/?#]*)", re.IGNORECASE)


def refuse_strangers(environ: dict[str, Any]) -> Response | None:
    """Refuse a request whose host name or origin is not this machine's: a web page of another site sent it."""
    host, origin = environ.get("HTTP_HOST", "127.0.0.1"), environ.get("HTTP_ORIGIN")
    named = _ABSOLUTE.match(environ.get("RAW_URI", ""))
    stranger = None
    if named and not is_ours(named[1]):
        stranger = named[1]
    elif not is_ours(host):
        stranger = host
    elif origin is not None:
        stranger = None if is_our_origin(origin) else origin
    elif environ.get("HTTP_SEC_FETCH_SITE") == "cross-site" and not _follows_a_link(environ):
        stranger = "a page of another site"
    if stranger is None:
        return None
    message = f"The local cloud answers only programs on this machine, not {stranger}."
    return render_error(AwsError("AccessDenied", message, 403), "s3")


def _follows_a_link(environ: dict[str, Any]) -> bool:
    """Whether a browser follows a link. The page with the link can't read the answer."""
    return environ["REQUEST_METHOD"] in ("GET", "HEAD") and environ.get("HTTP_SEC_FETCH_MODE") == "navigate"
