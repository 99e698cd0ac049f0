"""CloudFront's control plane: all groups of operations, and what the edge and Lambda read."""

from __future__ import annotations

from collections.abc import Callable

from local_cloud.call import Call
from local_cloud.clock import Clock
from local_cloud.delays import QUICK, Delays
from local_cloud.services.cloudfront.access_controls import AccessControlOperations
from local_cloud.services.cloudfront.associations import (
    Functions,
    TrustOf,
    check_associations,
    check_quotas,
    function_versions_of,
    trust_in_moto,
)
from local_cloud.services.cloudfront.cache_policies import CachePolicyOperations
from local_cloud.services.cloudfront.distributions import DistributionOperations
from local_cloud.services.cloudfront.identities import IdentityOperations
from local_cloud.services.cloudfront.listings import ListingOperations
from local_cloud.services.cloudfront.refusals import refusal
from local_cloud.services.cloudfront.store import Config, Distribution, Store
from local_cloud.services.cloudfront.tags import TagOperations
from local_cloud.services.cloudfront.validation import check_config, check_quantities
from local_cloud.services.constraints import check_constraints

REAPING = 1800.0
"""Seconds until a function's replicas are removed from the edges. On AWS, some hours are typical."""


class CloudFrontService(
    DistributionOperations,
    IdentityOperations,
    AccessControlOperations,
    CachePolicyOperations,
    ListingOperations,
    TagOperations,
):
    """CloudFront, without moto's, which loses half of a distribution.

    Call `connect` before distributions are written.

    Args:
        clock: Shortens deployments, invalidations and the removal of replicas.
        delays: What is later than the clock says.
    """

    name = "cloudfront"
    owned = True

    def __init__(self, *, clock: Clock, delays: Delays = QUICK) -> None:
        self.store = Store(clock, delays)
        self.listeners = []
        self._functions: Functions | None = None
        self._trust_of: TrustOf = trust_in_moto
        self._ensure_roles: Callable[[], None] | None = None

    def connect(
        self,
        *,
        functions: Functions,
        trust_of: TrustOf = trust_in_moto,
        ensure_roles: Callable[[], None] | None = None,
    ) -> None:
        """Connect to Lambda and IAM.

        Args:
            functions: Describes function versions.
            trust_of: Returns the trust policies of roles.
            ensure_roles: Makes the service-linked roles. Called when a function is associated with a distribution.
        """
        self._functions, self._trust_of, self._ensure_roles = functions, trust_of, ensure_roles

    def refuse(self, call: Call) -> None:
        """Refuse a missing body, wrong counts, and values that break the model."""
        shape = call.model.input_shape
        payload = shape.serialization.get("payload") if shape else None
        if shape and payload in shape.required_members and not call.parameters.get(payload):
            raise refusal("MissingBody")
        check_quantities(call.parameters)
        check_constraints(call, code="MalformedXML")

    def check_config(self, config: Config, *, but: str = "") -> None:
        """Refuse a configuration as CloudFront does."""
        check_config(config, self.store, but=but)
        if self._functions is None:
            raise RuntimeError("CloudFrontService.connect was not called")
        check_associations(config, self._functions, self._trust_of)
        check_quotas(config, (d.config for d in self.store.distributions.values() if d.id != but))

    def associated(self, config: Config) -> None:
        """Make the roles of Lambda@Edge if a distribution runs functions (CFDG/lambda-edge-permissions)."""
        if self._ensure_roles and function_versions_of(config):
            self._ensure_roles()

    def find_distribution(self, host: str) -> Distribution | None:
        """The distribution with a host name (its own, its local one or an alias; lower case, no port).

        Safe to call from any thread, without the cloud's lock.
        """
        return self.store.hosts.get(host)

    def is_known_identity(self, identity_id: str) -> bool:
        """Whether S3 knows an origin access identity."""
        identity = self.store.identities.get(identity_id)
        return identity is not None and self.now - identity.created >= self.store.delays.permissions

    @property
    def generation(self) -> int:
        """Grows with each change that concerns edges."""
        return self.store.generation

    @property
    def is_settled(self) -> bool:
        """True if every distribution is deployed and every invalidation completed."""
        held = list(self.store.distributions.values())
        return all(distribution.is_deployed and not self.in_progress(distribution) for distribution in held)

    def is_replicated(self, version_arn: str) -> bool:
        """True while edges may hold a replica of the function version, so it can't be deleted.

        They do while a distribution is associated with it, and for a while after. An ARN without a version means
        any version of the function.
        """
        recently = self.now - max(self.store.clock.scaled(REAPING), self.store.delays.edge_replicas)
        held = {arn for d in self.store.distributions.values() for arn in function_versions_of(d.config)}
        held |= {arn for arn, since in self.store.disassociated.items() if since > recently}
        return version_arn in held or any(arn.rpartition(":")[0] == version_arn for arn in held)

    def reset(self) -> None:
        """Remove all distributions, identities, access controls, cache policies and invalidations."""
        self.store = Store(self.store.clock, self.store.delays, generation=self.store.generation + 1)
