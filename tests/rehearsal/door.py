"""Answers at AWS's addresses: HTTPS and HTTP for the APIs and for viewers, and DNS.

It changes no byte of what it passes on, except `Expect`, which it answers itself. Behind it are the local cloud's
gateway, edge and nameserver.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple, Self
from urllib.parse import unquote, urlsplit

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import trustme

from local_cloud.engines.nameserver.listeners import bind_same_port
from tests.rehearsal import hosts
from tests.rehearsal.ledger import Ledger
from tests.rehearsal.manner import Manner, Throttle
from tests.rehearsal.replicas import Replicas

HEAD_LIMIT = 1 << 20
_CREDENTIAL = re.compile(r"Credential=(?P<key>[^/,\s&]+)/\d{8}/(?P<region>[^/]*)/(?P<service>[^/]+)/aws4_request")
_DOMAIN_NAME = re.compile(rb"<DomainName>([a-z0-9]+\.cloudfront\.net)</DomainName>")
_EXPECT = re.compile(rb"\r\nexpect:[^\r]*", re.IGNORECASE)
_SESSION = "ASIA"
"""How the access keys of sessions begin."""
_JSON = ("lambda", "logs", "tagging")
_FLAGS = 3
"""The byte of a DNS message that has the flag RA, recursion available."""
OVER = "The security token included in the request is expired"
_ERROR = (
    "<ErrorResponse><Error><Type>Sender</Type><Code>{0}</Code><Message>{1}</Message></Error>"
    "<Code>{0}</Code><Message>{1}</Message></ErrorResponse>"
)


class Message(NamedTuple):
    """An HTTP request or response as it came."""

    head: bytes
    headers: Mapping[str, str]
    body: bytes

    @property
    def words(self) -> list[str]:
        """The first line's words."""
        return self.head.partition(b"\r\n")[0].decode("latin-1").split(" ", 2)

    @property
    def raw(self) -> bytes:
        """All bytes."""
        return self.head + self.body


