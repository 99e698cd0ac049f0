"""From a miss to an object: origin-request functions, the origin that the request names, origin-response functions."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass

from local_cloud.engines.edge.cache import CachedResponse
from local_cloud.engines.edge.cached_responses import from_error, from_function, from_origin, with_changes
from local_cloud.engines.edge.events import Request, Viewer, build_request, event_response, with_origin
from local_cloud.engines.edge.header_rules import ORIGIN_REQUEST, ORIGIN_RESPONSE
from local_cloud.engines.edge.origin import (
    Access,
    OriginResponse,
    OriginUnreachable,
    Respond,
    RespondAtOnce,
    ask_origin,
    try_origin,
)
from local_cloud.engines.edge.running import FunctionFailed, FunctionRunner
from local_cloud.engines.edge.site import Behavior, Origin, Site
from local_cloud.engines.edge.validation import GeneratedResponse

logger = logging.getLogger(__name__)

_REFUSED = (
    "CloudFront attempted to establish a connection with the origin, but either the attempt failed or the origin "
    "closed the connection."
)
_INTERNAL_ERROR = "Internal error. The log of the local cloud says more."


@dataclass
class Fetcher:
    """Gets objects for an edge.

    Attributes:
        respond: The gateway.
        executor: Runs blocking calls.
        runner: Runs functions.
        now: Seconds since the epoch.
        respond_at_once: The gateway, for requests that don't block.
    """

    respond: Respond
    executor: Executor
    runner: FunctionRunner
    now: Callable[[], float]
    respond_at_once: RespondAtOnce | None = None

    async def fetch(
        self, site: Site, behavior: Behavior, viewer: Viewer, conditions: Mapping[str, str]
    ) -> CachedResponse:
        """Ask the origins of a cache behavior, the next one after each failover.

        Functions run for each origin that is asked. The origin's own status decides the failover
        (CFDG/high_availability_origin_failover). Never raises: a failure becomes the viewer's error page.
        """
        request = build_request(site, behavior, viewer, conditions)
        cached = None
        for origin in site.origins[behavior.target]:
            cached, status = await self._fetch_from(origin, site, behavior, viewer, request)
            if status not in origin.fails_over:
                break
        assert cached is not None, "a target has at least one origin"
        return cached

    async def _fetch_from(
        self, origin: Origin, site: Site, behavior: Behavior, viewer: Viewer, request: Request
    ) -> tuple[CachedResponse, int]:
        """The result of asking one origin, and its own status before any function."""
        asked, body = with_origin(request, origin), viewer.body
        try:
            if association := behavior.functions.get(ORIGIN_REQUEST):
                result, body = await self.runner.on_request(ORIGIN_REQUEST, association, site, asked, viewer)
                if isinstance(result, GeneratedResponse):
                    return from_function(result, self.now()), result.status
                asked = result
            cached = from_origin(await self._ask(asked, _access(origin, site), body), viewer.method, self.now())
            if association := behavior.functions.get(ORIGIN_RESPONSE):
                response, runner = event_response(cached), self.runner
                made = await runner.on_response(ORIGIN_RESPONSE, association, site, asked, response, viewer)
                return with_changes(cached, made), cached.status
        except FunctionFailed as failed:
            cached = from_error(failed.status, failed.x_cache, failed.reason, viewer.id, self.now())
        except OriginUnreachable as unreachable:
            cached = from_error(502, "Error from cloudfront", str(unreachable), viewer.id, self.now())
        except ConnectionRefusedError:
            # The viewer gets 502 (CFDG/http-502-bad-gateway); an origin group fails over when 503 is one of its status
            # codes (CFDG/high_availability_origin_failover).
            return from_error(502, "Error from cloudfront", _REFUSED, viewer.id, self.now()), 503
        except Exception:
            logger.exception("%s %s of %s failed", viewer.method, viewer.path, site.id)
            cached = from_error(500, "Error from cloudfront", _INTERNAL_ERROR, viewer.id, self.now())
        return cached, cached.status

    async def _ask(self, request: Request, access: Access, body: bytes) -> OriginResponse:
        """Ask an origin, in a thread only if the answer may block. Starting one takes as long as a read."""
        if self.respond_at_once and (answer := try_origin(self.respond_at_once, request, access, body)):
            return answer
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.executor, ask_origin, self.respond, request, access, body)


def _access(origin: Origin, site: Site) -> Access:
    identity = origin.config.get("S3OriginConfig", {}).get("OriginAccessIdentity", "").rpartition("/")[2]
    return Access(identity, origin.config["OriginAccessControlId"], site.arn)
