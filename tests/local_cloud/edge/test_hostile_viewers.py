"""Viewers that mean harm, at a live distribution: each is answered or cut off, and the next good one is served well."""

from __future__ import annotations

import logging
import socket
import tracemalloc
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.kits.cloudfront import minimal_behavior
from tests.kits.edge import ALL_METHODS, EdgeKit, running_edge

RANGES = (
    *("bytes=", "bytes=-", "bytes=5-1", "bytes=-0", "bytes=99999999999999999999-", "bytes=0-0,0-0,0-0", "bytes=a-b"),
    *("bytes=0-" + "9" * 4301, "bytes=" + "1" * 5000 + "-", "bytes=-" + "0" * 5000 + "1"),
    *("bytes=0-1," * 500, "lines=1-2", "bytes=0x1-2", "bytes=\u0664-", "bytes = 0 - 1", "=", "bytes=--1"),
)
CONDITIONS = (
    *("*", '"', 'W/"', '"a", "b', "\xff", "Thu, 99 Foo 2026 99:99:99 GMT", "0", "-1", "1e999", "x" * 8000),
    *("Mon, 01 Jan 0001 00:00:00 GMT", "Fri, 31 Dec 99999 23:59:59 GMT", "," * 500),
)
PATHS = (
    *("/../page", "/../../etc/passwd", "//page", "//evil.example/page", "/./page", "/page/..", "/%2e%2e/%2e%2e/page"),
    *("/%00", "/page%00", "/page%0d%0aX-Evil:%201", "/%", "/%zz", "/%c0%af", "/%25%32%66", "/\\page", "/page;a=b"),
    *("/page?%", "/page?" + "a=b&" * 1000, "/" + "a" * 7000, "/page#x", "/*", "/%F0%9F%98%80", "?page", "/page%20"),
)
METHODS = ("TRACE", "PROPFIND", "get", "G" * 100, "PURGE", "DELETE", "POST", "PUT", "PATCH", "OPTIONS")


@pytest.fixture
def edge() -> Iterator[EdgeKit]:
    """An edge whose distribution keeps /page, which nobody has asked for yet."""
    with running_edge() as kit:
        kit.buckets.put("/page", "hello", ETag='"1"', Last_Modified="Thu, 01 Jan 2026 00:00:00 GMT")
        kit.create()
        yield kit


def converse(edge: EdgeKit, sent: bytes) -> bytes:
    """What comes back until the connection ends."""
    address = urlsplit(edge.edge.url)
    with socket.create_connection((str(address.hostname), address.port or 0), timeout=5) as connection:
        connection.sendall(sent)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def request(edge: EdgeKit, method: str = "GET", path: str = "/page", *lines: str) -> bytes:
    """A request, as no HTTP library would let it out."""
    fixed = (f"{method} {path} HTTP/1.1", f"Host: {edge.domain_name}", "Connection: close")
    return "\r\n".join((*fixed, *lines, "", "")).encode("utf-8")


def check_that_all_is_well(edge: EdgeKit, caplog: pytest.LogCaptureFixture) -> None:
    """The good object, whole, for a good viewer, and nothing in the log that somebody should look into."""
    answer = edge.get("/page")

    assert (answer.status, answer.text) == (200, "hello")
    assert not answer.headers["X-Evil"]
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("first", [True, False], ids=["miss", "hit"])
def test_no_junk_in_a_range_or_a_condition_spoils_the_object(
    edge: EdgeKit, caplog: pytest.LogCaptureFixture, first: bool
) -> None:
    names = ("If-None-Match", "If-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range")
    junk = [f"Range: {value}" for value in RANGES] + [f"{name}: {value}" for name in names for value in CONDITIONS]
    for number, line in enumerate(junk):
        path = f"/page{number}" if first else "/page"
        edge.buckets.put(path, "hello", ETag='"1"')

        status = converse(edge, request(edge, "GET", path, line, "Range: bytes=1-2"))[9:12]

        assert status in (b"200", b"206", b"304", b"400", b"412", b"416"), line
        assert edge.get(path).text == "hello", line
    check_that_all_is_well(edge, caplog)


