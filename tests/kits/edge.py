"""Helpers for tests of the edge: an edge in front of buckets and functions that are dictionaries and lambdas."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from local_cloud.call import Asker, HttpRequest, Response
from local_cloud.clock import Clock
from local_cloud.engines.edge import CITIES, City, Edge
from local_cloud.engines.sandbox import DeployedFunction, Invocation
from tests.kits.cloudfront import FUNCTION, Kit, make_kit, minimal_behavior, minimal_config, minimal_origin

IRELAND, SINGAPORE = "site.s3.eu-west-1.amazonaws.com", "twin.s3.ap-southeast-1.amazonaws.com"
OPTIMIZED, DISABLED = "658327ea-f89d-4fab-a63d-7e88639e58f6", "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
ALL_METHODS = {"AllowedMethods": {"Quantity": 7, "Items": METHODS}}
Run = Callable[[dict[str, Any]], Any]


class Buckets:
    """Replaces the gateway: objects by host name and path, and the requests for them."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], Response] = {}
        self.asked: list[HttpRequest] = []
        self.askers: list[Asker] = []
        self.was_asked = threading.Event()
        self.gate: threading.Event | None = None

    def put(self, path: str, body: str, *, host: str = IRELAND, **headers: str) -> None:
        given = [(name.replace("_", "-"), value) for name, value in headers.items()]
        self.objects[host, path] = Response(200, [("Content-Type", "text/plain"), *given], body.encode())

    def fail(self, path: str, status: int, *, host: str = IRELAND, **headers: str) -> None:
        given = [(name.replace("_", "-"), value) for name, value in headers.items()]
        self.objects[host, path] = Response(status, given, b"<Error/>")

    def respond(self, request: HttpRequest, asker: Asker) -> Response:
        self.asked.append(request)
        self.askers.append(asker)
        self.was_asked.set()
        if self.gate:
            self.gate.wait(5)
        held = self.objects.get((request.host, request.path), Response(403, [], b"<Error/>"))
        if held.ok and held.header("ETag") and held.header("ETag") == request.headers.get("if-none-match"):
            return Response(304, held.headers, b"")
        return held


def record_of(event: dict[str, Any]) -> dict[str, Any]:
    """The record in an event: `config`, `request` and, in response events, `response`."""
    record = event["Records"][0]["cf"]
    assert isinstance(record, dict)
    return record


def unchanged(event: dict[str, Any]) -> Any:
    """A function that changes nothing."""
    record = record_of(event)
    return record["response"] if "response" in record else record["request"]


class Functions:
    """Replaces Lambda and the sandbox: one function version, whose handler is a Python callable."""

    def __init__(self) -> None:
        self.run: Run = unchanged
        self.gate: threading.Event | None = None
        self.was_asked = threading.Event()
        self.events: list[dict[str, Any]] = []
        self.log_groups: list[tuple[str, str]] = []
        self.timed_out = False

    def find_version(self, version_arn: str) -> DeployedFunction:
        return DeployedFunction(version_arn, "route", "1", b"", "handler.handler", "python3.13", 5.0, 128)

    async def invoke(self, function: DeployedFunction, event: dict[str, Any], *, region: str, log_group: str) -> Any:
        self.events.append(event)
        self.log_groups.append((region, log_group))
        self.was_asked.set()
        if self.gate:
            await asyncio.to_thread(self.gate.wait, 5)
        try:
            payload, error = self.run(json.loads(json.dumps(event))), None
        except Exception as raised:
            payload, error = None, {"errorMessage": str(raised)}
        return Invocation(payload, error, self.timed_out, [], "id", 0.001)


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes
    reason: str

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def x_cache(self) -> str:
        return self.headers["X-Cache"]


