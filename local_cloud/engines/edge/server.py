"""The socket at which distributions answer: from an HTTP request to a distribution, a cache behavior and a response."""

from __future__ import annotations

import asyncio
import dataclasses
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aiohttp import web

from local_cloud.clock import Clock
from local_cloud.engines.edge.cache import Object
from local_cloud.engines.edge.cache_key import cache_key
from local_cloud.engines.edge.events import Viewer
from local_cloud.engines.edge.fetching import Fetcher
from local_cloud.engines.edge.location import HIT, EdgeLocation, Served
from local_cloud.engines.edge.origin import Respond, RespondAtOnce
from local_cloud.engines.edge.responses import can_be_whole, kept_response, new_response, respond_with
from local_cloud.engines.edge.running import FunctionRunner, KeepLog
from local_cloud.engines.edge.site import Behavior, Site, build_site
from local_cloud.engines.edge.viewer_events import ViewerEvents
from local_cloud.engines.edge.wire import POP, WireServer, new_request_id, read_body, refuse
from local_cloud.faults import Faults

REGION = "eu-west-1"
_METHOD_REFUSED = (
    "This distribution is not configured to allow the HTTP request method that was used for this request. "
    "The distribution supports only cachable requests."
)
_GET_WITH_BODY = "Bad request. A GET request with a body is not answered."
_UNKNOWN = "Bad request. No distribution answers at this host name: it must be a distribution's DomainName or alias."
_DISABLED = "The distribution is disabled."
_NOT_DEPLOYED = "The distribution is not deployed yet. Wait until its Status is Deployed, then ask again."


