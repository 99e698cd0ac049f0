"""Predicts a switch: how long until traffic has moved, and how many requests fail.

Many trials with the model of `clocks` give a distribution. Its middle is the expected number: half of the trials are
earlier. Eight trials in ten lie within the 80 % band, from the 10th to the 90th percentile. If it is known for how long
requests came before the cause, the trials know how old the answers are, and the band is narrow.

The worst case holds whatever the phases are. It is calculated, not drawn, so it is never too narrow. At times it is a
little too wide:

    detection + DNS change  ≤  moved  ≤  detection + DNS change + dns_ttl + edge_ttl + one request

For a single page the function runs once in an edge TTL. If `dns_ttl` is not longer than that, each answer has expired
before the next run, so the second clock adds nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from traffic_lab.model.clocks import TICKS, require_number, require_whole, to_ticks
from traffic_lab.model.trials import Drill, try_drill
from workshop_lib.errors import InvalidNumber
from workshop_lib.observe import HEALTHY_SHARE

QUANTILES = (0.1, 0.5, 0.9)
SHARES = tuple(twentieth / 20 for twentieth in range(1, 21))
TOLD = (0.5, 0.95, 1.0)
"""The shares that the repr tells."""


class Band(NamedTuple):
    """The distribution of a predicted number, in seconds or requests. `earliest` and `latest` are the worst case."""

    earliest: float
    low: float
    expected: float
    high: float
    latest: float

    def tell(self, form: str = ".1f", unit: str = "") -> str:
        """Write it in words, the expected number first."""
        earliest, low, expected, high, latest = (format(number, form) for number in self)
        if earliest == latest:
            return f"{expected}{unit}"
        return f"{expected}{unit} (80 %: {low} to {high}; worst case: {earliest} to {latest})"


@dataclass(frozen=True, repr=False)
class SwitchPrediction:
    """The prediction of a switch. Times are seconds after the cause. Its repr describes it in words.

    Attributes:
        detected: When the health check becomes unhealthy. 0 without one.
        dns_changed: When DNS answers with the new weights.
        moved: Share → when the new region permanently answers at least this share of the requests, as
            `Timeline.moved_at` measures it. It has each twentieth.
        failed_requests: How many requests get a 5xx.
    """

    detected: Band
    dns_changed: Band
    moved: Mapping[float, Band]
    failed_requests: Band

    def __repr__(self) -> str:
        lines = [f"detected after {self.detected.tell(unit=' s')}"] if self.detected.latest else []
        if self.dns_changed.latest > self.detected.latest:
            lines.append(f"DNS changes after {self.dns_changed.tell(unit=' s')}")
        for share in TOLD:
            moved = self.moved[share].tell(unit=" s")
            lines.append(f"{'all' if share == 1 else f'{100 * share:g} %'} moved after {moved}")
        failing = self.failed_requests.tell(".0f") if self.failed_requests.latest else "none"
        return "\n".join([*lines, f"requests that fail: {failing}"])


def get_detection_seconds(
    *, request_interval: float, failure_threshold: int = 3, checkers: int = 3
) -> tuple[float, float]:
    """Return the shortest and the longest time until a health check notices a failure. All times between are as likely.

    Checkers take turns within the interval. Each reports a failure after `failure_threshold` failures in a row. The
    health check becomes unhealthy when 18 % or less of the checkers report success. A probe without an answer also adds
    its timeout, which is not in these numbers.

    Args:
        request_interval: Seconds between two probes of one checker, 10 or 30 on AWS.
        failure_threshold: Consecutive failures.
        checkers: The number of checkers.

    Raises:
        InvalidNumber: The interval is 0 or less, or there is less than one checker or failure.
    """
    require_number(1e-6, request_interval=request_interval)
    require_whole(1, 1000, failure_threshold=failure_threshold, checkers=checkers)
    enough = checkers - math.floor(HEALTHY_SHARE * checkers)
    turn = request_interval / checkers
    least = (failure_threshold - 1) * request_interval + (enough - 1) * turn
    return least, least + turn


def predict_switch(
    *,
    request_interval: float | None = None,
    failure_threshold: int | None = None,
    checkers: int = 3,
    dns_ttl: float,
    edge_ttl: float = 0.0,
    error_ttl: float = 10.0,
    environments: int = 2,
    caches: int = 1,
    rate: float = 20.0,
    origin_fails: bool = False,
    dns_change: float | tuple[float, float] = 0.0,
    lead: float | None = None,
    trials: int = 400,
    seed: int = 0,
) -> SwitchPrediction:
    """Predict how traffic moves to another region. It uses no cloud. The same arguments give the same result.

    The cause comes at time 0. It is a change of weights, an inverted health check (give no `request_interval`), or an
    endpoint that fails, which a health check must first notice.

    Args:
        request_interval: Seconds between two probes of one checker: AWS's 10 or 30 divided by the cloud's speed.
            None if nothing has to be detected.
        failure_threshold: Failures in a row after which a checker reports a failure. The default is Route 53's 3.
        checkers: The number of checkers. The local cloud has 3, unless the health check names its regions.
        dns_ttl: Seconds for which an environment keeps a DNS answer.
        edge_ttl: Seconds for which the edge keeps a page. With 0 every request is a miss, and errors aren't kept.
        error_ttl: Seconds for which the edge remembers a failure of the origin: the error caching minimum TTL.
            CloudFront uses at least 1 for the errors of a bucket.
        environments: Function environments that the requests reach.
        caches: Pages, or caches, to which the requests go in turn. It has no effect if `edge_ttl` is 0.
        rate: Requests per second, at a steady rate.
        origin_fails: Whether the old region answers 5xx from the cause on.
        dns_change: Seconds from the cause, or from the detection, until DNS answers with the new weights. If that isn't
            known, the least and the most, such as `cloud.delays.dns_change`. All times between are as likely.
        lead: For how many seconds requests come before the cause, if they begin when every answer and page has
            expired, as after a pause. None if that isn't known. With 0 the edge has no stale copies to serve.
        trials: How many random phases are tried. The worst case doesn't depend on it.
        seed: Seed of everything random.

    Returns:
        A distribution of each number.

    Raises:
        InvalidNumber: A number is impossible.
    """
    quickest, slowest = (*dns_change, math.nan, math.nan)[:2] if isinstance(dns_change, tuple) else (dns_change,) * 2
    require_number(0, dns_ttl=dns_ttl, edge_ttl=edge_ttl, error_ttl=error_ttl, dns_change=quickest, lead=lead or 0)
    require_number(quickest, dns_change=slowest)
    require_whole(1, 10_000, environments=environments, caches=caches, trials=trials)
    require_whole(0, 2**32, seed=seed)
    require_number(0.001, rate=rate)
    if request_interval is None and failure_threshold is not None:
        raise InvalidNumber("There is a failure_threshold but no request_interval. Give both, or neither.")
    detection = (0.0, 0.0)
    if request_interval is not None:
        threshold = 3 if failure_threshold is None else failure_threshold
        detection = get_detection_seconds(
            request_interval=request_interval, failure_threshold=threshold, checkers=checkers
        )
    drill = Drill(
        detection=(to_ticks(detection[0]), to_ticks(detection[1])),
        dns_change=(to_ticks(quickest), to_ticks(slowest)),
        dns_ttl=to_ticks(dns_ttl),
        edge_ttl=to_ticks(edge_ttl),
        error_ttl=to_ticks(error_ttl),
        environments=environments,
        caches=caches if edge_ttl else 1,
        gap=math.ceil((caches if edge_ttl else 1) / rate * TICKS),
        origin_fails=origin_fails,
        lead=None if lead is None else to_ticks(lead),
    )
    tried = try_drill(drill, trials=trials, rng=np.random.default_rng(seed), shares=SHARES)
    detected = np.linspace(*drill.detection, num=trials)  # all times between are as likely
    return SwitchPrediction(
        detected=_to_band(detected, *drill.detection),
        dns_changed=_to_band(tried.changed, *drill.changes),
        moved={share: _to_band(at, drill.changes[0], drill.latest) for share, at in tried.moved.items()},
        failed_requests=_to_band(tried.failed * TICKS, *(TICKS * number for number in _limit_failures(drill))),
    )


def _limit_failures(drill: Drill) -> tuple[int, int]:
    """Return how many requests fail in the best and in the worst case.

    Cached pages are served stale. Otherwise requests fail at least until DNS changes, and at most until all has moved.
    """
    if not drill.origin_fails or (drill.edge_ttl and drill.warm):
        return 0, 0
    every = drill.gap / drill.caches
    return math.floor(drill.changes[0] / every), math.ceil(drill.latest / every)


def _to_band(tried: NDArray[Any], earliest: int, latest: int) -> Band:
    """Make a band in seconds of a number for each trial."""
    return Band(*(float(number) / TICKS for number in (earliest, *np.quantile(tried, QUANTILES), latest)))
