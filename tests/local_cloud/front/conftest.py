"""A cloud with something of everything in it, and requests to it: of plain HTTP, and of bytes."""

from __future__ import annotations

import http.client
import io
import json
import socket
import zipfile
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from local_cloud.cloud import LocalCloud
from tests.kits.credentials import sign
from tests.local_cloud.front.plain_http import Answer, Client

_CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
_TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
_ROLE = "arn:aws:iam::123456789012:role/role"


@pytest.fixture
def furnished(cloud: LocalCloud, client: Callable[..., Any]) -> Iterator[dict[str, list[str]]]:
    """Something in each service; gives names and ids, by the end of the member's name that takes them."""
    cloud.reset()
    s3 = client("s3")
    for bucket in ("site", "plain"):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        s3.put_object(Bucket=bucket, Key="page", Body=b"1")
    s3.put_bucket_versioning(Bucket="site", VersioningConfiguration={"Status": "Enabled"})
    trust = json.dumps({"Version": "2012-10-17", "Statement": [_TRUST]})
    client("iam").create_role(RoleName="role", AssumeRolePolicyDocument=trust)
    client("iam").create_user(UserName="user")
    client("lambda").create_function(
        FunctionName="function", Runtime="python3.13", Role=_ROLE, Handler="a.b", Code={"ZipFile": _zip()}, Publish=True
    )
    zone = client("route53").create_hosted_zone(Name="two.test", CallerReference="1")["HostedZone"]["Id"]
    distribution = client("cloudfront").create_distribution(DistributionConfig=_config())
    yield {
        "Bucket": ["site", "plain"],
        "Key": ["page", "a/b"],
        "RoleName": ["role"],
        "UserName": ["user"],
        "Role": [_ROLE],
        "RoleArn": [_ROLE],
        "FunctionName": ["function"],
        "VersionId": ["null"],
        "AccountId": ["123456789012"],
        "HostedZoneId": [zone.rpartition("/")[2]],
        "Id": [distribution["Distribution"]["Id"], "site"],
        "IfMatch": [distribution["ETag"]],
    }
    cloud.reset()


@pytest.fixture
def converse(cloud: LocalCloud) -> Callable[..., bytes]:
    """Sends bytes to the AWS APIs or to the edge (`to="edge"`) and gives what comes back until the connection ends.

    Or until nothing has come for `patience` seconds.
    """

    def converse(sent: bytes, *, to: str = "gateway", patience: float = 10) -> bytes:
        url = cloud.edge.url if to == "edge" else cloud.environment["AWS_ENDPOINT_URL"]
        with socket.create_connection(("127.0.0.1", urlsplit(url).port), timeout=patience) as connection:
            connection.sendall(sent)
            received = bytearray()
            try:
                while part := connection.recv(65536):
                    received += part
            except (ConnectionResetError, TimeoutError):
                pass  # it was told enough, or waits for more
            return bytes(received)

    return converse


def _config() -> dict[str, Any]:
    origin = {
        "Id": "site",
        "DomainName": "site.s3.eu-west-1.amazonaws.com",
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }
    behavior = {"TargetOriginId": "site", "ViewerProtocolPolicy": "allow-all", "CachePolicyId": _CACHING_DISABLED}
    return {
        "CallerReference": "1",
        "Comment": "",
        "Enabled": True,
        "Aliases": {"Quantity": 0},
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": behavior,
    }


def _zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.py", "def b(event, context): return event")
    return packed.getvalue()


@pytest.fixture
def ask(cloud: LocalCloud) -> Iterator[Callable[..., Answer]]:
    """Sends one request of plain HTTP, with no SDK in between."""
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(cloud.environment["AWS_ENDPOINT_URL"]).port)

    def ask(method: str, path: str, *, body: Any = None, signed: str = "s3", **headers: str) -> Answer:
        named = {name.replace("__", "-").replace("_", "-"): value for name, value in headers.items()}
        if signed:
            host = named.get("Host", urlsplit(cloud.environment["AWS_ENDPOINT_URL"]).netloc)
            named = sign(
                method,
                f"http://{host}{path}",
                service=signed,
                headers=named,
                body=body if isinstance(body, bytes | str) else b"",
            )
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
