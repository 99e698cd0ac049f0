"""One edge location: an edge cache that asks a regional edge cache, or for some requests the origin."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from local_cloud.engines.edge.cache import CachedResponse
from local_cloud.engines.edge.cache_key import Key
from local_cloud.engines.edge.edge_cache import HIT, REFRESH_HIT, EdgeCache, Served
from local_cloud.engines.edge.events import Viewer, region_of
from local_cloud.engines.edge.fetching import Fetcher
from local_cloud.engines.edge.header_rules import ORIGIN_REQUEST, ORIGIN_RESPONSE
from local_cloud.engines.edge.site import Behavior, Site


class EdgeLocation(EdgeCache):
    """Answers viewers.

    A hit in its regional edge cache counts as a hit, as in CloudFront's logs (CFDG/origin-shield). The object keeps its
    age and expiry, so two caches keep nothing longer than one.

    Args:
        regional: Its regional edge cache.
        fetcher: Asks origins, in the region of the regional edge cache.
        region: That region.
        now: Seconds since the epoch.
    """

    def __init__(self, regional: EdgeCache, fetcher: Fetcher, *, region: str, now: Callable[[], float]) -> None:
        super().__init__(fetcher, now=now)
        self._regional = regional
        self._region = region

    async def get(self, key: Key, site: Site, behavior: Behavior, viewer: Viewer) -> Served:
        """The viewer's answer, from a cache or an origin.

        Requests that the cache behavior never caches go straight to the origin, each on its own. They are taken as the
        "dynamic requests, as determined at request time", which CFDG/HowCloudFrontWorks doesn't define further.
        """
        if behavior.caching.is_enabled and viewer.method in behavior.cached_methods:
            return await super().get(key, site, behavior, viewer)
        cached = await self._fetcher.fetch(site, behavior, viewer, {})
        return await self._with_error_page(Served(cached, cached.x_cache), site, viewer)

    async def _ask(
        self, key: Key, site: Site, behavior: Behavior, viewer: Viewer, stale: CachedResponse | None
    ) -> Served:
        """Ask the regional edge cache, or the origin."""
        if self._skips_regional(site, behavior, viewer.method):
            served = await super()._ask(key, site, behavior, viewer, stale)
        else:
            served = _taken_over(await self._regional.get(key, site, behavior, viewer), stale)
            served = self.prefer_stale(served, stale, behavior)
        return await self._with_error_page(served, site, viewer)

    def _skips_regional(self, site: Site, behavior: Behavior, method: str) -> bool:
        """True for proxy methods such as OPTIONS, and for an S3 bucket in the same region.

        Functions at origin events run at the regional edge cache, and may name another origin. With one, requests go
        there for any origin. The page doesn't say this.
        """
        if method not in ("GET", "HEAD"):
            return True
        if ORIGIN_REQUEST in behavior.functions or ORIGIN_RESPONSE in behavior.functions:
            return False
        origin = site.origins[behavior.target][0]
        return origin.is_bucket and region_of(origin.config["DomainName"]) == self._region

    async def _with_error_page(self, served: Served, site: Site, viewer: Viewer) -> Served:
        """The distribution's own page for an error, if it has one, or the answer to the request for the page.

        It is cached as long as the error. AWS documents that the page's cache behavior has TTLs too, but not how
        they combine. Here these have no effect.
        """
        cached = served.cached
        response = site.error_response(cached.status) if cached.is_error else None
        if not response or not response.page:
            return served
        asked = dataclasses.replace(viewer, method="GET", path=response.page, query="", body=b"")
        page = await self._fetcher.fetch(site, site.behavior_of(response.page), asked, {})
        if page.is_error:  # CFDG/creating-custom-error-pages: the viewer gets the status that the page's origin gave
            return Served(dataclasses.replace(page, fresh_until=cached.fresh_until), page.x_cache)
        page = dataclasses.replace(page, status=response.code, is_error=True, x_cache=cached.x_cache)
        return Served(dataclasses.replace(page, fresh_until=cached.fresh_until), served.x_cache)


def _taken_over(served: Served, stale: CachedResponse | None) -> Served:
    """The regional edge cache's object, for this location. It is a refresh if it only confirms the object here."""
    cached, x_cache, from_cache = served
    if stale and x_cache == HIT and cached.stored_at > stale.stored_at and _tag(cached) == _tag(stale) is not None:
        x_cache = REFRESH_HIT
    return Served(dataclasses.replace(cached), x_cache, from_cache)


def _tag(cached: CachedResponse) -> str | None:
    return cached.headers.get("ETag")
