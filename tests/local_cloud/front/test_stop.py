"""The server of the AWS APIs ends in the right order, whatever is under way."""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

import pytest

from local_cloud.front.server import Server

ROUNDS = int(os.environ.get("FUZZ_ROUNDS", "1")) * 60
REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


def answer(_: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]


def connect(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", urlsplit(server.url).port or 0), timeout=5)


def test_a_server_that_is_stopped_as_it_answers_fails_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    failed: list[Any] = []
    hook, threading.excepthook = threading.excepthook, failed.append
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for number in range(ROUNDS):
            server = Server(answer, threads=4)
            runner = threading.Thread(target=server.run)
            runner.start()
            viewers = [connect(server) for _ in range(4)]
            for viewer in viewers:
                viewer.sendall(REQUEST)
            if number % 2:
                viewers[0].recv(1)
            server.stop()
            server.stop()
            runner.join(5)
            assert not runner.is_alive()
            for viewer in viewers:
                viewer.close()
    finally:
        threading.excepthook = hook
        sys.setswitchinterval(interval)
    assert not failed
    assert not [record for record in caplog.records if record.exc_info]


def test_a_server_that_never_ran_lets_its_port_go() -> None:
    server = Server(answer)
    server.stop()

    server.run()  # ends at once
    with pytest.raises(ConnectionRefusedError):
        connect(server)
