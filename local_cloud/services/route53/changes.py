"""Changes: PENDING at first, INSYNC when all name servers have them."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local_cloud.clock import Clock
from local_cloud.errors import AwsError

SECONDS_TO_IN_SYNC = 30
"""Seconds until a change is INSYNC. On AWS, usually less than 60."""

_ALPHABET = string.digits + string.ascii_uppercase


def new_id(prefix: str) -> str:
    """A new id in Route 53's style: `"Z"` or `"C"`, then 20 capitals and digits."""
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(20))


@dataclass(frozen=True)
class _Change:
    submitted: float
    comment: str


class Changes:
    """The latest changes, by id.

    Args:
        clock: Shortens the wait for `INSYNC`.
        dns_seconds: How late the nameserver knows of a change. The clock doesn't shorten it.
        kept: How many changes are known at most. Older ones are forgotten, so that a cloud that runs for weeks doesn't
            grow.
    """

    def __init__(self, clock: Clock, dns_seconds: float = 0.0, *, kept: int = 5_000) -> None:
        self._clock = clock
        self._dns_seconds = dns_seconds
        self._kept = kept
        self._changes: dict[str, _Change] = {}

    def add(self, comment: str = "") -> dict[str, Any]:
        """Add a change made now. Returns its ChangeInfo."""
        change_id = new_id("C")
        self._changes[change_id] = _Change(self._clock.now(), comment)
        while len(self._changes) > self._kept:
            del self._changes[next(iter(self._changes))]
        return self.describe(change_id)

    def describe(self, change_id: str) -> dict[str, Any]:
        """A change's ChangeInfo in botocore's shape.

        Raises:
            AwsError: `NoSuchChange`.
        """
        change = self._changes.get(change_id)
        if change is None:
            raise AwsError("NoSuchChange", f"Could not find resource with ID: {change_id}", 404)
        needed = max(self._clock.scaled(SECONDS_TO_IN_SYNC), self._dns_seconds)
        is_in_sync = self._clock.now() - change.submitted >= needed
        described = {
            "Id": f"/change/{change_id}",
            "Status": "INSYNC" if is_in_sync else "PENDING",
            "SubmittedAt": datetime.fromtimestamp(change.submitted, UTC),
        }
        return described | ({"Comment": change.comment} if change.comment else {})

    def clear(self) -> None:
        """Remove all changes."""
        self._changes.clear()
