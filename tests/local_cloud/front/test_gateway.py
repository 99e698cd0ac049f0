"""The entrance: whatever program asks, in whatever form, the right call is understood, or refused as AWS would."""

from __future__ import annotations

import http.client
import io
import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

import boto3
import pytest
import requests
from botocore import xform_name
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto.core.request import Request
from moto.core.routing import get_service_router

from local_cloud.access.authorizer import Authorizer
from local_cloud.cloud import LocalCloud
from local_cloud.faults import S3_SLOW
from local_cloud.front import parsing
from local_cloud.front.addressing import is_our_origin, is_ours, read_host
from local_cloud.front.control import Control
from local_cloud.front.plain_objects import parse_object_request
from local_cloud.front.wsgi import build_environ, read_request
from local_cloud.services import Service

Client = Callable[..., Any]
TOPIC = "arn:aws:sns:us-east-1:123456789012:topic"
SIGNED = "AWS4-HMAC-SHA256 Credential=local/20260101/eu-west-1/{}/aws4_request, SignedHeaders=host, Signature=0"


class Answer(NamedTuple):
    """An HTTP response, header names as they were sent."""

    status: int
    headers: dict[str, str]
    body: bytes


@pytest.fixture
def ask(cloud: LocalCloud) -> Iterator[Callable[..., Answer]]:
    """Sends one request of plain HTTP, with no SDK in between."""
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(cloud.environment["AWS_ENDPOINT_URL"]).port)

    def ask(method: str, path: str, *, body: Any = None, signed: str = "s3", **headers: str) -> Answer:
        named = {name.replace("__", "-").replace("_", "-"): value for name, value in headers.items()}
        if signed:
            named["Authorization"] = SIGNED.format(signed)
        connection.request(method, path, body=body, headers=named)
        response = connection.getresponse()
        return Answer(response.status, dict(response.getheaders()), response.read())

    yield ask
    connection.close()


