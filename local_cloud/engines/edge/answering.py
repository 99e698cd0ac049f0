"""The socket of one edge location: from an HTTP request to a distribution, a cache behavior and a response."""

from __future__ import annotations

import asyncio
import dataclasses
import socket
from collections.abc import Callable

from aiohttp import web

from local_cloud.arrivals import PATIENCE
from local_cloud.engines.edge.cache import CachedResponse
from local_cloud.engines.edge.cache_key import cache_key
from local_cloud.engines.edge.edge_cache import HIT, Served
from local_cloud.engines.edge.events import Viewer
from local_cloud.engines.edge.location import EdgeLocation
from local_cloud.engines.edge.responses import can_be_whole, kept_response, new_response, respond_with
from local_cloud.engines.edge.site import Behavior, Site
from local_cloud.engines.edge.sites import Sites
from local_cloud.engines.edge.viewer_events import ViewerEvents
from local_cloud.engines.edge.wire import WireServer, new_request_id, read_body, refuse

_METHOD_REFUSED = (
    "This distribution is not configured to allow the HTTP request method that was used for this request. "
    "The distribution supports only cachable requests."
)
_GET_WITH_BODY = "Bad request. A GET request must not have a body."


class LocationServer:
    """Answers viewers of one edge location at its own address.

    The constructor binds the socket. Run `start` in the loop that serves it.

    Args:
        sites: The distributions.
        location: The cache, which asks origins.
        viewer_events: Runs functions of viewer events.
        pop: The value of X-Amz-Cf-Pop.
        now: Seconds since the epoch.
        address: Host and port; 0 takes a free one.
        patience: Seconds in which a request must have arrived.
    """

    def __init__(
        self,
        sites: Sites,
        location: EdgeLocation,
        viewer_events: ViewerEvents,
        *,
        pop: str,
        now: Callable[[], float],
        address: tuple[str, int],
        patience: float = PATIENCE,
    ) -> None:
        self._sites = sites
        self.location = location
        self._viewer_events = viewer_events
        self._pop = pop
        self._now = now
        self._patience = patience
        self._runner: web.ServerRunner | None = None
        self._guard: asyncio.Task[None] | None = None
        self._socket = socket.create_server(address)
        self.url = f"http://{address[0]}:{self._socket.getsockname()[1]}"

    async def start(self) -> None:
        """Start answering, in the running loop."""
        server = WireServer(self._answer, pop=self._pop, patience=self._patience)
        self._guard = asyncio.create_task(server.end_late_requests())
        self._runner = web.ServerRunner(server, shutdown_timeout=1)
        await self._runner.setup()
        await web.SockSite(self._runner, self._socket).start()

    async def stop(self) -> None:
        """Close connections and the socket. May be repeated."""
        if self._guard:
            self._guard.cancel()
        if self._runner:
            await self._runner.cleanup()
            self._runner = None
        self._socket.close()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        site = self._sites.find(request.headers.get("Host", ""))
        if not isinstance(site, Site):
            return refuse(*site, self._pop)
        target, _, query = _target(request).partition("?")
        path = site.path_of(target)
        behavior = site.behavior_of(path)
        if request.method not in behavior.methods:
            return refuse(403, _METHOD_REFUSED, self._pop)
        if request.method == "GET" and request.body_exists:  # CFDG/RequestAndResponseBehaviorS3Origin
            return refuse(403, _GET_WITH_BODY, self._pop)
        key = None
        if not behavior.acts_on_viewers:
            key = cache_key(site.id, request.method, path, query, request.headers, behavior.caching)
            held = self.location.find(key, request.method)
            if held and can_be_whole(held, request):
                return kept_response(held, self._fields(site, HIT), self._age(held), new_request_id())
        if isinstance(body := await read_body(request, self._pop), web.Response):
            return body
        ip = request.remote or "127.0.0.1"
        viewer = Viewer(request.method, path if key else target, query, request.headers, ip, new_request_id(), body)
        if key:
            served = await self.location.get(key, site, behavior, viewer)
        else:
            served, viewer = await self._through_functions(site, behavior, viewer)
        fields = {**self._fields(site, served.x_cache), "X-Amz-Cf-Id": viewer.id}
        if served.from_cache:
            fields["Age"] = str(self._age(served.cached))
        if key and can_be_whole(served.cached, request):
            return new_response(served.cached, fields)
        return respond_with(served.cached, viewer.method, viewer.headers, fields)

    async def _through_functions(self, site: Site, behavior: Behavior, viewer: Viewer) -> tuple[Served, Viewer]:
        """The viewer's answer, and its request after a function. The first path decides the cache behavior.

        Viewer-response does not run for a response that viewer-request made (CFDG/lambda-cloudfront-trigger-events).
        """
        passed = await self._viewer_events.on_request(site, behavior, viewer)
        if isinstance(passed, CachedResponse):
            return Served(passed, passed.x_cache), viewer
        path = site.path_of(passed.path)
        key = cache_key(site.id, passed.method, path, passed.query, passed.headers, behavior.caching)
        asked = passed if path == passed.path else dataclasses.replace(passed, path=path)
        served = await self.location.get(key, site, behavior, asked)
        return await self._viewer_events.on_response(site, behavior, passed, served), passed

    def _fields(self, site: Site, x_cache: str) -> dict[str, str]:
        return {"X-Cache": x_cache, "Via": site.via, "X-Amz-Cf-Pop": self._pop}

    def _age(self, cached: CachedResponse) -> int:
        return int(self._now() - cached.stored_at)


def _target(request: web.BaseRequest) -> str:
    """Path and query as the viewer sent them, also if the target is a full URL."""
    raw = request.raw_path
    if not raw.startswith("/"):
        raw = request.rel_url.raw_path_qs
    return raw if raw.startswith("/") else "/" + raw
