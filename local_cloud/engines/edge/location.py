"""One edge location: an edge cache that asks a regional edge cache, but for what goes straight to the origin."""

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

    What its regional edge cache has in stock counts as a hit, as it does in CloudFront's logs (CFDG/origin-shield);
    and it is as old, and expires when it does there, so that two caches keep nothing longer than one.

    Args:
        regional: The regional edge cache behind which it is.
        fetcher: Asks origins, in the region of the regional edge cache.
        region: That region.
        now: Seconds since the epoch.
    """

    def __init__(self, regional: EdgeCache, fetcher: Fetcher, *, region: str, now: Callable[[], float]) -> None:
        super().__init__(fetcher, now=now)
        self._regional = regional
        self._region = region

    async def get(self, key: Key, site: Site, behavior: Behavior, viewer: Viewer) -> Served:
        """What the viewer gets: from a cache, or from an origin.

        What the cache behavior never keeps goes to the origin, unshared; "dynamic requests, as determined at request
        time", which CFDG/HowCloudFrontWorks doesn't determine further, are taken to be these.
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
        """True for proxy methods, OPTIONS among them, and for an S3 bucket in this very region.

        Functions at origin events run at the regional edge cache, and may name another origin; so where there is one,
        requests go there whatever the origin. Of that the page says nothing.
        """
        if method not in ("GET", "HEAD"):
            return True
        if ORIGIN_REQUEST in behavior.functions or ORIGIN_RESPONSE in behavior.functions:
            return False
        origin = site.origins[behavior.target][0]
        return origin.is_bucket and region_of(origin.config["DomainName"]) == self._region

    async def _with_error_page(self, served: Served, site: Site, viewer: Viewer) -> Served:
        """The distribution's own page for an error, if it has one, or what came instead of the page.

        It is kept as long as the error. That the page's own cache behavior may say otherwise is documented, but not
        how the two times go together; here they don't.
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
    """What the regional edge cache had, for this location; it is a refresh if it only confirms what is kept here."""
    cached, x_cache, from_cache = served
    if stale and x_cache == HIT and cached.stored_at > stale.stored_at and _tag(cached) == _tag(stale) is not None:
        x_cache = REFRESH_HIT
    return Served(dataclasses.replace(cached), x_cache, from_cache)


def _tag(cached: CachedResponse) -> str | None:
    return cached.headers.get("ETag")
