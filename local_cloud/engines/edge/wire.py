"""Errors in HTTP towards viewers: CloudFront's page instead of a traceback in the log."""

from __future__ import annotations

import asyncio
import base64
import random
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import LineTooLong
from aiohttp.web_protocol import _ErrInfo

from local_cloud.arrivals import PATIENCE, Arrival
from local_cloud.engines.edge.pages import error_page
from local_cloud.phrases import phrase

LARGEST_BODY = 64 * 1024 * 1024
"""Bytes of a request's body that this edge accepts at most; CloudFront accepts 20 GB."""

LONGEST_URL, LONGEST_HEADER = 8192, 20480
"""Bytes (CFDG/cloudfront-limits: a URL, a request without its body). Several headers together may be longer here."""

_BAD_REQUEST = "Bad request. This is not HTTP as CloudFront understands it."
_TOO_LONG = f"Bad request. The URL is longer than {LONGEST_URL} bytes, or a header is longer than {LONGEST_HEADER}."
_TOO_LARGE = f"The request's body is larger than {LARGEST_BODY} bytes, which is what the local cloud takes."


class WireServer(web.Server):
    """aiohttp's server, with CloudFront's pages for requests that never reach the handler.

    Args:
        handler: Answers requests.
        pop: Code of the edge location.
        patience: Seconds in which a request must have arrived; see `Arrival`.
    """

    def __init__(
        self,
        handler: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]],
        *,
        pop: str,
        patience: float = PATIENCE,
    ) -> None:
        super().__init__(handler, access_log=None, max_line_size=LONGEST_URL, max_field_size=LONGEST_HEADER)
        self.pop = pop
        self._patience = patience

    async def end_late_requests(self) -> None:
        """Close connections whose request doesn't arrive in time, until this is cancelled."""
        while True:
            await asyncio.sleep(self._patience / 30)
            now = asyncio.get_running_loop().time()
            for connection in self.connections:
                assert isinstance(connection, _Connection)
                if connection.arrival.is_late(*connection.awaited, now=now, patience=self._patience):
                    connection.force_close()

    def __call__(self) -> web.RequestHandler:
        """Called by asyncio for each connection."""
        return _Connection(self, loop=self._loop, **self._kwargs)

    def _make_request(self, message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
        loop = asyncio.get_running_loop()
        protocol.begun += 1
        return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=LARGEST_BODY)


class _Connection(web.RequestHandler):
    __slots__ = ("_received", "arrival", "begun")

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.arrival = Arrival()
        self._received = self.begun = 0

    @property
    def awaited(self) -> tuple[object, int]:
        """What the connection waits for, and the number of bytes that it has received."""
        request = self._current_request
        is_served = request is not None and request.content.is_eof()
        return None if is_served else (self.begun, request is None), self._received

    def data_received(self, data: bytes) -> None:
        """Called by asyncio. If the rest of a body is malformed, aiohttp would let its reader wait forever."""
        self._received += len(data)
        super().data_received(data)
        request = self._current_request
        if request is not None and self._messages and isinstance(self._messages[-1][0], _ErrInfo):
            request.content.set_exception(web.RequestPayloadError("malformed"))

    def connection_lost(self, exc: BaseException | None) -> None:
        """Called by asyncio. aiohttp would wait for the rest of a refused body even after the viewer disconnected."""
        lingering = self._task_handler if self._current_request is None else None
        super().connection_lost(exc)
        if lingering is not None:
            lingering.cancel()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Called by aiohttp for malformed HTTP and for exceptions of the handler."""
        if isinstance(exc, ConnectionError):
            raise exc  # the viewer has disconnected; aiohttp drops the connection
        if status != 400:
            return super().handle_error(request, status, exc, message)
        self.log_debug("A malformed request: %s", message)
        assert isinstance(self._manager, WireServer)
        if isinstance(exc, LineTooLong):
            return _last(refuse(413, _TOO_LONG, self._manager.pop))
        return _last(refuse(400, _BAD_REQUEST, self._manager.pop))


async def read_body(request: web.BaseRequest, pop: str) -> bytes | web.Response:
    """The body of a request to the edge location `pop`, or an error if it is malformed or too large."""
    if not request.body_exists:
        return b""
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge:
        return _last(refuse(413, _TOO_LARGE, pop))
    except web.RequestPayloadError:
        return _last(refuse(400, _BAD_REQUEST, pop))


def refuse(status: int, reason: str, pop: str) -> web.Response:
    """An error that CloudFront returns without asking an origin."""
    request_id = new_request_id()
    fields = {"X-Cache": "Error from cloudfront", "X-Amz-Cf-Pop": pop, "X-Amz-Cf-Id": request_id}
    fields |= {"Content-Type": "text/html; charset=utf-8", "Server": "CloudFront"}
    page = error_page(status, reason, request_id)
    return web.Response(status=status, reason=phrase(status), headers=fields, body=page)


def new_request_id() -> str:
    """An opaque identifier of CloudFront's form: 56 characters that end in `==`. Not a secret."""
    return base64.urlsafe_b64encode(random.randbytes(40)).decode()


def _last(response: web.Response) -> web.Response:
    response.force_close()
    return response
