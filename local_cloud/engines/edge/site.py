"""A distribution as an edge uses it: behaviors in their order, their cache keys and TTLs, and origins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from local_cloud.engines.edge.header_rules import VIEWER_REQUEST, VIEWER_RESPONSE
from local_cloud.wildcards import compile_wildcards

Config = dict[str, Any]
_READ_ONLY_METHODS = frozenset(("GET", "HEAD"))
_DAY, _YEAR = 86400, 31536000


@dataclass(frozen=True)
class Names:
    """The query strings, headers or cookies in the cache key: none, all, those listed, or all except those listed."""

    behavior: str = "none"
    listed: frozenset[str] = frozenset()

    def holds(self, name: str) -> bool:
        """True for a name in the cache key."""
        if self.behavior == "whitelist":
            return name in self.listed
        return self.behavior == "all" or (self.behavior == "allExcept" and name not in self.listed)


NONE = Names()


@dataclass(frozen=True)
class Caching:
    """The contents of the cache key, and the three TTLs in seconds."""

    minimum: int
    default: int
    maximum: int
    query_strings: Names = NONE
    headers: Names = NONE
    cookies: Names = NONE
    encodings: tuple[str, ...] = ()

    @property
    def is_enabled(self) -> bool:
        """False if nothing is ever cached, errors included (CFDG/HTTPStatusCodes)."""
        return self.maximum > 0


class Association(NamedTuple):
    """A function version at one of the four events.

    Attributes:
        arn: The version's ARN.
        include_body: Whether the function sees the body of a request.
    """

    arn: str
    include_body: bool = False


@dataclass
class Behavior:
    """One cache behavior.

    Attributes:
        functions: Associations by event type.
        acts_on_viewers: Whether functions run at viewer events, so no answer can come straight from the cache.
    """

    matches: Callable[[str], object]
    target: str
    caching: Caching
    methods: frozenset[str]
    cached_methods: frozenset[str]
    functions: dict[str, Association]
    acts_on_viewers: bool


@dataclass
class Origin:
    """One origin, and the statuses that make its group fail over to the next one."""

    config: Config
    fails_over: frozenset[int] = frozenset()

    @property
    def is_bucket(self) -> bool:
        """True for an S3 origin. A bucket as a custom origin doesn't count."""
        return "S3OriginConfig" in self.config


@dataclass
class ErrorResponse:
    """The answer that replaces an origin's error, and how long an edge caches it."""

    page: str = ""
    code: int = 0
    ttl: float = 10.0


@dataclass
class Site:
    """The parts of a deployed distribution that an edge uses. Built again if its configuration or policy changes."""

    id: str
    domain_name: str
    arn: str
    config: Config
    generation: int
    behaviors: list[Behavior] = field(default_factory=list)
    origins: dict[str, list[Origin]] = field(default_factory=dict)
    errors: dict[int, ErrorResponse] = field(default_factory=dict)

    @property
    def via(self) -> str:
        """The value of `Via`, towards viewers and origins."""
        return f"1.1 {self.domain_name.partition('.')[0]}.cloudfront.net (CloudFront)"

    @property
    def is_enabled(self) -> bool:
        """False for a distribution that its owner disabled."""
        return bool(self.config["Enabled"])

    def path_of(self, target: str) -> str:
        """The path of a viewer's request. `/` becomes the default root object."""
        return target + str(self.config["DefaultRootObject"]) if target == "/" else target

    def behavior_of(self, path: str) -> Behavior:
        """The first cache behavior whose path pattern matches. The default one is the last."""
        for behavior in self.behaviors:
            if behavior.matches(path):
                return behavior
        raise AssertionError("the default cache behavior matches every path")

    def error_response(self, status: int) -> ErrorResponse:
        """The custom error response for a status of the origin."""
        return self.errors.get(status) or _PLAIN_ERROR


_PLAIN_ERROR = ErrorResponse()


