"""The entrance: the service and the operation of a request are understood, the short way and the long way."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.core.request import Request
from moto.core.routing import get_service_router

from local_cloud.cloud import LocalCloud
from local_cloud.faults import S3_SLOW
from local_cloud.front import parsing
from local_cloud.front.control import Control
from local_cloud.front.plain_objects import parse_object_request
from local_cloud.front.wsgi import build_environ, read_request
from local_cloud.services import Service
from tests.kits.credentials import CREDENTIALS
from tests.local_cloud.front import junk
from tests.local_cloud.front.plain_http import Answer, Client, environ_of


def test_moto_is_asked_for_the_service_that_was_understood(ask: Callable[..., Answer]) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = ask("POST", "/", body="Action=ListUsers&Version=2010-05-08", signed="iam", **form)

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


def test_an_error_of_ours_is_an_internal_error_as_aws_has_it(
    ask: Callable[..., Answer], cloud: LocalCloud, caplog: pytest.LogCaptureFixture
) -> None:
    service = BrokenService()
    control = Control(cloud).answer
    gateway = type(cloud.gateway)(
        {"s3": service}, lock=cloud.lock, control=control, log=lambda *_: None, credentials=CREDENTIALS
    )

    response = gateway.respond(junk.request_of("GET", "/", signed="s3"))

    assert response.status == 500
    assert b"<Code>InternalError</Code>" in response.body
    assert "ZeroDivisionError" in caplog.text


class BrokenService(Service):
    name = "s3"

    def answer_list_buckets(self, call: object) -> dict[str, Any]:
        return {"Buckets": 1 / 0}


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
