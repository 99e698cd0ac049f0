"""Distributions: their configurations, deployment and deletion."""

from __future__ import annotations

from typing import Any

from local_cloud.call import Call
from local_cloud.errors import AwsError
from local_cloud.services.cloudfront.associations import function_versions_of
from local_cloud.services.cloudfront.defaults import complete
from local_cloud.services.cloudfront.invalidations import InvalidationOperations
from local_cloud.services.cloudfront.operations import URL, Operations, check_match, required
from local_cloud.services.cloudfront.refusals import refusal
from local_cloud.services.cloudfront.store import Config, Distribution, as_time, items, paginate
from local_cloud.services.cloudfront.tags import read_tags
from local_cloud.services.cloudfront.whole import check_whole

_NOT_SUMMARISED = {"CallerReference", "DefaultRootObject", "Logging", "ContinuousDeploymentPolicyId"}


class DistributionOperations(InvalidationOperations, Operations):
    """Create, get, list, update and delete distributions."""

    def check_config(self, config: Config, *, but: str = "") -> None:
        """Refuse a configuration as CloudFront does."""
        raise NotImplementedError

    def associated(self, config: Config) -> None:
        """Called with each accepted configuration."""
        raise NotImplementedError

    def answer_create_distribution(self, call: Call) -> dict[str, Any]:
        """Create a distribution. It is deployed after some minutes of AWS's time."""
        return self._create(call.parameters["DistributionConfig"], {})

    def answer_create_distribution_with_tags(self, call: Call) -> dict[str, Any]:
        """Create a distribution with tags."""
        given = call.parameters["DistributionConfigWithTags"]
        return self._create(given["DistributionConfig"], read_tags(given.get("Tags")))

    def answer_get_distribution(self, call: Call) -> dict[str, Any]:
        """Show one distribution."""
        distribution = self.distribution(call)
        return {"Distribution": self._shown(distribution), "ETag": distribution.etag}

    def answer_get_distribution_config(self, call: Call) -> dict[str, Any]:
        """Show one distribution's whole configuration, which UpdateDistribution requires."""
        distribution = self.distribution(call)
        return {"DistributionConfig": distribution.config, "ETag": distribution.etag}

    def answer_list_distributions(self, call: Call) -> dict[str, Any]:
        """List the distributions."""
        held = list(self.store.distributions.values())
        return {"DistributionList": paginate(held, call.parameters, key=lambda d: d.id, render=_summary)}

    def answer_update_distribution(self, call: Call) -> dict[str, Any]:
        """Replace the whole configuration. Edges use the old one until it is deployed."""
        distribution, given = self.distribution(call), call.parameters["DistributionConfig"]
        check_match(call.parameters, distribution)
        required(given, "CallerReference", "Origins", "DefaultCacheBehavior", "Comment", "Enabled")
        if given["CallerReference"] != distribution.config["CallerReference"]:
            raise refusal("IllegalUpdate")
        check_whole(given)
        config = self._checked(given, but=distribution.id)
        gone = function_versions_of(distribution.config) - function_versions_of(config)
        distribution.replace(config, self.now)
        self.associated(config)
        self._disassociate(gone)
        self.store.index_hosts()
        return {"Distribution": self._shown(distribution), "ETag": distribution.etag}

    def answer_delete_distribution(self, call: Call) -> dict[str, Any]:
        """Delete a distribution that is disabled and deployed."""
        distribution = self.distribution(call)
        check_match(call.parameters, distribution)
        if distribution.config["Enabled"] or not distribution.is_deployed:
            raise refusal("DistributionNotDisabled")
        del self.store.distributions[distribution.id]
        self._disassociate(function_versions_of(distribution.config))
        self.store.index_hosts()
        return {}

    def _create(self, given: Config, tags: dict[str, str]) -> dict[str, Any]:
        required(given, "CallerReference", "Origins", "DefaultCacheBehavior", "Comment", "Enabled")
        held = self.same_name(self.store.distributions, given["CallerReference"], member="CallerReference")
        if held:
            raise _already_exists(held)
        distribution = Distribution(self._checked(given), self.store.clock)
        distribution.tags = tags
        self.store.distributions[distribution.id] = distribution
        self.associated(distribution.config)
        self.store.index_hosts()
        location = f"{URL}/distribution/{distribution.id}"
        return {"Distribution": self._shown(distribution), "Location": location, "ETag": distribution.etag}

    def _checked(self, given: Config, *, but: str = "") -> Config:
        self.check_config(given, but=but)
        return complete(given)

    def _disassociate(self, versions: set[str]) -> None:
        held = (function_versions_of(d.config) for d in self.store.distributions.values())
        for arn in versions.difference(*held):
            self.store.disassociated[arn] = self.now

    def _shown(self, distribution: Distribution) -> Config:
        return {
            "Id": distribution.id,
            "ARN": distribution.arn,
            "Status": distribution.status,
            "LastModifiedTime": as_time(distribution.modified),
            "InProgressInvalidationBatches": len(self.in_progress(distribution)),
            "DomainName": distribution.domain_name,
            "ActiveTrustedSigners": {"Enabled": False, "Quantity": 0},
            "ActiveTrustedKeyGroups": {"Enabled": False, "Quantity": 0},
            "DistributionConfig": distribution.config,
            "AliasICPRecordals": [
                {"CNAME": alias, "ICPRecordalStatus": "APPROVED"} for alias in items(distribution.config["Aliases"])
            ],
        }


def _summary(distribution: Distribution) -> Config:
    return {
        "Id": distribution.id,
        "ARN": distribution.arn,
        "ETag": distribution.etag,
        "Status": distribution.status,
        "LastModifiedTime": as_time(distribution.modified),
        "DomainName": distribution.domain_name,
        "AliasICPRecordals": [],
        **{name: value for name, value in distribution.config.items() if name not in _NOT_SUMMARISED},
    }


def _already_exists(held: Distribution) -> AwsError:
    text = "The caller reference that you are using to create a distribution is associated with another distribution."
    return AwsError("DistributionAlreadyExists", f"{text} Already exists: {held.id}", 409)
