"""A nameserver for functions, and functions made of a text."""

from __future__ import annotations

import importlib.util
import io
import socketserver
import sys
import threading
import zipfile
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from local_cloud.engines.sandbox import DeployedFunction

SINGAPORE = "destination-bucket.s3.ap-southeast-1.amazonaws.com"
NAMES = {
    "answer.test.": f'"{SINGAPORE[:10]}" "{SINGAPORE[10:]}"',
    "truncated.test.": f'"{SINGAPORE}"',
    "alias.test.": f'"{SINGAPORE}"',
}


class Dns:
    """A nameserver that answers, truncates (so that TCP is needed), fails and denies, by the name that is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

        def reply(wire: bytes, protocol: str) -> bytes:
            return self.answer(wire, protocol)

        class Udp(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                self.request[1].sendto(reply(self.request[0], "udp"), self.client_address)

        class Tcp(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                answer = reply(self.rfile.read(int.from_bytes(self.rfile.read(2), "big")), "tcp")
                self.wfile.write(len(answer).to_bytes(2, "big") + answer)

        self.tcp = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Tcp)
        self.address: tuple[str, int] = self.tcp.server_address  # type: ignore[assignment]
        self.udp = socketserver.ThreadingUDPServer(self.address, Udp)
        for server in (self.tcp, self.udp):
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()

    def answer(self, wire: bytes, protocol: str) -> bytes:
        query = dns.message.from_wire(wire)
        name, kind = str(query.question[0].name), query.question[0].rdtype.name
        self.asked.append((name, protocol))
        reply = dns.message.make_response(query)
        if name == "failing.test.":
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif kind == "A":
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", "A", "192.0.2.53"))
        elif name not in NAMES:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        elif name == "truncated.test." and protocol == "udp":
            reply.flags |= dns.flags.TC
        elif name == "alias.test.":
            reply.answer.append(dns.rrset.from_text(name, 7, "IN", "CNAME", "canonical.test."))
            reply.answer.append(dns.rrset.from_text("canonical.test.", 9, "IN", "TXT", NAMES[name]))
        else:
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", NAMES[name]))
        return reply.to_wire()

    def close(self) -> None:
        for server in (self.tcp, self.udp):
            server.shutdown()
            server.server_close()


RUNTIMES = [
    pytest.param(
        True,
        id="awslambdaric",
        marks=pytest.mark.skipif(
            importlib.util.find_spec("awslambdaric") is None, reason="AWS makes it for Linux only"
        ),
    ),
    pytest.param(False, id="plain"),
]


def make_function(source: str | bytes, *, timeout: float = 5.0, **settings: Any) -> DeployedFunction:
    """A function from the text of its handler, or from a zip."""
    code = source
    if isinstance(source, str):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("handler.py", source)
        code = buffer.getvalue()
    return DeployedFunction(
        arn="arn:aws:lambda:us-east-1:123456789012:function:site:1",
        name="site",
        version="1",
        code=code,  # type: ignore[arg-type]
        handler="handler.handler",
        runtime=f"python{sys.version_info.major}.{sys.version_info.minor}",
        timeout=timeout,
        memory_size=128,
        **settings,
    )
