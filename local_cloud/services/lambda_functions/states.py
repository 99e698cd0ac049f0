"""Members of a configuration that moto lacks: the state, the state of the last update, and the revision id."""

from __future__ import annotations

import json
import uuid
from typing import Any

from local_cloud.clock import Clock
from local_cloud.errors import AwsError

SECONDS_PENDING = 5
"""About how long on AWS a function or version is Pending, or an update takes, in seconds."""

_CREATING = "The function is being created."


class States:
    """The functions that are being created or updated. AWS refuses changes during these seconds.

    Args:
        clock: Times the creation and the update.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pending: dict[str, float] = {}
        self._updating: dict[str, float] = {}

    def reset(self) -> None:
        """Delete all states."""
        self._pending.clear()
        self._updating.clear()

    @property
    def is_settled(self) -> bool:
        """Whether no creation or update is under way."""
        return not any(self.is_pending(arn) for arn in list(self._pending)) and not any(
            self.is_updating(arn) for arn in list(self._updating)
        )

    def begin(self, arn: str) -> None:
        """Note that a function or version is being created."""
        self._pending[arn] = self._due()
        self._updating.pop(arn, None)

    def begin_update(self, arn: str) -> None:
        """Note that a function is being updated."""
        self._updating[arn] = self._due()

    def forget(self, function_arn: str) -> None:
        """Delete the states of a deleted function, so that a new one of its name starts without them."""
        for kept in (self._pending, self._updating):
            for arn in [arn for arn in kept if arn == function_arn or arn.startswith(f"{function_arn}:")]:
                del kept[arn]

    def is_pending(self, arn: str) -> bool:
        """Whether a function or version can't be used yet."""
        return self._clock.now() < self._pending.get(arn, 0.0)

    def is_updating(self, arn: str) -> bool:
        """Whether an update of a function is under way."""
        return self._clock.now() < self._updating.get(arn, 0.0)

    def check(self, arn: str) -> None:
        """Refuse a change while another one is under way.

        Raises:
            AwsError: ResourceConflictException.
        """
        self.check_active(arn)
        if self.is_updating(arn):
            text = "The operation cannot be performed at this time. An update is in progress for resource: "
            raise AwsError("ResourceConflictException", text + arn, 409, Type="User")

    def check_active(self, arn: str) -> None:
        """Refuse to use a function or version that is Pending.

        Raises:
            AwsError: ResourceConflictException.
        """
        if self.is_pending(arn):
            text = "The operation cannot be performed at this time. The function is currently in the following state: "
            raise AwsError("ResourceConflictException", f"{text}Pending", 409, Type="User")

    def amend(self, configuration: dict[str, Any]) -> None:
        """Add states, the revision id and Lambda's format of dates to moto's configuration."""
        arn = configuration["FunctionArn"].removesuffix(":$LATEST")
        configuration.update({"State": "Pending" if self.is_pending(arn) else "Active"})
        configuration.pop("LastUpdateStatus", None)
        configuration["LastModified"] = (
            f"{configuration['LastModified'][:23]}+0000"  # LDG: 2019-08-14T22:26:11.234+0000
        )
        if self.is_pending(arn):
            configuration.update({"StateReason": _CREATING, "StateReasonCode": "Creating"})
        elif self.is_updating(arn):
            reason = {"LastUpdateStatusReason": _CREATING, "LastUpdateStatusReasonCode": "Creating"}
            configuration.update({"LastUpdateStatus": "InProgress", **reason})
        else:
            configuration["LastUpdateStatus"] = "Successful"
        configuration["RevisionId"] = make_revision_id(configuration)

    def _due(self) -> float:
        return self._clock.now() + self._clock.scaled(SECONDS_PENDING)


def make_revision_id(configuration: dict[str, Any]) -> str:
    """A revision id. It changes only with the configuration, the code or the state."""
    told = {key: value for key, value in configuration.items() if key not in ("RevisionId", "Version", "FunctionArn")}
    return str(uuid.uuid5(uuid.NAMESPACE_OID, json.dumps(told, sort_keys=True, default=str)))
