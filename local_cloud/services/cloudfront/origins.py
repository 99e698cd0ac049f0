"""Checks of a distribution's origins and origin groups."""

from __future__ import annotations

import re

from local_cloud.engines.edge.header_rules import is_forbidden_custom_header
from local_cloud.services.cloudfront.operations import required
from local_cloud.services.cloudfront.refusals import invalid, refusal
from local_cloud.services.cloudfront.store import Config, Store, items

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}")
# A website endpoint (s3-website-…) must be a custom origin.
_S3_DOMAIN = re.compile(
    r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\.s3(?:[.-](?!website)(?:dualstack\.)?[a-z0-9-]+)?\.amazonaws\.com"
)
# A DNS name of letters, digits, hyphens and underscores (API reference, Origin).
_DOMAIN = re.compile(r"(?=.{1,253}$)[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})+\.?")
_IPV4 = re.compile(r"\d{1,3}(\.\d{1,3}){3}")
_RANGES = {"ConnectionAttempts": (1, 3), "ConnectionTimeout": (1, 10)}
_FAILOVER_CODES = {400, 403, 404, 416, 429, 500, 502, 503, 504}  # CFDG/high_availability_origin_failover


def check_origin(origin: Config, store: Store) -> None:
    """Refuse one origin as CloudFront does."""
    required(origin, "Id", "DomainName")
    _check_custom_headers(items(origin.get("CustomHeaders")))
    if origin.get("S3OriginConfig") is None and origin.get("CustomOriginConfig") is None:
        raise refusal("InvalidOrigin")
    if origin.get("S3OriginConfig") is not None and origin.get("CustomOriginConfig") is not None:
        raise invalid("An origin must have either S3OriginConfig or CustomOriginConfig.")
    _check_access(origin, store)
    path = origin.get("OriginPath") or ""
    if path and (not path.startswith("/") or path.endswith("/") or len(path) > 255):
        raise invalid("The parameter OriginPath must begin with / and must not end with /.")
    for name, (least, most) in _RANGES.items():
        if origin.get(name) is not None and not least <= origin[name] <= most:
            raise invalid(f"The parameter {name} must be from {least} to {most}.")
    _check_timeouts(origin)


def _check_access(origin: Config, store: Store) -> None:
    s3, control = origin.get("S3OriginConfig"), origin.get("OriginAccessControlId")
    identity, is_bucket = (s3 or {}).get("OriginAccessIdentity") or "", _S3_DOMAIN.fullmatch(origin["DomainName"])
    if identity and control:
        raise refusal("IllegalOriginAccessConfiguration")
    if s3 is not None and not is_bucket:
        raise invalid("The parameter Origin DomainName does not refer to a valid S3 bucket.")
    _check_domain(origin["DomainName"])
    if identity and identity not in {f"origin-access-identity/cloudfront/{known}" for known in store.identities}:
        raise refusal(
            "InvalidOriginAccessIdentity", "The specified origin access identity does not exist or is not valid."
        )
    if control and control not in store.access_controls:
        raise refusal(
            "InvalidOriginAccessControl", "The specified origin access control does not exist or is not valid."
        )
    if control and not is_bucket and store.access_controls[control].config["OriginAccessControlOriginType"] == "s3":
        raise refusal("InvalidDomainNameForOriginAccessControl")


def _check_domain(name: str) -> None:
    """Refuse invalid names of origins. The messages are AWS's (aws/aws-cdk#25118, s3_website#83, and others)."""
    if ":" in name:
        raise invalid("The parameter origin name cannot contain a colon.")
    if _IPV4.fullmatch(name):
        raise invalid("The parameter origin name cannot be an IP address.")
    if not _DOMAIN.fullmatch(name):
        raise invalid("The parameter origin name must be a domain name.")


def _check_timeouts(origin: Config) -> None:
    settings = origin.get("CustomOriginConfig") or origin.get("S3OriginConfig") or {}
    for name in ("OriginReadTimeout", "OriginKeepaliveTimeout"):
        if settings.get(name) is not None and not 1 <= settings[name] <= 120:
            raise refusal(f"Invalid{name}")
    limit = origin.get("ResponseCompletionTimeout")
    if limit is not None and limit < settings.get("OriginReadTimeout", 30):
        raise invalid("The parameter ResponseCompletionTimeout must be at least OriginReadTimeout.")


def _check_custom_headers(headers: list[Config]) -> None:
    if len(headers) > 30 or sum(len(h["HeaderName"]) + len(h["HeaderValue"]) for h in headers) > 10240:
        raise refusal("TooManyOriginCustomHeaders")
    for header in headers:
        name, value = header["HeaderName"], header["HeaderValue"]
        if is_forbidden_custom_header(name):  # AWS's message, as quoted for Host
            raise invalid(f"The parameter HeaderName : {name} is not allowed.")
        if not _HEADER_NAME.fullmatch(name) or len(value) > 1783 or not value.isprintable():
            raise invalid(f"The origin custom header {name!r} is not valid.")
    check_unique([header["HeaderName"].lower() for header in headers], "HeaderName")


def check_groups(config: Config) -> None:
    """Refuse origin groups as CloudFront does.

    Raises:
        AwsError: NoSuchOrigin if a member isn't an origin, else InvalidArgument.
    """
    origins = {origin["Id"] for origin in items(config["Origins"])}
    for group in items(config.get("OriginGroups")):
        members = [member["OriginId"] for member in items(group["Members"])]
        if not set(members) <= origins:
            raise refusal("NoSuchOrigin")
        if len(set(members)) != 2 or len(members) != 2:
            raise invalid("An origin group must have two members, and not the same one twice.")
        codes = items(group["FailoverCriteria"]["StatusCodes"])
        if not codes or not set(codes) <= _FAILOVER_CODES:
            raise invalid(f"The parameter StatusCodes must be of {sorted(_FAILOVER_CODES)}.")
    check_unique([*origins, *(group["Id"] for group in items(config.get("OriginGroups")))], "Id")


def check_unique(values: list[str], name: str) -> None:
    """Refuse duplicate values."""
    if len(set(values)) != len(values):
        raise invalid(f"The parameter {name} must be unique.")
