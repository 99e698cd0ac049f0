"""Checks of a distribution's cache behaviors, without their functions."""

from __future__ import annotations

import re

from local_cloud.services.cloudfront.cache_policies import MANAGED, check_ttl_order
from local_cloud.services.cloudfront.operations import required
from local_cloud.services.cloudfront.refusals import invalid, not_done, refusal
from local_cloud.services.cloudfront.store import Config, Store, items

_PATTERN = re.compile(r"""[a-zA-Z0-9_.*$/~"'&@:?+\\-]+""")
_METHODS = (["GET", "HEAD"], ["GET", "HEAD", "OPTIONS"], ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"])


def check_behavior(behavior: Config, config: Config, store: Store) -> None:
    """Refuse one cache behavior as CloudFront does. Origins and origin groups were checked before."""
    required(behavior, "TargetOriginId", "ViewerProtocolPolicy")
    groups = {group["Id"] for group in items(config.get("OriginGroups"))}
    if behavior["TargetOriginId"] not in groups | {origin["Id"] for origin in items(config["Origins"])}:
        raise refusal("NoSuchOrigin")
    if not 1 <= len(behavior.get("PathPattern", "*")) <= 255:
        raise invalid("The parameter PathPattern is empty or too long.")
    if not _PATTERN.fullmatch(behavior.get("PathPattern", "*")):  # AWS's message (anomalyco/sst#5136)
        raise invalid("""The parameter globPattern can only contain these characters: [a-zA-Z0-9_-.*$/~"'&@:?+\\].""")
    _check_methods(behavior.get("AllowedMethods") or {}, fails_over=behavior["TargetOriginId"] in groups)
    _check_caching(behavior, store)
    _check_headers(behavior, config)


def _check_methods(methods: Config, *, fails_over: bool) -> None:
    allowed, cached = items(methods), items(methods.get("CachedMethods"))
    if methods and sorted(allowed) not in _METHODS:
        raise invalid("The parameter AllowedMethods is not one of the three sets that can be chosen.")
    if cached and (sorted(cached) not in _METHODS[:2] or not set(cached) <= set(allowed)):
        raise invalid("The parameter CachedMethods is not one of the two sets that can be chosen.")
    if fails_over and len(allowed) > len(_METHODS[1]):  # AWS's message
        raise invalid(
            "The parameter AllowedMethods cannot include POST, PUT, PATCH, or DELETE for a cached behavior associated "
            "with an origin group."
        )


def _check_caching(behavior: Config, store: Store) -> None:
    """A cache behavior must have either a cache policy or the legacy settings."""
    policy, legacy = behavior.get("CachePolicyId"), behavior.get("ForwardedValues")
    ttls = {name: behavior[name] for name in ("MinTTL", "DefaultTTL", "MaxTTL") if behavior.get(name) is not None}
    if policy:
        if legacy or ttls:
            named = "ForwardedValues" if legacy else next(iter(ttls))
            raise invalid(
                f"The parameter {named} cannot be used when a cache policy is associated to the cache behavior."
            )
        _check_policy(policy, store)
        return
    if not legacy:
        raise invalid("The parameter ForwardedValues is required.")
    check_ttl_order({"MinTTL": 0, "DefaultTTL": 86400, "MaxTTL": 31536000, **ttls})
    cookies = legacy.get("Cookies") or {}
    if (cookies.get("Forward") == "whitelist") != bool(items(cookies.get("WhitelistedNames"))):
        raise refusal("InvalidForwardCookies")
    if items(legacy.get("QueryStringCacheKeys")) and not legacy.get("QueryString"):
        raise refusal("InvalidQueryStringParameters")


def _check_headers(behavior: Config, config: Config) -> None:
    """A bucket never gets the viewer's Host, so it can't get all headers (header-caching; botocore's error)."""
    headers = {name.lower() for name in items((behavior.get("ForwardedValues") or {}).get("Headers"))}
    buckets = {origin["Id"] for origin in items(config["Origins"]) if "S3OriginConfig" in origin}
    if behavior["TargetOriginId"] in buckets and not headers.isdisjoint(("*", "host")):
        raise refusal("InvalidHeadersForS3Origin")


def _check_policy(policy_id: str, store: Store) -> None:
    policy = MANAGED.get(policy_id) or store.cache_policies.get(policy_id)
    if policy is None:
        raise refusal("NoSuchCachePolicy")
    in_key = policy.config["ParametersInCacheKeyAndForwardedToOrigin"]
    for name in items(in_key["HeadersConfig"].get("Headers")):
        if name.lower().startswith("cloudfront-"):
            raise not_done(f"the header {name} in a cache key")
