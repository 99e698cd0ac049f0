"""How slow AWS is in a rehearsal, and how many calls it allows."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Manner:
    """What makes AWS slower than the local cloud. The default is a quick AWS.

    Attributes:
        api_seconds: Each answer of an API takes so much longer.
        name_seconds: So long after a distribution was made, its name can't be looked up.
        route53_rate: Calls of the Route 53 API that are answered each second. Further ones are throttled. AWS allows
            five for each account.
        dns_seconds: The name servers know of changes of records and of health so late.
        throttle_burst: So many calls pass at once before the rate counts.
    """

    api_seconds: float = 0.0
    name_seconds: float = 0.0
    route53_rate: float = 0.0
    throttle_burst: int = 5
    dns_seconds: float = 0.0


QUICK = Manner()
SLOW = {
    "api": Manner(api_seconds=0.1),
    "names": Manner(name_seconds=10),
    "throttled": Manner(route53_rate=1),
    "dns-20": Manner(dns_seconds=20),
    "dns-60": Manner(dns_seconds=60),
}
"""The slow forms, by name."""


class Throttle:
    """Lets a steady number of calls pass each second, and a few more at once.

    Args:
        rate: Calls a second. 0 lets all pass.
        burst: Calls that may come at once.
        now: Seam for tests.
    """

    def __init__(self, rate: float, burst: int, *, now: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._now = rate, burst, now
        self._left, self._seen = float(burst), now()

    def lets_pass(self) -> bool:
        """Whether one more call may pass now."""
        if not self._rate:
            return True
        now = self._now()
        self._left = min(self._burst, self._left + (now - self._seen) * self._rate)
        self._seen = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
