"""Answers with an object: the whole, a part, or 304."""

from __future__ import annotations

import asyncio
import email.utils
import re
from collections.abc import Awaitable, Mapping

from aiohttp import HttpVersion11, web
from aiohttp.abc import AbstractStreamWriter

from local_cloud.engines.edge.cache import CachedResponse
from local_cloud.phrases import phrase

_RANGE = re.compile(r"bytes=(\d{0,4000})-(\d{0,4000})")
"""A range of bytes. `int` refuses more than 4,300 digits."""

Buffer = bytes | memoryview


class WholeResponse(web.StreamResponse):
    """A response whose bytes are ready and are sent in one piece.

    It is faster than aiohttp's headers and streams. Hits of an object differ in only two headers, so sharing the rest
    saves a third of a hit's time.
    """

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self._content = content

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Keep the connection open, as the headers say too."""
        self._request, self._keep_alive = request, True
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        """Send the bytes, unless the viewer has disconnected. Wait for one that doesn't read earlier answers."""
        transport = self._request.transport
        if transport and not transport.is_closing():
            transport.write(self._content)
            if transport.get_write_buffer_size() > _MOST_AT_ONCE:
                await wait_for_viewer(self._request, self._request.writer.drain())


class OwnResponse(web.Response):
    """A response without aiohttp's default Content-Type. CloudFront adds none.

    A long body is sent in pieces. The next one waits until the viewer has read the one before, so a viewer that doesn't
    read costs no memory.
    """

    def __init__(
        self, *, status: int, reason: str | None = None, headers: Mapping[str, str], body: Buffer | None = None
    ) -> None:
        is_long = body is not None and len(body) > _MOST_AT_ONCE
        whole = bytes(body) if body is not None and not is_long else None
        super().__init__(status=status, reason=reason or phrase(status), headers=headers, body=whole)
        self._pieces = memoryview(body) if body is not None and is_long else memoryview(b"")
        if is_long:
            self.headers["Content-Length"] = str(len(self._pieces))

    async def write_eof(self, data: bytes = b"") -> None:
        """Send the body."""
        request = self._req
        if isinstance(request, web.BaseRequest) and request.method != "HEAD":
            for start in range(0, len(self._pieces), _MOST_AT_ONCE):
                await wait_for_viewer(request, self.write(self._pieces[start : start + _MOST_AT_ONCE]))
        await super().write_eof(data)

    async def _prepare_headers(self) -> None:
        missing = [name for name in ("Content-Type", "Server") if name not in self.headers]
        await super()._prepare_headers()
        for name in missing:
            self.headers.popall(name, None)


async def wait_for_viewer(request: web.BaseRequest, writing: Awaitable[None]) -> None:
    """Wait until a viewer has read enough. One that reads nothing for too long is disconnected."""
    try:
        async with asyncio.timeout(UNREAD_SECONDS):
            await writing
    except TimeoutError:
        if request.transport:
            request.transport.abort()
        raise ConnectionResetError("The viewer doesn't read.") from None


UNREAD_SECONDS = 30.0
"""Seconds in which a viewer must read something of its answer. CloudFront's limit is not documented."""

_MOST_AT_ONCE = 65536


def can_be_whole(cached: CachedResponse, request: web.BaseRequest) -> bool:
    """True for a small, whole, successful answer on a connection that stays open. It is sent in one piece."""
    small = cached.status == 200 and not cached.is_error and len(cached.body) <= _MOST_AT_ONCE
    return (
        small
        and request.method == "GET"
        and request.version == HttpVersion11
        and request.keep_alive
        and is_plain(request.headers)
    )


def kept_response(cached: CachedResponse, fields: Mapping[str, str], age: int, request_id: str) -> WholeResponse:
    """Answer with a cached object. `fields` must be the same each time."""
    if cached.head is None:
        cached.head = _head(cached, fields)
    own = f"Age: {age}\r\nX-Amz-Cf-Id: {request_id}\r\n\r\n".encode()
    return WholeResponse(b"".join((cached.head, own, cached.body)))


def new_response(cached: CachedResponse, fields: Mapping[str, str]) -> WholeResponse:
    """Answer with a new object. `fields` belong only to this response."""
    return WholeResponse(b"".join((_head(cached, fields), b"\r\n", cached.body)))


def _head(cached: CachedResponse, fields: Mapping[str, str]) -> bytes:
    headers = {**fields, "Content-Length": str(len(cached.body))}
    lines = [f"{name}: {value}\r\n" for name, value in (*cached.headers.items(), *headers.items())]
    return "".join(["HTTP/1.1 200 OK\r\n", *lines]).encode()


def is_plain(headers: Mapping[str, str]) -> bool:
    """True when the viewer asks for the whole object, unconditionally."""
    return not ("Range" in headers or "If-None-Match" in headers or "If-Modified-Since" in headers)


def respond_with(
    cached: CachedResponse, method: str, headers: Mapping[str, str], fields: Mapping[str, str]
) -> web.Response:
    """Make the response.

    Args:
        cached: The cached or new object.
        method: HEAD gets no body.
        headers: The viewer's. Conditions and range apply only to successes.
        fields: Headers that belong only to this response.
    """
    answer = cached.headers.copy()
    answer.update(fields)
    reason = cached.reason or None
    if cached.status == 200 and not is_plain(headers):
        if _has_it(cached, headers):
            return OwnResponse(status=304, headers=answer)
        if "Range" in headers and method == "GET" and _range_counts(cached, headers):
            return _part(cached, headers["Range"], answer)
    if method == "HEAD" and not cached.is_head:
        answer["Content-Length"] = str(len(cached.body))
        return OwnResponse(status=cached.status, reason=reason, headers=answer)
    return OwnResponse(status=cached.status, reason=reason, headers=answer, body=cached.body)


def _has_it(cached: CachedResponse, headers: Mapping[str, str]) -> bool:
    if "If-None-Match" in headers:  # takes precedence over the date (RFC 9110, 13.2.2)
        held = cached.headers.get("ETag", "").removeprefix("W/")
        tags = [tag.strip().removeprefix("W/") for tag in headers["If-None-Match"].split(",")]
        return bool(held) and (held in tags or "*" in tags)
    since, changed = _moment(headers.get("If-Modified-Since")), _moment(cached.headers.get("Last-Modified"))
    return since is not None and changed is not None and changed <= since


def _range_counts(cached: CachedResponse, headers: Mapping[str, str]) -> bool:
    condition = headers.get("If-Range")
    return condition is None or condition in (cached.headers.get("ETag"), cached.headers.get("Last-Modified"))


def _part(cached: CachedResponse, wanted: str, answer: Mapping[str, str]) -> web.Response:
    """One range of bytes. Any other Range returns the whole object (RFC 9110, 14.2)."""
    match, size = _RANGE.fullmatch(wanted.strip()), len(cached.body)
    if not match or not (match[1] or match[2]):
        return OwnResponse(status=200, headers=answer, body=cached.body)
    first = int(match[1]) if match[1] else max(0, size - int(match[2]))
    last = min(int(match[2]), size - 1) if match[1] and match[2] else size - 1
    if first > last:
        return OwnResponse(status=416, headers={**answer, "Content-Range": f"bytes */{size}"})
    part = {**answer, "Content-Range": f"bytes {first}-{last}/{size}"}
    return OwnResponse(status=206, headers=part, body=memoryview(cached.body)[first : last + 1])


def _moment(text: str | None) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(text or "").timestamp()
    except (TypeError, ValueError, OverflowError):
        return None
