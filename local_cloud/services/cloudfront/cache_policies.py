"""Cache policies: the managed ones that a site may need, and the account's own."""

from __future__ import annotations

import uuid
from typing import Any

from local_cloud.call import Call
from local_cloud.services.cloudfront.operations import URL, Operations, check_match, required
from local_cloud.services.cloudfront.refusals import refusal
from local_cloud.services.cloudfront.store import Config, Versioned, as_time, counted, items, paginate

CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
CACHING_OPTIMIZED_UNCOMPRESSED = "b2884449-e4de-46a7-ac36-70bc7f1ddd6d"
USE_ORIGIN_CACHE_CONTROL = "83da9c7e-98b4-4e11-a168-04f0df8e2c65"
USE_ORIGIN_CACHE_CONTROL_QUERY = "4cc15a8a-d715-48a4-82b8-cc0b614638fe"
_DAY, _YEAR = 86400, 31536000
_MOST_NAMES = 10
_LONGEST_NAME = 128  # aws/aws-cdk#18918


def _managed(policy_id: str, name: str, comment: str, ttls: tuple[int, int, int], *, compressed: bool) -> Versioned:
    minimum, default, maximum = ttls
    config: Config = {
        "Comment": comment,
        "Name": name,
        "DefaultTTL": default,
        "MaxTTL": maximum,
        "MinTTL": minimum,
        "ParametersInCacheKeyAndForwardedToOrigin": {
            "EnableAcceptEncodingGzip": compressed,
            "EnableAcceptEncodingBrotli": compressed,
            "HeadersConfig": {"HeaderBehavior": "none"},
            "CookiesConfig": {"CookieBehavior": "none"},
            "QueryStringsConfig": {"QueryStringBehavior": "none"},
        },
    }
    return Versioned(policy_id, config, etag="E23ZP02F085DFQ")


def _by_origin(policy_id: str, name: str, queries: str) -> Versioned:
    """A policy with which the origin decides how long objects are cached. On AWS too, its name has no prefix."""
    policy = _managed(
        policy_id, name, "Policy for origins that return Cache-Control headers", (0, 0, _YEAR), compressed=True
    )
    headers = ["host", "origin", "x-http-method", "x-http-method-override", "x-method-override"]
    policy.config["ParametersInCacheKeyAndForwardedToOrigin"] |= {
        "HeadersConfig": {"HeaderBehavior": "whitelist", "Headers": counted(headers)},
        "CookiesConfig": {"CookieBehavior": "all"},
        "QueryStringsConfig": {"QueryStringBehavior": queries},
    }
    return policy


# CFDG/using-managed-cache-policies, without the two for Amplify and MediaPackage.
MANAGED = {
    policy.id: policy
    for policy in (
        _by_origin(USE_ORIGIN_CACHE_CONTROL, "UseOriginCacheControlHeaders", "none"),
        _by_origin(USE_ORIGIN_CACHE_CONTROL_QUERY, "UseOriginCacheControlHeaders-QueryStrings", "all"),
        _managed(
            CACHING_OPTIMIZED,
            "Managed-CachingOptimized",
            "Policy with caching enabled. Supports Gzip and Brotli compression.",
            (1, _DAY, _YEAR),
            compressed=True,
        ),
        _managed(
            CACHING_DISABLED,
            "Managed-CachingDisabled",
            "Policy with caching disabled",
            (0, 0, 0),
            compressed=False,
        ),
        _managed(
            CACHING_OPTIMIZED_UNCOMPRESSED,
            "Managed-CachingOptimizedForUncompressedObjects",
            "Default policy when compression is disabled",
            (1, _DAY, _YEAR),
            compressed=False,
        ),
    )
}


