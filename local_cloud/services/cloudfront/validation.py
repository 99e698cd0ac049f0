"""Checks of a distribution's configuration. Those of its parts are in `origins` and `behaviors`."""

from __future__ import annotations

import re
from typing import Any

from local_cloud.services.cloudfront.behaviors import check_behavior
from local_cloud.services.cloudfront.origins import check_groups, check_origin, check_unique
from local_cloud.services.cloudfront.refusals import invalid, refusal
from local_cloud.services.cloudfront.store import Config, Store, items
from local_cloud.services.cloudfront.unsupported import refuse_unsupported

_MOST = {"Origins": (100, "TooManyOrigins"), "OriginGroups": (10, "TooManyOriginGroupsPerDistribution")}
_MOST |= {"CacheBehaviors": (75, "TooManyCacheBehaviors"), "Aliases": (100, "TooManyDistributionCNAMEs")}
_ERROR_CODES = {400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504}
_RESPONSE_CODES = {200, *_ERROR_CODES}


def check_quantities(value: Any) -> None:
    """Refuse any `{Quantity, Items}` pair whose numbers differ, at any depth.

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
    """Refuse a configuration as CloudFront does, and features that aren't implemented.

    Args:
        config: The given configuration.
        store: Contains what it refers to.
        but: Id of the distribution that is being updated.
    """
    for name, (most, code) in _MOST.items():
        if len(items(config.get(name))) > most:
            raise refusal(code)
    if not items(config["Origins"]):
        raise invalid("The parameter Origins must have at least one item.")
    for origin in items(config["Origins"]):
        check_origin(origin, store)
    check_unique([o["Id"] for o in items(config["Origins"])], "Origin Id")
    check_groups(config)
    for behavior in [config["DefaultCacheBehavior"], *items(config.get("CacheBehaviors"))]:
        check_behavior(behavior, config, store)
    check_unique([b["PathPattern"] for b in items(config.get("CacheBehaviors"))], "PathPattern")
    _check_rest(config, store, but)
    refuse_unsupported(config)


def _check_rest(config: Config, store: Store, but: str) -> None:
    root = config.get("DefaultRootObject") or ""
    if len(root) > 255 or root.startswith("/") or not re.fullmatch(r"[A-Za-z0-9_.*$/~\"'&;-]*", root):
        raise refusal("InvalidDefaultRootObject")
    for error in items(config.get("CustomErrorResponses")):
        _check_error_response(error)
    check_unique([str(error["ErrorCode"]) for error in items(config.get("CustomErrorResponses"))], "ErrorCode")
    if len(config.get("Comment") or "") > 128:
        raise invalid("The parameter Comment is too big.")  # AWS's message
    _check_aliases(config, store, but)


def _check_aliases(config: Config, store: Store, but: str) -> None:
    aliases = [alias.lower() for alias in items(config.get("Aliases"))]
    own = {d.domain_name for d in store.distributions.values() if d.id == but}
    certificate = config.get("ViewerCertificate") or {}
    arn = certificate.get("ACMCertificateArn") or ""
    if arn and not re.fullmatch(r"arn:aws:acm:us-east-1:\d{12}:certificate/.+", arn):
        raise refusal(
            "InvalidViewerCertificate",
            "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include "
            "a valid certificate chain.",
        )
    given = (arn, certificate.get("IAMCertificateId"), certificate.get("CloudFrontDefaultCertificate"))
    if sum(map(bool, given)) > 1:
        raise refusal(
            "InvalidViewerCertificate",
            "You cannot specify more than one of ACMCertificateArn, IAMCertificateId, or CloudFrontDefaultCertificate.",
        )
    if aliases and not (arn or certificate.get("IAMCertificateId")):
        raise refusal("InvalidViewerCertificate")
    taken = {host for host, held in store.hosts.items() if held.id != but} | own
    if taken & set(aliases) or any(alias.endswith(".cloudfront.net") for alias in aliases):
        raise refusal("CNAMEAlreadyExists")
    check_unique(aliases, "Aliases")


def _check_error_response(error: Config) -> None:
    if error.get("ErrorCode") not in _ERROR_CODES:
        raise refusal("InvalidErrorCode")
    page, code = error.get("ResponsePagePath") or "", str(error.get("ResponseCode") or "")
    if bool(page) != bool(code) or (page and not page.startswith("/")):
        raise invalid("ResponsePagePath and ResponseCode must be given together.")
    if code and (not code.isdigit() or int(code) not in _RESPONSE_CODES):
        raise refusal("InvalidResponseCode")
    if (error.get("ErrorCachingMinTTL") or 0) < 0:
        raise invalid("The parameter ErrorCachingMinTTL is negative.")
