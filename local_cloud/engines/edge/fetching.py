"""From a miss to an object: the function of the cache behavior, then the origin that its request names."""

from __future__ import annotations

import asyncio
import email.utils
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from multidict import CIMultiDict

from local_cloud.engines.edge.cache import Object
from local_cloud.engines.edge.events import (
    ORIGIN_REQUEST,
    Request,
    Viewer,
    build_request,
    origin_request_event,
    with_origin,
)
from local_cloud.engines.edge.origin import (
    Access,
    OriginResponse,
    OriginUnreachable,
    Respond,
    RespondAtOnce,
    ask_origin,
    try_origin,
)
from local_cloud.engines.edge.pages import error_page
from local_cloud.engines.edge.site import Behavior, Origin, Site
from local_cloud.engines.edge.validation import Generated, InvalidResult, check_result

logger = logging.getLogger(__name__)

KeepLog = Callable[[str, str, str, list[str]], None]

_EXECUTION_ERROR = (
    "The Lambda function associated with the CloudFront distribution is invalid or doesn't have the required "
    "permissions."
)
_INTERNAL_ERROR = "Internal error. The log of the local cloud says more."
_THROTTLED = "The Lambda function associated with the CloudFront distribution was throttled."
# What S3 says to those who ask it directly, and CloudFront does not pass on.
_NOT_PASSED_ON = frozenset(
    (
        *("connection", "keep-alive", "transfer-encoding", "content-length", "date", "te", "trailer", "upgrade"),
        *("proxy-authenticate", "x-amz-id-2", "x-amz-request-id", "x-amzn-requestid", "via", "x-cache", "age"),
    )
)


class Throttled(Exception):  # noqa: N818 - AWS's word
    """Raised by a sandbox that has no room for one more invocation."""


class FunctionFailed(Exception):  # noqa: N818 - what happened, not a mistake
    """A function did not give a usable result.

    Attributes:
        status: What the viewer gets.
        x_cache: What its X-Cache says.
        reason: What its page says.
    """

    def __init__(self, status: int, x_cache: str, reason: str) -> None:
        super().__init__(reason)
        self.status, self.x_cache, self.reason = status, x_cache, reason