@pytest.fixture
def bucket(client: Client) -> str:
    """A bucket in Ireland."""
    client("s3").create_bucket(Bucket="site", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    return "site"


def code_of(answer: Answer) -> str | None:
    return ElementTree.fromstring(answer.body).findtext(".//Code")


def test_metadata_names_come_back_in_lower_case(client: Client, bucket: str) -> None:
    client("s3").put_object(Bucket=bucket, Key="page", Body=b"x", Metadata={"Written-By": "me", "two_words": "yes"})

    head = client("s3").head_object(Bucket=bucket, Key="page")

    assert head["Metadata"] == {"written-by": "me", "two_words": "yes"}


@pytest.mark.parametrize("key", ["é/a b?x=1&q", "a%2Fb", "a//b", "/a", "a+b", "a/../b", "über#1", "dir/"])
def test_any_key_is_kept_as_it_is(client: Client, bucket: str, key: str) -> None:
    client("s3").put_object(Bucket=bucket, Key=key, Body=key.encode())

    assert client("s3").get_object(Bucket=bucket, Key=key)["Body"].read() == key.encode()
    assert [found["Key"] for found in client("s3").list_objects_v2(Bucket=bucket)["Contents"]] == [key]


@pytest.mark.parametrize(
    "host", ["site.s3.eu-west-1.amazonaws.com", "site.s3-eu-west-1.amazonaws.com", "site.localhost:4566"]
)
def test_a_bucket_may_be_named_by_the_host(ask: Callable[..., Answer], client: Client, bucket: str, host: str) -> None:
    client("s3").put_object(Bucket=bucket, Key="a%2Fb c", Body=b"found")

    assert ask("GET", "/a%252Fb%20c", Host=host).body == b"found"


def test_a_host_in_path_style_names_no_bucket(ask: Callable[..., Answer], client: Client, bucket: str) -> None:
    client("s3").put_object(Bucket=bucket, Key="page", Body=b"found")

    assert ask("GET", f"/{bucket}/page", Host="s3.eu-west-1.amazonaws.com").body == b"found"


def test_a_chunked_upload_arrives_whole(ask: Callable[..., Answer], client: Client, bucket: str) -> None:
    ask("PUT", f"/{bucket}/page", body=iter([b"one ", b"two"]))

    assert client("s3").get_object(Bucket=bucket, Key="page")["Body"].read() == b"one two"


def test_an_aws_chunked_upload_is_stored_without_its_frame(
    ask: Callable[..., Answer], client: Client, bucket: str
) -> None:
    body = b"4;chunk-signature=0\r\none \r\n3;chunk-signature=0\r\ntwo\r\n0;chunk-signature=0\r\n\r\n"
    headers = {"Content_Encoding": "aws-chunked", "x_amz_content_sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"}

    ask("PUT", f"/{bucket}/page", body=body, **headers, x_amz_decoded_content_length="7")

    found = client("s3").get_object(Bucket=bucket, Key="page")
    assert found["Body"].read() == b"one two"
    assert "ContentEncoding" not in found


def test_an_aws_chunked_upload_that_breaks_off_is_refused(ask: Callable[..., Answer], bucket: str) -> None:
    answer = ask(
        "PUT", f"/{bucket}/page", body=b"ff\r\nshort", x_amz_content_sha256="STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    )

    assert (answer.status, code_of(answer)) == (400, "IncompleteBody")


def test_head_tells_the_length_and_sends_nothing(ask: Callable[..., Answer], client: Client, bucket: str) -> None:
    client("s3").put_object(Bucket=bucket, Key="page", Body=b"1234567", ContentType="text/html")

    answer = ask("HEAD", f"/{bucket}/page")

    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["Content-Length"] == "7"
    assert answer.headers["Content-Type"] == "text/html"


def test_an_unsigned_request_to_loopback_takes_the_region_of_the_bucket(
    ask: Callable[..., Answer], cloud: LocalCloud, bucket: str
) -> None:
    ask("GET", f"/{bucket}/page", signed="")

    assert cloud.calls[-1]["region"] == "eu-west-1"
    assert cloud.calls[-1]["principal"] is None


@pytest.mark.parametrize("resource", ["metrics&id=1", "requestPayment", "analytics&id=1", "intelligent-tiering&id=1"])
def test_a_bucket_resource_that_is_not_done_makes_no_bucket(
    ask: Callable[..., Answer], client: Client, resource: str
) -> None:
    answer = ask("PUT", f"/ghost?{resource}", body=b"<X/>")

    assert (answer.status, code_of(answer)) == (501, "NotImplemented")
    assert client("s3").list_buckets()["Buckets"] == []


def test_an_operation_that_is_not_done_is_named(client: Client) -> None:
    with pytest.raises(ClientError, match="doesn't implement ListCodeSigningConfigs of lambda") as caught:
        client("lambda", "us-east-1").list_code_signing_configs()

    assert caught.value.response["Error"]["Code"] == "NotImplemented"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("sns", "Subscribe", {"TopicArn": TOPIC, "Protocol": "http", "Endpoint": "http://127.0.0.1:9/"}),
        ("sqs", "CreateQueue", {"QueueName": "queue"}),
        ("ec2", "DescribeInstances", {}),
        ("dynamodb", "ListTables", {}),
        ("ssm", "DescribeParameters", {}),
        ("secretsmanager", "ListSecrets", {}),
        ("kms", "ListKeys", {}),
        ("cloudwatch", "ListMetrics", {}),
        ("events", "ListRules", {}),
        ("stepfunctions", "ListStateMachines", {}),
        ("cloudformation", "ListStacks", {}),
        ("apigateway", "GetRestApis", {}),
        ("cognito-idp", "ListUserPools", {"MaxResults": 1}),
        ("pricing", "DescribeServices", {}),
    ],
)
def test_a_service_outside_the_list_is_refused_by_name(
    client: Client, service: str, operation: str, parameters: dict[str, Any]
) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(client(service, "us-east-1"), xform_name(operation))(**parameters)

    error, status = caught.value.response["Error"], caught.value.response["ResponseMetadata"]["HTTPStatusCode"]
    assert (error["Code"], status) == ("NotImplemented", 501)
    assert error["Message"] == f"The local cloud doesn't implement {operation} of {service}."


def test_a_service_outside_the_list_is_refused_before_anyone_asks_who_may(cloud: LocalCloud) -> None:
    nobody_may = Authorizer({"Statement": []})
    gateway = type(cloud.gateway)(
        {}, lock=cloud.lock, control=Control(cloud).answer, log=lambda *_: None, authorizer=nobody_may
    )
    query = "Action=ListTopics&Version=2010-03-31"

    response = gateway.respond(
        read_request(environ_of("GET", "/", QUERY_STRING=query, HTTP_AUTHORIZATION=SIGNED.format("sns")))
    )

    assert (response.status, b"doesn't implement ListTopics of sns." in response.body) == (501, True)


class Heard(BaseHTTPRequestHandler):
    """Answers, and makes a note of, whatever is sent to the server."""

    def do_POST(self) -> None:
        """Take a message of SNS."""
        self.server.__dict__.setdefault("heard", []).append(self.path)
        self.send_response(200)
        self.end_headers()

    def log_request(self, *_: Any) -> None:
        """Print nothing."""


