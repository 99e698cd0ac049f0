"""The prober: real requests, and Route 53's rules for what they mean."""

from __future__ import annotations

import datetime
import itertools
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from local_cloud.call import Asker, HttpRequest, Response
from local_cloud.clock import Clock
from local_cloud.engines.prober import Observation, Prober
from local_cloud.engines.prober.probes import _host_header, probe
from local_cloud.engines.prober.status import Checker, HealthCheck, get_statuses

S3 = {"Type": "HTTPS", "FullyQualifiedDomainName": "s3.eu-west-1.amazonaws.com", "Port": 443}
TIMING = {"RequestInterval": 10, "FailureThreshold": 3}
ALARM = {"Type": "CLOUDWATCH_METRIC", "InsufficientDataHealthStatus": "Healthy"}


class Region:
    """An S3 endpoint that answers what it is told, and remembers what it was asked."""

    def __init__(self) -> None:
        self.status = 307
        self.asked: list[HttpRequest] = []

    def __call__(self, request: HttpRequest, asker: Asker) -> Response:
        self.asked.append(request)
        return Response(self.status)


@pytest.fixture
def region() -> Region:
    return Region()


@pytest.fixture
def prober(region: Region) -> Iterator[Prober]:
    prober = Prober(clock=Clock(500), respond=region)
    yield prober
    prober.stop()


def wait_until(is_done: Callable[[], Any], *, timeout: float = 5.0) -> None:
    end = time.monotonic() + timeout
    while not is_done():
        assert time.monotonic() < end, "it took too long"
        threading.Event().wait(0.005)


def failure(config: dict[str, Any], region: Region, **options: float) -> str:
    observation = probe(config, respond=region, **options)
    assert not observation.is_success
    return observation.text


# How a status comes about, without time:


def test_a_checker_turns_at_the_threshold_of_consecutive_failures() -> None:
    checker = Checker("eu-west-1")
    seen = []
    for is_success in (False, False, True, False, False, False, True, True, False, True, True, True):
        checker.see(Observation(is_success, ""), threshold=3, now=0)
        seen.append(checker.is_healthy)
    assert seen == [True] * 5 + [False] * 6 + [True]


@pytest.mark.parametrize(("healthy", "of", "expected"), [(0, 3, False), (1, 3, True), (2, 12, False), (3, 12, True)])
def test_a_check_is_healthy_while_more_than_18_percent_of_its_checkers_say_so(
    healthy: int, of: int, expected: bool
) -> None:
    check = HealthCheck({**S3, **TIMING, "Regions": ["us-east-1"] * of})
    for checker in check.checkers[healthy:]:
        checker.is_healthy = False
    assert check.is_healthy({}) is expected


@pytest.mark.parametrize(
    ("switches", "expected"),
    [
        ({}, True),
        ({"Inverted": True}, False),
        ({"Disabled": True}, True),
        ({"Disabled": True, "Inverted": True}, False),
        ({"InsufficientDataHealthStatus": "Unhealthy"}, False),
        ({"InsufficientDataHealthStatus": "Unhealthy", "Disabled": True}, True),
        ({"InsufficientDataHealthStatus": "LastKnownStatus"}, True),
    ],
)
def test_inverted_and_disabled_have_the_last_word(switches: dict[str, Any], expected: bool) -> None:
    assert HealthCheck({**ALARM, **switches}).is_healthy({}) is expected


@pytest.mark.parametrize(("threshold", "expected"), [(0, True), (1, True), (2, False), (3, False)])
def test_a_calculated_check_counts_its_healthy_children(threshold: int, expected: bool) -> None:
    parent = {"Type": "CALCULATED", "ChildHealthChecks": ["up", "down"], "HealthThreshold": threshold}
    configs = {"parent": parent, "up": ALARM, "down": {**ALARM, "Inverted": True}}
    assert get_statuses({key: HealthCheck(config) for key, config in configs.items()})["parent"] is expected


# What a probe sees:


@pytest.mark.parametrize(
    ("status", "is_success"), [(200, True), (307, True), (399, True), (400, False), (403, False), (503, False)]
)
def test_2xx_and_3xx_are_healthy(region: Region, status: int, is_success: bool) -> None:
    region.status = status
    assert probe(S3, respond=region).is_success is is_success


def test_the_text_says_what_s3_answered(region: Region) -> None:
    assert probe(S3, respond=region).text == "Success: HTTP Status Code 307, Temporary Redirect"


@pytest.mark.parametrize("host", ["s3.eu-west-1.amazonaws.com", "site.s3.ap-southeast-1.amazonaws.com"])
def test_s3_is_asked_in_this_process_by_its_host_name(region: Region, host: str) -> None:
    probe({**S3, "FullyQualifiedDomainName": host, "ResourcePath": "/region.json?x=1"}, respond=region)
    [asked] = region.asked
    assert (asked.host, asked.path, asked.query) == (host, "/region.json", "x=1")
    assert "authorization" not in asked.headers


