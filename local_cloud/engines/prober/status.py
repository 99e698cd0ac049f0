"""How observations become a status, by the rules of the Route 53 developer guide.

"How Route 53 determines the status of health checks", and `HealthCheckConfig` in the API reference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from local_cloud.engines.prober.probes import Observation

CHECKER_REGIONS = ("us-east-1", "eu-west-1", "ap-southeast-1")
"""The checkers' regions if a health check names none. Route 53 requires at least three."""
HEALTHY_SHARE = 0.18
"""A check is healthy while more than this share of its checkers sees it healthy."""


class Checker:
    """One checker's view of an endpoint: healthy until enough consecutive failures."""

    def __init__(self, region: str) -> None:
        self.region = region
        self.is_healthy = True
        self.is_busy = False
        self.last: tuple[float, Observation] | None = None
        self.last_failure: tuple[float, Observation] | None = None
        self._contrary = 0

    def see(self, observation: Observation, *, threshold: int, now: float) -> None:
        """Add an observation. `threshold` consecutive ones of the other status change the status, both ways."""
        self.last = (now, observation)
        if not observation.is_success:
            self.last_failure = self.last
        self._contrary = self._contrary + 1 if observation.is_success != self.is_healthy else 0
        if self._contrary >= threshold:
            self.is_healthy = observation.is_success
            self._contrary = 0

    def report(self, seen: tuple[float, Observation]) -> dict[str, Any]:
        """An observation in botocore's shape."""
        checked, observation = seen
        status = {"Status": observation.text, "CheckedTime": datetime.fromtimestamp(checked, UTC)}
        return {"Region": self.region, "IPAddress": "127.0.0.1", "StatusReport": status}


class HealthCheck:
    """A health check with its checkers."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.config = config
        has_endpoint = "RequestInterval" in config
        self.checkers = [Checker(region) for region in config.get("Regions", CHECKER_REGIONS)] if has_endpoint else []

    def is_healthy(self, statuses: Mapping[str, bool]) -> bool:
        """The status now.

        Args:
            statuses: The statuses of the other checks, for a calculated check.
        """
        healthy = bool(self.config.get("Disabled")) or self._is_healthy_itself(statuses)
        return healthy != bool(self.config.get("Inverted"))

    def _is_healthy_itself(self, statuses: Mapping[str, bool]) -> bool:
        """The status before `Disabled` (which makes it healthy) and `Inverted`."""
        kind = self.config["Type"]
        if kind == "CALCULATED":
            children = self.config.get("ChildHealthChecks", [])
            return sum(statuses.get(child, True) for child in children) >= int(self.config["HealthThreshold"])
        if kind == "CLOUDWATCH_METRIC":
            # The local cloud's alarms have no data. The last known status is then that of a new check: healthy.
            return bool(self.config["InsufficientDataHealthStatus"] != "Unhealthy")
        return sum(checker.is_healthy for checker in self.checkers) > HEALTHY_SHARE * len(self.checkers)


def get_statuses(checks: Mapping[str, HealthCheck]) -> dict[str, bool]:
    """The status of every check. Calculated checks come last, as they never watch one another."""
    ordered: Sequence[tuple[str, HealthCheck]] = sorted(
        checks.items(), key=lambda item: item[1].config["Type"] == "CALCULATED"
    )
    statuses: dict[str, bool] = {}
    for health_check_id, check in ordered:
        statuses[health_check_id] = check.is_healthy(statuses)
    return statuses
