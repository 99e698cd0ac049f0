"""One level of CloudFront's cache.

Each regional edge cache and each edge location is one ("regional edge caches have feature parity with POPs",
CFDG/HowCloudFrontWorks).
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Mapping
from typing import NamedTuple

from local_cloud.engines.edge.cache import MEGABYTE, Cache, CachedResponse
from local_cloud.engines.edge.cache_key import Key
from local_cloud.engines.edge.events import Viewer
from local_cloud.engines.edge.fetching import Fetcher
from local_cloud.engines.edge.freshness import (
    error_seconds_to_keep,
    seconds_to_keep,
    stale_if_error_until,
    stale_while_revalidate_until,
)
from local_cloud.engines.edge.site import Behavior, Site

HIT, REFRESH_HIT = "Hit from cloudfront", "RefreshHit from cloudfront"
ERROR = "Error from cloudfront"
LEAST_FOR_S3_ERRORS = 1.0
"""Seconds that an S3 origin's error is cached at least, even if the error caching minimum TTL is 0."""


class Served(NamedTuple):
    """An answer to a viewer or an edge location.

    Attributes:
        cached: The object.
        x_cache: The value of X-Cache.
        from_cache: True if no origin was asked for this viewer. The answer then has an Age.
    """

    cached: CachedResponse
    x_cache: str
    from_cache: bool = False


class EdgeCache:
    """Answers from its cache, and fills it from origins.

    Args:
        fetcher: Asks origins.
        now: Seconds since the epoch. Cache TTLs are never shortened.
        room: Bytes to keep at most.
    """

    def __init__(self, fetcher: Fetcher, *, now: Callable[[], float], room: int = 64 * MEGABYTE) -> None:
        self.cache = Cache(room)
        self._fetcher = fetcher
        self._now = now
        self._flights: dict[tuple[Key, str, int], asyncio.Task[Served]] = {}

    def find(self, key: Key, method: str) -> CachedResponse | None:
        """A fresh object for a viewer, or None. An object from HEAD doesn't answer GET."""
        held = self.cache.get(key)
        if held is None or held.fresh_until <= self._now() or (held.is_head and method != "HEAD"):
            return None
        return held

    async def get(self, key: Key, site: Site, behavior: Behavior, viewer: Viewer) -> Served:
        """Answer from the cache or an origin, for requests that the cache behavior may cache.

        Requests for the same object at the same time share one request to the origin, unless its answer is for one
        viewer only.
        """
        if held := self.find(key, viewer.method):
            return _from_cache(held)
        flight_key = (key, viewer.method, self.cache.epoch)
        flight = self._flights.get(flight_key)
        is_first = flight is None
        if flight is None:
            flight = asyncio.create_task(self._fill(key, site, behavior, viewer))
            self._flights[flight_key] = flight
            flight.add_done_callback(lambda _: self._flights.pop(flight_key, None))
        stale = self._find_stale(key, viewer.method)
        if stale and self._now() < stale_while_revalidate_until(stale, behavior.caching):
            return _from_cache(stale)
        served = await asyncio.shield(flight)
        if is_first:
            return served
        if served.cached.fresh_until <= self._now() and not served.cached.is_error:
            return await self._fill(key, site, behavior, viewer)
        return _from_cache(served.cached)

    async def _fill(self, key: Key, site: Site, behavior: Behavior, viewer: Viewer) -> Served:
        """Ask the origin, and cache the answer. A stale object stays, in case the origin confirms it or fails."""
        epoch = self.cache.epoch
        served = await self._ask(key, site, behavior, viewer, self._find_stale(key, viewer.method))
        cached = served.cached
        is_kept = cached.fresh_until > self._now() or (cached.status == 200 and not cached.is_error)
        if is_kept and epoch == self.cache.epoch:
            self.cache.put(key, cached)
        return served

    async def _ask(
        self, key: Key, site: Site, behavior: Behavior, viewer: Viewer, stale: CachedResponse | None
    ) -> Served:
        """Ask an origin, with the conditions of a stale object."""
        cached = await self._fetcher.fetch(site, behavior, viewer, _conditions(stale))
        if stale and cached.status == 304:
            cached, x_cache = _confirmed(stale, cached), REFRESH_HIT
        else:
            x_cache = cached.x_cache
        cached.fresh_until = cached.stored_at + _seconds(cached, site, behavior)
        return self.prefer_stale(Served(cached, x_cache), stale, behavior)

    def prefer_stale(self, served: Served, stale: CachedResponse | None, behavior: Behavior) -> Served:
        """Serve the stale object while the origin fails (CFDG/HTTPStatusCodes).

        The origin isn't asked again as long as the error would be cached.
        """
        cached = served.cached
        if stale is None or cached.status < 500 or cached.x_cache != ERROR:
            return served
        until = stale_if_error_until(stale, behavior.caching)
        if until <= self._now():
            return served
        return _from_cache(dataclasses.replace(stale, fresh_until=min(cached.fresh_until, until)))

    def _find_stale(self, key: Key, method: str) -> CachedResponse | None:
        held = self.cache.get(key)
        if held is None or held.is_error or (held.is_head and method != "HEAD"):
            return None
        return held


def _from_cache(cached: CachedResponse) -> Served:
    return Served(cached, ERROR if cached.is_error else HIT, from_cache=True)


def _seconds(cached: CachedResponse, site: Site, behavior: Behavior) -> float:
    """Seconds that an origin's answer is fresh."""
    if cached.status < 400:
        return seconds_to_keep(cached, behavior.caching)
    least = LEAST_FOR_S3_ERRORS if site.origins[behavior.target][0].is_bucket else 0.0
    minimum = max(least, site.error_response(cached.status).ttl)
    return error_seconds_to_keep(cached, behavior.caching, minimum)


def _conditions(stale: CachedResponse | None) -> Mapping[str, str]:
    if stale is None:
        return {}
    named = {"If-None-Match": stale.headers.get("ETag"), "If-Modified-Since": stale.headers.get("Last-Modified")}
    return {name: value for name, value in named.items() if value}


def _confirmed(stale: CachedResponse, answer: CachedResponse) -> CachedResponse:
    """The stale object, with the headers of the 304 (RFC 9111, 4.3.4)."""
    headers = stale.headers.copy()
    for name in ("Cache-Control", "Expires", "ETag", "Last-Modified", "Date", "x-amz-version-id"):
        if name in answer.headers:
            headers[name] = answer.headers[name]
    return dataclasses.replace(stale, headers=headers, stored_at=answer.stored_at, head=None)
