"""Helpers for tests of S3, IAM and replication: these services behind a gateway, in this process, without sockets.

`Kit.ireland` and `Kit.singapore` are boto3 clients. AWS's minutes take milliseconds. In `Kit.real_time` they take
minutes, so no task runs during a test.
"""

from __future__ import annotations

import contextlib
import io
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError

from local_cloud.call import Asker, Response
from local_cloud.clock import Clock
from local_cloud.delays import QUICK, Delays
from local_cloud.engines.replicator import Replicator
from local_cloud.faults import Faults
from local_cloud.front.gateway import Gateway
from local_cloud.front.wsgi import read_request
from local_cloud.services.iam import IamService, StsService
from local_cloud.services.s3 import S3Service
from local_cloud.services.s3control import S3ControlService
from tests.kits.credentials import CREDENTIALS, KEYS

SOURCE, DESTINATION = "site-source", "site-destination"
ACCOUNT = "123456789012"
ROLE_NAME = "replication"
FAST = 20_000.0


class _Raw(io.BytesIO):
    def stream(self, **_: Any) -> list[bytes]:
        return [self.read()]


@dataclass
class Kit:
    """S3, S3 Control, IAM and STS of the local cloud, without the rest."""

    gateway: Gateway
    s3: S3Service
    replicator: Replicator
    clock: Clock
    lock: threading.RLock
    faults: Faults = field(default_factory=Faults)
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict)

    def client(self, service: str, region: str = "eu-west-1") -> Any:
        """A boto3 client whose requests never leave this process."""
        if (service, region) not in self._clients:
            client = boto3.client(
                service,
                region_name=region,
                endpoint_url="http://127.0.0.1:9",
                **KEYS,
                config=Config(inject_host_prefix=False, retries={"total_max_attempts": 1}),
            )
            client.meta.events.register("before-send", lambda request, **_: self._answer(request))
            self._clients[service, region] = client
        return self._clients[service, region]

    @property
    def ireland(self) -> Any:
        return self.client("s3", "eu-west-1")

    @property
    def singapore(self) -> Any:
        return self.client("s3", "ap-southeast-1")

    @property
    def iam(self) -> Any:
        return self.client("iam")

    def settle(self) -> None:
        self.replicator.settle(timeout=10)

    @contextlib.contextmanager
    def real_time(self) -> Iterator[None]:
        """In this context, AWS's minutes take minutes."""
        self.clock.speed = 1
        yield
        self.clock.speed = FAST

    def fetch(
        self,
        path: str,
        *,
        host: str = "127.0.0.1",
        method: str = "GET",
        principal: str | None = None,
        asker: Asker | None = None,
        **environ: str,
    ) -> Response:
        """An unsigned request, as a browser or an edge sends it."""
        request = read_request(make_environ(method, path, host=host) | environ)
        return self.gateway.respond(request, asker or Asker(principal))

    def _answer(self, request: Any) -> AWSResponse:
        url, body = urlsplit(request.url), request.body or b""
        body = body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else body.read()
        path = f"{url.path}?{url.query}" if url.query else url.path
        environ = make_environ(request.method, path, host=url.netloc, body=body)
        for name, value in request.headers.items():
            key = name.upper().replace("-", "_")
            environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = (
                value.decode() if isinstance(value, bytes) else value
            )
        response = self.gateway.respond(read_request(environ))
        return AWSResponse(request.url, response.status, dict(response.headers), _Raw(response.body))


def make_environ(method: str, path: str, *, host: str, body: bytes = b"") -> dict[str, Any]:
    """The WSGI environment of a request."""
    plain, _, query = path.partition("?")
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": plain,
        "RAW_URI": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "HTTP_HOST": host,
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "CONTENT_LENGTH": str(len(body)),
    }


def make_kit(delays: Delays = QUICK) -> Kit:
    """Make the services. All clouds in one process share moto's state."""
    clock, lock, faults = Clock(FAST), threading.RLock(), Faults()
    replicator = Replicator(clock=clock, lock=lock, faults=faults, delays=delays)
    s3 = S3Service(replicator=replicator)
    services = (s3, S3ControlService(replicator=replicator, clock=clock), IamService(), StsService())
    gateway = Gateway(
        {service.name: service for service in services},
        lock=lock,
        control=lambda *_: Response(404),
        log=lambda *_: None,
        credentials=CREDENTIALS,
    )
    return Kit(gateway, s3, replicator, clock, lock, faults)