@pytest.fixture
def subscriber() -> Iterator[HTTPServer]:
    """An HTTP server that SNS could be told to send to."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Heard) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_subscription_of_sns_makes_no_connection(client: Client, subscriber: HTTPServer) -> None:
    sns, refused = client("sns", "us-east-1"), []
    subscription = {"TopicArn": TOPIC, "Protocol": "http", "Endpoint": f"http://127.0.0.1:{subscriber.server_port}/"}
    presigned = sns.generate_presigned_url("subscribe", Params=subscription)
    unsigned = presigned.partition("&X-Amz-")[0]
    for ask in (
        lambda: sns.create_topic(Name="topic"),
        lambda: sns.subscribe(**subscription),
        lambda: sns.publish(TopicArn=TOPIC, Message="hello"),
    ):
        try:
            ask()
        except ClientError as error:
            refused.append(error.response["Error"]["Code"])
    host = {"Host": "sns.us-east-1.amazonaws.com"}
    statuses = [requests.get(url, headers=host, timeout=10).status_code for url in (presigned, unsigned)]

    assert "heard" not in vars(subscriber)
    assert refused == ["NotImplemented"] * 3
    assert statuses == [501, 403]


def test_an_unsigned_request_to_the_host_of_another_service_is_refused(ask: Callable[..., Answer]) -> None:
    path = "/?Action=ListTopics&Version=2010-03-31"
    answer = ask("GET", path, signed="", Host="sns.us-east-1.amazonaws.com")

    assert (answer.status, code_of(answer)) == (403, "MissingAuthenticationToken")


@pytest.mark.parametrize(
    "signature",
    [
        "Credential=a/20260101/us-east-1/sns/aws4, Also=local/20260101/us-east-1/iam/aws4_request",
        "Credential=local/20260101/us-east-1/iam/aws4_request",
    ],
)
def test_moto_is_asked_for_the_service_that_was_understood(ask: Callable[..., Answer], signature: str) -> None:
    form, algorithm = {"Content-Type": "application/x-www-form-urlencoded"}, "AWS4-HMAC-SHA256"
    body = "Action=ListUsers&Version=2010-05-08"
    answer = ask("POST", "/", body=body, signed="", Authorization=f"{algorithm} {signature}", **form)

    assert (answer.status, b"ListUsersResponse" in answer.body) == (200, True)


def test_an_operation_is_named_where_the_signature_has_another_name_for_the_service(client: Client) -> None:
    with pytest.raises(ClientError, match="doesn't implement ListAnalyzers of accessanalyzer"):
        client("accessanalyzer").list_analyzers()


def test_credentials_of_an_assumed_role_are_that_role(cloud: LocalCloud, client: Client) -> None:
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    arn = client("iam", "us-east-1").create_role(RoleName="guest", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    keys = client("sts", "us-east-1").assume_role(RoleArn=arn, RoleSessionName="me")["Credentials"]

    guest = boto3.client(
        "sts",
        region_name="us-east-1",
        endpoint_url=cloud.environment["AWS_ENDPOINT_URL"],
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    assert guest.get_caller_identity()["Arn"] == "arn:aws:sts::123456789012:assumed-role/guest/me"


def test_a_service_that_is_not_known_is_named(ask: Callable[..., Answer]) -> None:
    answer = ask("GET", "/", signed="teleportation")

    assert answer.status == 501
    assert b"teleportation" in answer.body


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


def test_an_error_of_ours_is_an_internal_error_as_aws_has_it(
    ask: Callable[..., Answer], cloud: LocalCloud, caplog: pytest.LogCaptureFixture
) -> None:
    service = BrokenService()
    gateway = type(cloud.gateway)({"s3": service}, lock=cloud.lock, control=Control(cloud).answer, log=lambda *_: None)

    response = gateway.respond(read_request({**environ_of("GET", "/"), "HTTP_AUTHORIZATION": SIGNED.format("s3")}))

    assert response.status == 500
    assert b"<Code>InternalError</Code>" in response.body
    assert "ZeroDivisionError" in caplog.text


class BrokenService(Service):
    name = "s3"

    def answer_list_buckets(self, call: object) -> dict[str, Any]:
        return {"Buckets": 1 / 0}


@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Origin": "null"}], ids=str
)
def test_a_web_page_of_elsewhere_is_refused(ask: Callable[..., Answer], bucket: str, headers: dict[str, str]) -> None:
    answer = ask("DELETE", f"/{bucket}", **headers)

    assert (answer.status, code_of(answer)) == (403, "AccessDenied")


@pytest.mark.parametrize(("path", "service"), [("/site", "s3"), ("/2015-03-31/functions/", "lambda")])
def test_no_web_page_is_invited(ask: Callable[..., Answer], bucket: str, path: str, service: str) -> None:
    answer = ask("GET", path, signed=service, Origin="http://localhost:8888")

    assert answer.status == 200
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize(
    "name", ["127.0.0.1:80", "localhost", "site.localhost:1", "s3.amazonaws.com", "d1.cloudfront.net"]
)
def test_names_of_this_machine_are_ours(name: str) -> None:
    assert is_ours(name)


@pytest.mark.parametrize(
    "name", ["evil.example", "127.0.0.1.evil.example", "amazonaws.com.evil.example", "10.0.0.1", ""]
)
def test_other_names_are_not_ours(name: str) -> None:
    assert not is_ours(name)
    assert not is_our_origin(f"http://{name}")


@pytest.mark.parametrize("name", ["evil.s3.amazonaws.com", "d1.cloudfront.net", "localhost.evil.example"])
def test_a_page_that_anyone_may_put_on_the_real_aws_is_not_ours(name: str) -> None:
    assert not is_our_origin(f"https://{name}")


@pytest.mark.parametrize("name", ["localhost:8888", "127.0.0.1:8888", "d1.cloudfront.localhost:1"])
def test_a_page_of_this_machine_is_ours(name: str) -> None:
    assert is_our_origin(f"http://{name}")


def test_a_bucket_with_dots_is_read_from_the_host() -> None:
    assert read_host("my.site.s3.eu-west-1.amazonaws.com") == ("s3", "eu-west-1", "my.site")


def environ_of(method: str, path: str, **headers: str) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "RAW_URI": path,
        "QUERY_STRING": "",
        "HTTP_HOST": "127.0.0.1:1",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        **headers,
    }


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", {}),
        ("GET", {"HTTP_RANGE": "bytes=0-1", "HTTP_IF_MATCH": '"x"', "HTTP_X_AMZ_CHECKSUM_MODE": "ENABLED"}),
        ("HEAD", {"HTTP_X_AMZ_EXPECTED_BUCKET_OWNER": "123456789012"}),
        ("PUT", {"CONTENT_TYPE": "text/html", "CONTENT_LENGTH": "3", "HTTP_CACHE_CONTROL": "no-cache"}),
        ("PUT", {"HTTP_X_AMZ_META_MY_KEY": "1", "HTTP_X_AMZ_META_B": "2", "HTTP_X_AMZ_TAGGING": "a=b"}),
    ],
    ids=str,
)
def test_the_short_way_and_the_long_way_understand_the_same(method: str, headers: dict[str, str]) -> None:
    request = read_request(environ_of(method, "/site/a%20b", **headers))

    short = parse_object_request(request)
    long = parsing._parse_by_model("s3", request)

    assert short is not None
    assert (short[0].name, short[1]) == (long[0].name, long[1])
    assert long[0] == get_service_router("s3").match(Request(build_environ(request)))[0]


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", {"QUERY_STRING": "versionId=1"}),
        ("PUT", {"HTTP_X_AMZ_COPY_SOURCE": "/site/a"}),
        ("GET", {"HTTP_IF_MODIFIED_SINCE": "Thu, 01 Jan 2026 00:00:00 GMT"}),
        ("DELETE", {}),
    ],
    ids=str,
)
def test_what_is_not_plain_takes_the_long_way(method: str, headers: dict[str, str]) -> None:
    request = read_request({**environ_of(method, "/site/a"), **headers})

    assert parse_object_request(request) is None


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
        environ["HTTP_AUTHORIZATION"] = SIGNED.format(service)

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


@pytest.mark.parametrize(
    ("path", "may_wait"),
    [
        ("/_local_cloud/settle", True),
        ("//_local_cloud/settle", True),
        ("/2015-03-31/functions/origin/invocations", True),
        ("/site/index.html", False),
        ("/", False),
    ],
)
def test_a_request_that_may_wait_is_known_by_its_path(cloud: LocalCloud, path: str, may_wait: bool) -> None:
    assert cloud.gateway.may_take_long(path) is may_wait


def test_any_request_may_wait_while_a_fault_is_in_force(cloud: LocalCloud) -> None:
    cloud.faults.cause(S3_SLOW, region="eu-west-1")
    assert cloud.gateway.may_take_long("/site/index.html")

    cloud.faults.end()
    assert not cloud.gateway.may_take_long("/site/index.html")
