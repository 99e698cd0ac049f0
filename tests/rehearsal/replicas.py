"""The edge's replicas of a function, which AWS keeps for hours after no distribution uses the function any more."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

_DELETION = re.compile(r"/2015-03-31/functions/([^/?]+)$")
_DISTRIBUTION = re.compile(r"/2020-05-31/distribution/[^/?]+(?:/config)?(?:\?.*)?$")
REFUSAL = (
    "Lambda was unable to delete {} because it is a replicated function. Please see our documentation for Deleting "
    "Lambda@Edge Functions and Replicas."
)


class Replicas:
    """Says when a function may be deleted, by a clock that can be moved.

    Args:
        now: Seconds, from any beginning. A seam for tests.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.stay = 0.0
        """For how many seconds they stay after the last change or deletion of a distribution."""
        self._now, self._passed, self._changed = now, 0.0, 0.0

    def let_pass(self, seconds: float) -> None:
        """Move the clock forward."""
        self._passed += seconds

    def note(self, host: str, method: str, target: str) -> None:
        """Note a request that was answered."""
        if host.startswith("cloudfront.") and method in ("PUT", "DELETE") and _DISTRIBUTION.match(target):
            self._changed = self._now() + self._passed

    def find_refusal(self, host: str, method: str, target: str) -> str | None:
        """What Lambda says to a deletion that comes too early. None if there is no reason to refuse the request."""
        deletion = _DELETION.match(target) if host.startswith("lambda.") and method == "DELETE" else None
        if deletion and self._now() + self._passed < self._changed + self.stay:
            return REFUSAL.format(deletion[1])
        return None
