"""Lists the ids of distributions by what they use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local_cloud.call import Call
from local_cloud.services.cloudfront.cache_policies import MANAGED, cache_policies_of
from local_cloud.services.cloudfront.operations import Operations
from local_cloud.services.cloudfront.refusals import refusal
from local_cloud.services.cloudfront.store import Config, paginate


class ListingOperations(Operations):
    """List distributions by what they use."""

    def answer_list_distributions_by_cache_policy_id(self, call: Call) -> dict[str, Any]:
        """List the ids of distributions with a cache behavior that uses this cache policy."""
        wanted = call.parameters.get("CachePolicyId") or ""
        if wanted not in MANAGED and wanted not in self.store.cache_policies:
            raise refusal("NoSuchCachePolicy")
        return {"DistributionIdList": self._ids(call, lambda config: wanted in cache_policies_of(config))}

    def _ids(self, call: Call, uses: Callable[[Config], bool]) -> Config:
        held = [d.id for d in self.store.distributions.values() if uses(d.config)]
        page = paginate(held, call.parameters, key=str, render=lambda one: {"Id": one})
        if "Items" in page:
            page["Items"] = [one["Id"] for one in page["Items"]]
        return page
