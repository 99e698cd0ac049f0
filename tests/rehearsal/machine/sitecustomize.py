"""Python imports this first in every program of the learner: kernels, subprocesses, the AWS CLI.

It sends each look-up of a name, and each connection to port 443, 80 or 53, to the rehearsal's door. It refuses all
other places, this machine's other ports included, and writes down what it refused. It uses the standard library only.

Sockets that C code opens (ZeroMQ, libcurl, uvloop) don't pass here.
"""

from __future__ import annotations

import ipaddress
import json
import os
import secrets
import socket
import struct
import sys
import threading
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

SETTINGS = json.loads(os.environ["REHEARSAL"])
DOORS: dict[int, tuple[str, int]] = {int(port): ("127.0.0.1", door) for port, door in SETTINGS["doors"].items()}
ADDRESSES = ipaddress.ip_network(SETTINGS["network"])
DNS, NO_NAME, QUERY_A = 53, -2, struct.pack("!HH", 1, 1)

_look_up, _connect, _connect_ex = socket.getaddrinfo, socket.socket.connect, socket.socket.connect_ex
_send_to, _receive, _receive_into = socket.socket.sendto, socket.socket.recvfrom, socket.socket.recvfrom_into
_asked: WeakKeyDictionary[socket.socket, Any] = WeakKeyDictionary()
_writing = threading.Lock()


def note(event: str, what: object) -> None:
    """Add a line to the rehearsal's ledger."""
    line = json.dumps({"event": event, "what": str(what), "pid": os.getpid(), "program": sys.argv[:3]})
    with _writing, Path(SETTINGS["ledger"]).open("a", encoding="utf-8") as ledger:
        ledger.write(line + "\n")


def refuse(what: str) -> ConnectionRefusedError:
    """Write down a connection that leads elsewhere."""
    note("refused", what)
    return ConnectionRefusedError(f"The rehearsal refuses {what}. AWS mode may only reach AWS.")


def turn(address: Any) -> Any:
    """Return the door that stands for an address. Sockets of this machine's file system pass."""
    if not isinstance(address, tuple):
        return address
    host, port = address[:2]
    if port == DNS:
        return ("127.0.0.1", SETTINGS["port_53"])
    if port in DOORS and is_of_aws(host):
        return DOORS[port]
    raise refuse(f"a connection to {host}:{port}")


def is_of_aws(host: str) -> bool:
    """Whether this is one of the addresses that stand for AWS, or a name that leads to one."""
    return ipaddress.ip_address(_look_up(host, None)[0][4][0] if is_literal(host) else find_address(host)) in ADDRESSES


def is_literal(host: Any) -> bool:
    """Whether a host needs no look-up."""
    if not host or host in ("localhost", b"localhost"):
        return True
    try:
        ipaddress.ip_address(host if isinstance(host, str) else host.decode())
    except ValueError:
        return False
    return True


def find_address(host: str) -> str:
    """Ask the door's DNS for the address of a name, as a resolver would.

    Raises:
        socket.gaierror: AWS has no such name, or it isn't a name of AWS.
    """
    number = secrets.token_bytes(2)
    labels = b"".join(bytes([len(label)]) + label for label in host.rstrip(".").encode("idna").split(b"."))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as resolver:
        resolver.settimeout(5)
        _send_to(resolver, number + struct.pack("!5H", 0x0100, 1, 0, 0, 0) + labels + b"\0" + QUERY_A, DOORS[DNS])
        answer = _receive(resolver, 512)[0]
    if answer[:2] == number and struct.unpack_from("!H", answer, 6)[0] == 1:
        return socket.inet_ntoa(answer[-4:])
    note("unknown name", host)
    raise socket.gaierror(NO_NAME, f"The rehearsal knows no name {host}")


def getaddrinfo(host: Any, port: Any, family: int = 0, *rest: Any, **keywords: Any) -> Any:
    """Look up a name of AWS. Addresses and localhost are left to the system."""
    if is_literal(host):
        return _look_up(host, port, family, *rest, **keywords)
    if family == socket.AF_INET6:
        raise socket.gaierror(NO_NAME, "The rehearsal has no IPv6 addresses")
    address = find_address(host if isinstance(host, str) else host.decode("idna"))
    return _look_up(address, port, family, *rest, **keywords)


def gethostbyname(host: str) -> str:
    """Look up a name of AWS, as `getaddrinfo` does."""
    return str(getaddrinfo(host, None, socket.AF_INET)[0][4][0])


def connect(self: socket.socket, address: Any) -> None:
    """Connect to the door."""
    _connect(self, _remember(self, address))


def connect_ex(self: socket.socket, address: Any) -> int:
    """Connect to the door."""
    return _connect_ex(self, _remember(self, address))


def sendto(self: socket.socket, data: Any, *rest: Any) -> int:
    """Send a datagram to the door. The last argument is the address; flags may come before it."""
    return _send_to(self, data, *rest[:-1], _remember(self, rest[-1]))


def recvfrom(self: socket.socket, *arguments: Any) -> tuple[bytes, Any]:
    """Receive from the address that was asked: resolvers reject answers from another one."""
    data, sender = _receive(self, *arguments)
    return data, _asked.get(self, sender)


def recvfrom_into(self: socket.socket, *arguments: Any, **keywords: Any) -> tuple[int, Any]:
    """As `recvfrom`."""
    size, sender = _receive_into(self, *arguments, **keywords)
    return size, _asked.get(self, sender)


def _remember(self: socket.socket, address: Any) -> Any:
    door = turn(address)
    if door is not address:
        _asked[self] = address
    return door


socket.getaddrinfo, socket.gethostbyname = getaddrinfo, gethostbyname  # type: ignore[assignment]
for function in (connect, connect_ex, sendto, recvfrom, recvfrom_into):
    setattr(socket.socket, function.__name__, function)
note("began", os.getppid())