KIT = make_kit()
"""One for all tests, as clients are slow to make. The state is emptied before each test."""


def make_bucket(region: Any, name: str, *, versioned: bool = False) -> str:
    """A bucket in the client's region."""
    place = {"LocationConstraint": region.meta.region_name}
    region.create_bucket(Bucket=name, CreateBucketConfiguration=place)
    if versioned:
        set_versioning(region, name, "Enabled")
    return name


def set_versioning(region: Any, bucket: str, status: str) -> None:
    region.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})


def make_role(iam: Any, name: str = ROLE_NAME, *, service: str = "s3.amazonaws.com") -> str:
    """Create a role that a service may assume. Returns its ARN."""
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]


REPLICATION_ACTIONS = {
    "s3:GetReplicationConfiguration": f"arn:aws:s3:::{SOURCE}",
    "s3:ListBucket": f"arn:aws:s3:::{SOURCE}",
    "s3:GetObjectVersionForReplication": f"arn:aws:s3:::{SOURCE}/*",
    "s3:GetObjectVersionAcl": f"arn:aws:s3:::{SOURCE}/*",
    "s3:GetObjectVersionTagging": f"arn:aws:s3:::{SOURCE}/*",
    "s3:ReplicateObject": f"arn:aws:s3:::{DESTINATION}/*",
    "s3:ReplicateDelete": f"arn:aws:s3:::{DESTINATION}/*",
}
"""The actions that a replication role needs, and their resources."""


def allow(iam: Any, actions: dict[str, str], *, role: str = ROLE_NAME) -> None:
    """Allow a role these actions on these resources, and nothing else."""
    statements = [{"Effect": "Allow", "Action": action, "Resource": where} for action, where in actions.items()]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_role_policy(RoleName=role, PolicyName="only", PolicyDocument=document)


def without(action: str) -> dict[str, str]:
    """The actions that a replication role needs, without one of them."""
    return {name: where for name, where in REPLICATION_ACTIONS.items() if name != action}


def rule(**changes: Any) -> dict[str, Any]:
    """A rule that replicates everything, including deletions, with changes. None removes a member."""
    members = {
        "ID": "all",
        "Priority": 1,
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": "Enabled"},
        "Destination": {"Bucket": f"arn:aws:s3:::{DESTINATION}"},
        **changes,
    }
    return {name: value for name, value in members.items() if value is not None}


def put_rules(kit: Kit, *rules: dict[str, Any]) -> dict[str, Any]:
    """Put a replication configuration on the source bucket. Returns it."""
    configuration = {"Role": f"arn:aws:iam::{ACCOUNT}:role/{ROLE_NAME}", "Rules": list(rules or [rule()])}
    kit.ireland.put_bucket_replication(Bucket=SOURCE, ReplicationConfiguration=configuration)
    return configuration


def make_pair(kit: Kit) -> None:
    """Create a versioned source bucket in Ireland, a versioned destination bucket in Singapore, and a role."""
    make_bucket(kit.ireland, SOURCE, versioned=True)
    make_bucket(kit.singapore, DESTINATION, versioned=True)
    make_role(kit.iam)
    allow(kit.iam, REPLICATION_ACTIONS)


def put(kit: Kit, key: str = "index.html", body: bytes = b"page", **more: Any) -> str:
    """Put an object in the source bucket. Returns its version id."""
    return kit.ireland.put_object(Bucket=SOURCE, Key=key, Body=body, **more)["VersionId"]


def status(region: Any, bucket: str, key: str = "index.html", **version: str) -> str | None:
    """An object's replication status, as HeadObject returns it."""
    return region.head_object(Bucket=bucket, Key=key, **version).get("ReplicationStatus")


def keys(region: Any, bucket: str) -> set[str]:
    """The keys of a bucket's current objects."""
    return {found["Key"] for found in region.list_objects_v2(Bucket=bucket).get("Contents", [])}


def refused(action: Any, **parameters: Any) -> tuple[str, int, str]:
    """Make a call that is refused. Returns code, HTTP status and message."""
    with pytest.raises(ClientError) as caught:
        action(**parameters)
    error, metadata = caught.value.response["Error"], caught.value.response["ResponseMetadata"]
    return error["Code"], metadata["HTTPStatusCode"], error.get("Message", "")
