"""The server of the AWS APIs: who answers, and who waits for whom."""

from __future__ import annotations

import http.client
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.client import parse_headers
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import pytest

from local_cloud.cloud import LocalCloud
from local_cloud.front.server import LONG_BODY, Server

LARGE = b"x" * 64 * 1024 * 1024


class Application:
    """Answers with the name of its thread; at `/long`, not before it may; at `/large`, with a lot."""

    def __init__(self) -> None:
        self.is_asked = threading.Event()
        self.may_end = threading.Event()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/long":
            self.is_asked.set()
            self.may_end.wait(10)
        body = LARGE if environ["PATH_INFO"] == "/large" else threading.current_thread().name.encode()
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]


@contextmanager
def serving(application: Application, **settings: Any) -> Iterator[int]:
    """A server for which all paths are quick but one; its port."""
    server = Server(application, may_take_long=lambda path: path == "/long", **settings)
    threading.Thread(target=server.run, name="reader", daemon=True).start()
    stopper = threading.Thread(target=server.stop, daemon=True)  # would not return from a reader that waits for itself
    try:
        yield int(urlsplit(server.url).port or 0)
    finally:
        application.may_end.set()
        stopper.start()
        stopper.join(10)
        assert not stopper.is_alive()


def ask(port: int, path: str, body: bytes = b"") -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("PUT", path, body)
    said = connection.getresponse().read()
    connection.close()
    return said


def test_a_quick_request_is_answered_by_the_thread_that_reads() -> None:
    with serving(Application()) as port:
        assert ask(port, "/quick") == b"reader"


def test_a_long_upload_has_a_thread_of_its_own() -> None:
    with serving(Application()) as port:
        assert ask(port, "/quick", b"x" * (LONG_BODY + 1)) != b"reader"


def test_what_takes_long_keeps_nobody_waiting() -> None:
    application = Application()
    with serving(application) as port:
        answers: list[bytes] = []
        patient = threading.Thread(target=lambda: answers.append(ask(port, "/long")))
        patient.start()
        assert application.is_asked.wait(10)

        assert ask(port, "/quick") == b"reader"
        assert not answers

        application.may_end.set()
        patient.join(10)
        assert answers != [b"reader"]


def test_an_answer_that_nobody_reads_keeps_nobody_waiting() -> None:
    """Who answers is who sends: to wait until less is left to send would be to wait for oneself."""
    with serving(Application()) as port, socket.create_connection(("127.0.0.1", port), timeout=5) as viewer:
        viewer.sendall(b"".join(b"GET %b HTTP/1.1\r\nHost: a\r\n\r\n" % path for path in (b"/large", b"/quick")))
        said = viewer.makefile("rb")
        assert said.readline().startswith(b"HTTP/1.1 200")

        assert ask(port, "/quick") == b"reader"

        assert read_answer(said) == LARGE
        assert said.readline().startswith(b"HTTP/1.1 200")
        assert read_answer(said) == b"reader"


def read_answer(said: BinaryIO) -> bytes:
    """What comes after the status line."""
    return said.read(int(parse_headers(said)["Content-Length"]))


def test_while_a_call_holds_the_lock_the_reading_thread_goes_on_reading(cloud: LocalCloud) -> None:
    """More calls wait than there are workers, and one of them for the reading thread's own turn."""
    port = int(urlsplit(cloud.environment["AWS_ENDPOINT_URL"]).port or 0)
    waiting = [http.client.HTTPConnection("127.0.0.1", port, timeout=20) for _ in range(12)]
    with cloud.lock:
        for number, connection in enumerate(waiting):
            connection.request(
                "PUT" if number % 2 else "GET", "/site/page", b"x" * (LONG_BODY + 1) if number % 2 else None
            )
        for _ in range(3):
            health = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            health.request("GET", "/_local_cloud/health")
            assert health.getresponse().status == 200
            health.close()

    assert {connection.getresponse().status for connection in waiting} == {404}
    for connection in waiting:
        connection.close()


@pytest.mark.parametrize(
    "begun",
    [b"", b"GET /qu", b"PUT /quick HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc"],
    ids=["nothing", "a line", "a body"],
)
def test_a_request_that_does_not_end_is_cut_off_and_a_slow_answer_is_not(begun: bytes) -> None:
    application = Application()
    with serving(application, patience=0.2) as port:
        answers: list[bytes] = []
        patient = threading.Thread(target=lambda: answers.append(ask(port, "/long")))
        patient.start()
        with socket.create_connection(("127.0.0.1", port), timeout=5) as slow:
            slow.sendall(begun)

            assert slow.recv(1) == b""

        assert application.is_asked.wait(10)
        application.may_end.set()
        patient.join(10)
    assert len(answers) == 1


def test_a_request_that_drips_is_cut_off_too() -> None:
    with serving(Application(), patience=0.2) as port, socket.create_connection(("127.0.0.1", port), 5) as slow:
        slow.settimeout(0.02)
        received = None
        for _ in range(500):
            try:
                slow.sendall(b"a")
                received = slow.recv(1)
            except TimeoutError:
                continue
            except ConnectionError:
                received = b""
            break

    assert received == b""


@pytest.mark.skipif(sys.platform != "linux", reason="counts open files as Linux lists them")
def test_without_a_file_left_it_waits_says_so_once_and_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    server = Server(Application(), patience=0.3)
    port = int(urlsplit(server.url).port or 0)
    waiting = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(3)]
    for one in waiting:
        one.sendall(b"GET /quick HTTP/1.1\r\nHost: a\r\n\r\n")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(one.fileno() for one in waiting) + 1, hard))
    try:
        threading.Thread(target=server.run, daemon=True).start()
        deadline = threading.Event()
        for _ in range(50):
            deadline.wait(0.01)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    assert [record.getMessage() for record in caplog.records] == [
        "no connection is accepted for now: Too many open files"
    ]
    assert [one.recv(12) for one in waiting] == [b"HTTP/1.1 200"] * 3
    for one in waiting:
        one.close()
    server.stop()
