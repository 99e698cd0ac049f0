"""Lambda@Edge events: a request in CloudFront's shape, and the event around it.

    build_request          what the edge would send to an origin, as functions see it
    with_origin            the same, with the origin that it is for
    origin_request_event   the event with that request in it

Viewer events and origin-response have the same envelope; they differ in the record's request and response.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local_cloud.engines.edge.cache_key import (
    forwarded_cookies,
    forwarded_headers,
    forwarded_query,
    normalised_encodings,
)
from local_cloud.engines.edge.site import Behavior, Config, Origin, Site

Request = dict[str, Any]
Headers = dict[str, list[dict[str, str]]]

ORIGIN_REQUEST = "origin-request"
_REGION_LABEL = ".s3."


@dataclass(frozen=True)
class Viewer:
    """A request as it came from a viewer.

    Attributes:
        path: Still encoded, with the default root object in place of `/`.
        query: Without the question mark.
        headers: Names in any case.
        id: What X-Amz-Cf-Id says.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    ip: str
    id: str
    body: bytes = b""


def build_request(site: Site, behavior: Behavior, viewer: Viewer, conditions: Mapping[str, str]) -> Request:
    """What is sent to an origin, in the shape in which functions see it, without the origin.

    Args:
        site: For its domain name.
        behavior: Decides what is forwarded.
        viewer: Who asks for what.
        conditions: If-None-Match and If-Modified-Since, when an object that is kept shall be confirmed.
    """
    by = behavior.caching
    headers = {
        "X-Forwarded-For": viewer.ip,
        "User-Agent": "Amazon CloudFront",
        "Via": site.via,
        "Accept-Encoding": normalised_encodings(viewer.headers.get("Accept-Encoding", ""), by.encodings),
        "Cookie": forwarded_cookies(viewer.headers.get("Cookie", ""), by.cookies),
        **conditions,
        **{name.title(): value for name, value in forwarded_headers(viewer.headers, by.headers).items()},
    }
    return {
        "clientIp": viewer.ip,
        "method": viewer.method,
        "uri": viewer.path,
        "querystring": forwarded_query(viewer.query, by.query_strings),
        "headers": to_headers({name: value for name, value in headers.items() if value}),
    }


def to_headers(headers: Mapping[str, str]) -> Headers:
    """Headers in the shape of events: `{"host": [{"key": "Host", "value": "…"}]}`."""
    return {name.lower(): [{"key": name, "value": value}] for name, value in headers.items()}


def with_origin(request: Request, origin: Origin) -> Request:
    """The request, with the origin that it is for and the Host header that goes with it."""
    domain_name = origin.config["DomainName"]
    headers = {"host": [{"key": "Host", "value": domain_name}], **request["headers"]}
    return {**request, "headers": headers, "origin": _origin(origin.config)}


def _origin(config: Config) -> Config:
    headers = (config["CustomHeaders"] or {}).get("Items") or []
    common = {
        "domainName": config["DomainName"],
        "path": config["OriginPath"],
        "customHeaders": to_headers({header["HeaderName"]: header["HeaderValue"] for header in headers}),
    }
    if "S3OriginConfig" not in config:
        custom = config.get("CustomOriginConfig") or {}
        return {"custom": {**common, "port": custom.get("HTTPSPort", 443), "protocol": "https"}}
    if not config["S3OriginConfig"]["OriginAccessIdentity"]:
        return {"s3": {**common, "authMethod": "none", "region": ""}}
    return {"s3": {**common, "authMethod": "origin-access-identity", "region": region_of(common["domainName"])}}


def region_of(domain_name: str) -> str:
    """The region in a bucket's regional domain name; the global name means us-east-1."""
    region = domain_name.partition(_REGION_LABEL)[2].removesuffix(".amazonaws.com")
    return region if region and region != "amazonaws.com" else "us-east-1"


def origin_request_event(site: Site, request: Request, request_id: str) -> dict[str, Any]:
    """The event of an origin request (CFDG/lambda-event-structure)."""
    return {"Records": [{"cf": {"config": _config(site, ORIGIN_REQUEST, request_id), "request": request}}]}


def _config(site: Site, event_type: str, request_id: str) -> dict[str, str]:
    return {
        "distributionDomainName": site.domain_name,
        "distributionId": site.id,
        "eventType": event_type,
        "requestId": request_id,
    }
