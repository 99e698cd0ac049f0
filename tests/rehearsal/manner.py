"""How slow AWS is in a rehearsal, and how many calls it allows."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from local_cloud.delays import Delays


@dataclass(frozen=True)
class Manner:
    """What makes AWS slower than the local cloud. The default is a quick AWS.

    Attributes:
        api_seconds: Each answer of an API takes so much longer.
        name_seconds: So long after a distribution was made, its name can't be looked up.
        route53_rate: Calls of the Route 53 API that are answered each second. Further ones are throttled. AWS allows
            five for each account.
        throttle_burst: So many calls pass at once before the rate counts.
        calls_of_a_session: So many calls pass with the keys of one session. It has then expired. 0 lets all pass.
        is_port_53_open: Whether the learner's network lets queries out to name servers.
        late: What is late in the cloud behind the door, such as `"dns=20"`; see `local_cloud.delays`.
    """

    api_seconds: float = 0.0
    name_seconds: float = 0.0
    route53_rate: float = 0.0
    throttle_burst: int = 5
    calls_of_a_session: int = 0
    is_port_53_open: bool = True
    late: tuple[str, ...] = ()

    @property
    def delays(self) -> Delays:
        """What is late in the cloud behind the door."""
        return Delays.parse(self.late)

    @property
    def waits(self) -> dict[str, str]:
        """The learner's variables for waits that only cost time. AWS's lateness makes the kit's defaults count."""
        late = self.delays
        waits = {"WORKSHOP_VERSIONING_SECONDS": f"{late.versioning:g}"}
        waits |= {} if late.dns else {"WORKSHOP_DNS_SECONDS": "0"}
        return waits if late.permissions or late.rule else {**waits, "WORKSHOP_PROPAGATION_SECONDS": "0"}


QUICK = Manner()
SLOW = {
    "api": Manner(api_seconds=0.1),
    "names": Manner(name_seconds=10),
    "throttled": Manner(route53_rate=1),
    "sessions": Manner(calls_of_a_session=800),
    "port-53": Manner(is_port_53_open=False),
    "dns-20": Manner(late=("dns=20",)),
    "dns-60": Manner(late=("dns=60",)),
    "iam": Manner(late=("permissions=20", "rule=20")),
    "versioning": Manner(late=("versioning=60",)),
    "replication": Manner(late=("replication=120",)),
    "invalidations": Manner(late=("invalidation=10",)),
    "logs": Manner(late=("logs=30",)),
    "replicas": Manner(late=("edge-replicas=60",)),
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
