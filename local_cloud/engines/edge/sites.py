"""Finds the distribution for a host name, for all edge locations."""

from __future__ import annotations

from typing import Any

from local_cloud.engines.edge.site import Site, build_site

_UNKNOWN = "Bad request. No distribution answers at this host name: it must be a distribution's DomainName or alias."
_DISABLED = "The distribution is disabled."
_NOT_DEPLOYED = "The distribution is not deployed yet. Wait until its Status is Deployed, then ask again."


class Sites:
    """Deployed distributions as edges use them. Each is built once, and again after a change.

    Args:
        cloudfront: Has the distributions; see `CloudFrontService`.
    """

    def __init__(self, cloudfront: Any) -> None:
        self._cloudfront = cloudfront
        self._sites: dict[str, Site] = {}

    def find(self, host: str) -> Site | tuple[int, str]:
        """The site for a host name, or the status and reason of an error."""
        distribution = self._cloudfront.find_distribution(host.partition(":")[0].lower())
        if distribution is None:
            return 403, _UNKNOWN
        config = distribution.deployed_config
        if config is None:
            return 503, _NOT_DEPLOYED
        site, generation = self._sites.get(distribution.id), self._cloudfront.generation
        if site is None or site.config is not config or site.generation != generation:
            site = build_site(distribution, config, generation, self._cloudfront.find_cache_policy)
            self._sites[site.id] = site
        return site if site.is_enabled else (403, _DISABLED)

    def clear(self) -> None:
        """Remove all sites."""
        self._sites.clear()
