"""Sends a request to an S3 origin exactly as CloudFront or a function made it, signed by the origin's settings."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

from local_cloud.call import Asker, HttpRequest, Response
from local_cloud.constants import CLOUDFRONT
from local_cloud.engines.edge.events import Request, region_of

IDENTITY_PRINCIPAL = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity "

_BUCKET_DOMAIN = re.compile(
    r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\.s3(?:[.-](?!website)(?:dualstack\.)?[a-z]{2}[a-z0-9-]*-\d)?\.amazonaws\.com"
)
_URI_SAFE = "/%:@!$&'()*+,;=~?#[]"


Respond = Callable[[HttpRequest, Asker], Response]
"""The gateway's `respond(request, asker)`."""

RespondAtOnce = Callable[[HttpRequest, Asker], Response | None]
"""The gateway's `respond_at_once(request, asker)`: None if the answer could make an event loop wait."""


@dataclass(frozen=True)
class OriginResponse:
    """An origin's answer."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class OriginUnreachable(Exception):  # noqa: N818 - an event, not an error
    """The origin can't be reached. The viewer gets 502 and the reason."""


@dataclass(frozen=True)
class Access:
    """The identity for requests to an origin. It comes from the configuration, as a function can't change it.

    Attributes:
        identity: Id of the origin access identity, or empty.
        control: Id of the origin access control, or empty.
        distribution_arn: The caller, for an origin access control.
    """

    identity: str
    control: str
    distribution_arn: str


def ask_origin(respond: Respond, request: Request, access: Access, body: bytes = b"") -> OriginResponse:
    """Send a request to the bucket that it names. Blocks; run it in a thread. The rest is as for `try_origin`."""
    answer = try_origin(respond, request, access, body)
    assert answer is not None, "what may wait always answers"
    return answer


def try_origin(respond: RespondAtOnce, request: Request, access: Access, body: bytes = b"") -> OriginResponse | None:
    """Send a request to the bucket that it names. Returns None, and does nothing, if `respond` returns None.

    Args:
        respond: Answers a request; the gateway.
        request: In the shape of events; checked.
        access: The identity for the request.
        body: The viewer's body, for methods that have one.

    Raises:
        OriginUnreachable: The domain name doesn't belong to a bucket.
    """
    if "s3" not in request["origin"]:
        return _try_custom(respond, request, body)
    s3 = request["origin"]["s3"]
    domain, host = s3["domainName"], _host(request)
    if not _BUCKET_DOMAIN.fullmatch(domain):
        raise OriginUnreachable(f"CloudFront wasn't able to resolve the origin domain name. It is {domain}.")
    signed = s3["authMethod"] != "none" or access.control
    if signed and host != domain:
        return _signature_does_not_match()
    if s3["authMethod"] != "none" and s3["region"] != region_of(domain):
        return _wrong_region(s3["region"], region_of(domain))
    asker = Asker()
    if s3["authMethod"] != "none":
        asker = Asker(IDENTITY_PRINCIPAL + access.identity)
    elif access.control:
        asker = Asker(CLOUDFRONT, source_arn=access.distribution_arn)
    answer = respond(_http_request(request, s3, host, body), asker)
    return None if answer is None else OriginResponse(answer.status, answer.headers, answer.body)


def _try_custom(respond: RespondAtOnce, request: Request, body: bytes) -> OriginResponse | None:
    """Ask a custom origin anonymously. It must be a bucket's REST endpoint, as others can't be reached from here.

    A Host header that isn't S3's names a bucket (S3UG/VirtualHosting), which then most likely doesn't exist.
    """
    custom = request["origin"]["custom"]
    domain, host = custom["domainName"], _host(request)
    if not _BUCKET_DOMAIN.fullmatch(domain):
        raise OriginUnreachable(f"The local cloud can't reach the custom origin {domain}. It reaches S3 buckets only.")
    if not _BUCKET_DOMAIN.fullmatch(host):
        host = f"{host}.s3.{region_of(domain)}.amazonaws.com"
    answer = respond(_http_request(request, custom, host, body), Asker())
    return None if answer is None else OriginResponse(answer.status, answer.headers, answer.body)


def _host(request: Request) -> str:
    return next((header["value"].lower() for header in request["headers"].get("host", [])), "")


def _http_request(request: Request, origin: dict[str, Any], host: str, body: bytes) -> HttpRequest:
    # An origin custom header replaces a header of the same name (CFDG/add-origin-custom-headers).
    sent = {name.lower(): listed for name, listed in {**request["headers"], **origin["customHeaders"]}.items()}
    headers = {}
    for name, listed in sent.items():
        value = ", ".join(header["value"] for header in listed)
        headers[name] = value if value.isascii() else value.encode().decode("latin-1")
    headers.pop("host", None)
    headers["content-length"] = str(len(body))
    return HttpRequest(
        method=request["method"],
        path=quote(origin["path"] + request["uri"], safe=_URI_SAFE),
        query=request["querystring"],
        headers=headers,
        body=body,
        host=host,
        scheme="https",
    )


def _signature_does_not_match() -> OriginResponse:
    # The signature covers the Host header, and CloudFront signs for the origin's domain name.
    return _refusal(
        403,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. "
        "Check your key and signing method.",
    )


def _wrong_region(given: str, expected: str) -> OriginResponse:
    text = f"The authorization header is malformed; the region '{given}' is wrong; expecting '{expected}'"
    return _refusal(400, "AuthorizationHeaderMalformed", text)


def _refusal(status: int, code: str, message: str) -> OriginResponse:
    document = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n{document}'.encode()
    return OriginResponse(status, [("Content-Type", "application/xml"), ("Server", "AmazonS3")], body)
