"""Lambda's Runtime API: over HTTP a runtime takes its next request and brings back what came of it.

Imitates "Using the Lambda runtime API" (LDG/runtimes-api), for one environment a server, as on Lambda.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any

from aiohttp import web

API = "/2018-06-01/runtime"
LARGEST_PAYLOAD = 7 * 1024 * 1024
"""Bytes; Lambda takes 6 MB from a synchronous invocation."""


@dataclass(frozen=True)
class Request:
    """An event on its way to the function."""

    request_id: str
    body: bytes
    function_arn: str
    timeout: float

    @property
    def headers(self) -> dict[str, str]:
        """What the runtime is told besides the event."""
        return {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": self.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + self.timeout) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": self.function_arn,
            "Lambda-Runtime-Trace-Id": "Root=1-00000000-000000000000000000000000;Sampled=0",
        }


@dataclass(frozen=True)
class Outcome:
    """What came of a request: a payload or an error, both as JSON values."""

    payload: Any = None
    error: dict[str, Any] | None = None


class RuntimeApi:
    """The server for one environment. Use it inside an event loop: `start`, `handle` for each event, `stop`."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[Outcome] = loop.create_future()
        """Done when the runtime asks for its first request, or says why it can't; then with an error."""
        self._requests: asyncio.Queue[Request | None] = asyncio.Queue()
        self._outcome: asyncio.Future[Outcome] = loop.create_future()
        self._current = ""
        self._gone: Outcome | None = None
        self._web = web.Server(self._answer, access_log=None, request_factory=_make_request)
        self._server: asyncio.Server | None = None

    async def start(self) -> str:
        """Begin to answer, on a free port of this machine; returns `"127.0.0.1:PORT"`."""
        self._server = await asyncio.get_running_loop().create_server(self._web, "127.0.0.1", 0)
        return f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        """End all connections. May be repeated."""
        if self._server:
            self._server.close()
            self._requests.put_nowait(None)  # aiohttp's shutdown waits for handlers, and one waits for a request
            await self._web.shutdown(0.5)
            self._server = None

    async def handle(self, request: Request) -> Outcome:
        """Give the runtime a request and wait for what comes of it; one at a time."""
        if self._gone:
            return self._gone
        self._outcome = asyncio.get_running_loop().create_future()
        self._current = request.request_id
        self._requests.put_nowait(request)
        return await self._outcome

    def fail(self, error: dict[str, Any]) -> None:
        """The process is gone: whoever waits, or comes later, gets this error."""
        self._gone = Outcome(error=error)
        self._finish(self.ready, self._gone)
        self._finish(self._outcome, self._gone)

    async def _answer(self, request: web.BaseRequest) -> web.Response:
        path = request.path.removeprefix(API)
        if request.method == "GET" and path == "/invocation/next":
            if not self.ready.done():
                self.ready.set_result(Outcome())
            given = await self._requests.get()
            if given is None:
                return web.Response(status=410)
            return web.Response(body=given.body, headers=given.headers)
        body = _parse(await request.read())
        if path == "/init/error":
            self._finish(self.ready, Outcome(error=body))
        elif path == f"/invocation/{self._current}/response":
            self._finish(self._outcome, Outcome(payload=body))
        elif path == f"/invocation/{self._current}/error":
            self._finish(self._outcome, Outcome(error=body))
        else:
            return web.json_response({"errorType": "InvalidRequestID", "errorMessage": path}, status=400)
        return web.json_response({"status": "OK"}, status=202)

    def _finish(self, future: asyncio.Future[Outcome], outcome: Outcome) -> None:
        if not future.done():
            future.set_result(outcome)


def _parse(body: bytes) -> Any:
    """JSON; a runtime may send what is none, which is then a string."""
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")


def _make_request(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
    """A request as aiohttp makes it, but for the size of the body that it takes."""
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=LARGEST_PAYLOAD)