def test_no_path_leads_out_of_the_bucket_or_to_another_object(edge: EdgeKit, caplog: pytest.LogCaptureFixture) -> None:
    for path in PATHS:
        received = converse(edge, request(edge, "GET", path))

        assert received.startswith(b"HTTP/1."), path
        assert b" 500 " not in received.partition(b"\r\n")[0], path
        assert b"\nX-Evil" not in received, path
    assert {asked.host for asked in edge.buckets.asked} == {"site.s3.eu-west-1.amazonaws.com"}
    check_that_all_is_well(edge, caplog)


def test_no_method_changes_what_the_next_viewer_gets(edge: EdgeKit, caplog: pytest.LogCaptureFixture) -> None:
    for method in METHODS:
        received = converse(edge, request(edge, method, "/page", "Content-Length: 0"))

        assert received[9:12] in (b"400", b"403"), method
    check_that_all_is_well(edge, caplog)


@pytest.mark.parametrize(
    "rest",
    [
        "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Evil: 1",
        "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\n",
        "Transfer-Encoding: chunked\r\n\r\n-1\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\nGET /evil HTTP/1.1\r\nHost: x",
        "Transfer-Encoding: x, chunked\r\n\r\n0",
        "Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd",
    ],
)  # fmt: skip
def test_a_body_that_is_not_what_it_says_is_no_request_of_its_own(
    edge: EdgeKit, caplog: pytest.LogCaptureFixture, rest: str
) -> None:
    received = converse(edge, request(edge, "GET", "/page", rest))

    assert received[9:12] in (b"400", b"403")
    assert received.count(b"HTTP/1.") == 1
    assert edge.buckets.asked == []
    check_that_all_is_well(edge, caplog)


def test_viewers_that_never_end_their_request_keep_nobody_waiting(
    edge: EdgeKit, caplog: pytest.LogCaptureFixture
) -> None:
    address = urlsplit(edge.edge.url)
    begun = (b"", b"GET /pa", request(edge)[:-2], request(edge, "GET", "/page", "Content-Length: 9\r\n\r\nab"))
    slow = [socket.create_connection((str(address.hostname), address.port or 0)) for _ in range(150)]
    for number, connection in enumerate(slow):
        connection.sendall(begun[number % len(begun)])

    check_that_all_is_well(edge, caplog)
    for connection in slow:
        connection.close()
    check_that_all_is_well(edge, caplog)


@pytest.mark.parametrize("number", range(4))
def test_a_request_that_does_not_end_is_cut_off(number: int) -> None:
    with running_edge(patience=0.2) as edge:
        edge.create(DefaultCacheBehavior=minimal_behavior(**ALL_METHODS))
        begun = (b"", b"GET /pa", request(edge)[:-2], request(edge, "PUT", "/page", "Content-Length: 9\r\n\r\nab"))

        assert converse(edge, begun[number].replace(b"Connection: close\r\n", b"")) == b""


def test_a_request_that_drips_is_cut_off_too() -> None:
    with running_edge(patience=0.2) as edge:
        address = urlsplit(edge.edge.url)
        with socket.create_connection((str(address.hostname), address.port or 0), timeout=0.02) as connection:
            connection.sendall(b"GET /")
            received = None
            for _ in range(500):
                try:
                    connection.sendall(b"a")
                    received = connection.recv(1)
                except TimeoutError:
                    continue
                except ConnectionError:
                    received = b""
                break

    assert received == b""


def test_viewers_that_do_not_read_cost_no_memory() -> None:
    size, viewers = 20_000_000, 8
    with running_edge() as edge:
        edge.buckets.put("/large", "x" * size)
        edge.create()
        assert len(edge.get("/large").text) == size
        address = urlsplit(edge.edge.url)
        tracemalloc.start()
        try:
            unread = [socket.create_connection((str(address.hostname), address.port or 0)) for _ in range(viewers)]
            for connection in unread:
                connection.sendall(request(edge, "GET", "/large"))
                assert connection.recv(12, socket.MSG_PEEK) == b"HTTP/1.1 200"
            assert len(edge.get("/large").text) == size
            held = tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()
        for connection in unread:
            connection.close()

    assert held < size
