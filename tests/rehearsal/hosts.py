"""The host names of AWS that a learner's programs may look up, and the signature that each of them accepts.

The rules are those of *AWS service endpoints* and of *Regions and endpoints* of each service (AWS General Reference).
"""

from __future__ import annotations

import re
from typing import NamedTuple

NETWORK = "192.0.2.0/24"
"""Addresses that are reserved for documentation (RFC 5737). They stand for AWS, and no real machine has one."""

API, VIEWERS, NAME_SERVERS = "192.0.2.1", "192.0.2.2", "192.0.2.53"

_REGION = r"(?P<region>[a-z]{2}(?:-[a-z]+)+-\d)"
_GLOBAL = re.compile(r"(?P<service>iam|cloudfront|route53|sts)\.amazonaws\.com")
_S3 = re.compile(rf"(?:.+\.)?s3(?:\.dualstack)?(?:\.{_REGION})?\.amazonaws\.com")
_S3_CONTROL = re.compile(rf"\d{{12}}\.s3-control(?:\.dualstack)?\.{_REGION}\.amazonaws\.com")
_REGIONAL = re.compile(rf"(?P<service>[a-z0-9-]+)\.{_REGION}\.(?:amazonaws\.com|api\.aws)")
_FUNCTION = re.compile(rf"[a-z0-9]+\.lambda-url\.{_REGION}\.on\.aws")
_VIEWERS = re.compile(r"[a-z0-9]+\.cloudfront\.net")
_NAME_SERVER = re.compile(r"ns-\d+\.awsdns-\d+\.(?:com|net|org|co\.uk)")
ENABLED = (
    *("us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1", "ap-south-1"),
    *("ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-southeast-1", "ap-southeast-2"),
    *("eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3"),
)
"""The regions of a new account (AWS Account Management, "Regions that are enabled by default"). Others must be enabled
first, and don't know the account's access keys until then."""

_ONLY_GLOBAL = {"iam", "cloudfront", "route53"}


class Scope(NamedTuple):
    """The region and the service that a signature must name."""

    region: str
    service: str


def find_scope(host: str) -> Scope | None:
    """The scope that a host name of an API accepts. None for a name that isn't an API's."""
    if found := _GLOBAL.fullmatch(host):
        return Scope("us-east-1", found["service"])
    if found := _S3.fullmatch(host):
        return Scope(found["region"] or "us-east-1", "s3")
    if found := _S3_CONTROL.fullmatch(host):
        return Scope(found["region"], "s3")
    if found := _FUNCTION.fullmatch(host):
        return Scope(found["region"], "lambda")
    if (found := _REGIONAL.fullmatch(host)) and found["service"] not in _ONLY_GLOBAL | {"s3-control"}:
        return Scope(found["region"], found["service"])
    return None


def is_enabled(host: str) -> bool:
    """Whether the account has enabled the region of an API."""
    scope = find_scope(host)
    return scope is None or scope.region in ENABLED


def is_distribution(host: str) -> bool:
    """Whether viewers of a distribution ask for this name."""
    return bool(_VIEWERS.fullmatch(host))


def find_address(host: str) -> str | None:
    """The address that a look-up of a name gives. None for a name that isn't AWS's."""
    if _NAME_SERVER.fullmatch(host):
        return NAME_SERVERS
    if is_distribution(host):
        return VIEWERS
    return API if find_scope(host) else None
