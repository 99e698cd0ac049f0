"""Invalidations: edges remove paths at once. The request is in progress for about a minute, as on AWS."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from local_cloud.call import Call
from local_cloud.services.cloudfront.operations import URL, Operations, required
from local_cloud.services.cloudfront.refusals import refusal
from local_cloud.services.cloudfront.store import Config, Distribution, Invalidation, as_time, items, new_id, paginate

INVALIDATING = 60.0
"""Seconds that an invalidation takes on AWS."""

_MOST_PATHS, _MOST_WILDCARDS = 3000, 15  # CFDG/cloudfront-limits
_LONGEST_PATH = 4000
# Characters that RFC 1738 calls unsafe must be encoded. A wildcard must be the last character.
# (CFDG/invalidation-specifying-objects; ~ is refused in aws/aws-sdk#525.)
_PATH = re.compile(r"/[!-~]*")
_UNSAFE = re.compile(r"""[<>"#{}|\\^~\[\]`]|\*(?!$)""")

_REUSED = (
    "Your request contains a caller reference that was used for a previous invalidation batch for the same "
    "distribution."
)

Listener = Callable[[str, list[str]], None]


class InvalidationOperations(Operations):
    """Create, get and list invalidations."""

    listeners: list[Listener]

    def on_invalidation(self, listener: Listener) -> None:
        """Call `listener(distribution_id, paths)` for every new invalidation, in the caller's thread."""
        self.listeners.append(listener)

    def answer_create_invalidation(self, call: Call) -> dict[str, Any]:
        """Start an invalidation. The same caller reference and paths return the existing one."""
        distribution = self.distribution(call, "DistributionId")
        batch = call.parameters["InvalidationBatch"]
        check_batch(batch)
        invalidation = self._repeated(distribution, batch) or self._start(distribution, batch)
        location = f"{URL}/distribution/{distribution.id}/invalidation/{invalidation.id}"
        return {"Location": location, "Invalidation": self._invalidation_shown(invalidation)}

    def answer_get_invalidation(self, call: Call) -> dict[str, Any]:
        """Show one invalidation."""
        held = self.distribution(call, "DistributionId").invalidations.get(call.parameters.get("Id") or "")
        if held is None:
            raise refusal("NoSuchInvalidation")
        return {"Invalidation": self._invalidation_shown(held)}

    def answer_list_invalidations(self, call: Call) -> dict[str, Any]:
        """List a distribution's invalidations, newest first."""
        held = list(self.distribution(call, "DistributionId").invalidations.values())[::-1]
        return {
            "InvalidationList": paginate(held, call.parameters, key=lambda i: i.id, render=self._invalidation_summary)
        }

    def in_progress(self, distribution: Distribution) -> list[Invalidation]:
        """A distribution's invalidations that are not completed."""
        return [held for held in distribution.invalidations.values() if held.done_at > self.now]

    def _repeated(self, distribution: Distribution, batch: Config) -> Invalidation | None:
        for held in distribution.invalidations.values():
            if held.batch["CallerReference"] == batch["CallerReference"]:
                if set(items(held.batch["Paths"])) == set(items(batch["Paths"])):
                    return held
                raise refusal("InvalidArgument", _REUSED)
        return None

    def _start(self, distribution: Distribution, batch: Config) -> Invalidation:
        paths = items(batch["Paths"])
        running = [path for held in self.in_progress(distribution) for path in items(held.batch["Paths"])] + paths
        wildcards = sum(path.endswith("*") for path in running)
        if len(running) - wildcards > _MOST_PATHS or wildcards > _MOST_WILDCARDS:  # two separate quotas
            raise refusal("TooManyInvalidationsInProgress")
        done_at = self.now + max(self.store.clock.scaled(INVALIDATING), self.store.delays.invalidation)
        invalidation = Invalidation(new_id("I"), batch, self.now, done_at)
        distribution.invalidations[invalidation.id] = invalidation
        for listener in self.listeners:
            listener(distribution.id, paths)
        return invalidation

    def _invalidation_summary(self, invalidation: Invalidation) -> Config:
        status = "Completed" if self.now >= invalidation.done_at else "InProgress"
        return {"Id": invalidation.id, "CreateTime": as_time(invalidation.created), "Status": status}

    def _invalidation_shown(self, invalidation: Invalidation) -> Config:
        return {**self._invalidation_summary(invalidation), "InvalidationBatch": invalidation.batch}


def check_batch(batch: Config) -> None:
    """Refuse an invalidation batch as CloudFront does.

    Raises:
        AwsError: InvalidArgument or BatchTooLarge.
    """
    required(batch, "Paths", "CallerReference")
    paths = items(batch["Paths"])
    if len(paths) > _MOST_PATHS:
        raise refusal("BatchTooLarge")
    if not paths or not all(_is_path(path) for path in paths):
        raise refusal("InvalidArgument", "Your request contains one or more invalid invalidation paths.")
    if len(set(paths)) != len(paths):
        raise refusal("InvalidArgument", "Your request contains duplicate invalidation paths.")


def _is_path(path: str) -> bool:
    return len(path) <= _LONGEST_PATH and bool(_PATH.fullmatch(path)) and not _UNSAFE.search(path)
