"""What CloudFront refuses in a distribution's configuration, functions aside."""

from __future__ import annotations

import re
from typing import Any

from local_cloud.engines.edge.header_rules import is_forbidden_custom_header
from local_cloud.services.cloudfront.cache_policies import MANAGED, check_ttl_order
from local_cloud.services.cloudfront.operations import required
from local_cloud.services.cloudfront.refusals import not_done, refusal
from local_cloud.services.cloudfront.store import Config, Store, items

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}")
_MOST = {"Origins": (100, "TooManyOrigins"), "OriginGroups": (10, "TooManyOriginGroupsPerDistribution")}
_MOST |= {"CacheBehaviors": (75, "TooManyCacheBehaviors"), "Aliases": (100, "TooManyDistributionCNAMEs")}
_S3_DOMAIN = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\.s3(?:[.-](?:dualstack\.)?[a-z0-9-]+)?\.amazonaws\.com")
_ERROR_CODES = {400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504}
_RESPONSE_CODES = {200, *_ERROR_CODES}
_METHODS = (["GET", "HEAD"], ["GET", "HEAD", "OPTIONS"], ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"])


def check_quantities(value: Any) -> None:
    """Refuse any `{Quantity, Items}` pair whose numbers differ, however deep.

    Raises:
        AwsError: InconsistentQuantities.
    """
    if isinstance(value, list):
        for one in value:
            check_quantities(one)
    elif isinstance(value, dict):
        if "Quantity" in value and int(value["Quantity"]) != len(value.get("Items") or []):
            raise refusal("InconsistentQuantities")
        for one in value.values():
            check_quantities(one)


def check_config(config: Config, store: Store, *, but: str = "") -> None:
    """Refuse what CloudFront refuses.

    Args:
        config: The configuration as it was given.
        store: What it may refer to.
        but: Id of the distribution that is being updated.
    """
    check_quantities(config)
    for name, (most, code) in _MOST.items():
        if len(items(config.get(name))) > most:
            raise refusal(code)
    if not items(config["Origins"]):
        raise refusal("InvalidArgument", "The parameter Origins must have at least one item.")
    for origin in items(config["Origins"]):
        _check_origin(origin, store)
    for behavior in [config["DefaultCacheBehavior"], *items(config.get("CacheBehaviors"))]:
        _check_behavior(behavior, targets_of(config), store)
    _check_unique([o["Id"] for o in items(config["Origins"])], "Origin Id")
    _check_unique([b["PathPattern"] for b in items(config.get("CacheBehaviors"))], "PathPattern")
    _check_rest(config, store, but)


def targets_of(config: Config) -> set[str]:
    """Ids that a cache behavior may target: origins and origin groups.

    Raises:
        AwsError: NoSuchOrigin, when an origin group has a member that is no origin.
    """
    origins = {origin["Id"] for origin in items(config["Origins"])}
    for group in items(config.get("OriginGroups")):
        members = [member["OriginId"] for member in items(group.get("Members"))]
        if not set(members) <= origins:
            raise refusal("NoSuchOrigin")
        if len(members) != 2:
            raise refusal("InvalidArgument", "An origin group must have two members.")
    return origins | {group["Id"] for group in items(config.get("OriginGroups"))}


def _check_origin(origin: Config, store: Store) -> None:
    required(origin, "Id", "DomainName")
    _check_custom_headers(items(origin.get("CustomHeaders")))
    s3, control = origin.get("S3OriginConfig"), origin.get("OriginAccessControlId")
    if (s3 is None) == (origin.get("CustomOriginConfig") is None) and not origin.get("VpcOriginConfig"):
        raise refusal("InvalidArgument", "An origin must have either S3OriginConfig or CustomOriginConfig.")
    identity = (s3 or {}).get("OriginAccessIdentity") or ""
    if identity and control:
        raise refusal("IllegalOriginAccessConfiguration")
    if s3 is not None and not _S3_DOMAIN.fullmatch(origin["DomainName"]):
        raise refusal("InvalidArgument", "The parameter Origin DomainName does not refer to a valid S3 bucket.")
    if identity and identity.removeprefix("origin-access-identity/cloudfront/") not in store.identities:
        raise refusal(
            "InvalidOriginAccessIdentity", "The specified origin access identity does not exist or is not valid."
        )
    if control and control not in store.access_controls:
        raise refusal(
            "InvalidOriginAccessControl", "The specified origin access control does not exist or is not valid."
        )
    path = origin.get("OriginPath") or ""
    if path and (not path.startswith("/") or path.endswith("/") or len(path) > 255):
        raise refusal("InvalidArgument", "The parameter OriginPath must begin with / and must not end with /.")


def _check_custom_headers(headers: list[Config]) -> None:
    if len(headers) > 30 or sum(len(h["HeaderName"]) + len(h["HeaderValue"]) for h in headers) > 10240:
        raise refusal("TooManyOriginCustomHeaders")
    for header in headers:
        name, value = header["HeaderName"], header["HeaderValue"]
        if is_forbidden_custom_header(name):  # aws-facts §5.2; which error AWS gives is not known [U]
            raise refusal("InvalidArgument", f"The parameter HeaderName contains a header that is not allowed: {name}.")
        if not _HEADER_NAME.fullmatch(name) or len(value) > 1783 or not value.isprintable():
            raise refusal("InvalidArgument", f"The origin custom header {name!r} is not valid.")
    _check_unique([header["HeaderName"].lower() for header in headers], "HeaderName")


def _check_behavior(behavior: Config, targets: set[str], store: Store) -> None:
    required(behavior, "TargetOriginId", "ViewerProtocolPolicy")
    if behavior["TargetOriginId"] not in targets:
        raise refusal("NoSuchOrigin")
    if behavior["ViewerProtocolPolicy"] not in ("allow-all", "https-only", "redirect-to-https"):
        raise refusal("InvalidArgument", "The parameter ViewerProtocolPolicy is not valid.")
    _check_caching(behavior, store)
    methods = behavior.get("AllowedMethods") or {}
    if methods and sorted(items(methods)) not in _METHODS:
        raise refusal(
            "InvalidArgument", "The parameter AllowedMethods is not one of the three sets that can be chosen."
        )
    cached = items(methods.get("CachedMethods"))
    if cached and sorted(cached) not in _METHODS[:2]:
        raise refusal("InvalidArgument", "The parameter CachedMethods is not one of the two sets that can be chosen.")
    for name in ("OriginRequestPolicyId", "ResponseHeadersPolicyId", "FieldLevelEncryptionId", "RealtimeLogConfigArn"):
        if behavior.get(name):
            raise not_done(f"{name} in a cache behavior")
    if items(behavior.get("FunctionAssociations")):
        raise not_done("CloudFront Functions")


def _check_caching(behavior: Config, store: Store) -> None:
    """A cache behavior has a cache policy or the legacy settings, one of them and not both."""
    policy, legacy = behavior.get("CachePolicyId"), behavior.get("ForwardedValues")
    ttls = {name: behavior[name] for name in ("MinTTL", "DefaultTTL", "MaxTTL") if behavior.get(name) is not None}
    if policy and (legacy or ttls):
        text = "The parameter ForwardedValues cannot be used when a cache policy is associated to the cache behavior."
        raise refusal("InvalidArgument", text)
    if not policy and not legacy:
        raise refusal("InvalidArgument", "The parameter ForwardedValues is required.")
    if policy:
        if policy not in MANAGED and policy not in store.cache_policies:
            raise refusal("NoSuchCachePolicy")
    else:
        check_ttl_order({"MinTTL": 0, "DefaultTTL": 86400, "MaxTTL": 31536000, **ttls})


def _check_rest(config: Config, store: Store, but: str) -> None:
    root = config.get("DefaultRootObject") or ""
    if len(root) > 255 or root.startswith("/") or not re.fullmatch(r"[A-Za-z0-9_.*$/~\"'&;-]*", root):
        raise refusal("InvalidDefaultRootObject")
    for error in items(config.get("CustomErrorResponses")):
        _check_error_response(error)
    aliases = [alias.lower() for alias in items(config.get("Aliases"))]
    own = {d.domain_name for d in store.distributions.values() if d.id == but}
    certificate = config.get("ViewerCertificate") or {}
    if aliases and not (certificate.get("ACMCertificateArn") or certificate.get("IAMCertificateId")):
        raise refusal("InvalidViewerCertificate")
    taken = {host for host, held in store.hosts.items() if held.id != but} | own
    if taken & set(aliases) or any(alias.endswith(".cloudfront.net") for alias in aliases):
        raise refusal("CNAMEAlreadyExists")
    if len(config.get("Comment") or "") > 128:
        raise refusal("InvalidArgument", "The parameter Comment is too long.")


def _check_error_response(error: Config) -> None:
    if error.get("ErrorCode") not in _ERROR_CODES:
        raise refusal("InvalidErrorCode")
    page, code = error.get("ResponsePagePath") or "", str(error.get("ResponseCode") or "")
    if bool(page) != bool(code) or (page and not page.startswith("/")):
        raise refusal("InvalidArgument", "ResponsePagePath and ResponseCode must be given together.")
    if code and (not code.isdigit() or int(code) not in _RESPONSE_CODES):
        raise refusal("InvalidResponseCode")


def _check_unique(values: list[str], name: str) -> None:
    if len(set(values)) != len(values):
        raise refusal("InvalidArgument", f"The parameter {name} must be unique.")