class Door:
    """Servers on free ports of 127.0.0.1, in a thread of their own. A context manager.

    Args:
        cloud: The local cloud's variables.
        ledger: Where requests and objections are noted.
        manner: How slow it is.
    """

    def __init__(self, cloud: Mapping[str, str], *, ledger: Ledger, manner: Manner) -> None:
        self.authority = trustme.CA()
        self.ports: dict[int, int] = {}
        """AWS's port → the door's port on 127.0.0.1."""
        self._firewall = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._gateway, self._edge = (urlsplit(cloud[name]).netloc for name in ("AWS_ENDPOINT_URL", "WORKSHOP_EDGE_URL"))
        self._nameserver = _split(cloud["WORKSHOP_NAMESERVER"])
        self.ledger, self._manner = ledger, manner
        self._throttle = Throttle(manner.route53_rate, manner.throttle_burst)
        self.replicas = Replicas()
        self._made: dict[str, float] = {}
        self._sessions: Counter[str] = Counter()
        self.expired: set[str] = set()
        """Access keys whose session is over."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="door", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(timeout=10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(timeout=10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()
        self._firewall.close()

    async def _open(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.sni_callback = self._show_certificate
        self._servers = [
            await asyncio.start_server(self._serve_https, "127.0.0.1", ssl=context, limit=HEAD_LIMIT),
            await asyncio.start_server(self._serve_http, "127.0.0.1", limit=HEAD_LIMIT),
        ]
        self.ports.update(zip((443, 80), (server.sockets[0].getsockname()[1] for server in self._servers), strict=True))
        self._firewall.bind(("127.0.0.1", 0))
        udp, tcp = bind_same_port("127.0.0.1", 0)
        udp.setblocking(False)
        self.ports[53] = udp.getsockname()[1]
        self._servers.append(await asyncio.start_server(self._serve_dns, sock=tcp))
        self._resolver, _ = await self._loop.create_datagram_endpoint(lambda: _Resolver(self), sock=udp)

    @property
    def closed_port(self) -> int:
        """A port of 127.0.0.1 that never answers, as where a firewall drops what goes to port 53."""
        return int(self._firewall.getsockname()[1])

    async def _close(self) -> None:
        self._resolver.close()
        for server in self._servers:
            server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _show_certificate(self, connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> int | None:
        """Show the certificate of the name that the client asks for."""
        if name is None or hosts.find_address(name) is None:
            self.ledger.object(f"a TLS connection for {name}")
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        connection.context = self._certify(name)
        connection.asked_name = name  # type: ignore[attr-defined]
        return None

    @cache  # noqa: B019  # it lives as long as the rehearsal
    def _certify(self, name: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert(name).configure_cert(context)
        return context

    async def _serve_https(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._serve(reader, writer, writer.get_extra_info("ssl_object").asked_name)

    async def _serve_http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._serve(reader, writer, None)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, name: str | None) -> None:
        """Answer the requests of one connection."""
        try:
            while True:
                request = await _read(reader, writer)
                response = await self._answer(request, name)
                method, target, _ = request.words
                self.ledger.add(request.headers["host"], method, target, int(response.words[1]))
                writer.write(response.raw)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client has closed the connection
        finally:
            writer.close()

    async def _serve_dns(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Connect a client that asks over TCP with the local cloud's nameserver, for one question."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            length = await reader.readexactly(2)
            query = length + await reader.readexactly(int.from_bytes(length, "big"))
            source, sink = await asyncio.open_connection(*self.nameserver)
            sink.write(query)
            length = await source.readexactly(2)
            writer.write(length + await source.readexactly(int.from_bytes(length, "big")))
            await writer.drain()
            sink.close()
        writer.close()

    async def _answer(self, request: Message, name: str | None) -> Message:
        host = request.headers["host"].partition(":")[0]
        if hosts.is_distribution(host):
            return await _pass_on(request, self._edge)
        if objection := self._find_objection(request, host, name):
            self.ledger.object(objection)
            return _refuse(403, "SignatureDoesNotMatch", objection)
        if self._has_expired(request):
            return _refuse_expired(request, host)
        if host.startswith("route53.") and not self._throttle.lets_pass():
            return _refuse(400, "Throttling", "Rate exceeded")
        if not hosts.is_enabled(host):
            return _refuse_json(
                400, "UnrecognizedClientException", "The security token included in the request is invalid."
            )
        await asyncio.sleep(self._manner.api_seconds)
        if refusal := self.replicas.find_refusal(host, *request.words[:2]):
            return _refuse_json(400, "InvalidParameterValueException", refusal)
        response = await _pass_on(request, self._gateway)
        self.replicas.note(host, *request.words[:2])
        if host.startswith("cloudfront."):
            for made in _DOMAIN_NAME.findall(response.body):
                self._made.setdefault(made.decode(), time.monotonic())
        return response

    def _find_objection(self, request: Message, host: str, name: str | None) -> str | None:
        """What AWS would refuse, or what the kit must never do. None if there is nothing."""
        scope = hosts.find_scope(host)
        if scope is None:
            return f"a request to {host}, which is no API of AWS"
        if name != host:
            return f"a request to {host} over {'HTTP' if name is None else f'a connection to {name}'}"
        if (signed := _read_signature(request)) and signed[1:] != scope:
            return f"a signature for {'/'.join(signed[1:])} at {host}, which takes {'/'.join(scope)}"
        return None

    def _has_expired(self, request: Message) -> bool:
        """Whether the session that signed a request is over."""
        key, *_ = _read_signature(request) or ("",)
        if key.startswith(_SESSION):
            self._sessions[key] += 1
        return key in self.expired or 0 < self._manner.calls_of_a_session < self._sessions[key]

    def find_address(self, host: str) -> str | None:
        """The address of a name now. A distribution's name is known some time after it was made."""
        if hosts.is_distribution(host):
            made = self._made.get(host)
            if made is None or time.monotonic() - made < self._manner.name_seconds:
                return None
        return hosts.find_address(host)

    def resolve(self, query: bytes) -> bytes | None:
        """Answer a DNS query: names of hosts here, all others by the local cloud's nameserver."""
        message = dns.message.from_wire(query)
        question = message.question[0]
        host = question.name.to_text(omit_final_dot=True).lower()
        if hosts.find_address(host) is None and question.rdtype not in (dns.rdatatype.A, dns.rdatatype.AAAA):
            return None
        response = dns.message.make_response(message, recursion_available=True)
        address = self.find_address(host)
        if address is None:
            response.set_rcode(dns.rcode.NXDOMAIN)
        elif question.rdtype == dns.rdatatype.A:
            response.answer.append(dns.rrset.from_text(question.name, 60, "IN", "A", address))
        return response.to_wire()

    @property
    def nameserver(self) -> tuple[str, int]:
        """The local cloud's nameserver."""
        return self._nameserver


