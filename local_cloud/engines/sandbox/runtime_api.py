"""Lambda's Runtime API: over HTTP a runtime takes its next request and brings back what came of it.

Imitates "Using the Lambda runtime API" (LDG/runtimes-api), for one environment a server, as on Lambda. A miss at the
edge passes here twice, so this speaks HTTP itself, with a parser: a web
framework takes longer over it than the function.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, cast

import httptools

API = "/2018-06-01/runtime"
LARGEST_PAYLOAD = 7 * 1024 * 1024
"""Bytes; Lambda takes 6 MB from a synchronous invocation."""

LARGEST_OVERHEAD = 1024 * 1024
"""Bytes of a request besides its payload: its URL, its headers, and the sizes of chunks."""

_JSON = {"Content-Type": "application/json"}


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
            **_JSON,
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
        self._outcome: asyncio.Future[Outcome] = loop.create_future()
        self._request: Request | None = None
        self._current = ""
        self._waiting: Connection | None = None
        self._gone: Outcome | None = None
        self._server: asyncio.Server | None = None
        self.connections: set[Connection] = set()

    async def start(self) -> str:
        """Begin to answer, on a free port of this machine; returns `"127.0.0.1:PORT"`."""
        self._server = await asyncio.get_running_loop().create_server(lambda: Connection(self), "127.0.0.1", 0)
        return f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        """End all connections. May be repeated."""
        if self._server:
            self._server.close()
            self._server = None
        for connection in list(self.connections):
            connection.close()

    async def handle(self, request: Request) -> Outcome:
        """Give the runtime a request and wait for what comes of it; one at a time."""
        if self._gone:
            return self._gone
        self._outcome = asyncio.get_running_loop().create_future()
        self._current = request.request_id
        self._request = request
        self._give()
        return await self._outcome

    def give_up(self, outcome: Outcome) -> None:
        """Whoever waits gets this; what the runtime might still bring comes too late."""
        _finish(self._outcome, outcome)

    def fail(self, error: dict[str, Any]) -> None:
        """The process is gone: whoever waits, or comes later, gets this error."""
        self._gone = Outcome(error=error)
        _finish(self.ready, self._gone)
        _finish(self._outcome, self._gone)

    def answer(self, connection: Connection, method: str, path: str, body: bytearray) -> None:
        """Answer a request of the runtime; one for the next event is answered once there is one."""
        path = path.removeprefix(API)
        if method == "GET" and path == "/invocation/next":
            _finish(self.ready, Outcome())
            self._waiting = connection
            self._give()
        elif outcome := self._outcomes(path):
            connection.send(202, b'{"status": "OK"}', _JSON)
            future, kind = outcome
            _finish(future, Outcome(**{kind: _parse(body)}))
        else:
            refusal = {"errorType": "InvalidRequestID", "errorMessage": path}
            connection.send(400, json.dumps(refusal).encode(), _JSON)

    def forget(self, connection: Connection) -> None:
        """A connection has ended."""
        self.connections.discard(connection)
        if self._waiting is connection:
            self._waiting = None

    def _give(self) -> None:
        """Send the request to the runtime, once there are both."""
        if self._waiting and self._request:
            self._waiting.send(200, self._request.body, self._request.headers)
            self._waiting = self._request = None

    def _outcomes(self, path: str) -> tuple[asyncio.Future[Outcome], str] | None:
        """Who waits for what the runtime brings, and whether that is a payload or an error."""
        if path == "/init/error":
            return self.ready, "error"
        if path == f"/invocation/{self._current}/response":
            return self._outcome, "payload"
        if path == f"/invocation/{self._current}/error":
            return self._outcome, "error"
        return None


class Connection(asyncio.Protocol):
    """A connection of the runtime: takes one HTTP request after the other. The `on_…` methods are httptools's."""

    _transport: asyncio.Transport

    def __init__(self, api: RuntimeApi) -> None:
        self._api = api
        self._parser = httptools.HttpRequestParser(self)
        self._url, self._body = b"", bytearray()
        self._overhead = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio, which sends small packets at once."""
        self._transport = cast(asyncio.Transport, transport)
        self._api.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncio."""
        self._api.forget(self)

    def data_received(self, data: bytes) -> None:
        """Called by asyncio."""
        self._overhead += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:  # a function may speak to this port too, and say anything
            self._refuse(400)
        if self._overhead > LARGEST_OVERHEAD:
            self._refuse(431)

    def on_message_begin(self) -> None:
        """A request begins."""
        self._url, self._body = b"", bytearray()

    def on_url(self, url: bytes) -> None:
        """A part of the request's target."""
        self._url += url

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        self._body += body
        self._overhead -= len(body)
        if len(self._body) > LARGEST_PAYLOAD:
            self._refuse(413)

    def on_message_complete(self) -> None:
        """A request is there as a whole."""
        self._overhead = 0
        method, path = self._parser.get_method().decode(), self._url.decode("latin-1")
        if not self._transport.is_closing():
            self._api.answer(self, method, path, self._body)

    def send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        """Send a response in one piece."""
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{lines}Content-Length: {len(body)}\r\n\r\n"
        self._transport.write(head.encode("latin-1") + body)

    def _refuse(self, status: int) -> None:
        if not self._transport.is_closing():
            self.send(status, b"", {})
            self.close()

    def close(self) -> None:
        """End the connection, once what was sent is sent."""
        self._transport.close()


def _finish(future: asyncio.Future[Outcome], outcome: Outcome) -> None:
    if not future.done():
        future.set_result(outcome)


def _parse(body: bytearray) -> Any:
    """JSON; a runtime may send what is none, which is then a string."""
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")
