"""Operations on health checks. The prober does the checking."""

from __future__ import annotations

import uuid
from typing import Any

from local_cloud.call import Call
from local_cloud.errors import AwsError
from local_cloud.services.route53.health_check_rules import check_config, complete_config
from local_cloud.services.route53.pages import cut_page, page_size
from local_cloud.services.service import Service

MAXIMUM_HEALTH_CHECKS = 200
"""In an account at most, by default (Route 53 developer guide, "Quotas")."""

_RESETTABLE = ("ChildHealthChecks", "FullyQualifiedDomainName", "Regions", "ResourcePath")
_NOT_CONFIG = ("HealthCheckId", "HealthCheckVersion", "ResetElements")


class HealthChecks(Service):
    """The operations from `CreateHealthCheck` to `DeleteHealthCheck`."""

    prober: Any
    health_checks: dict[str, dict[str, Any]]
    """Health checks in botocore's shape, by id, oldest first."""
    health_check_references: dict[str, dict[str, Any]]
    """The requested configuration for each caller reference, also of deleted health checks."""
    tags: dict[tuple[str, str], dict[str, str]]

    def answer_create_health_check(self, call: Call) -> dict[str, Any]:
        """Create a health check. It begins healthy. The same request again returns the same health check."""
        reference, config = call.parameters["CallerReference"], call.parameters["HealthCheckConfig"]
        existing = next((each for each in self.health_checks.values() if each["CallerReference"] == reference), None)
        if reference in self.health_check_references:
            if existing is None or self.health_check_references[reference] != config:
                message = "A different health check has already been created with the specified caller reference."
                raise AwsError("HealthCheckAlreadyExists", message, 409)
            return _created(existing)
        check_config(config, self.health_checks)
        if len(self.health_checks) >= MAXIMUM_HEALTH_CHECKS:
            message = f"This account has {MAXIMUM_HEALTH_CHECKS} health checks, which is the most it may have."
            raise AwsError("TooManyHealthChecks", message)
        health_check = {
            "Id": str(uuid.uuid4()),
            "CallerReference": reference,
            "HealthCheckConfig": complete_config(config),
            "HealthCheckVersion": 1,
        }
        self.health_checks[health_check["Id"]] = health_check
        self.health_check_references[reference] = config
        self.prober.put(health_check["Id"], health_check["HealthCheckConfig"])
        return _created(health_check)

    def answer_get_health_check(self, call: Call) -> dict[str, Any]:
        """A health check's configuration. `GetHealthCheckStatus` returns its status."""
        return {"HealthCheck": self._get(call)}

    def answer_update_health_check(self, call: Call) -> dict[str, Any]:
        """Change the given members and keep the rest. Takes effect at once."""
        health_check = self._get(call)
        parameters = call.parameters
        if parameters.get("HealthCheckVersion") not in (None, health_check["HealthCheckVersion"]):
            message = "The value of HealthCheckVersion in the request doesn't match the health check's version."
            raise AwsError("HealthCheckVersionMismatch", message, 409)
        given = {
            member: value for member, value in parameters.items() if member not in _NOT_CONFIG and value is not None
        }
        reset = [member for member in parameters.get("ResetElements", []) if member in _RESETTABLE]
        config = {
            member: value for member, value in health_check["HealthCheckConfig"].items() if member not in reset
        } | given
        check_config(config, self.health_checks)
        version = health_check["HealthCheckVersion"] + 1
        self.health_checks[health_check["Id"]] = {
            **health_check,
            "HealthCheckConfig": config,
            "HealthCheckVersion": version,
        }
        self.prober.put(health_check["Id"], config)
        return {"HealthCheck": self.health_checks[health_check["Id"]]}

    def answer_delete_health_check(self, call: Call) -> dict[str, Any]:
        """Delete a health check. Record sets that name it then count as healthy."""
        health_check_id = self._get(call)["Id"]
        parents = [
            parent["Id"]
            for parent in self.health_checks.values()
            if health_check_id in parent["HealthCheckConfig"].get("ChildHealthChecks", [])
        ]
        if parents:
            # Not HealthCheckInUse: Route 53's model says that this code is not in use.
            message = f"The health check {health_check_id} is a child of the health check {parents[0]}."
            raise AwsError("InvalidInput", message)
        del self.health_checks[health_check_id]
        self.tags.pop(("healthcheck", health_check_id), None)
        self.prober.remove(health_check_id)
        return {}

    def answer_list_health_checks(self, call: Call) -> dict[str, Any]:
        """Health checks, oldest first."""
        checks = list(self.health_checks.values())
        marker = call.parameters.get("Marker")
        if marker:
            ids = [check["Id"] for check in checks]
            checks = checks[ids.index(marker) :] if marker in ids else []
        size = page_size(call.parameters)
        page, following = cut_page(checks, size)
        result = {
            "HealthChecks": list(page),
            "Marker": marker or "",
            "IsTruncated": following is not None,
            "MaxItems": str(size),
        }
        return result | ({"NextMarker": following["Id"]} if following else {})

    def answer_get_health_check_count(self, call: Call) -> dict[str, Any]:
        """The number of health checks."""
        return {"HealthCheckCount": len(self.health_checks)}

    def answer_get_health_check_status(self, call: Call) -> dict[str, Any]:
        """Each checker's last observation, before `Inverted` and `Disabled`. Empty without an endpoint."""
        return {"HealthCheckObservations": self.prober.observations(self._get(call)["Id"])}

    def answer_get_health_check_last_failure_reason(self, call: Call) -> dict[str, Any]:
        """Each checker's last failure. Empty if there was none."""
        return {"HealthCheckObservations": self.prober.last_failures(self._get(call)["Id"])}

    def _get(self, call: Call) -> dict[str, Any]:
        health_check_id = call.parameters["HealthCheckId"]
        if health_check_id not in self.health_checks:
            raise AwsError("NoSuchHealthCheck", f"No health check exists with the specified ID: {health_check_id}", 404)
        return self.health_checks[health_check_id]


def _created(health_check: dict[str, Any]) -> dict[str, Any]:
    location = f"https://route53.amazonaws.com/2013-04-01/healthcheck/{health_check['Id']}"
    return {"HealthCheck": health_check, "Location": location}
