"""The socket at which distributions answer: from an HTTP request to a distribution, a cache behavior and a response."""

from __future__ import annotations

import asyncio
import base64
import random
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aiohttp import web

from local_cloud.clock import Clock
from local_cloud.engines.edge.cache import Object
from local_cloud.engines.edge.cache_key import cache_key
from local_cloud.engines.edge.events import Viewer
from local_cloud.engines.edge.fetching import Fetcher, KeepLog
from local_cloud.engines.edge.location import ERROR, HIT, EdgeLocation
from local_cloud.engines.edge.origin import Respond, RespondAtOnce
from local_cloud.engines.edge.pages import error_page
from local_cloud.engines.edge.responses import can_be_whole, respond_with, whole_response
from local_cloud.engines.edge.site import Site, build_site

REGION, POP = "eu-west-1", "DUB56-P1"
_METHOD_REFUSED = (
    "This distribution is not configured to allow the HTTP request method that was used for this request. "
    "The distribution supports only cachable requests."
)
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
    ) -> None:
        self._cloudfront = cloudfront
        self._sites: dict[str, Site] = {}
        self._executor = ThreadPoolExecutor(max_workers=8, thread_name_prefix="edge-origin")
        fetcher = Fetcher(respond, self._executor, functions, sandbox, region, clock.now, keep_log, respond_at_once)
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
        self._runner = web.ServerRunner(web.Server(self._answer, access_log=None), shutdown_timeout=1)
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
            return self._refuse(*site)
        path, _, query = _target(request).partition("?")
        if path == "/":
            path += site.config["DefaultRootObject"]
        behavior = site.behavior_of(path)
        if request.method not in behavior.methods:
            return self._refuse(403, _METHOD_REFUSED)
        key = cache_key(site.id, request.method, path, query, request.headers, behavior.caching)
        held = self._location.find(key, request.method)
        if held and can_be_whole(held, request):
            return whole_response(held, self._fields(site, HIT), self._age(held), new_request_id())
        body = await request.read() if request.body_exists else b""
        ip = request.remote or "127.0.0.1"
        viewer = Viewer(request.method, path, query, request.headers, ip, new_request_id(), body)
        served = await self._location.get(key, site, behavior, viewer)
        fields = {**self._fields(site, served.x_cache), "X-Amz-Cf-Id": viewer.id}
        if served.from_cache:
            fields["Age"] = str(self._age(served.thing))
        return respond_with(served.thing, viewer.method, viewer.headers, fields)

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

    def _refuse(self, status: int, reason: str) -> web.Response:
        request_id = new_request_id()
        fields = {"X-Cache": ERROR, "X-Amz-Cf-Pop": POP, "X-Amz-Cf-Id": request_id}
        fields |= {"Content-Type": "text/html; charset=utf-8", "Server": "CloudFront"}
        return web.Response(status=status, headers=fields, body=error_page(status, reason, request_id))


def new_request_id() -> str:
    """An opaque identifier of CloudFront's form: 56 characters that end in `==`. Not a secret."""
    return base64.urlsafe_b64encode(random.randbytes(40)).decode()


def _target(request: web.BaseRequest) -> str:
    """Path and query as the viewer sent them, also when it spoke as to a proxy."""
    raw = request.raw_path
    if not raw.startswith("/"):
        raw = request.rel_url.raw_path_qs
    return raw if raw.startswith("/") else "/" + raw
