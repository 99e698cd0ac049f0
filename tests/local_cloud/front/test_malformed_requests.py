"""Requests that are malformed are refused as AWS refuses them, and never are internal errors."""

from __future__ import annotations

import io
import json
import socket
from collections.abc import Callable
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local_cloud.cloud import LocalCloud
from local_cloud.front.wsgi import read_request
from tests.local_cloud.front.junk import add_signature
from tests.local_cloud.front.plain_http import Answer, Client, code_of, environ_of


def test_a_method_that_s3_does_not_have_is_refused(ask: Callable[..., Answer], bucket: str) -> None:
    answer = ask("PATCH", f"/{bucket}/page")

    assert (answer.status, code_of(answer)) == (405, "MethodNotAllowed")


def test_xml_that_is_none_is_refused(ask: Callable[..., Answer], bucket: str) -> None:
    answer = ask("PUT", f"/{bucket}?versioning", body=b"<not xml")

    assert (answer.status, code_of(answer)) == (400, "MalformedXML")


def test_json_that_is_none_is_refused(ask: Callable[..., Answer]) -> None:
    answer = ask("POST", "/2015-03-31/functions", body=b"{nope", signed="lambda")

    assert answer.status == 400
    assert json.loads(answer.body)["__type"] == "SerializationException"


def test_connections_with_junk_leave_it_answering(cloud: LocalCloud, client: Client) -> None:
    port = urlsplit(cloud.environment["AWS_ENDPOINT_URL"]).port
    for junk in (b"\0\0\0\0\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(junk)
            connection.recv(100)

    assert client("s3").list_buckets()["Buckets"] == []


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    method=st.sampled_from(["GET", "PUT", "POST", "DELETE", "HEAD", "PATCH", "OPTIONS"]),
    path=st.just("site") | st.just("site/a") | st.text(st.characters(max_codepoint=255), max_size=30),
    query=st.sampled_from(["", "versioning", "acl", "delete", "uploads", "versionId", "max-keys=x", "%f=&"]),
    service=st.sampled_from(["", "s3", "iam", "lambda", "cloudfront", "route53", "logs", "sts", "s3control"]),
    host=st.sampled_from(["127.0.0.1", "a.b.s3.eu-west-1.amazonaws.com", ".localhost", "s3.amazonaws.com", "x" * 300]),
    body=st.binary(max_size=40),
    headers=st.dictionaries(
        st.sampled_from(
            ["HTTP_RANGE", "HTTP_IF_MODIFIED_SINCE", "CONTENT_TYPE", "HTTP_X_AMZ_COPY_SOURCE", "HTTP_X_AMZ_TARGET",
             "HTTP_X_AMZ_CONTENT_SHA256", "HTTP_X_AMZ_TAGGING", "HTTP_CONTENT_MD5", "HTTP_X_AMZ_DATE"]
        ),
        st.one_of(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20), st.just("STREAMING-X")),
    ),
)  # fmt: skip
def test_junk_never_is_an_internal_error(
    cloud: LocalCloud,
    bucket: str,
    method: str,
    path: str,
    query: str,
    service: str,
    host: str,
    body: bytes,
    headers: dict[str, str],
) -> None:
    environ = environ_of(method, f"/{path}", QUERY_STRING=query, HTTP_HOST=host, CONTENT_LENGTH=str(len(body)))
    environ |= {"RAW_URI": f"/{quote(path.encode('latin-1'))}?{query}", "wsgi.input": io.BytesIO(body), **headers}
    if service:
        add_signature(environ, service)

    response = cloud.gateway.respond(read_request(environ))

    assert response.status != 500, response.body
    assert b"<html" not in response.body.lower()


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("PUT", "/site?tagging", b"", "MissingRequestBodyError"),
        ("PUT", "/site?tagging", b"<a/>", "MalformedXML"),
        ("PUT", "/site?tagging", b"<Tagging/>", "MalformedXML"),
        ("POST", "/site?delete", b"<Delete><Object/></Delete>", "MalformedXML"),
        ("POST", "/site/page?uploadId=1", b"", "MissingRequestBodyError"),
    ],
)
def test_a_body_that_lacks_something_is_refused(
    ask: Callable[..., Answer], bucket: str, method: str, path: str, body: bytes, code: str
) -> None:
    answer = ask(method, path, body=body)

    assert (answer.status, code_of(answer)) == (400, code)


@pytest.mark.parametrize(("given", "status"), [("bytes=1-2", 206), ("bytes=-1", 206), ("lines=1-2", 200), ("x", 200)])
def test_a_range_that_is_none_is_ignored(
    ask: Callable[..., Answer], client: Client, bucket: str, given: str, status: int
) -> None:
    client("s3").put_object(Bucket=bucket, Key="page", Body=b"1234567")

    assert ask("GET", f"/{bucket}/page", Range=given).status == status