@dataclass
class Fetcher:
    """Gets objects for an edge.

    Attributes:
        respond: The gateway.
        executor: Runs what blocks.
        functions: Finds function versions: `find_version(arn)`.
        sandbox: Runs them: `await invoke(function, event, region=…, log_group=…)`.
        region: Where this edge is; functions keep their logs there.
        now: Seconds since the epoch.
        keep_log: Keeps the reasons of results that failed validation; it must not wait for anything.
        respond_at_once: The gateway, for what needn't wait.
    """

    respond: Respond
    executor: Executor
    functions: Any
    sandbox: Any
    region: str
    now: Callable[[], float]
    keep_log: KeepLog | None = None
    respond_at_once: RespondAtOnce | None = None

    def __post_init__(self) -> None:
        self._versions: dict[tuple[int, str], Any] = {}

    async def fetch(self, site: Site, behavior: Behavior, viewer: Viewer, conditions: Mapping[str, str]) -> Object:
        """Ask the origins of a cache behavior, one after the other while they fail over.

        Never raises: what goes wrong becomes the error that the viewer sees.
        """
        request = build_request(site, behavior, viewer, conditions)
        answer = None
        for origin in site.origins[behavior.target]:
            answer = await self._fetch_from(origin, site, behavior, viewer, request)
            if answer.status not in origin.fails_over:
                break
        assert answer is not None, "a target has at least one origin"
        return answer

    async def _fetch_from(
        self, origin: Origin, site: Site, behavior: Behavior, viewer: Viewer, request: Request
    ) -> Object:
        try:
            asked = await self._through_function(site, behavior, viewer, with_origin(request, origin))
            if isinstance(asked, Generated):
                return self._generated(asked)
            answer = await self._ask(asked, _access(origin, site), viewer.body)
        except FunctionFailed as failed:
            return self._error(failed.status, failed.x_cache, failed.reason, viewer)
        except OriginUnreachable as unreachable:
            return self._error(502, "Error from cloudfront", str(unreachable), viewer)
        except Exception:
            logger.exception("%s %s of %s failed", viewer.method, viewer.path, site.id)
            return self._error(500, "Error from cloudfront", _INTERNAL_ERROR, viewer)
        return self._object(answer, viewer)

    async def _ask(self, request: Request, access: Access, body: bytes) -> OriginResponse:
        """Ask an origin: here if that needn't wait, for a thread's turn takes as long as a read; else in a thread."""
        if self.respond_at_once and (answer := try_origin(self.respond_at_once, request, access, body)):
            return answer
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.executor, ask_origin, self.respond, request, access, body)

    async def _through_function(
        self, site: Site, behavior: Behavior, viewer: Viewer, request: Request
    ) -> Request | Generated:
        arn = behavior.functions.get(ORIGIN_REQUEST)
        if arn is None:
            return request
        result = await self._run(arn, site, origin_request_event(site, request, viewer.id))
        try:
            return check_result(result, request)
        except InvalidResult as invalid:
            self._log_invalid(site, viewer, str(invalid))
            raise FunctionFailed(502, "LambdaValidationError from cloudfront", str(invalid)) from None

    async def _run(self, arn: str, site: Site, event: dict[str, Any]) -> Any:
        function = await self._version(arn, site)
        if function is None:
            raise FunctionFailed(503, "LambdaExecutionError from cloudfront", _EXECUTION_ERROR)
        group = f"/aws/lambda/us-east-1.{function.name}"
        try:
            run = await self.sandbox.invoke(function, event, region=self.region, log_group=group)
        except Throttled:
            raise FunctionFailed(503, "LambdaLimitExceeded from cloudfront", _THROTTLED) from None
        if run.timed_out or run.error:
            raise FunctionFailed(503, "LambdaExecutionError from cloudfront", _EXECUTION_ERROR)
        return run.payload

    async def _version(self, arn: str, site: Site) -> Any:
        """The function version; looked up once a generation, because only CloudFront's writes associate another."""
        key = (site.generation, arn)
        if key not in self._versions:
            loop = asyncio.get_running_loop()
            found = await loop.run_in_executor(self.executor, self.functions.find_version, arn)
            self._versions = {**{k: v for k, v in self._versions.items() if k[0] == site.generation}, key: found}
        return self._versions[key]

    def _log_invalid(self, site: Site, viewer: Viewer, reason: str) -> None:
        logger.info("%s: %s", site.id, reason)
        if self.keep_log:
            group, lines = f"/aws/cloudfront/LambdaEdge/{site.id}", [f"({viewer.id}) ERROR Validation error: {reason}"]
            self.keep_log(group, self.region, "validation", lines)

    def _object(self, answer: OriginResponse, viewer: Viewer) -> Object:
        passed = ((k, v) for k, v in answer.headers if k.lower() not in _NOT_PASSED_ON and v.isprintable())
        headers = CIMultiDict(passed)
        headers.setdefault("Server", "AmazonS3")
        is_head = viewer.method == "HEAD"
        if is_head and (length := next((v for k, v in answer.headers if k.lower() == "content-length"), None)):
            headers["Content-Length"] = length
        return self._dated(Object(answer.status, headers, b"" if is_head else answer.body, 0.0, is_head=is_head))

    def _generated(self, answer: Generated) -> Object:
        made = Object(answer.status, CIMultiDict(answer.headers), answer.body, 0.0)
        made.x_cache = "LambdaGeneratedResponse from cloudfront"
        return self._dated(made)

    def _error(self, status: int, x_cache: str, reason: str, viewer: Viewer) -> Object:
        headers = CIMultiDict({"Content-Type": "text/html; charset=utf-8", "Server": "CloudFront"})
        return self._dated(Object(status, headers, error_page(status, reason, viewer.id), 0.0, x_cache=x_cache))

    def _dated(self, thing: Object) -> Object:
        thing.stored_at = self.now()
        thing.headers["Date"] = email.utils.formatdate(thing.stored_at, usegmt=True)
        if thing.status >= 400:
            thing.is_error = True
            if thing.x_cache == "Miss from cloudfront":
                thing.x_cache = "Error from cloudfront"
        return thing


def _access(origin: Origin, site: Site) -> Access:
    identity = origin.config.get("S3OriginConfig", {}).get("OriginAccessIdentity", "").rpartition("/")[2]
    return Access(identity, origin.config["OriginAccessControlId"], site.arn)