@pytest.mark.parametrize(
    "endpoint",
    [
        {"FullyQualifiedDomainName": "aws.amazon.com"},
        {"FullyQualifiedDomainName": "s3.eu-west-1.amazonaws.com.evil.org"},
        {"FullyQualifiedDomainName": "localhost.evil.org"},
        {"IPAddress": "192.0.2.1", "FullyQualifiedDomainName": "s3.eu-west-1.amazonaws.com"},
    ],
)
def test_no_other_endpoint_is_ever_asked(region: Region, endpoint: dict[str, str]) -> None:
    assert "The local cloud can't reach" in failure({"Type": "HTTP", "Port": 80, **endpoint}, region)
    assert region.asked == []


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/up" else 500)
        self.end_headers()
        self.wfile.write(b"the site is up, says " + self.headers["Host"].encode())

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serving(server: HTTPServer) -> Iterator[dict[str, Any]]:
    """The part of a health check that leads to the server, while it serves."""
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield {"IPAddress": "127.0.0.1", "Port": server.server_port, "ResourcePath": "/up"}
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def site() -> Iterator[dict[str, Any]]:
    """A site on this machine: the part of a health check that leads there."""
    with serving(HTTPServer(("127.0.0.1", 0), Handler)) as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A certificate that nobody trusts, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "another.test")])
    day = datetime.datetime(2020, 1, 1)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, day, day + datetime.timedelta(1))
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + builder.sign(key, SHA256()).public_bytes(Encoding.PEM))
    return str(path)


@pytest.fixture
def server_names() -> list[str | None]:
    """The names that clients of `tls_site` asked for in their handshakes."""
    return []