class Edge:
    """CloudFront's edge on this machine.

    A distribution answers at `http://d….cloudfront.localhost:PORT/`, or at any address of this server when the
    Host header is its domain name or one of its aliases. There is plain HTTP only: every viewer is served as if
    it had used HTTPS, so no viewer protocol policy redirects. Objects are not compressed.

    A distribution that was created but not deployed answers 503 and says so; on AWS its name would not resolve.

    The socket is bound by the constructor; `start` must run in the loop that serves it.

    Args:
        cloudfront: Knows the distributions; see `CloudFrontService`.
        functions: Knows function versions: `find_version(arn)`.
        sandbox: Runs them.
        respond: The gateway, for what is asked of S3.
        clock: For the time; cache TTLs are never shortened.
        host: Loopback.
        port: 0 takes a free one.
        region: The region in which functions of this edge run and log.
        keep_log: Keeps why results of functions failed validation: group, region, stream, lines.
        respond_at_once: The gateway, for what of that keeps nobody waiting; without it a thread asks everything.
        concurrent_executions: How many invocations of functions this region runs at once (CFDG/cloudfront-limits);
            one more is throttled.
        faults: May throttle each.
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
        region: str = REGION,
        keep_log: KeepLog | None = None,
        respond_at_once: RespondAtOnce | None = None,
        concurrent_executions: int = 1000,
        faults: Faults | None = None,
    ) -> None:
        self._cloudfront = cloudfront
        self._sites: dict[str, Site] = {}
        self._executor = ThreadPoolExecutor(max_workers=8, thread_name_prefix="edge-origin")
        runner = FunctionRunner(
            functions, sandbox, self._executor, region, keep_log, concurrent_executions, faults or Faults()
        )
        fetcher = Fetcher(respond, self._executor, runner, clock.now, respond_at_once)
        self._viewer_events = ViewerEvents(runner, now=clock.now)
        self._location = EdgeLocation(fetcher, now=clock.now)
        self._now = clock.now
        self._loop: asyncio.AbstractEventLoop | None = None
        self._runner: web.ServerRunner | None = None
        self._socket = socket.create_server((host, port))
        self.url = f"http://{host}:{self._socket.getsockname()[1]}"
        cloudfront.on_invalidation(self._invalidate)

    async def start(self) -> None:
        """Begin to answer, in the running loop."""
        self._loop = asyncio.get_running_loop()
        self._runner = web.ServerRunner(WireServer(self._answer, access_log=None), shutdown_timeout=1)
        await self._runner.setup()
        await web.SockSite(self._runner, self._socket).start()

    async def stop(self) -> None:
        """End connections, threads and the socket. May be repeated."""
        self._loop = None
        if self._runner:
            await self._runner.cleanup()
            self._runner = None
        self._socket.close()
        self._executor.shutdown(wait=False, cancel_futures=True)

    async def reset(self) -> None:
        """Forget every object and what is known of distributions."""
        self._location.cache.clear()
        self._sites.clear()

    def _invalidate(self, distribution_id: str, paths: list[str]) -> None:
        # Called in a thread of the gateway. What the loop is told now, it does before any request that comes later.
        if self._loop:
            self._loop.call_soon_threadsafe(self._location.cache.invalidate, distribution_id, paths)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        site = self._find_site(request.headers.get("Host", ""))
        if not isinstance(site, Site):
            return refuse(*site)
        target, _, query = _target(request).partition("?")
        path = site.path_of(target)
        behavior = site.behavior_of(path)
        if request.method not in behavior.methods:
            return refuse(403, _METHOD_REFUSED)
        if request.method == "GET" and request.body_exists:  # CFDG/RequestAndResponseBehaviorS3Origin
            return refuse(403, _GET_WITH_BODY)
        key = None
        if not behavior.acts_on_viewers:
            key = cache_key(site.id, request.method, path, query, request.headers, behavior.caching)
            held = self._location.find(key, request.method)
            if held and can_be_whole(held, request):
                return kept_response(held, self._fields(site, HIT), self._age(held), new_request_id())
        if isinstance(body := await read_body(request), web.Response):
            return body
        ip = request.remote or "127.0.0.1"
        viewer = Viewer(request.method, path if key else target, query, request.headers, ip, new_request_id(), body)
        if key:
            served = await self._location.get(key, site, behavior, viewer)
        else:
            served, viewer = await self._through_functions(site, behavior, viewer)
        fields = {**self._fields(site, served.x_cache), "X-Amz-Cf-Id": viewer.id}
        if served.from_cache:
            fields["Age"] = str(self._age(served.thing))
        if key and can_be_whole(served.thing, request):
            return new_response(served.thing, fields)
        return respond_with(served.thing, viewer.method, viewer.headers, fields)

    async def _through_functions(self, site: Site, behavior: Behavior, viewer: Viewer) -> tuple[Served, Viewer]:
        """What the viewer gets, and its request as a function left it; the cache behavior stays that of the first path.

        Viewer-response does not run for a response that viewer-request made (CFDG/lambda-cloudfront-trigger-events).
        """
        passed = await self._viewer_events.on_request(site, behavior, viewer)
        if isinstance(passed, Object):
            return Served(passed, passed.x_cache), viewer
        path = site.path_of(passed.path)
        key = cache_key(site.id, passed.method, path, passed.query, passed.headers, behavior.caching)
        asked = passed if path == passed.path else dataclasses.replace(passed, path=path)
        served = await self._location.get(key, site, behavior, asked)
        return await self._viewer_events.on_response(site, behavior, passed, served), passed

    def _find_site(self, host: str) -> Site | tuple[int, str]:
        """What answers at a host name, or the status and the reason why nothing does."""
        distribution = self._cloudfront.find_distribution(host.partition(":")[0].lower())
        if distribution is None:
            return 403, _UNKNOWN
        config = distribution.deployed_config
        if config is None:
            return 503, _NOT_DEPLOYED
        site, generation = self._sites.get(distribution.id), self._cloudfront.generation
        if site is None or site.config is not config or site.generation != generation:
            site = build_site(distribution, config, generation, self._cloudfront.find_cache_policy)
            self._sites[site.id] = site
        return site if site.is_enabled else (403, _DISABLED)

    def _fields(self, site: Site, x_cache: str) -> dict[str, str]:
        return {"X-Cache": x_cache, "Via": site.via, "X-Amz-Cf-Pop": POP}

    def _age(self, thing: Object) -> int:
        return int(self._now() - thing.stored_at)


def _target(request: web.BaseRequest) -> str:
    """Path and query as the viewer sent them, also when it spoke as to a proxy."""
    raw = request.raw_path
    if not raw.startswith("/"):
        raw = request.rel_url.raw_path_qs
    return raw if raw.startswith("/") else "/" + raw
