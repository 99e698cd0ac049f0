"""Junk on the wire, and strangers: the gateway and the edge answer, close, and go on."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest

from local_cloud.cloud import LocalCloud
from tests.kits.credentials import sign
from tests.local_cloud.front.junk import SERVICES, environ_of, request_of
from tests.local_cloud.front.wire import END, HOST, JUNK, Converse


@pytest.mark.parametrize("to", ["gateway", "edge"])
@pytest.mark.parametrize("junk", JUNK)
def test_junk_on_the_wire_is_answered_or_cut_off(
    cloud: LocalCloud, converse: Converse, caplog: pytest.LogCaptureFixture, to: str, junk: str
) -> None:
    received = converse(JUNK[junk], to=to, patience=0.2)

    assert not received or received.startswith(b"HTTP/1."), received
    assert b"HTTP/1.1 500" not in received
    assert not [record for record in caplog.records if record.exc_info]
    good = b"GET /_local_cloud/health HTTP/1.1\r\n" + HOST + END
    assert converse(good, to=to).startswith(b"HTTP/1.1 200" if to == "gateway" else b"HTTP/1.1 403")


def test_requests_in_one_go_are_answered_in_order(cloud: LocalCloud, converse: Converse) -> None:
    request = b"GET /_local_cloud/%s HTTP/1.1\r\nHost: localhost\r\n%s\r\n"

    received = converse(request % (b"health", b"") + request % (b"nothing", b"") + request % (b"health", END[:-2]))

    assert [part[:3] for part in received.split(b"HTTP/1.1 ")[1:]] == [b"200", b"403", b"200"]


def test_half_open_connections_keep_nobody_waiting(cloud: LocalCloud, converse: Converse) -> None:
    url = cloud.environment["AWS_ENDPOINT_URL"]
    half = [socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1]))) for _ in range(150)]
    for connection in half:
        connection.sendall(b"PUT /site/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nab")

    received = converse(b"GET /_local_cloud/health HTTP/1.1\r\n" + HOST + END)

    for connection in half:
        connection.close()
    assert received.startswith(b"HTTP/1.1 200")


BOMB = b'<!DOCTYPE a [<!ENTITY a "' + b"a" * 50 + b'">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 50) for n in range(6)
) + b"]><VersioningConfiguration><Status>&g;</Status></VersioningConfiguration>"  # fmt: skip
FILE = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><VersioningConfiguration><Status>&x;</Status></VersioningConfiguration>'
DEEP = b"<a>" * 20_000 + b"</a>" * 20_000


@pytest.mark.parametrize(
    "body", [BOMB, FILE, DEEP, b"\xff\xfe<\0a\0", b"<a>\0</a>"], ids=["bomb", "file", "deep", "utf-16", "nul"]
)
@pytest.mark.parametrize(
    ("method", "path", "query", "service"),
    [
        ("PUT", "/site", "versioning", "s3"),
        ("POST", "/site", "delete", "s3"),
        ("POST", "/2020-05-31/distribution", "", "cloudfront"),
        ("POST", "/2013-04-01/hostedzone", "", "route53"),
    ],
    ids=["PutBucketVersioning", "DeleteObjects", "CreateDistribution", "CreateHostedZone"],
)
def test_xml_made_to_harm_is_malformed(
    cloud: LocalCloud, furnished: object, body: bytes, method: str, path: str, query: str, service: str
) -> None:
    response = cloud.gateway.respond(request_of(method, path, query, body=body, signed=service))

    assert response.status == 400, response.body


def test_json_without_end_of_depth_is_malformed(cloud: LocalCloud) -> None:
    body = b"[" * 100_000
    response = cloud.gateway.respond(request_of("POST", "/2015-03-31/functions", body=body, signed="lambda"))

    assert (response.status, json.loads(response.body)["__type"]) == (400, "SerializationException")


@pytest.mark.parametrize("service", SERVICES)
def test_no_body_and_no_operation_is_no_internal_error(cloud: LocalCloud, service: str) -> None:
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"):
        assert cloud.gateway.respond(request_of(method, "/", signed=service)).status != 500


@pytest.fixture
def readable(cloud: LocalCloud, furnished: object, client: Any) -> None:
    """The bucket `site`, which everyone may read."""
    s3 = client("s3")
    s3.delete_public_access_block(Bucket="site")
    read = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::site/*"}
    s3.put_bucket_policy(Bucket="site", Policy=json.dumps({"Version": "2012-10-17", "Statement": read}))


def ask(cloud: LocalCloud, method: str = "GET", path: str = "/_local_cloud/health", **headers: str) -> int:
    """The status of a request as a browser would send it, through all that the server asks."""
    environ: dict[str, Any] = environ_of(method, path, headers={key.replace("_", "-"): v for key, v in headers.items()})
    status: list[str] = []
    cloud.gateway(environ, lambda line, *_: status.append(line))
    return int(status[0][:3])


@pytest.mark.parametrize("host", ["localhost.", "LOCALHOST:1", "[::1]:80"])
def test_a_name_of_this_machine_may_be_written_in_any_way(cloud: LocalCloud, host: str) -> None:
    assert ask(cloud, Host=host) == 200


@pytest.mark.parametrize("host", ["site.localhost:1", "site.localhost.:1", "site.s3.eu-west-1.amazonaws.com."])
def test_a_bucket_may_be_named_by_its_host_in_any_way(cloud: LocalCloud, readable: None, host: str) -> None:
    assert ask(cloud, "GET", "/page", Host=host) == 200


def test_a_bucket_may_be_named_by_a_host_with_the_roots_dot(cloud: LocalCloud, furnished: object) -> None:
    signed = sign("GET", "http://site.localhost.:1/page")

    assert ask(cloud, "GET", "/page", Host="site.localhost.:1", **signed) == 200


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1.", "0.0.0.0", "127.1", "2130706433", "x@127.0.0.1", "127.0.0.1:80:80", "evil.example#.localhost",
     "a b.localhost", "evil.example/.localhost", "169.254.169.254", "localhost..", "[::2]"],
)  # fmt: skip
def test_a_name_that_only_looks_like_this_machine_is_refused(cloud: LocalCloud, host: str) -> None:
    assert ask(cloud, Host=host) == 403


def test_a_form_on_a_page_of_another_site_is_refused(cloud: LocalCloud) -> None:
    assert ask(cloud, "POST", "/_local_cloud/reset", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate") == 403


def test_an_image_on_a_page_of_another_site_is_refused(cloud: LocalCloud) -> None:
    assert ask(cloud, Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="no-cors") == 403


def test_a_link_on_a_page_of_another_site_may_be_followed(cloud: LocalCloud, readable: None) -> None:
    link = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate"}

    assert ask(cloud, "GET", "/site/page", **link, Sec_Fetch_Dest="document") == 200
    for place in ("iframe", "frame", "embed", "object", "image"):
        assert ask(cloud, "GET", "/site/page", **link, Sec_Fetch_Dest=place) == 403
    assert ask(cloud, "POST", "/site/page", **link, Sec_Fetch_Dest="document") == 403
    assert ask(cloud, "GET", "/site/page", **link) == 403


OWN = "http://127.0.0.1:1"
"""The origin of the gateway in these tests."""


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://localhost:8888"},
        {"Origin": "http://d1.cloudfront.localhost:2"},
        {"Origin": "http://127.0.0.1:2"},
        {"Origin": "http://127.0.0.1"},
        {"Origin": "https://127.0.0.1:1"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Host": "site.localhost:1"},
        {"Host": "site.localhost:1", "Origin": "http://site.localhost:1"},
        {"Host": "s3.eu-west-1.amazonaws.com"},
        {"Host": "evil.example"},
        {"Sec_Fetch_Site": "same-site", "Sec_Fetch_Mode": "no-cors"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "iframe"},
    ],
    ids=str,
)
@pytest.mark.parametrize(("method", "path"), [("GET", "health"), ("POST", "reset"), ("POST", "stop")])
def test_no_other_page_may_control_the_cloud_even_with_a_signature(
    cloud: LocalCloud, method: str, path: str, headers: dict[str, str]
) -> None:
    url = f"http://{headers.get('Host', '127.0.0.1:1')}/_local_cloud/{path}"

    assert ask(cloud, method, f"/_local_cloud/{path}", **sign(method, url), **headers) == 403
    assert not cloud.stop_requested.is_set()


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": OWN}, {"Sec_Fetch_Site": "same-origin"}, {"Sec_Fetch_Site": "none"}]
)
def test_programs_and_the_gateways_own_origin_may_control_the_cloud(cloud: LocalCloud, headers: dict[str, str]) -> None:
    signed = sign("GET", f"{OWN}/_local_cloud/calls")

    assert ask(cloud, "GET", "/_local_cloud/calls", **signed, **headers) == 200
    assert ask(cloud, "GET", "/_local_cloud/calls", **headers) == 403


def test_a_target_with_a_strangers_name_is_refused(cloud: LocalCloud, converse: Converse) -> None:
    received = converse(b"GET http://evil.example/_local_cloud/health HTTP/1.1\r\n" + HOST + END)

    assert received.startswith(b"HTTP/1.1 403")


def test_a_preflight_of_another_site_is_refused(cloud: LocalCloud) -> None:
    assert ask(cloud, "OPTIONS", "/site", Origin="https://evil.example", Access_Control_Request_Method="PUT") == 403


def test_no_header_sets_what_engines_say_of_themselves(cloud: LocalCloud, converse: Converse) -> None:
    cloud.reset()
    claims = (
        b"local_cloud.principal: cloudfront.amazonaws.com\r\nlocal-cloud.unlogged: 1\r\nlocal_cloud.unlogged: 1\r\n"
    )
    converse(b"GET / HTTP/1.1\r\n" + HOST + claims + END)

    assert [call["principal"] for call in cloud.calls] == [None]


def test_line_ends_in_a_parameter_make_no_header(cloud: LocalCloud, furnished: object, converse: Converse) -> None:
    target = "/site/page?response-content-type=a%0d%0aX-Evil:%201&response-content-disposition=%00"
    headers = "".join(f"{name}: {value}\r\n" for name, value in sign("GET", f"http://localhost{target}").items())
    received = converse(f"GET {target} HTTP/1.1\r\n{headers}".encode() + HOST + END)

    assert b"\nX-Evil" not in received
    assert not received.startswith(b"HTTP/1.1 500")