@pytest.fixture
def tls_site(certificate: str, server_names: list[str | None]) -> Iterator[dict[str, Any]]:
    """A site on this machine that speaks TLS, with a certificate that has ended and is for another name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda _, name, __: server_names.append(name)
    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with serving(server) as endpoint:
        yield endpoint


def test_a_site_on_this_machine_is_really_asked(site: dict[str, Any], region: Region) -> None:
    assert probe({"Type": "HTTP", **site}, respond=region) == Observation(True, "Success: HTTP Status Code 200, OK")
    assert "500" in failure({"Type": "HTTP", **site, "ResourcePath": "/down"}, region)


def test_a_string_match_looks_into_the_body(site: dict[str, Any], region: Region) -> None:
    config = {"Type": "HTTP_STR_MATCH", **site, "SearchString": "is up, says www.two-regions.test"}
    assert probe({**config, "FullyQualifiedDomainName": "www.two-regions.test"}, respond=region).is_success
    assert "does not contain the search string" in failure(config, region)


def test_the_host_header_has_the_port_only_when_it_is_not_the_schemes_own() -> None:
    config = {"Type": "HTTP", "IPAddress": "127.0.0.1", "Port": 80}
    assert _host_header(config, "127.0.0.1", "www.two-regions.test") == "www.two-regions.test"
    assert _host_header({**config, "Type": "HTTPS"}, "127.0.0.1", "") == "127.0.0.1:80"


def test_the_string_is_looked_for_with_its_case(site: dict[str, Any], region: Region) -> None:
    assert not probe({"Type": "HTTP_STR_MATCH", **site, "SearchString": "The Site"}, respond=region).is_success


def test_tls_is_spoken_and_no_certificate_examined(tls_site: dict[str, Any], region: Region) -> None:
    assert probe({"Type": "HTTPS", **tls_site}, respond=region) == Observation(
        True, "Success: HTTP Status Code 200, OK"
    )
    assert probe({"Type": "HTTPS_STR_MATCH", **tls_site, "SearchString": "is up"}, respond=region).is_success


@pytest.mark.parametrize(("enable_sni", "expected"), [(True, "www.two-regions.test"), (False, None)])
def test_the_domain_name_is_in_the_handshake_when_sni_is_enabled(
    tls_site: dict[str, Any], region: Region, server_names: list[str | None], enable_sni: bool, expected: str | None
) -> None:
    name = {"FullyQualifiedDomainName": "www.two-regions.test", "EnableSNI": enable_sni}
    assert probe({"Type": "HTTPS", **tls_site, **name}, respond=region).is_success
    assert server_names == [expected]


def test_https_fails_where_no_tls_is_spoken(site: dict[str, Any], region: Region) -> None:
    assert "SSL" in failure({"Type": "HTTPS", **site}, region)


def test_an_endpoint_that_trickles_its_answer_is_given_up(region: Region) -> None:
    with socket.create_server(("127.0.0.1", 0)) as trickling:
        thread = threading.Thread(target=trickle, args=(trickling,))
        thread.start()
        endpoint = {"Type": "HTTP", "IPAddress": "127.0.0.1", "Port": trickling.getsockname()[1]}
        text = failure(endpoint, region, response_seconds=0.2)
        thread.join()
    assert "within the timeout limit" in text


def trickle(listening: socket.socket) -> None:
    """Answer one request, a byte each 10 ms, until the client leaves; it never gets whole."""
    connection, _ = listening.accept()
    connection.settimeout(0.01)
    with connection, suppress(ConnectionError):
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
        for _ in range(1000):
            with suppress(TimeoutError):
                if connection.recv(1000) == b"":
                    return
            connection.sendall(b"x")


def test_tcp_only_connects(site: dict[str, Any], region: Region) -> None:
    assert probe({"Type": "TCP", **site}, respond=region).is_success


def test_a_port_where_nobody_listens_is_a_failure(region: Region) -> None:
    assert "Failure: ConnectionRefusedError" in failure({"Type": "HTTP", "IPAddress": "127.0.0.1", "Port": 9}, region)


# Over time:


def test_a_region_that_falls_is_noticed_and_so_is_its_return(prober: Prober, region: Region) -> None:
    prober.put("h", {**S3, **TIMING})
    wait_until(lambda: len(prober.observations("h")) == 3)
    assert prober.is_healthy("h")
    region.status = 503
    wait_until(lambda: not prober.is_healthy("h"))
    region.status = 307
    wait_until(lambda: prober.is_healthy("h"))
    assert "503, Service Unavailable" in prober.last_failures("h")[0]["StatusReport"]["Status"]


def test_each_change_of_status_moves_the_generation(prober: Prober) -> None:
    generations = [prober.generation]
    for inverted in (False, True, True, False):
        prober.put("h", {**ALARM, "Inverted": inverted})
        generations.append(prober.generation)
    assert [after - before for before, after in itertools.pairwise(generations)] == [1, 1, 0, 1]


def test_inverting_is_in_effect_at_once_and_forgets_no_streak(prober: Prober, region: Region) -> None:
    region.status = 503
    prober.put("h", {**S3, **TIMING})
    wait_until(lambda: not prober.is_healthy("h"))
    prober.put("h", {**S3, **TIMING, "Inverted": True})
    assert prober.is_healthy("h")


def test_a_disabled_check_asks_nobody(prober: Prober, region: Region) -> None:
    prober.put("off", {**S3, **TIMING, "Disabled": True})
    prober.put("on", {**S3, **TIMING, "FullyQualifiedDomainName": "s3.us-east-1.amazonaws.com"})
    wait_until(lambda: len(region.asked) >= 6)
    assert {asked.host for asked in region.asked} == {"s3.us-east-1.amazonaws.com"}


def test_checkers_ask_at_the_interval_each_for_itself(region: Region) -> None:
    prober = Prober(clock=Clock(100), respond=region)
    began = time.monotonic()
    prober.put("h", {**S3, **TIMING})
    wait_until(lambda: len(region.asked) >= 9)
    took = time.monotonic() - began
    prober.stop()
    assert took >= 2 * 0.1  # the ninth request is the third of a checker; intervals are 10 s / 100


def test_an_endpoint_that_hangs_does_not_hold_up_the_others() -> None:
    released = threading.Event()

    def probe(config: dict[str, Any], *, respond: object) -> Observation:
        if config["FullyQualifiedDomainName"] == "hangs":
            released.wait(10)
        return Observation(False, "Failure: down")

    prober = Prober(clock=Clock(500), respond=Region(), probe=probe)
    prober.put("hangs", {**S3, **TIMING, "FullyQualifiedDomainName": "hangs"})
    prober.put("falls", {**S3, **TIMING, "FullyQualifiedDomainName": "falls"})
    wait_until(lambda: not prober.is_healthy("falls"))
    assert prober.is_healthy("hangs")
    released.set()
    prober.stop()


def test_a_mistake_in_a_probe_is_a_failed_observation(caplog: pytest.LogCaptureFixture) -> None:
    def respond(request: HttpRequest, asker: Asker) -> Response:
        raise RuntimeError("a mistake of ours")

    prober = Prober(clock=Clock(500), respond=respond)
    prober.put("h", {**S3, **TIMING})
    wait_until(lambda: not prober.is_healthy("h"))
    prober.stop()
    assert "a mistake of ours" in prober.observations("h")[0]["StatusReport"]["Status"]
    assert "A probe failed by itself" in caplog.text


def test_a_removed_check_is_healthy_and_asks_no_more(prober: Prober, region: Region) -> None:
    region.status = 503
    prober.put("h", {**S3, **TIMING})
    wait_until(lambda: not prober.is_healthy("h"))
    prober.remove("h")
    assert prober.is_healthy("h")
    prober.stop()
    asked = len(region.asked)
    assert (prober.observations("h"), len(region.asked)) == ([], asked)


def test_a_stopped_prober_leaves_no_thread(region: Region) -> None:
    before = set(threading.enumerate())
    prober = Prober(clock=Clock(500), respond=region)
    prober.put("h", {**S3, **TIMING})
    wait_until(lambda: region.asked)
    running = set(threading.enumerate()) - before
    prober.stop()
    prober.stop()
    assert {thread.name.split("_")[0] for thread in running} == {"prober"}
    assert not any(thread.is_alive() for thread in running)


def test_a_prober_without_checks_starts_no_thread() -> None:
    before = threading.active_count()
    prober = Prober(clock=Clock(500), respond=Region())
    assert threading.active_count() == before
    prober.stop()
