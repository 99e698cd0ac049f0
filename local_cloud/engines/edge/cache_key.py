"""The cache key. It doesn't contain the origin, so cached objects outlive a switch to another origin."""

from __future__ import annotations

from collections.abc import Mapping

from local_cloud.engines.edge.site import Caching, Names

Key = tuple[str, str, tuple[str, ...]]
"""Distribution, path, and the other parts of the key."""


def forwarded_query(query: str, names: Names) -> str:
    """The forwarded part of a query string, in its order."""
    if names.behavior == "all" or not query:
        return query
    return "&".join(pair for pair in query.split("&") if names.holds(pair.partition("=")[0]))


def forwarded_cookies(cookie: str, names: Names) -> str:
    """The forwarded part of a Cookie header, in its order."""
    pairs = [pair.strip() for pair in cookie.split(";") if pair.strip()]
    return "; ".join(pair for pair in pairs if names.holds(pair.partition("=")[0]))


def normalised_encodings(accepted: str, enabled: tuple[str, ...]) -> str:
    """Accept-Encoding as CloudFront forwards it: `br,gzip`, `gzip`, `br` or nothing."""
    offered = {part.partition(";")[0].strip().lower() for part in accepted.split(",")}
    return ",".join(name for name in enabled if name in offered)


def forwarded_headers(headers: Mapping[str, str], names: Names) -> dict[str, str]:
    """The forwarded headers, by name in lower case."""
    if names.behavior == "whitelist":
        return {name: headers[name] for name in sorted(names.listed) if name in headers}
    return {}


def cache_key(distribution_id: str, method: str, path: str, query: str, headers: Mapping[str, str], by: Caching) -> Key:
    """Make the cache key. Requests with the same key get the same object.

    Args:
        distribution_id: Distributions share no objects.
        method: GET and HEAD share an object; OPTIONS has its own.
        path: As the viewer sent it, still encoded.
        query: Without the question mark.
        headers: The viewer's; names in any case.
        by: The cache behavior's policy.
    """
    rest: list[str] = []
    if method == "OPTIONS":
        rest.append("OPTIONS")
    if query and by.query_strings.behavior != "none":
        rest.append("?" + forwarded_query(query, by.query_strings))
    if by.encodings and (accepted := headers.get("Accept-Encoding")):
        rest.append("e:" + normalised_encodings(accepted, by.encodings))
    if by.headers.behavior != "none":
        rest += (f"{name}: {value}" for name, value in forwarded_headers(headers, by.headers).items())
    if by.cookies.behavior != "none":
        rest.append("c:" + forwarded_cookies(headers.get("Cookie", ""), by.cookies))
    return distribution_id, path, tuple(rest)


def target_of(key: Key) -> str:
    """The requested path, with the forwarded part of the query string."""
    _, path, rest = key
    return path + next((part for part in rest if part.startswith("?") and part != "?"), "")
