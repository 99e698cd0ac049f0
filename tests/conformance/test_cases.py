"""A case must be able to fail: none passes on a server that accepts everything, or refuses everything."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.conformance.case import all_cases
from tests.conformance.targets import Endpoint

REFUSAL = b"<ErrorResponse><Error><Code>NoReason</Code><Message>No.</Message></Error></ErrorResponse>"


@contextmanager
def server_that_says(status: int, body: bytes) -> Iterator[Endpoint]:
    """A server that answers every request the same way."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response_only(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = answer  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield Endpoint(f"http://127.0.0.1:{server.server_port}", longest_wait=0, read_timeout=5)
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(("status", "body"), [(200, b""), (403, REFUSAL)], ids=["yes", "no"])
def test_no_case_passes_on_a_server_that_does_not_listen(status: int, body: bytes) -> None:
    passed: list[str] = []
    with server_that_says(status, body) as endpoint:
        for case in all_cases():
            with suppress(Exception):
                case.run(endpoint.account())
                passed.append(case.name)

    assert passed == []
