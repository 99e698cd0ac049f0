"""Lambda@Edge events (CFDG/lambda-event-structure): requests and responses in CloudFront's shape, and the event around.

viewer_request    a viewer's request, as functions see it
build_request     a request to an origin, as functions see it
with_origin       the same, with its origin
with_body         a request with the viewer's body, for functions that include it
event_response    a response, as functions see it
build_event       the event
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from local_cloud.engines.edge.cache import CachedResponse
from local_cloud.engines.edge.cache_key import (
    forwarded_cookies,
    forwarded_headers,
    forwarded_query,
    normalised_encodings,
)
from local_cloud.engines.edge.header_rules import is_disallowed
from local_cloud.engines.edge.site import Behavior, Config, Origin, Site
from local_cloud.phrases import phrase

Request = dict[str, Any]
Response = dict[str, Any]
Headers = dict[str, list[dict[str, str]]]

_REGION_LABEL = ".s3."
_LOCAL_NAME = ".cloudfront.localhost"
_OF_BODIES = ("Content-Length", "Content-MD5", "Content-Type")
"""Headers that go to origins with any cache policy (CFDG/RequestAndResponseBehaviorCustomOrigin)."""


@dataclass(frozen=True)
class Viewer:
    """A viewer's request, maybe changed by a viewer-request function.

    Attributes:
        path: Still encoded, with the default root object instead of `/`.
        query: Without the question mark.
        headers: Names in any case.
        id: The value of X-Amz-Cf-Id.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    ip: str
    id: str
    body: bytes = b""


def viewer_request(site: Site, viewer: Viewer) -> Request:
    """A viewer's request in the shape of events. `Host` is a name that the distribution has on AWS."""
    headers = exposed((name, value) for name, value in viewer.headers.items() if name.lower() != "host")
    host = viewer.headers.get("Host", "").partition(":")[0]
    host = site.domain_name if host.lower().endswith(_LOCAL_NAME) else host
    return {
        "clientIp": viewer.ip,
        "headers": {"host": [{"key": "Host", "value": host}], **headers},
        "method": viewer.method,
        "querystring": as_utf8(viewer.query),
        "uri": as_utf8(viewer.path),
    }


def build_request(site: Site, behavior: Behavior, viewer: Viewer, conditions: Mapping[str, str]) -> Request:
    """A request to an origin in the shape of events, without the origin.

    Args:
        site: For its domain name.
        behavior: Decides what is forwarded.
        viewer: The viewer's request.
        conditions: If-None-Match and If-Modified-Since, to confirm a cached object.
    """
    by, came_through = behavior.caching, viewer.headers.get("X-Forwarded-For")
    headers = {
        "User-Agent": "Amazon CloudFront",
        "Via": site.via,
        "Accept-Encoding": normalised_encodings(viewer.headers.get("Accept-Encoding", ""), by.encodings),
        "Cookie": forwarded_cookies(viewer.headers.get("Cookie", ""), by.cookies),
        **{name: viewer.headers.get(name, "") for name in _OF_BODIES},
        **conditions,
        **{name.title(): value for name, value in forwarded_headers(viewer.headers, by.headers).items()},
        "X-Forwarded-For": f"{came_through},{viewer.ip}" if came_through else viewer.ip,
    }
    return {
        "clientIp": viewer.ip,
        "method": viewer.method,
        "uri": as_utf8(viewer.path),
        "querystring": as_utf8(forwarded_query(viewer.query, by.query_strings)),
        "headers": {
            name.lower(): [{"key": name, "value": value if value.isascii() else as_utf8(value)}]
            for name, value in headers.items()
            if value
        },
    }


def to_headers(headers: Mapping[str, str]) -> Headers:
    """Headers in the shape of events: `{"host": [{"key": "Host", "value": "…"}]}`."""
    return {name.lower(): [{"key": name, "value": value}] for name, value in headers.items()}


