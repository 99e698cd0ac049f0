"""AWS as far as tests need it: an HTTPS proxy on loopback that answers for every host of AWS.

Programs reach it by the variables in `environment`, so clients are used as they are. It knows the account of each
access key, and answers other calls as `answer` says.
"""

from __future__ import annotations

import datetime
import functools
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

CALLER = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    "<Arn>arn:aws:iam::{account}:user/learner</Arn><Account>{account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)
ERROR = "<ErrorResponse><Error><Code>{}</Code><Message>{}</Message></Error></ErrorResponse>"


class Asked(NamedTuple):
    """A request that AWS got."""

    host: str
    method: str
    path: str
    access_key: str
    body: bytes


class FakeAws:
    """What AWS answers, and what it was asked.

    Attributes:
        accounts: Access key → account. AWS refuses other keys.
        refusal: The code and the message with which it refuses them.
        asked: The requests other than those that ask for the account, oldest first.
        looked_up: The access keys whose accounts were asked for, oldest first.
        answer: Answers a request, other than those that ask for the account, by a status and a body.
        unknown_names: Hosts to which the proxy opens no tunnel.
        environment: Variables that lead programs here.
    """

    def __init__(self, folder: Path) -> None:
        self.accounts: dict[str, str] = {}
        self.refusal = ("InvalidClientTokenId", "The security token included in the request is invalid.")
        self.asked: list[Asked] = []
        self.looked_up: list[str] = []
        self.answer: Callable[[Asked], tuple[int, str]] = lambda asked: (200, "")
        self.unknown_names: set[str] = set()
        self._authority = _Authority(folder)
        handler = type("Handler", (_Handler,), {"aws": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        proxy = f"http://127.0.0.1:{self._server.server_port}"
        self.environment = {
            "WORKSHOP_CLOUD": "aws",
            "HTTPS_PROXY": proxy,
            "https_proxy": proxy,
            "NO_PROXY": "",
            "no_proxy": "",
            "AWS_CA_BUNDLE": str(self._authority.bundle),
            "AWS_CONFIG_FILE": str(folder / "config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "1",
            "WORKSHOP_NAMES": str(folder / "workshop-names.json"),
        }

    def serve(self) -> None:
        """Answer until `stop`."""
        self._server.serve_forever(poll_interval=0.01)

    def stop(self) -> None:
        """Answer no longer."""
        self._server.shutdown()
        self._server.server_close()

    def get_context(self, host: str) -> ssl.SSLContext:
        """Return what a server of this name needs for TLS."""
        return self._authority.get_context(host)

    def take(self, asked: Asked) -> tuple[int, str]:
        """Answer one request."""
        action = parse_qs(asked.body.decode(errors="replace")).get("Action", [""])[0]
        if action == "GetCallerIdentity":
            self.looked_up.append(asked.access_key)
            account = self.accounts.get(asked.access_key)
            return (200, CALLER.format(account=account)) if account else (403, ERROR.format(*self.refusal))
        self.asked.append(asked)
        return self.answer(asked)


class _Handler(BaseHTTPRequestHandler):
    """Answers CONNECT, and then HTTP inside TLS on the same connection."""

    aws: FakeAws
    protocol_version = "HTTP/1.1"

    def do_CONNECT(self) -> None:
        host = self.path.rpartition(":")[0]
        if host in self.aws.unknown_names:
            self.send_error(503)
            return
        self.send_response(200)
        self.end_headers()
        with suppress(OSError):
            self.connection = self.aws.get_context(host).wrap_socket(self.connection, server_side=True)
            self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", buffering=0)  # type: ignore[assignment]
        self.close_connection = False

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        key = re.search(r"Credential=([^/]+)/", self.headers.get("Authorization", ""))
        host = self.headers.get("Host", "")
        status, text = self.aws.take(Asked(host, self.command, self.path, key[1] if key else "", body))
        self.send_response(status)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_PUT = do_DELETE = do_HEAD = do_POST  # noqa: N815

    def finish(self) -> None:
        super().finish()
        self.connection.close()

    def log_message(self, *_: Any) -> None:
        pass


class _Authority:
    """Signs certificates that clients trust by `bundle`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Tests")])
        own = self._build(self._name, self._key.public_key())
        own = own.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        self.bundle = folder / "authority.pem"
        self.bundle.write_bytes(own.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    @functools.cache  # noqa: B019 - as long as one test
    def get_context(self, host: str) -> ssl.SSLContext:
        """Return a context with a certificate for one host."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host[:64])])
        names = x509.SubjectAlternativeName([x509.DNSName(host)])
        certificate = self._build(subject, key.public_key()).add_extension(names, critical=False)
        file = self._folder / f"{host}.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _build(self, subject: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
        )


@contextmanager
def running_fake_aws(folder: Path) -> Iterator[FakeAws]:
    """Run it while the block runs."""
    aws = FakeAws(folder)
    threading.Thread(target=aws.serve, daemon=True).start()
    try:
        yield aws
    finally:
        aws.stop()
