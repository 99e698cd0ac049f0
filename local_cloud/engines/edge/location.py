"""One edge location: what it keeps, what it asks for, and how it answers."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Mapping
from typing import NamedTuple

from local_cloud.engines.edge.cache import Cache, Object, error_seconds_to_keep, seconds_to_keep
from local_cloud.engines.edge.cache_key import Key
from local_cloud.engines.edge.events import Viewer
from local_cloud.engines.edge.fetching import Fetcher
from local_cloud.engines.edge.site import Behavior, Site

HIT, REFRESH_HIT = "Hit from cloudfront", "RefreshHit from cloudfront"
ERROR = "Error from cloudfront"


class Served(NamedTuple):
    """What a viewer gets.

    Attributes:
        thing: The object.
        x_cache: What X-Cache says.
        from_cache: True when no origin was asked for this viewer; its Age is told then.
    """

    thing: Object
    x_cache: str
    from_cache: bool = False


class EdgeLocation:
    """Answers viewers from its cache, and fills it.

    Args:
        fetcher: Gets what is not in the cache.
        now: Seconds since the epoch. Cache TTLs are never shortened.
    """

    def __init__(self, fetcher: Fetcher, *, now: Callable[[], float]) -> None:
        self.cache = Cache()
        self._fetcher = fetcher
        self._now = now
        self._flights: dict[tuple[Key, str, int], asyncio.Task[Served]] = {}

    def find(self, key: Key, method: str) -> Object | None:
        """A fresh object for a viewer, or None. After HEAD an object is no use for GET."""
        held = self.cache.get(key)
        if held is None or held.fresh_until <= self._now() or (held.is_head and method != "HEAD"):
            return None
        return held

    async def get(self, key: Key, site: Site, behavior: Behavior, viewer: Viewer) -> Served:
        """What the viewer gets, from the cache or from an origin.

        Requests for the same object at the same time share one request to the origin, unless the cache behavior
        keeps nothing or the answer turned out to be for one viewer only.
        """
        if held := self.find(key, viewer.method):
            return _from_cache(held)
        if not behavior.caching.is_enabled or viewer.method not in behavior.cached_methods:
            return await self._without_cache(site, behavior, viewer)
        flight_key = (key, viewer.method, self.cache.epoch)
        flight = self._flights.get(flight_key)
        if flight is None:
            flight = asyncio.create_task(self._fill(key, site, behavior, viewer))
            self._flights[flight_key] = flight
            flight.add_done_callback(lambda _: self._flights.pop(flight_key, None))
            return await asyncio.shield(flight)
        served = await asyncio.shield(flight)
        if served.thing.fresh_until <= self._now() and not served.thing.is_error:
            return await self._fill(key, site, behavior, viewer)
        return _from_cache(served.thing)

    async def _without_cache(self, site: Site, behavior: Behavior, viewer: Viewer) -> Served:
        thing = await self._fetcher.fetch(site, behavior, viewer, {})
        thing = await self._replace_error(thing, site, viewer)
        return Served(thing, thing.x_cache)

    async def _fill(self, key: Key, site: Site, behavior: Behavior, viewer: Viewer) -> Served:
        """Ask the origin, with the conditions of the object that is kept but no longer fresh."""
        epoch, stale = self.cache.epoch, self.cache.get(key)
        if stale and (stale.is_error or (stale.is_head and viewer.method != "HEAD")):
            stale = None
        thing = await self._fetcher.fetch(site, behavior, viewer, _conditions(stale))
        x_cache = thing.x_cache
        if stale and thing.status == 304:
            thing, x_cache = _confirmed(stale, thing), REFRESH_HIT
        elif stale and thing.status >= 500 and x_cache == ERROR:
            # CFDG/HTTPStatusCodes: the object that is kept goes on being served while the origin fails.
            stale.fresh_until = self._now() + self._error_seconds(thing, site, behavior)
            return _from_cache(stale)
        kept_for = self._seconds(thing, site, behavior)
        thing = await self._replace_error(thing, site, viewer)
        thing.fresh_until = thing.stored_at + kept_for
        if epoch == self.cache.epoch and (kept_for > 0 or thing.status == 200):
            self._keep(key, thing, kept_for)
        return Served(thing, x_cache)

    def _keep(self, key: Key, thing: Object, seconds: float) -> None:
        if seconds > 0:
            self.cache.put(key, thing)
        else:
            self.cache.drop(key)

    def _seconds(self, thing: Object, site: Site, behavior: Behavior) -> float:
        if thing.status >= 400:
            return self._error_seconds(thing, site, behavior)
        return seconds_to_keep(thing.headers, behavior.caching, self._now())

    def _error_seconds(self, thing: Object, site: Site, behavior: Behavior) -> float:
        return error_seconds_to_keep(thing.headers, behavior.caching, site.error_response(thing.status).ttl)

    async def _replace_error(self, thing: Object, site: Site, viewer: Viewer) -> Object:
        """The distribution's own page for an error, if it has one, or what came instead of the page."""
        response = site.error_response(thing.status) if thing.is_error else None
        if not response or not response.page:
            return thing
        asked = dataclasses.replace(viewer, method="GET", path=response.page, query="", body=b"")
        page = await self._fetcher.fetch(site, site.behavior_of(response.page), asked, {})
        if page.is_error:
            return page  # CFDG/creating-custom-error-pages: the viewer gets the status that the page's origin gave
        return dataclasses.replace(page, status=response.code, is_error=True, x_cache=thing.x_cache, head=None)


def _from_cache(thing: Object) -> Served:
    return Served(thing, ERROR if thing.is_error else HIT, from_cache=True)


def _conditions(stale: Object | None) -> Mapping[str, str]:
    if stale is None:
        return {}
    named = {"If-None-Match": stale.headers.get("ETag"), "If-Modified-Since": stale.headers.get("Last-Modified")}
    return {name: value for name, value in named.items() if value}


def _confirmed(stale: Object, answer: Object) -> Object:
    """The object that is kept, with the headers that came with the 304 (RFC 9111, 4.3.4)."""
    headers = stale.headers.copy()
    for name in ("Cache-Control", "Expires", "ETag", "Last-Modified", "Date", "x-amz-version-id"):
        if name in answer.headers:
            headers[name] = answer.headers[name]
    return dataclasses.replace(stale, headers=headers, stored_at=answer.stored_at, head=None)
