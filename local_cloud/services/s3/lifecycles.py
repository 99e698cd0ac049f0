"""Which lifecycle rules S3 accepts. They are stored, but no object expires in the local cloud."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local_cloud.call import Call
from local_cloud.errors import AwsError
from local_cloud.services.service import Service

_ACTIONS = (
    "Expiration", "Transitions", "NoncurrentVersionExpiration", "NoncurrentVersionTransitions",
    "AbortIncompleteMultipartUpload",
)  # fmt: skip
_DAYS = (
    ("Expiration", "Days"),
    ("NoncurrentVersionExpiration", "NoncurrentDays"),
    ("AbortIncompleteMultipartUpload", "DaysAfterInitiation"),
)


class LifecycleOperations(Service):
    """The operation that puts a bucket's lifecycle. moto stores it."""

    def refuse_put_bucket_lifecycle_configuration(self, call: Call) -> None:
        """Refuse rules without an action, with fewer than one day, or with the same ID."""
        rules = (call.parameters.get("LifecycleConfiguration") or {}).get("Rules") or []
        ids = [rule["ID"] for rule in rules if rule.get("ID")]
        if len(set(ids)) < len(ids):
            raise AwsError("InvalidArgument", "Rule ID must be unique. Found same ID for more than one rule")
        for rule in rules:
            _check_actions(rule)


def _check_actions(rule: Mapping[str, Any]) -> None:
    if not any(rule.get(action) for action in _ACTIONS):
        raise AwsError("InvalidRequest", "At least one action needs to be specified in a rule")
    for action, member in _DAYS:
        days = (rule.get(action) or {}).get(member)
        if days is not None and days < 1:
            raise AwsError("InvalidArgument", f"'{member}' for {action} action must be a positive integer")
