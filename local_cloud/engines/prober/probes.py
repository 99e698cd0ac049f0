"""One probe: a request to the endpoint of a health check, and the observation."""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from local_cloud.call import Asker, HttpRequest, Response
from local_cloud.phrases import phrase

Respond = Callable[[HttpRequest, Asker], Response]
"""Sends a request to the gateway in this process."""

TCP_SECONDS = 10.0
"""Seconds to connect, for a check of the TCP connection only."""
CONNECT_SECONDS = 4.0
RESPONSE_SECONDS = 2.0
"""Seconds for the status, and again for the body in a string match. The limits are from the Route 53 developer
guide, "How Route 53 determines the status of health checks that monitor an endpoint". No clock shortens them."""
SEARCHED_BYTES = 5120
"""The search string must be within the first 5,120 bytes of the body."""
USER_AGENT = "Amazon-Route53-Health-Check-Service (local cloud)"

_S3_HOST = re.compile(r"(?:[a-z0-9.-]+\.)?s3\.[a-z]{2}(?:-[a-z]+)+-\d\.amazonaws\.com")


@dataclass(frozen=True)
class Observation:
    """The result of a probe. `text` begins with `Success` or `Failure`, as in `GetHealthCheckStatus`."""

    is_success: bool
    text: str


def probe(config: dict[str, Any], *, respond: Respond, response_seconds: float = RESPONSE_SECONDS) -> Observation:
    """Ask the endpoint of a health check once.

    Args:
        config: Configuration in botocore's shape, of a type with an endpoint, defaults filled in.
        respond: The gateway, for endpoints of S3.
        response_seconds: Seconds that an answer may take, from its first byte to its last.
    """
    host = config.get("FullyQualifiedDomainName", "").lower().rstrip(".")
    address = config.get("IPAddress") or ("127.0.0.1" if _is_localhost(host) else "")
    try:
        if address and ipaddress.ip_address(address).is_loopback:
            return _probe_loopback(config, address, host, response_seconds)
        if not address and _S3_HOST.fullmatch(host):
            return _probe_s3(config, host, respond, response_seconds)
    except TimeoutError:
        return _failure("The health checker could not get a response within the timeout limit.")
    except (OSError, http.client.HTTPException) as error:
        return _failure(f"{error.__class__.__name__}: {error}")
    return _failure(f"The local cloud can't reach {address or host}: it sends nothing outside this machine.")


def _probe_loopback(config: dict[str, Any], address: str, host: str, seconds: float) -> Observation:
    kind, port = config["Type"], config["Port"]
    if kind == "TCP":
        socket.create_connection((address, port), timeout=TCP_SECONDS).close()
        return Observation(True, "Success: TCP connection established")
    with closing(http.client.HTTPConnection(address, port)) as connection:
        connection.sock = _connect(config, address, host)
        with _deadline(connection.sock, seconds):
            headers = {"Host": _host_header(config, address, host), "User-Agent": USER_AGENT}
            connection.request("GET", _path_of(config), headers=headers)
            response = connection.getresponse()
        if not kind.endswith("_STR_MATCH"):
            return _judge(config, response.status, b"")
        with _deadline(connection.sock, seconds):
            return _judge(config, response.status, response.read(SEARCHED_BYTES))


def _connect(config: dict[str, Any], address: str, host: str) -> socket.socket:
    """Connect to the endpoint, with TLS if the type needs it. Route 53 does not validate certificates."""
    connected = socket.create_connection((address, config["Port"]), timeout=CONNECT_SECONDS)
    if not config["Type"].startswith("HTTPS"):
        return connected
    try:
        name = host if host and config.get("EnableSNI") else None
        return ssl._create_unverified_context().wrap_socket(connected, server_hostname=name)
    except OSError:
        connected.close()
        raise


@contextmanager
def _deadline(connected: socket.socket, seconds: float) -> Iterator[None]:
    """Limit the total time of an exchange, as a socket's own timeout starts again with every byte."""
    is_over = threading.Event()

    def end() -> None:
        is_over.set()
        with suppress(OSError):
            connected.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise TimeoutError if is_over.is_set() else error from error
    finally:
        timer.cancel()
    if is_over.is_set():
        raise TimeoutError


def _host_header(config: dict[str, Any], address: str, host: str) -> str:
    """The domain name, or else the address, with the port unless it is the scheme's default."""
    usual = 443 if config["Type"].startswith("HTTPS") else 80
    return host or address if config["Port"] == usual else f"{host or address}:{config['Port']}"


def _probe_s3(config: dict[str, Any], host: str, respond: Respond, seconds: float) -> Observation:
    path, _, query = _path_of(config).partition("?")
    scheme = "https" if config["Type"].startswith("HTTPS") else "http"
    headers = {"user-agent": USER_AGENT}
    asked = time.monotonic()
    response = respond(HttpRequest("GET", path, query, headers, host=host, scheme=scheme), Asker(is_logged=False))
    if time.monotonic() - asked > seconds:
        raise TimeoutError
    return _judge(config, response.status, response.body[:SEARCHED_BYTES])


def _judge(config: dict[str, Any], status: int, body: bytes) -> Observation:
    """2xx and 3xx are healthy (redirects are not followed). For a string match the body must contain it, too."""
    text = f"HTTP Status Code {status}, {phrase(status) or 'Unknown'}"
    if not 200 <= status < 400:
        return _failure(text)
    if config["Type"].endswith("_STR_MATCH") and config["SearchString"].encode() not in body:
        return _failure(f"{text}, but the response body does not contain the search string.")
    return Observation(True, f"Success: {text}")


def _failure(text: str) -> Observation:
    return Observation(False, f"Failure: {text}")


def _path_of(config: dict[str, Any]) -> str:
    path = config.get("ResourcePath") or "/"
    return path if path.startswith("/") else f"/{path}"


def _is_localhost(host: str) -> bool:
    return host == "localhost" or host.endswith(".localhost")