class _Resolver(asyncio.DatagramProtocol):
    """Answers DNS queries over UDP."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def datagram_received(self, query: bytes, sender: tuple[str, int]) -> None:
        asyncio.get_running_loop().create_task(self._respond(query, sender))

    async def _respond(self, query: bytes, sender: tuple[str, int]) -> None:
        response = self._door.resolve(query) or await _ask(self._door.nameserver, query)
        if response:
            self._transport.sendto(response, sender)  # type: ignore[attr-defined]


class _Question(asyncio.DatagramProtocol):
    """Waits for one datagram."""

    def __init__(self) -> None:
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, _: object) -> None:
        if not self.answer.done():
            self.answer.set_result(data)


async def _ask(nameserver: tuple[str, int], query: bytes) -> bytes | None:
    """Ask the local cloud's nameserver, and answer as Route 53's do, which resolve no other names. None for silence."""
    loop = asyncio.get_running_loop()
    transport, question = await loop.create_datagram_endpoint(_Question, remote_addr=nameserver)
    try:
        transport.sendto(query)
        answer = bytearray(await asyncio.wait_for(question.answer, timeout=5))
        answer[_FLAGS] &= ~dns.flags.RA & 0xFF
        return bytes(answer)
    except TimeoutError:
        return None
    finally:
        transport.close()


async def _pass_on(request: Message, place: str) -> Message:
    """Send a request to a server of the local cloud, as it came, and return the answer."""
    reader, writer = await asyncio.open_connection(*_split(place), limit=HEAD_LIMIT)
    try:
        writer.write(_EXPECT.sub(b"", request.head) + request.body)
        await writer.drain()
        return await _read(reader, asked=request.words[0])
    finally:
        writer.close()


async def _read(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter | None = None, *, asked: str = ""
) -> Message:
    """Read a request, or the response to a request with the method `asked`."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")[1:-2]
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if writer and headers.get("expect", "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    status = head[9:12].decode("latin-1") if asked else ""
    if asked == "HEAD" or status in ("204", "304"):
        return Message(head, headers, b"")
    if "chunked" in headers.get("transfer-encoding", "").lower():
        return Message(head, headers, await _read_chunks(reader))
    return Message(head, headers, await reader.readexactly(int(headers.get("content-length", 0))))


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    """Read a chunked body with its framing and trailers, to pass it on as it is."""
    parts = []
    while True:
        line = await reader.readuntil(b"\r\n")
        parts.append(line)
        size = int(line.partition(b";")[0], 16)
        if size:
            parts.append(await reader.readexactly(size + 2))
            continue
        while parts[-1] != b"\r\n":
            parts.append(await reader.readuntil(b"\r\n"))
        return b"".join(parts)


def _read_signature(request: Message) -> tuple[str, str, str] | None:
    """The access key, the region and the service that a request was signed with."""
    said = request.headers.get("authorization", "") or unquote(request.words[1])
    signed = _CREDENTIAL.search(said.replace("X-Amz-Credential", "Credential"))
    return (signed["key"], signed["region"], signed["service"]) if signed else None


def _refuse_expired(request: Message, host: str) -> Message:
    """Say that a session is over, as the service at this host does. S3 says nothing in answer to a HEAD request."""
    _, service = hosts.find_scope(host) or ("", "")
    if service == "s3":
        refusal = _refuse(400, "ExpiredToken", "The provided token has expired.")
        return refusal._replace(body=b"") if request.words[0] == "HEAD" else refusal
    if service in _JSON:
        return _refuse_json(403, "ExpiredTokenException", OVER)
    return _refuse(403, "ExpiredToken", OVER)


def _refuse_json(status: int, code: str, message: str) -> Message:
    body = json.dumps({"__type": code, "message": message}).encode()
    head = f"HTTP/1.1 {status} Refused\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return Message(f"{head}x-amzn-ErrorType: {code}\r\n\r\n".encode(), {}, body)


def _refuse(status: int, code: str, message: str) -> Message:
    body = _ERROR.format(code, message).encode()
    head = f"HTTP/1.1 {status} Refused\r\nContent-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n"
    return Message(head.encode(), {}, body)


def _split(place: str) -> tuple[str, int]:
    host, _, port = place.rpartition(":")
    return host, int(port)