@dataclass
class EdgeKit:
    """An edge, CloudFront's control plane, buckets and functions, with one clock."""

    cloudfront: Kit
    edge: Edge
    buckets: Buckets = field(default_factory=Buckets)
    functions: Functions = field(default_factory=Functions)
    logs: list[tuple[str, str, str, list[str]]] = field(default_factory=list)
    domain_name: str = ""
    city: str = "Dublin"

    def create(self, *, deployed: bool = True, **changes: Any) -> str:
        """Create a distribution, deployed by default. Returns its id."""
        created = self.cloudfront.client.create_distribution(DistributionConfig=minimal_config(**changes))
        self.domain_name = created["Distribution"]["DomainName"]
        if deployed:
            self.cloudfront.deploy()
        return str(created["Distribution"]["Id"])

    def create_with_function(self, run: Run, *, policy: str = OPTIMIZED, **changes: Any) -> str:
        """Create a distribution with an origin-request function, an identity and the header X-DNS-ORIGIN."""
        self.functions.run = run
        behavior = with_functions("origin-request", CachePolicyId=policy)
        origins = {"Quantity": 1, "Items": [self.private_origin()]}
        return self.create(DefaultCacheBehavior=behavior, Origins=origins, **changes)

    def create_at(self, events: str, run: Run, *, include_body: bool = False, **behavior: Any) -> str:
        """Create a distribution with the function at these events, in front of a public bucket."""
        self.functions.run = run
        changed = with_functions(*events.split(), include_body=include_body, **behavior)
        return self.create(DefaultCacheBehavior=changed)

    @property
    def events_run(self) -> list[str]:
        """The types of the events for which the function ran."""
        return [record_of(event)["config"]["eventType"] for event in self.functions.events]

    def private_origin(self) -> dict[str, Any]:
        config = {"CallerReference": "identity", "Comment": ""}
        made = self.cloudfront.client.create_cloud_front_origin_access_identity(
            CloudFrontOriginAccessIdentityConfig=config
        )
        identity = made["CloudFrontOriginAccessIdentity"]["Id"]
        headers = {"Quantity": 1, "Items": [{"HeaderName": "X-DNS-ORIGIN", "HeaderValue": "origin.two-regions.test"}]}
        s3 = {"OriginAccessIdentity": f"origin-access-identity/cloudfront/{identity}"}
        return minimal_origin(S3OriginConfig=s3, CustomHeaders=headers)

    def get(
        self,
        path: str,
        *,
        host: str = "",
        method: str = "GET",
        body: bytes | None = None,
        seen_from: str = "",
        **headers: str,
    ) -> Answer:
        """Send a request to the edge on a new connection."""
        address = urlsplit(self.edge.urls[seen_from or self.city])
        connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=10)
        sent = {"Host": host or self.domain_name} | {name.replace("_", "-"): v for name, v in headers.items()}
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read(), response.reason)
        finally:
            connection.close()

    def invalidate(self, distribution_id: str, *paths: str) -> None:
        batch = {"CallerReference": str(paths), "Paths": {"Quantity": len(paths), "Items": list(paths)}}
        self.cloudfront.client.create_invalidation(DistributionId=distribution_id, InvalidationBatch=batch)


def with_functions(*events: str, include_body: bool = False, **changes: Any) -> dict[str, Any]:
    """A cache behavior with the function at these events."""
    items = [
        {"LambdaFunctionARN": FUNCTION, "EventType": event, "IncludeBody": include_body and event.endswith("request")}
        for event in events
    ]
    return minimal_behavior(LambdaFunctionAssociations={"Quantity": len(items), "Items": items}, **changes)


def own_policy(edge: EdgeKit, *, ttls: tuple[int, int, int] = (0, 60, 600), **in_key: Any) -> dict[str, Any]:
    """A cache behavior with its own cache policy."""
    config = {
        "EnableAcceptEncodingGzip": False,
        "HeadersConfig": {"HeaderBehavior": "none"},
        "CookiesConfig": {"CookieBehavior": "none"},
        "QueryStringsConfig": {"QueryStringBehavior": "none"},
        **in_key,
    }
    minimum, default, maximum = ttls
    policy = {"Name": "own", "MinTTL": minimum, "DefaultTTL": default, "MaxTTL": maximum}
    made = edge.cloudfront.client.create_cache_policy(
        CachePolicyConfig=policy | {"ParametersInCacheKeyAndForwardedToOrigin": config}
    )
    return minimal_behavior(CachePolicyId=made["CachePolicy"]["Id"])


async def _let_tasks_end() -> None:
    """Wait for the edge's tasks. One that doesn't end fails this test. It would otherwise log in a later test."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    if left:
        _, pending = await asyncio.wait(left, timeout=3)
        assert not pending


@contextmanager
def running_edge(
    *, concurrent_executions: int = 1000, cities: Sequence[City] = CITIES, patience: float = 30.0, late: float = 0.0
) -> Iterator[EdgeKit]:
    """A running edge, with its own event loop."""
    kit, buckets, functions = make_kit(), Buckets(), Functions()
    logs: list[tuple[str, str, str, list[str]]] = []
    edge = Edge(
        cloudfront=kit.service,
        functions=functions,
        sandbox=functions,
        respond=buckets.respond,
        clock=Clock(1, now=kit.time),
        keep_log=lambda *log: logs.append(log),
        concurrent_executions=concurrent_executions,
        cities=cities,
        patience=patience,
        late=late,
    )
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(edge.start(), loop).result(5)
    try:
        yield EdgeKit(kit, edge, buckets, functions, logs)
    finally:
        asyncio.run_coroutine_threadsafe(edge.stop(), loop).result(5)
        asyncio.run_coroutine_threadsafe(_let_tasks_end(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()