class CachePolicyOperations(Operations):
    """Create, get, list, update and delete cache policies."""

    def find_cache_policy(self, policy_id: str) -> Config | None:
        """The configuration of a managed or own cache policy, or None."""
        policy = MANAGED.get(policy_id) or self.store.cache_policies.get(policy_id)
        return policy.config if policy else None

    def answer_create_cache_policy(self, call: Call) -> dict[str, Any]:
        """Create a cache policy. Its name must be unused."""
        policy = Versioned(str(uuid.uuid4()), self._checked_policy(call), modified=self.now)
        self.store.cache_policies[policy.id] = policy
        return {**_shown(policy), "Location": f"{URL}/cache-policy/{policy.id}", "ETag": policy.etag}

    def answer_get_cache_policy(self, call: Call) -> dict[str, Any]:
        """Show one cache policy, managed or own."""
        policy = self._policy(call)
        return {**_shown(policy), "ETag": policy.etag}

    def answer_get_cache_policy_config(self, call: Call) -> dict[str, Any]:
        """Show one cache policy's configuration."""
        policy = self._policy(call)
        return {"CachePolicyConfig": policy.config, "ETag": policy.etag}

    def answer_list_cache_policies(self, call: Call) -> dict[str, Any]:
        """List managed and own cache policies."""
        wanted = call.parameters.get("Type")
        listed = [*([] if wanted == "custom" else MANAGED.values())]
        listed += [*([] if wanted == "managed" else self.store.cache_policies.values())]
        page = paginate(listed, call.parameters, key=lambda p: p.id, render=_summary)
        del page["Marker"], page["IsTruncated"]  # this listing has neither
        return {"CachePolicyList": page}

    def answer_update_cache_policy(self, call: Call) -> dict[str, Any]:
        """Replace the configuration of an own cache policy. Every edge that uses it follows."""
        policy = self._policy(call)
        if policy.id in MANAGED:
            raise refusal("IllegalUpdate")
        check_match(call.parameters, policy)
        policy.replace(self._checked_policy(call, but=policy.id), self.now)
        self.store.generation += 1
        return {**_shown(policy), "ETag": policy.etag}

    def answer_delete_cache_policy(self, call: Call) -> dict[str, Any]:
        """Delete an own cache policy that no cache behavior uses."""
        policy = self._policy(call)
        if policy.id in MANAGED:
            raise refusal("IllegalDelete")
        check_match(call.parameters, policy)
        if any(policy.id in cache_policies_of(d.config) for d in self.store.distributions.values()):
            raise refusal("CachePolicyInUse")
        del self.store.cache_policies[policy.id]
        return {}

    def _checked_policy(self, call: Call, *, but: str = "") -> Config:
        config: Config = {"Comment": "", "DefaultTTL": _DAY, "MaxTTL": _YEAR, **call.parameters["CachePolicyConfig"]}
        required(config, "Name", "MinTTL", "ParametersInCacheKeyAndForwardedToOrigin")
        if not 1 <= len(config["Name"]) <= _LONGEST_NAME:
            raise refusal("InvalidArgument", "The parameter Name is empty or too big.")
        # If left out, the default and maximum TTL are at least the minimum TTL (BC:cloudfront#CachePolicyConfig).
        given = call.parameters["CachePolicyConfig"]
        config["DefaultTTL"] = given.get("DefaultTTL", max(_DAY, config["MinTTL"]))
        config["MaxTTL"] = given.get("MaxTTL", max(_YEAR, config["DefaultTTL"]))
        if not _in_order(config):  # botocore's model has no InvalidTTLOrder for cache policies
            raise refusal("InvalidArgument", "The parameters MinTTL, DefaultTTL and MaxTTL are not in order.")
        in_key = config["ParametersInCacheKeyAndForwardedToOrigin"]
        required(in_key, "EnableAcceptEncodingGzip", "HeadersConfig", "CookiesConfig", "QueryStringsConfig")
        in_key.setdefault("EnableAcceptEncodingBrotli", False)
        _check_key(in_key, caches=config["MaxTTL"] > 0)
        if self.same_name(self.store.cache_policies, config["Name"], but=but):
            raise refusal("CachePolicyAlreadyExists")
        return config

    def _policy(self, call: Call) -> Versioned:
        policy_id = call.parameters.get("Id") or ""
        return MANAGED.get(policy_id) or self.find(self.store.cache_policies, policy_id, "NoSuchCachePolicy")


def check_ttl_order(config: Config) -> None:
    """Refuse TTLs that are negative or not minimum ≤ default ≤ maximum."""
    if not _in_order(config):
        raise refusal("InvalidTTLOrder")


def _in_order(config: Config) -> bool:
    return bool(0 <= config["MinTTL"] <= config["DefaultTTL"] <= config["MaxTTL"])


def _check_key(in_key: Config, *, caches: bool) -> None:
    """Refuse too many names (CFDG/cloudfront-limits), names that don't fit, and any key if nothing is cached."""
    for kind, one in (("Headers", "Header"), ("Cookies", "Cookie"), ("QueryStrings", "QueryString")):
        settings, behavior = in_key[f"{kind}Config"], f"{one}Behavior"
        names = items(settings.get(kind))
        if len(names) > _MOST_NAMES:
            raise refusal(f"TooMany{kind}InCachePolicy")
        if bool(names) != (settings.get(behavior) in ("whitelist", "allExcept")):
            raise refusal("InvalidArgument", f"The parameter {kind} does not fit {behavior}.")
        if not caches and settings.get(behavior) != "none":
            raise refusal("InvalidArgument", f"The parameter {behavior} is invalid for policy with caching disabled.")
    listed = {name.lower() for name in items(in_key["HeadersConfig"].get("Headers"))}
    for name in ("EnableAcceptEncodingGzip", "EnableAcceptEncodingBrotli"):
        if in_key[name] and "accept-encoding" in listed:  # jetbridge/cdk-nextjs#189, for origin request policies
            raise refusal("InvalidArgument", "The parameter Headers contains Accept-Encoding that is not allowed.")
        if not caches and in_key[name]:
            raise refusal("InvalidArgument", f"The parameter {name} is invalid for policy with caching disabled.")


def cache_policies_of(config: Config) -> set[str]:
    """Ids of the cache policies in a distribution's configuration."""
    behaviors = [config["DefaultCacheBehavior"], *items(config.get("CacheBehaviors"))]
    return {behavior["CachePolicyId"] for behavior in behaviors if behavior.get("CachePolicyId")}


def _policy_shown(policy: Versioned) -> Config:
    return {"Id": policy.id, "LastModifiedTime": as_time(policy.modified), "CachePolicyConfig": policy.config}


def _shown(policy: Versioned) -> Config:
    return {"CachePolicy": _policy_shown(policy)}


def _summary(policy: Versioned) -> Config:
    return {"Type": "managed" if policy.id in MANAGED else "custom", "CachePolicy": _policy_shown(policy)}