def exposed(headers: Iterable[tuple[str, str]]) -> Headers:
    """Headers in the shape of events, with repeated ones, but without those that functions don't see."""
    listed: Headers = {}
    for name, value in headers:
        if not is_disallowed(name):
            listed.setdefault(name.lower(), []).append({"key": name, "value": as_utf8(value)})
    return listed


def as_utf8(text: str) -> str:
    """The text as UTF-8. Bytes that are not UTF-8 count as ISO-8859-1 (CFDG/edge-function-restrictions-all)."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape").decode("latin-1")
    return text


def with_origin(request: Request, origin: Origin) -> Request:
    """The request with its origin, and the Host header for it."""
    domain_name = origin.config["DomainName"]
    headers = {"host": [{"key": "Host", "value": domain_name}], **request["headers"]}
    return {**request, "headers": headers, "origin": _origin(origin.config)}


def with_body(request: Request, body: bytes, most: int) -> Request:
    """The request with its body, cut to the limit for functions (CFDG/lambda-at-edge-function-restrictions)."""
    data = base64.b64encode(body[:most]).decode()
    field = {"inputTruncated": len(body) > most, "action": "read-only", "encoding": "base64", "data": data}
    return {**request, "body": field}


def _origin(config: Config) -> Config:
    headers = (config["CustomHeaders"] or {}).get("Items") or []
    common = {
        "domainName": config["DomainName"],
        "path": config["OriginPath"],
        "customHeaders": to_headers({header["HeaderName"]: header["HeaderValue"] for header in headers}),
    }
    if "S3OriginConfig" not in config:
        return {"custom": {**common, **_connection(config.get("CustomOriginConfig") or {})}}
    if not config["S3OriginConfig"]["OriginAccessIdentity"]:
        return {"s3": {**common, "authMethod": "none", "region": ""}}
    return {"s3": {**common, "authMethod": "origin-access-identity", "region": region_of(common["domainName"])}}


def _connection(custom: Config) -> Config:
    """The connection settings of a custom origin. Viewers count as using HTTPS, so `match-viewer` is `https`."""
    plain = custom.get("OriginProtocolPolicy") == "http-only"
    return {
        "keepaliveTimeout": custom.get("OriginKeepaliveTimeout", 5),
        "port": custom.get("HTTPPort", 80) if plain else custom.get("HTTPSPort", 443),
        "protocol": "http" if plain else "https",
        "readTimeout": custom.get("OriginReadTimeout", 30),
        "sslProtocols": (custom.get("OriginSslProtocols") or {}).get("Items") or ["TLSv1.2"],
    }


def region_of(domain_name: str) -> str:
    """The region in a bucket's regional domain name; the global name means us-east-1."""
    region = domain_name.partition(_REGION_LABEL)[2].removesuffix(".amazonaws.com")
    return region if region and region != "amazonaws.com" else "us-east-1"


def event_response(cached: CachedResponse) -> Response:
    """An origin's answer, or the answer to a viewer, in the shape of events, without the body.

    AWS documents that viewer-response events have no X-Cache, but not whether they have CloudFront's Via and Age.
    Here they have none of the three.
    """
    headers = exposed(cached.headers.items())
    if cached.status not in (204, 304):
        headers.setdefault("content-length", [{"key": "Content-Length", "value": str(len(cached.body))}])
    return {
        "status": str(cached.status),
        "statusDescription": cached.reason or phrase(cached.status),
        "headers": headers,
    }


def build_event(
    site: Site, event_type: str, request_id: str, request: Request, response: Response | None = None
) -> dict[str, Any]:
    """The event of one of the four types. Response events have the request too."""
    config = {
        "distributionDomainName": site.domain_name,
        "distributionId": site.id,
        "eventType": event_type,
        "requestId": request_id,
    }
    cf = {"config": config, "request": request}
    return {"Records": [{"cf": cf if response is None else {**cf, "response": response}}]}
