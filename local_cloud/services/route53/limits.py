"""The default quotas of an account and of a hosted zone. Route 53 developer guide, "Quotas"."""

from __future__ import annotations

from typing import Any

from local_cloud.call import Call
from local_cloud.errors import AwsError
from local_cloud.services.route53.batch import MAXIMUM_RECORD_SETS
from local_cloud.services.route53.health_checks import MAXIMUM_HEALTH_CHECKS
from local_cloud.services.route53.hosted_zones import MAXIMUM_ZONES, HostedZones


class Limits(HostedZones):
    """`GetAccountLimit` and `GetHostedZoneLimit`."""

    health_checks: dict[str, dict[str, Any]]

    def answer_get_account_limit(self, call: Call) -> dict[str, Any]:
        """The limit of hosted zones or health checks, and their number."""
        kind = call.parameters["Type"]
        known = {
            "MAX_HOSTED_ZONES_BY_OWNER": (MAXIMUM_ZONES, len(self.zones)),
            "MAX_HEALTH_CHECKS_BY_OWNER": (MAXIMUM_HEALTH_CHECKS, len(self.health_checks)),
        }
        if kind not in known:
            raise AwsError("NotImplemented", f"The local cloud doesn't implement the limit {kind}.", 501)
        return _limit(kind, *known[kind])

    def answer_get_hosted_zone_limit(self, call: Call) -> dict[str, Any]:
        """The limit of record sets in a zone, and their number."""
        zone, kind = self.get_zone(call.parameters["HostedZoneId"]), call.parameters["Type"]
        if kind == "MAX_VPCS_ASSOCIATED_BY_ZONE":
            message = "The specified hosted zone is a public hosted zone, not a private hosted zone."
            raise AwsError("HostedZoneNotPrivate", message)
        return _limit(kind, MAXIMUM_RECORD_SETS, len(zone.record_sets))


def _limit(kind: str, value: int, count: int) -> dict[str, Any]:
    return {"Limit": {"Type": kind, "Value": value}, "Count": count}
