"""Functions at viewer events: on a request before the cache, and on each answer, hit or miss."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from multidict import CIMultiDict

from local_cloud.engines.edge.cache import CachedResponse
from local_cloud.engines.edge.cached_responses import from_error, from_function, with_changes
from local_cloud.engines.edge.edge_cache import Served
from local_cloud.engines.edge.events import Viewer, event_response, viewer_request
from local_cloud.engines.edge.header_rules import VIEWER_REQUEST, VIEWER_RESPONSE
from local_cloud.engines.edge.running import FunctionFailed, FunctionRunner
from local_cloud.engines.edge.site import Behavior, Site
from local_cloud.engines.edge.validation import GeneratedResponse


class ViewerEvents:
    """Runs the functions of viewer-request and viewer-response.

    Error pages for their failures are never cached, as they are for one viewer.

    Args:
        runner: Runs functions.
        now: Seconds since the epoch.
    """

    def __init__(self, runner: FunctionRunner, *, now: Callable[[], float]) -> None:
        self._runner = runner
        self._now = now

    async def on_request(self, site: Site, behavior: Behavior, viewer: Viewer) -> Viewer | CachedResponse:
        """The request after the function, or an answer for the viewer.

        The path in the event is still `/` if there is a default root object (reported, not documented).
        """
        association = behavior.functions.get(VIEWER_REQUEST)
        if association is None:
            return viewer
        request = viewer_request(site, viewer)
        try:
            result, body = await self._runner.on_request(VIEWER_REQUEST, association, site, request, viewer)
        except FunctionFailed as failed:
            return self._error(failed, viewer)
        if isinstance(result, GeneratedResponse):
            return from_function(result, self._now())
        listed = (header for one in result["headers"].values() for header in one)
        headers = CIMultiDict((header["key"], header["value"]) for header in listed)
        return dataclasses.replace(viewer, path=result["uri"], query=result["querystring"], headers=headers, body=body)

    async def on_response(self, site: Site, behavior: Behavior, viewer: Viewer, served: Served) -> Served:
        """The answer after the function.

        The function does not run for errors and custom error pages (CFDG/lambda-cloudfront-trigger-events). The cached
        status decides. AWS doesn't document whether an error that an origin-response function turned into 200 counts.
        """
        association = behavior.functions.get(VIEWER_RESPONSE)
        if association is None or served.cached.is_error:
            return served
        request, response = viewer_request(site, viewer), event_response(served.cached)
        try:
            made = await self._runner.on_response(VIEWER_RESPONSE, association, site, request, response, viewer)
        except FunctionFailed as failed:
            cached = self._error(failed, viewer)
            return Served(cached, cached.x_cache)
        return served._replace(cached=with_changes(served.cached, made))

    def _error(self, failed: FunctionFailed, viewer: Viewer) -> CachedResponse:
        return from_error(failed.status, failed.x_cache, failed.reason, viewer.id, self._now())
