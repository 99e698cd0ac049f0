"""The Runtime API, asked as no well-behaved runtime would."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from local_cloud.engines.sandbox.runtime_api import (
    API,
    LARGEST_OVERHEAD,
    LARGEST_PAYLOAD,
    Outcome,
    Request,
    RuntimeApi,
    is_own,
)

Session = Callable[[RuntimeApi, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[Any]]


def test_a_runtime_that_comes_first_waits_for_the_event() -> None:
    async def session(api: RuntimeApi, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Any:
        writer.write(ask("GET", "/invocation/next"))
        await api.ready
        handled = asyncio.create_task(api.handle(Request("id-1", b'{"a": 1}', "arn", 5)))
        head, body = await read_response(reader)
        handled.cancel()
        return b"Lambda-Runtime-Aws-Request-Id: id-1\r\n" in head, body

    assert talk(session) == (True, b'{"a": 1}')


def test_an_answer_in_chunks_is_put_together() -> None:
    async def session(api: RuntimeApi, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Any:
        handled = asyncio.create_task(api.handle(Request("id-1", b"{}", "arn", 5)))
        writer.write(ask("GET", "/invocation/next"))
        await read_response(reader)
        path = f"{API}/invocation/id-1/response"
        writer.write(f"POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
        writer.write(b'5\r\n{"b":\r\n3\r\n 2}\r\n0\r\n\r\n')
        return await handled

    assert talk(session) == Outcome(payload={"b": 2})


def test_an_answer_to_another_request_is_refused() -> None:
    async def session(api: RuntimeApi, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Any:
        writer.write(ask("POST", "/invocation/another/response", b"{}"))
        head, body = await read_response(reader)
        return head.split(b"\r\n")[0], json.loads(body)["errorType"]

    assert talk(session) == (b"HTTP/1.1 400 Bad Request", "InvalidRequestID")


def test_what_is_not_http_ends_the_connection() -> None:
    async def session(api: RuntimeApi, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Any:
        writer.write(b"hello\r\n\r\n")
        return await reader.read()

    assert talk(session).startswith(b"HTTP/1.1 400 ")


def test_an_answer_that_is_too_large_ends_the_connection() -> None:
    async def session(api: RuntimeApi, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Any:
        writer.write(ask("POST", "/invocation/id-1/response", b"x" * (LARGEST_PAYLOAD + 1)))
        return (await read_response(reader))[0]

    assert talk(session).startswith(b"HTTP/1.1 413 ")


def test_the_end_of_the_api_ends_a_runtime_that_waits() -> None:
    async def session(api: RuntimeApi, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Any:
        writer.write(ask("GET", "/invocation/next"))
        await api.ready
        await api.stop()
        return await reader.read()

    assert talk(session) == b""


def test_another_users_process_is_cut_off() -> None:
    async def session(api: RuntimeApi, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Any:
        writer.write(ask("GET", "/invocation/next"))
        return await reader.read()

    with contextlib.suppress(ConnectionResetError):
        assert talk(session, RuntimeApi, is_own=lambda *_: False) == b""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells whose connection it is")
def test_the_kernel_tells_whose_connection_it_is() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as peer:
            assert is_own(peer.getsockname()[1], port)
        assert not is_own(port, port)


@pytest.mark.parametrize("path", ["", "/", "/0", "/0/2018-06-01/runtime"])
def test_without_the_secret_path_nothing_is_answered(path: str) -> None:
    async def session(api: RuntimeApi, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Any:
        writer.write(ask("GET", f"{path}/invocation/next"))
        return (await read_response(reader))[0]

    assert talk(session, RuntimeApi, is_secret=True).startswith(b"HTTP/1.1 403")


def talk(session: Session, make: Callable[..., RuntimeApi] = RuntimeApi, **settings: Any) -> Any:
    """Run a session on a connection to a new Runtime API; it may take a few seconds."""

    async def run() -> Any:
        api = make(**settings)
        host, port = (await api.start()).partition("/")[0].split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            return await asyncio.wait_for(session(api, reader, writer), 5)
        finally:
            writer.close()
            await api.stop()

    return asyncio.run(run())


def ask(method: str, path: str, body: bytes = b"") -> bytes:
    return f"{method} {API}{path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


async def read_response(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    return head, await reader.readexactly(int(length.split(b":")[1]))


@pytest.mark.parametrize("begun", [b"GET /", b"GET / HTTP/1.1\r\nX: "], ids=["url", "header"])
def test_a_url_or_a_header_without_end_ends_the_connection(begun: bytes) -> None:
    async def session(api: RuntimeApi, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Any:
        writer.write(begun)
        try:
            for _ in range(8):
                writer.write(b"a" * LARGEST_OVERHEAD)
                await writer.drain()
        except ConnectionError:
            return True
        return reader.at_eof()

    assert talk(session)
