"""Lambda's Runtime API: over HTTP a runtime takes its next request and brings back what came of it.

Imitates "Using the Lambda runtime API" (LDG/runtimes-api), for one environment a server, as on Lambda. A miss at the
edge passes here twice, so this speaks HTTP itself, with a parser. A web
framework would take longer than the function.

Other users of this machine could reach the port too, to read events or to answer them. On Linux the kernel tells whose
process has connected. Elsewhere only the plain runtime runs, and its address ends with a secret path.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast

import httptools

API = "/2018-06-01/runtime"
LARGEST_PAYLOAD = 7 * 1024 * 1024
"""Bytes; Lambda takes 6 MB from a synchronous invocation."""

LARGEST_OVERHEAD = 1024 * 1024
"""Bytes of a request besides its payload: its URL, its headers, and the sizes of chunks."""

_CONNECTIONS = Path("/proc/net/tcp")
_PEER, _SERVER, _OWNER = 1, 2, 7
"""Columns in the file: the connecting end, the other end, and the user id."""

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
    """The server for one environment. Use it inside an event loop: `start`, `handle` for each event, `stop`.

    Args:
        is_secret: Whether the address ends with a secret path. AWS's own runtime understands only a host and a port.
        is_own: Whether a connection comes from a process of this user: its port, and the server's; a seam for tests.
    """

    def __init__(
        self, *, is_secret: bool = False, is_own: Callable[[int, int], bool] = lambda peer, port: is_own(peer, port)
    ) -> None:
        self.is_own = is_own
        self._secret = f"/{secrets.token_hex(16)}" if is_secret else ""
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
        """Begin to answer, on a free port of this machine; returns `"127.0.0.1:PORT"`, and the secret path."""
        self._server = await asyncio.get_running_loop().create_server(lambda: Connection(self), "127.0.0.1", 0)
        return f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}{self._secret}"

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
        if not path.startswith(self._secret + API):
            connection.send(403, b"", {})
            return
        path = path.removeprefix(self._secret + API)
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
        (_, peer), (_, port) = transport.get_extra_info("peername"), transport.get_extra_info("sockname")
        if self._api.is_own(peer, port):
            self._api.connections.add(self)
        else:
            self._transport.abort()

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


def is_own(peer: int, port: int) -> bool:
    """Whether a process of this user made the connection between two ports of 127.0.0.1. True where it isn't known."""
    try:
        lines = _CONNECTIONS.read_text(encoding="ascii").splitlines()
    except OSError:  # only Linux has this file
        return True
    ends = [f"0100007F:{peer:04X}", f"0100007F:{port:04X}"]
    ends = ends if sys.byteorder == "little" else [end.replace("0100007F", "7F000001") for end in ends]
    for columns in map(str.split, lines):
        if [columns[_PEER], columns[_SERVER]] == ends:
            return int(columns[_OWNER]) == os.getuid()
    return False


def _finish(future: asyncio.Future[Outcome], outcome: Outcome) -> None:
    if not future.done():
        future.set_result(outcome)


def _parse(body: bytearray) -> Any:
    """JSON; a runtime may send what is none, which is then a string."""
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")
