"""Tries the same switch many times, with random phases and the model of `clocks`. All trials run together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from traffic_lab.model.clocks import FAILED, TICKS, Outcome, Regions, Requests, Setting, State, Ticks, follow

MOST_REQUESTS = 2_000_000
"""The most requests in all trials together. A longer switch gets larger gaps between requests."""
LATE = 10
"""A request is up to a tenth of its gap late, at random. Otherwise the clocks would be in step with the requests."""
WINDOW = TICKS
"""A share has moved if it is reached in each second from then on, as a timeline measures it."""
OLD, NEW = range(2)
"""Regions of the model."""


@dataclass(frozen=True)
class Drill:
    """One switch, with its times in ticks.

    Attributes:
        detection: The shortest and the longest time of the health check.
        dns_change: The shortest and the longest time from then until DNS answers with the new weights.
        dns_ttl: How long an environment keeps a DNS answer.
        edge_ttl: How long the edge keeps a page. With 0 there is one cache.
        error_ttl: How long the edge remembers a failure of the origin.
        environments: Function environments.
        caches: Pages, or caches, to which the requests go in turn.
        gap: The time between two requests to one of them.
        origin_fails: Whether the old region fails from time 0 on.
        lead: For how long requests come before the cause, after a pause in which all has expired. If None, they have
            always come, and the phases are random.
    """

    detection: tuple[int, int]
    dns_change: tuple[int, int]
    dns_ttl: int
    edge_ttl: int
    error_ttl: int
    environments: int
    caches: int
    gap: int
    origin_fails: bool
    lead: int | None = None

    @property
    def longest_gap(self) -> int:
        """The longest time between two requests to one cache."""
        return self.gap + self.gap // LATE

    @property
    def warm(self) -> bool:
        """Whether each cache had a request before the cause. Without any caching, that makes no difference."""
        return self.lead is None or self.lead >= self.longest_gap or not self.edge_ttl

    @property
    def changes(self) -> tuple[int, int]:
        """The earliest and the latest time at which DNS changes."""
        return self.detection[0] + self.dns_change[0], self.detection[1] + self.dns_change[1]

    @property
    def latest(self) -> int:
        """The worst case: the last old DNS answer is used just before it expires, and its page is kept for a TTL."""
        if not self.edge_ttl:
            return self.changes[1] + self.dns_ttl + self.longest_gap
        kept_for = self.error_ttl if self.origin_fails else self.edge_ttl
        last = self.changes[1] + self._last_use(kept_for) + kept_for
        return max(last, self.edge_ttl if self.warm else 0) + self.longest_gap

    def _last_use(self, kept_for: int) -> int:
        """Return the last time at which an old answer may be used, counted from the change of DNS.

        For one page the function runs only once in a period, so answers with a shorter TTL have expired by then.
        """
        if self.caches > 1 or not self.warm:
            return self.dns_ttl
        if self.origin_fails and self.changes[0] < self.dns_ttl:  # periods from before the failure count too
            return 0 if self.dns_ttl <= min(kept_for, self.edge_ttl) else self.dns_ttl
        period = max(kept_for, 1)
        return min(self.dns_ttl, max(0, -(-self.dns_ttl // period) - 1) * (period + self.longest_gap))

    @property
    def warm_up(self) -> int:
        """The time of requests before the cause. If none is known, enough to make the clocks depend on each other."""
        return self.dns_ttl + self.edge_ttl if self.lead is None else self.lead


class Tried(NamedTuple):
    """The results of the trials: a number for each trial. Times are in ticks after the cause.

    Attributes:
        changed: When DNS changed.
        moved: For each share, when it had moved.
        moves: For each trial, the sorted times at which its sources moved. The sources are its caches or, if nothing is
            cached, its environments.
        failed: How many requests failed.
    """

    changed: Ticks
    moved: dict[float, Ticks]
    moves: Ticks
    failed: NDArray[np.float64]


def try_drill(drill: Drill, *, trials: int, rng: np.random.Generator, shares: Sequence[float] = ()) -> Tried:
    """Try a switch many times.

    Args:
        drill: The switch.
        trials: How many times.
        rng: Draws phases, environments and answers.
        shares: Shares of the moving traffic to measure.
    """
    return _Trials(drill, trials, rng).run(shares)


class _Trials:
    """The same drill many times, each in a pool of its own. All run together."""

    def __init__(self, drill: Drill, trials: int, rng: np.random.Generator) -> None:
        self.drill, self.trials, self.rng = drill, trials, rng
        self.span = drill.warm_up + drill.latest * 11 // 10 + 10 * drill.gap + WINDOW
        self.gap = max(drill.gap, self.span * trials * drill.caches // MOST_REQUESTS)
        detected, changed = (rng.integers(a, b + 1, size=trials) for a, b in (drill.detection, drill.dns_change))
        self.change_at = drill.warm_up + detected + changed

    def run(self, shares: Sequence[float]) -> Tried:
        times = self._draw_times()
        outcome = self._follow(times)
        regions, since = outcome.regions.reshape(times.shape), times - self.drill.warm_up
        failed = (regions == FAILED).sum(axis=(1, 2)) * self.gap / self.drill.gap
        moved, moves = self._measure(regions, since, shares), self._find_moves(outcome, regions, since)
        return Tried(self.change_at - self.drill.warm_up, moved, moves, failed)

    def _draw_times(self) -> Ticks:
        """Draw the time of each request, by trial and cache: a steady rate with small delays, the caches in turn."""
        phase = self.rng.integers(self.gap, size=(self.trials, 1, 1))
        turn = np.arange(self.drill.caches)[:, None] * self.gap // self.drill.caches
        times: Ticks = (phase + turn) % self.gap + np.arange(self.span // self.gap - 2) * self.gap
        times += self.rng.integers(self.gap // LATE + 1, size=times.shape)
        return times

    def _follow(self, times: Ticks) -> Outcome:
        drill, rng = self.drill, self.rng
        keys, count = self.trials * drill.caches, times.shape[2]
        moments = times.reshape(keys, count) + np.arange(keys)[:, None] * self.span
        setting = Setting(
            dns_ttl=drill.dns_ttl,
            edge_ttl=drill.edge_ttl,
            error_ttl=max(drill.error_ttl, self.gap // 2),  # with 0 the next request asks again
            environments=drill.environments,
            resolvers=drill.environments,
            before=np.array([1.0, 1.0]),
            after=np.array([0.0, 1.0]),
            change_at=self.change_at,
            fails=np.array([drill.origin_fails, False]),
            fails_at=drill.warm_up,
        )
        is_known, dns_caches = drill.lead is not None, self.trials * drill.environments
        state = State(
            fresh_until=np.zeros(keys, np.int64) if is_known else rng.integers(drill.edge_ttl + 1, size=keys),
            held=np.full(keys, FAILED if is_known else OLD, np.int8),
            expires=np.zeros(dns_caches, np.int64) if is_known else rng.integers(drill.dns_ttl + 1, size=dns_caches),
            answers=np.zeros(dns_caches, np.int8),
        )
        requests = Requests(moments.ravel(), np.arange(1, keys + 1) * count, self.span)
        return follow(requests, setting, state, lambda some: rng.random(len(some)))

    def _measure(self, regions: Regions, since: Ticks, shares: Sequence[float]) -> dict[float, Ticks]:
        """Return when each share had moved, as a timeline measures it: from a moved request on, in each window."""
        times = since.reshape(self.trials, -1)
        order = np.argsort(times, axis=1)
        times = np.take_along_axis(times, order, axis=1)
        has_moved = np.take_along_axis((regions == NEW).reshape(times.shape), order, axis=1)
        size = max(1, WINDOW * self.drill.caches // self.gap)
        counted = np.cumsum(np.pad(has_moved, ((0, 0), (1, 0))), axis=1)
        inside = counted[:, size:] - counted[:, :-size]
        for_good = np.flip(np.minimum.accumulate(np.flip(inside, axis=1), axis=1), axis=1)
        for_good[~has_moved[:, : inside.shape[1]]] = -1
        moved = {}
        for share in shares:
            first = np.argmax(for_good >= share * size - 1e-9, axis=1)
            moved[share] = np.maximum(times[np.arange(self.trials), first], 0)
        return moved

    def _find_moves(self, outcome: Outcome, regions: Regions, since: Ticks) -> Ticks:
        """Return the sorted times at which the sources of each trial moved: its caches, or else its environments."""
        if self.drill.edge_ttl:
            waits = regions != NEW
            moves: Ticks = np.where(waits, np.append(since[:, :, 1:], since[:, :, -1:], axis=2), 0).max(axis=2)
            return np.sort(moves, axis=1)
        # An environment has moved when its last old answer expires. The next request can show it.
        resolvers, at = np.divmod(outcome.look_ups, self.span)
        moves = np.repeat(self.change_at, self.drill.environments)
        is_old = at < moves[resolvers]
        expires = np.zeros_like(moves)
        expires[resolvers[is_old]] = at[is_old] + self.drill.dns_ttl  # sorted by time, so the last one stays
        moves = np.maximum(moves, expires).reshape(self.trials, -1) - self.drill.warm_up
        phase = since[:, 0, :1] % self.gap
        return np.sort(phase - (phase - moves) // self.gap * self.gap, axis=1)
