"""The whole edge of CloudFront: edge locations, then regional edge caches, then origins."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from local_cloud.arrivals import PATIENCE
from local_cloud.clock import Clock
from local_cloud.engines.edge.answering import LocationServer
from local_cloud.engines.edge.cache import MEGABYTE, Cache
from local_cloud.engines.edge.cities import CITIES, City
from local_cloud.engines.edge.edge_cache import EdgeCache
from local_cloud.engines.edge.fetching import Fetcher
from local_cloud.engines.edge.location import EdgeLocation
from local_cloud.engines.edge.origin import Respond, RespondAtOnce
from local_cloud.engines.edge.running import FunctionRunner, KeepLog
from local_cloud.engines.edge.sites import Sites
from local_cloud.engines.edge.viewer_events import ViewerEvents
from local_cloud.faults import Faults

_REGIONAL_ROOM = 128 * MEGABYTE
"""Regional edge caches are larger than those of edge locations. An object in both takes memory once."""


@dataclass
class _Region:
    """Objects that the edge locations of one region share."""

    runner: FunctionRunner
    fetcher: Fetcher
    cache: EdgeCache


class Edge:
    """CloudFront's edge on this machine.

    Each edge location has its own address. A distribution answers at all of them: at
    `http://d….cloudfront.localhost:PORT/`, or with its domain name or an alias in the Host header. There is only plain
    HTTP. Viewers are treated as if they used HTTPS, so no viewer protocol policy redirects. Objects are not compressed.

    A distribution that isn't deployed yet returns 503 with this reason; on AWS its name would not resolve.

    The constructor binds the sockets. Run `start` in the loop that serves them.

    Args:
        cloudfront: Has the distributions; see `CloudFrontService`.
        functions: Finds function versions: `find_version(arn)`.
        sandbox: Runs them.
        respond: The gateway, for requests to S3.
        clock: The time. Cache TTLs are never shortened.
        host: Loopback.
        port: Port of the first edge location; 0 takes a free one. The others always take free ones.
        cities: The edge locations.
        keep_log: Logs why results of functions failed validation: group, region, stream, lines.
        respond_at_once: The gateway, for requests that don't block. Without it, threads send all requests.
        concurrent_executions: Concurrent invocations in each region at most (CFDG/cloudfront-limits); more are
            throttled.
        faults: May throttle every invocation.
        patience: Seconds in which a viewer's request must have arrived.
        late: Seconds after which edges remove what was invalidated.

    Attributes:
        urls: The URL of each city's edge location.
        url: The URL of the first.
    """

    def __init__(
        self,
        *,
        cloudfront: Any,
        functions: Any,
        sandbox: Any,
        respond: Respond,
        clock: Clock,
        host: str = "127.0.0.1",
        port: int = 0,
        cities: Sequence[City] = CITIES,
        keep_log: KeepLog | None = None,
        respond_at_once: RespondAtOnce | None = None,
        concurrent_executions: int = 1000,
        faults: Faults | None = None,
        patience: float = PATIENCE,
        late: float = 0.0,
    ) -> None:
        self._patience, self._late = patience, late
        self._executor = ThreadPoolExecutor(max_workers=8, thread_name_prefix="edge-origin")
        self._sites = Sites(cloudfront)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._regions: dict[str, _Region] = {}
        for name in dict.fromkeys(city.region for city in cities):
            runner = FunctionRunner(
                functions, sandbox, self._executor, name, keep_log, concurrent_executions, faults or Faults()
            )
            fetcher = Fetcher(respond, self._executor, runner, clock.now, respond_at_once)
            self._regions[name] = _Region(runner, fetcher, EdgeCache(fetcher, now=clock.now, room=_REGIONAL_ROOM))
        self._servers = {
            city.name: self._make_server(city, clock, (host, 0 if index else port)) for index, city in enumerate(cities)
        }
        self.urls = {name: server.url for name, server in self._servers.items()}
        self.url = next(iter(self.urls.values()))
        cloudfront.on_invalidation(self._invalidate)

    def _make_server(self, city: City, clock: Clock, address: tuple[str, int]) -> LocationServer:
        region = self._regions[city.region]
        location = EdgeLocation(region.cache, region.fetcher, region=city.region, now=clock.now)
        viewer_events = ViewerEvents(region.runner, now=clock.now)
        return LocationServer(
            self._sites,
            location,
            viewer_events,
            pop=city.pop,
            now=clock.now,
            address=address,
            patience=self._patience,
        )

    async def start(self) -> None:
        """Start answering, in the running loop."""
        self._loop = asyncio.get_running_loop()
        for server in self._servers.values():
            await server.start()

    async def stop(self) -> None:
        """Close connections and sockets, and end threads. May be repeated."""
        self._loop = None
        await asyncio.gather(*(server.stop() for server in self._servers.values()))
        self._executor.shutdown(wait=False, cancel_futures=True)

    async def reset(self) -> None:
        """Remove all objects and distributions."""
        for cache in self._caches:
            cache.clear()
        self._sites.clear()

    @property
    def regions(self) -> list[str]:
        """The regions where functions run."""
        return list(self._regions)

    @property
    def _caches(self) -> list[Cache]:
        regional = [region.cache.cache for region in self._regions.values()]
        return [*regional, *(server.location.cache for server in self._servers.values())]

    def _invalidate(self, distribution_id: str, paths: list[str]) -> None:
        # Called in a thread of the gateway. Without a delay, the loop runs this before any later request.
        if self._loop and self._late:
            self._loop.call_soon_threadsafe(self._loop.call_later, self._late, self._forget, distribution_id, paths)
        elif self._loop:
            self._loop.call_soon_threadsafe(self._forget, distribution_id, paths)

    def _forget(self, distribution_id: str, paths: list[str]) -> None:
        """Invalidate both levels at once (CFDG/HowCloudFrontWorks)."""
        for cache in self._caches:
            cache.invalidate(distribution_id, paths)
