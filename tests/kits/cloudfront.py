"""Helpers for tests of CloudFront and of the edge: a clock that tests move, described functions, a client."""

from __future__ import annotations

import functools
import io
import threading
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.awsrequest import AWSResponse

from local_cloud.call import Response
from local_cloud.clock import Clock
from local_cloud.delays import QUICK, Delays
from local_cloud.front.gateway import Gateway
from local_cloud.front.wsgi import read_request
from local_cloud.services.cloudfront import CloudFrontService
from tests.kits.credentials import CREDENTIALS, KEYS

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:route:1"
ROLE = "arn:aws:iam::123456789012:role/edge"
TRUST = {
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": ["lambda.amazonaws.com", "edgelambda.amazonaws.com"]},
            "Action": "sts:AssumeRole",
        }
    ]
}


class Time:
    """A clock that only `pass_by` moves."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds

    def pass_by(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass
class Described:
    """Replaces Lambda: the existing function versions, and their configurations."""

    versions: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {FUNCTION: {"Role": ROLE, "Runtime": "python3.13", "State": "Active", "Timeout": 5}}
    )

    def describe(self, version_arn: str) -> dict[str, Any] | None:
        return self.versions.get(version_arn)


@dataclass
class Kit:
    """CloudFront alone, behind the gateway, with a boto3 client without sockets."""

    time: Time
    service: CloudFrontService
    functions: Described
    client: Any

    def deploy(self) -> None:
        """Move the clock by the time that AWS needs to deploy a distribution."""
        self.time.pass_by(301)


def make_kit(delays: Delays = QUICK) -> Kit:
    """An empty CloudFront with AWS's own waits."""
    time, functions = Time(), Described()
    service = CloudFrontService(clock=Clock(1, now=time), delays=delays)
    service.connect(functions=functions, trust_of=lambda arn: TRUST if arn == ROLE else None)
    gateway = Gateway(
        {"cloudfront": service},
        lock=threading.RLock(),
        control=lambda *_: Response(404),
        log=lambda *_: None,
        credentials=CREDENTIALS,
    )
    client = _make_client()
    client.meta.events.unregister("before-send.cloudfront", unique_id="kit")
    client.meta.events.register("before-send.cloudfront", lambda request, **_: ask(gateway, request), unique_id="kit")
    return Kit(time, service, functions, client)


@functools.cache
def _make_client() -> Any:
    """One client for all kits, as making one takes longer than most tests. The last kit answers it."""
    return boto3.client("cloudfront", region_name="us-east-1", **KEYS)


def ask(gateway: Gateway, request: Any) -> AWSResponse:
    """Answer a request of botocore in this process."""
    url, body = urlsplit(request.url), request.body or b""
    body = body.encode() if isinstance(body, str) else body
    environ = {
        "REQUEST_METHOD": request.method,
        "PATH_INFO": url.path,
        "RAW_URI": url.path,
        "QUERY_STRING": url.query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "HTTP_HOST": url.netloc,
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "CONTENT_LENGTH": str(len(body)),
    }
    for name, value in request.headers.items():
        text = value.decode() if isinstance(value, bytes) else value
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = text
    response = gateway.respond(read_request(environ))
    return AWSResponse(request.url, response.status, dict(response.headers), _Raw(response.body))


class _Raw:
    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: Any) -> list[bytes]:
        return [self._body]


def minimal_config(reference: str = "one", **changes: Any) -> dict[str, Any]:
    """The smallest configuration that AWS accepts, with changes at the top level."""
    return {
        "CallerReference": reference,
        "Comment": "site",
        "Enabled": True,
        "DefaultRootObject": "index.html",
        "Origins": {"Quantity": 1, "Items": [minimal_origin()]},
        "DefaultCacheBehavior": minimal_behavior(),
        **changes,
    }


def minimal_origin(**changes: Any) -> dict[str, Any]:
    return {
        "Id": "source",
        "DomainName": "site.s3.eu-west-1.amazonaws.com",
        "S3OriginConfig": {"OriginAccessIdentity": ""},
        **changes,
    }


def minimal_behavior(**changes: Any) -> dict[str, Any]:
    return {
        "TargetOriginId": "source",
        "ViewerProtocolPolicy": "redirect-to-https",
        "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
        **changes,
    }


def associated(arn: str = FUNCTION, event: str = "origin-request") -> dict[str, Any]:
    """A cache behavior with a function association."""
    item = {"LambdaFunctionARN": arn, "EventType": event, "IncludeBody": False}
    return minimal_behavior(LambdaFunctionAssociations={"Quantity": 1, "Items": [item]})