def build_site(distribution: Any, config: Config, generation: int, find_policy: Callable[[str], Config | None]) -> Site:
    """Prepare a deployed configuration for serving.

    Args:
        distribution: For its id, domain name and ARN.
        config: The deployed configuration, complete.
        generation: CloudFront's generation that the site was built from.
        find_policy: Returns the configuration of a cache policy by its id.
    """
    site = Site(distribution.id, distribution.domain_name, distribution.arn, config, generation)
    for one in [*_items(config["CacheBehaviors"]), config["DefaultCacheBehavior"]]:
        site.behaviors.append(_behavior(one, find_policy))
    origins = {origin["Id"]: origin for origin in _items(config["Origins"])}
    site.origins = {name: [Origin(origin)] for name, origin in origins.items()}
    for group in _items(config["OriginGroups"]):
        codes = frozenset(_items(group["FailoverCriteria"]["StatusCodes"]))
        members = [origins[member["OriginId"]] for member in _items(group["Members"])]
        site.origins[group["Id"]] = [Origin(members[0], codes), *map(Origin, members[1:])]
    for error in _items(config["CustomErrorResponses"]):
        code = int(error["ResponseCode"] or 0)
        site.errors[error["ErrorCode"]] = ErrorResponse(error["ResponsePagePath"], code, error["ErrorCachingMinTTL"])
    return site


def _behavior(behavior: Config, find_policy: Callable[[str], Config | None]) -> Behavior:
    items = _items(behavior["LambdaFunctionAssociations"])
    functions = {one["EventType"]: Association(one["LambdaFunctionARN"], one["IncludeBody"]) for one in items}
    return Behavior(
        matches=path_matcher(behavior.get("PathPattern") or "*"),
        target=behavior["TargetOriginId"],
        caching=_caching(behavior, find_policy),
        methods=frozenset(_items(behavior["AllowedMethods"])),
        cached_methods=frozenset(_items(behavior["AllowedMethods"]["CachedMethods"])) | _READ_ONLY_METHODS,
        functions=functions,
        acts_on_viewers=not functions.keys().isdisjoint((VIEWER_REQUEST, VIEWER_RESPONSE)),
    )


def path_matcher(pattern: str) -> Callable[[str], object]:
    """Make the test for a path pattern: `*` is any text, `?` one character. Case matters; a leading `/` is optional."""
    return compile_wildcards("/" + pattern.removeprefix("/")).fullmatch


def _caching(behavior: Config, find_policy: Callable[[str], Config | None]) -> Caching:
    policy = find_policy(behavior.get("CachePolicyId") or "")
    if policy is None:
        return _legacy_caching(behavior)
    key = policy["ParametersInCacheKeyAndForwardedToOrigin"]
    encodings = [("br", key.get("EnableAcceptEncodingBrotli")), ("gzip", key["EnableAcceptEncodingGzip"])]
    return Caching(
        policy["MinTTL"],
        policy["DefaultTTL"],
        policy["MaxTTL"],
        query_strings=_names(key["QueryStringsConfig"], "QueryStringBehavior", "QueryStrings"),
        headers=_names(key["HeadersConfig"], "HeaderBehavior", "Headers", fold=str.lower),
        cookies=_names(key["CookiesConfig"], "CookieBehavior", "Cookies"),
        encodings=tuple(name for name, enabled in encodings if enabled),
    )


def _names(config: Config, behavior: str, listed: str, fold: Callable[[str], str] = str) -> Names:
    return Names(config[behavior], frozenset(fold(name) for name in _items(config.get(listed))))


def _legacy_caching(behavior: Config) -> Caching:
    forwarded = behavior.get("ForwardedValues") or {}
    keys = frozenset(_items(forwarded.get("QueryStringCacheKeys")))
    queries = Names("whitelist" if keys else "all", keys) if forwarded.get("QueryString") else NONE
    cookies = forwarded.get("Cookies") or {"Forward": "none"}
    headers = frozenset(name.lower() for name in _items(forwarded.get("Headers")))
    return Caching(
        behavior.get("MinTTL") or 0,
        behavior.get("DefaultTTL", _DAY),
        behavior.get("MaxTTL", _YEAR),
        query_strings=queries,
        headers=Names("whitelist", headers) if headers else NONE,
        cookies=Names(cookies["Forward"], frozenset(_items(cookies.get("WhitelistedNames")))),
        encodings=("gzip",),
    )


def _items(counted: Config | None) -> list[Any]:
    return (counted or {}).get("Items") or []
