"""Services and operations that the local cloud doesn't implement are refused by name."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from typing import Any

import pytest
import requests
from botocore import xform_name
from botocore.exceptions import ClientError

from local_cloud.access.authorizer import Authorizer
from local_cloud.cloud import LocalCloud
from local_cloud.front.control import Control
from tests.kits.credentials import CREDENTIALS
from tests.local_cloud.front import junk
from tests.local_cloud.front.plain_http import Answer, Client, code_of

TOPIC = "arn:aws:sns:us-east-1:123456789012:topic"


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
        {},
        lock=cloud.lock,
        control=Control(cloud).answer,
        log=lambda *_: None,
        credentials=CREDENTIALS,
        authorizer=nobody_may,
    )
    query = "Action=ListTopics&Version=2010-03-31"

    response = gateway.respond(junk.request_of("GET", "/", query, signed="sns"))

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
    presigned = sns.generate_presigned_url("subscribe", Params=subscription, HttpMethod="GET")
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
    sent = ((presigned, {}), (unsigned, host))  # the signature covers the host
    statuses = [requests.get(url, headers=headers, timeout=10).status_code for url, headers in sent]

    assert "heard" not in vars(subscriber)
    assert refused == ["NotImplemented"] * 3
    assert statuses == [501, 403]


def test_an_unsigned_request_to_the_host_of_another_service_is_refused(ask: Callable[..., Answer]) -> None:
    path = "/?Action=ListTopics&Version=2010-03-31"
    answer = ask("GET", path, signed="", Host="sns.us-east-1.amazonaws.com")

    assert (answer.status, code_of(answer)) == (403, "MissingAuthenticationToken")


def test_a_service_that_is_not_known_is_named(ask: Callable[..., Answer]) -> None:
    answer = ask("GET", "/", signed="teleportation")

    assert answer.status == 501
    assert b"teleportation" in answer.body
