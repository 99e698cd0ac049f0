"""How long an answer is fresh, and how long it may be served after that.

CFDG/Expiration, custom-error-pages-expiration, HTTPStatusCodes and http-3xx-status-codes, 2026. They don't mention
`must-revalidate`, which RFC 9111 has; here it has no effect.
"""

from __future__ import annotations

import email.utils
import re
from collections.abc import Mapping

from multidict import CIMultiDict

from local_cloud.engines.edge.cache import CachedResponse
from local_cloud.engines.edge.site import Caching

_DIRECTIVE = re.compile(
    r"(?<![\w-])(s-maxage|max-age|stale-while-revalidate|stale-if-error)\s*=\s*\"?(\d{1,10})", re.IGNORECASE
)
_NEVER = re.compile(r"\b(no-cache|no-store|private)\b", re.IGNORECASE)
_KEPT_ERRORS = frozenset((404, 410, 414, 500, 501, 502, 503, 504))
_ERRORS_KEPT_IF_TOLD = frozenset((400, 403, 405, 412, 415))
_ERRORS_NOT_KEPT_IF_TOLD = frozenset((404, 410, 414, 501))
_REDIRECTS_KEPT_IF_TOLD = frozenset((307, 308))


def seconds_to_keep(cached: CachedResponse, by: Caching) -> float:
    """Seconds that an answer is fresh: the origin's value, within the cache behavior's bounds.

    A minimum TTL above 0 also applies to `no-cache`, `no-store` and `private`. 307 and 308 are cached only if
    Cache-Control says so.
    """
    control = _control(cached.headers)
    if cached.status in _REDIRECTS_KEPT_IF_TOLD and not control:
        return 0.0
    if _NEVER.search(control):
        return by.minimum
    wanted = _seconds_said(control, cached.headers, cached.stored_at)
    return min(max(by.default if wanted is None else wanted, by.minimum), by.maximum)


def error_seconds_to_keep(cached: CachedResponse, by: Caching, minimum: float) -> float:
    """How long an error is cached: the error caching minimum TTL, or longer if the origin says so.

    Args:
        cached: The error.
        by: The cache behavior's policy. The caller has checked that errors may be cached.
        minimum: The error caching minimum TTL for its status, in seconds.

    Returns:
        Seconds. 0 for statuses such as 403 without an age in Cache-Control, for statuses such as 404 if Cache-Control
        forbids caching, and for statuses that aren't in CloudFront's list.
    """
    control = _control(cached.headers)
    ages = _directives(control).keys() & {"max-age", "s-maxage"}
    if cached.status not in _KEPT_ERRORS and not (cached.status in _ERRORS_KEPT_IF_TOLD and ages):
        return 0.0
    if cached.status in _ERRORS_NOT_KEPT_IF_TOLD and _NEVER.search(control):
        return 0.0
    return max(minimum, min(_seconds_said(control, cached.headers, cached.stored_at) or 0.0, by.maximum))


def stale_if_error_until(cached: CachedResponse, by: Caching) -> float:
    """Until when an object may be served while the origin fails: for the maximum TTL, or as `stale-if-error` says.

    That includes objects with `no-cache`, `no-store` and `private`; the page advises `stale-if-error=0` to avoid it.
    """
    return _stale_until("stale-if-error", cached, by, otherwise=by.maximum)


def stale_while_revalidate_until(cached: CachedResponse, by: Caching) -> float:
    """Until when an object may be served while the origin is asked. Needs `stale-while-revalidate` if stale."""
    return _stale_until("stale-while-revalidate", cached, by, otherwise=0.0)


def _stale_until(directive: str, cached: CachedResponse, by: Caching, *, otherwise: float) -> float:
    """The directive's seconds start when the object becomes stale. They end at the maximum TTL at the latest."""
    seconds = _directives(_control(cached.headers)).get(directive, otherwise)
    return cached.stored_at + min(seconds_to_keep(cached, by) + seconds, by.maximum)


def _control(headers: CIMultiDict[str]) -> str:
    return ",".join(headers.getall("Cache-Control", ()))


def _directives(control: str) -> Mapping[str, float]:
    return {name.lower(): float(value) for name, value in _DIRECTIVE.findall(control)}


def _seconds_said(control: str, headers: CIMultiDict[str], now: float) -> float | None:
    said = _directives(control)
    if (seconds := said.get("s-maxage", said.get("max-age"))) is None and "Expires" in headers:
        return max(0.0, _moment(headers["Expires"]) - now)
    return seconds


def _moment(text: str) -> float:
    try:
        return email.utils.parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError, OverflowError):
        return 0.0  # an invalid Expires, such as "0", is in the past (RFC 9111, 5.3)
