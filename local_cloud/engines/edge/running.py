"""Finds functions at the edge, runs them within a region's limits, checks results and reports failures."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any

from local_cloud.engines.edge.checked_headers import InvalidResult
from local_cloud.engines.edge.events import Request, Response, Viewer, build_event, with_body
from local_cloud.engines.edge.site import Association, Site
from local_cloud.engines.edge.validation import (
    LARGEST,
    GeneratedResponse,
    check_body,
    check_request_result,
    check_response_result,
)
from local_cloud.faults import FUNCTION_THROTTLED, Faults

logger = logging.getLogger(__name__)

KeepLog = Callable[[str, str, str, list[str]], None]

_EXECUTION_ERROR = (
    "The Lambda function associated with the CloudFront distribution is invalid or doesn't have the required "
    "permissions."
)
_THROTTLED = "The Lambda function associated with the CloudFront distribution was throttled."


class FunctionFailed(Exception):  # noqa: N818 - an event, not an error
    """A function returned no usable result.

    Attributes:
        status: The status for the viewer.
        x_cache: The value of X-Cache.
        reason: The reason on the error page.
    """

    def __init__(self, status: int, x_cache: str, reason: str) -> None:
        super().__init__(reason)
        self.status, self.x_cache, self.reason = status, x_cache, reason


@dataclass
class FunctionRunner:
    """Runs the functions of an edge.

    Attributes:
        functions: Finds function versions: `find_version(arn)`.
        sandbox: Runs them: `await invoke(function, event, region=…, log_group=…)`.
        executor: Runs blocking calls.
        region: The region of this edge and of its functions' logs.
        keep_log: Logs why results failed validation. It must not block.
        concurrent_executions: Concurrent invocations at most; more are throttled.
        faults: May throttle every invocation.
    """

    functions: Any
    sandbox: Any
    executor: Executor
    region: str
    keep_log: KeepLog | None = None
    concurrent_executions: int = 1000
    faults: Faults = field(default_factory=Faults)

    def __post_init__(self) -> None:
        self._versions: dict[tuple[int, str], Any] = {}
        self._under_way = 0

    async def on_request(
        self, event_type: str, association: Association, site: Site, request: Request, viewer: Viewer
    ) -> tuple[Request | GeneratedResponse, bytes]:
        """Run the function of a request event.

        Args:
            event_type: viewer-request or origin-request.
            association: The function version.
            site: The distribution.
            request: As functions see it, without the body.
            viewer: The viewer's request, with its body.

        Returns:
            The changed request, or the response that the function made; and the body to use.

        Raises:
            FunctionFailed: There is no usable result.
        """
        sent = with_body(request, viewer.body, LARGEST[event_type]) if association.include_body else request
        run = await self._run(association.arn, site, build_event(site, event_type, viewer.id, sent))
        try:
            checked = check_request_result(run.payload, request, event_type)
            replaced = None
            if association.include_body and not isinstance(checked, GeneratedResponse):
                replaced = check_body(run.payload, event_type)
        except InvalidResult as invalid:
            raise self._fail(invalid, association.arn, run.request_id, site, viewer) from None
        return checked, viewer.body if replaced is None else replaced

    async def on_response(
        self,
        event_type: str,
        association: Association,
        site: Site,
        request: Request,
        response: Response,
        viewer: Viewer,
    ) -> GeneratedResponse:
        """Run the function of a response event. Its changes to the request are ignored.

        Raises:
            FunctionFailed: There is no usable result.
        """
        event = build_event(site, event_type, viewer.id, request, response)
        run = await self._run(association.arn, site, event)
        try:
            return check_response_result(run.payload, response, event_type)
        except InvalidResult as invalid:
            raise self._fail(invalid, association.arn, run.request_id, site, viewer) from None

    async def _run(self, arn: str, site: Site, event: dict[str, Any]) -> Any:
        function = await self._version(arn, site)
        if function is None:
            raise FunctionFailed(503, "LambdaExecutionError from cloudfront", _EXECUTION_ERROR)
        is_full = self._under_way >= self.concurrent_executions
        if is_full or (self.faults.in_force and self.faults.find(FUNCTION_THROTTLED)):
            raise FunctionFailed(503, "LambdaLimitExceeded from cloudfront", _THROTTLED)
        self._under_way += 1
        try:
            group = f"/aws/lambda/us-east-1.{function.name}"
            run = await self.sandbox.invoke(function, event, region=self.region, log_group=group)
        finally:
            self._under_way -= 1
        if run.timed_out or run.error:
            raise FunctionFailed(503, "LambdaExecutionError from cloudfront", _EXECUTION_ERROR)
        return run

    async def _version(self, arn: str, site: Site) -> Any:
        """The function version. It is looked up once a generation, as only CloudFront's writes change associations."""
        key = (site.generation, arn)
        if key not in self._versions:
            loop = asyncio.get_running_loop()
            found = await loop.run_in_executor(self.executor, self.functions.find_version, arn)
            self._versions = {**{k: v for k, v in self._versions.items() if k[0] == site.generation}, key: found}
        return self._versions[key]

    def _fail(self, invalid: InvalidResult, arn: str, request_id: str, site: Site, viewer: Viewer) -> FunctionFailed:
        """Log the reason, in AWS's three lines. The replica's ARN has the region that it runs in."""
        logger.info("%s: %s", site.id, invalid.logged)
        if self.keep_log:
            replica = arn.replace(":us-east-1:", f":{self.region}:").replace(":function:", ":function:us-east-1.")
            lines = [
                f"({viewer.id}) INFO Invoking LambdaFunctionARN: {replica} Region: {self.region}",
                f"({viewer.id}) INFO Response received from Lambda: RequestId: {request_id}",
                f"({viewer.id}) ERROR Validation error: {invalid.logged}",
            ]
            self.keep_log(f"/aws/cloudfront/LambdaEdge/{site.id}", self.region, "validation", lines)
        return FunctionFailed(502, "LambdaValidationError from cloudfront", str(invalid))
