"""The model of a switch: objects in edge caches and DNS answers in function environments, each kept for its TTL.

    viewer ─► edge cache ─ miss ─► a function environment, any one ─ answer expired ─► Route 53: a region by weight
              edge_ttl             dns_ttl

Both clocks follow one rule: the first request after the TTL asks again, and restarts the clock. The edge's misses are
the environments' requests. All caches advance together, one period at a time. While an origin fails, the time for which
a miss is remembered depends on the region that the environment knew. The caches then advance by the shortest period, in
which no cache has two misses.

Time is counted in whole microseconds, so that equal times compare as equal. Only TTLs take time: connections, cold
starts and propagation among Route 53's servers take none. A stale object is served as long as the origin fails.
CloudFront stops after the cache policy's maximum TTL, which is much longer than the workshop.
"""

from __future__ import annotations

import numbers
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from workshop_lib.errors import InvalidNumber

TICKS = 1_000_000
"""Ticks in a second."""
FAILED = -1
"""Used instead of a region. For an answer: the viewer got a 5xx. For a cache: it holds nothing."""

Ticks: TypeAlias = NDArray[np.int64]
Regions: TypeAlias = NDArray[np.int8]
Draw: TypeAlias = Callable[[Ticks], NDArray[np.float64]]
"""Draws a number from 0 up to 1 for each of some requests. A seam for tests."""


@dataclass(frozen=True)
class Requests:
    """Requests, grouped by edge cache and sorted by time.

    Attributes:
        moments: Ascending: the number of the cache × `span` + the time.
        ends: For each cache, the index after its last request.
        span: A number above every time.
    """

    moments: Ticks
    ends: Ticks
    span: int

    @property
    def offsets(self) -> Ticks:
        """For each cache, the moment at which its time is 0."""
        return np.arange(len(self.ends), dtype=np.int64) * self.span

    @property
    def starts(self) -> Ticks:
        """For each cache, the index of its first request."""
        return np.concatenate(([0], self.ends[:-1]))


@dataclass(frozen=True)
class Setting:
    """The constants of a simulation. TTLs and times are in ticks.

    Attributes:
        dns_ttl: How long an environment keeps a DNS answer.
        edge_ttl: How long an edge keeps an object. With 0 every request is a miss.
        error_ttl: How long an edge remembers a failure of the origin (the error caching minimum TTL).
        environments: Function environments of each pool.
        resolvers: DNS caches of each pool. Environments that share a resolver share its answer and its expiry.
        before: Cumulative probabilities of the regions with the old weights.
        after: The same with the new weights.
        change_at: For each pool, when the new weights take effect.
        fails: For each region, whether its origin fails from `fails_at` on.
        fails_at: When that begins.
    """

    dns_ttl: int
    edge_ttl: int
    error_ttl: int
    environments: int
    resolvers: int
    before: NDArray[np.float64]
    after: NDArray[np.float64]
    change_at: Ticks
    fails: NDArray[np.bool_]
    fails_at: int


@dataclass
class State:
    """The content of caches and resolvers. It changes during the simulation.

    Attributes:
        fresh_until: For each cache, the time until which its object is fresh. 0 if it holds none.
        held: For each cache, the region of its object, or `FAILED` for none. Stale objects stay.
        expires: For each DNS cache, when its answer expires.
        answers: For each DNS cache, the region of its answer.
    """

    fresh_until: Ticks
    held: Regions
    expires: Ticks
    answers: Regions


class Outcome(NamedTuple):
    """The result for some requests.

    Attributes:
        regions: For each request, the region of its answer, or `FAILED`.
        misses: Cache misses. Each invokes the function once.
        look_ups: The DNS queries: the number of the DNS cache × span + the time.
    """

    regions: Regions
    misses: int
    look_ups: Ticks


def to_ticks(seconds: float) -> int:
    """Convert seconds to ticks."""
    return round(seconds * TICKS)


MOST = 1e9
"""No number is larger: in seconds, 30 years."""


def require_number(least: float, **given: float) -> None:
    """Refuse values that are no numbers, too small, or above `MOST`.

    Args:
        least: The smallest allowed number.
        **given: Numbers, by their names in the caller.

    Raises:
        InvalidNumber: The message names the argument and the allowed numbers.
    """
    for name, number in given.items():
        if not (isinstance(number, numbers.Real) and least <= number <= MOST):
            raise InvalidNumber(f"{name} is {number!r}. Give a number of at least {least:g}, and at most {MOST:,.0f}.")


def require_whole(least: int, most: int, **given: int) -> None:
    """Refuse values that are no whole numbers, or not within two bounds.

    Args:
        least: The smallest allowed number.
        most: The largest allowed number.
        **given: Numbers, by their names in the caller.

    Raises:
        InvalidNumber: The message names the argument and the allowed numbers.
    """
    for name, number in given.items():
        if not (isinstance(number, numbers.Integral) and least <= number <= most):
            raise InvalidNumber(f"{name} is {number!r}. Give a whole number from {least} to {most}.")


def add_up(weights: Mapping[str, float]) -> NDArray[np.float64]:
    """Turn Route 53's weights into cumulative probabilities. If all weights are 0, all regions are equally likely.

    Raises:
        InvalidNumber: There is no weight, or one is negative.
    """
    if not weights:
        raise InvalidNumber("weights names no region. Give each region a weight, such as {'eu-west-1': 255}.")
    require_number(0, **{f"the weight of {region}": weight for region, weight in weights.items()})
    given = np.array(list(weights.values()), dtype=float)
    total = np.cumsum(given if given.any() else np.ones_like(given))
    shares: NDArray[np.float64] = total / total[-1]
    return shares


def find_refreshes(moments: Ticks, first_due: Ticks, ends: Ticks, ttl: int) -> Ticks:
    """Find the requests after an expired TTL: the first one that is due, then the first one a TTL later, and so on.

    Args:
        moments: As in `Requests`, of edge caches or of DNS caches.
        first_due: For each cache, the moment at which its content expires.
        ends: For each cache, the index after its last request.
        ttl: In ticks. With 0 it finds all requests.

    Returns:
        Indices, ascending.
    """
    if ttl == 0:
        return np.arange(len(moments))
    found = [np.empty(0, np.int64)]
    position = np.searchsorted(moments, first_due)
    while len(position):
        due = position < ends
        position, ends = position[due], ends[due]
        found.append(position)
        position = np.searchsorted(moments, moments[position] + ttl)
    return np.sort(np.concatenate(found))


def hold(size: int, at: Ticks, values: Regions) -> Regions:
    """Repeat each value from its index to the next index. If two values have the same index, the later one wins."""
    unset = -128
    marks = np.full(size, unset, np.int8)
    marks[at] = values
    (begin,) = np.nonzero(marks != unset)
    return np.repeat(marks[begin], np.diff(begin, append=size))


def follow(requests: Requests, setting: Setting, state: State, draw: Draw) -> Outcome:
    """Simulate requests through edge caches, environments and DNS.

    Args:
        requests: Requests to caches, which are grouped by pool. All pools have the same number of caches.
        setting: TTLs, weights and failures.
        state: The state at time 0. It is changed to the state at the end.
        draw: Called once for all requests that invoke the function, and once for those that ask Route 53.
    """
    return _Follower(requests, setting, state, draw).follow()


@dataclass
class _Follower:
    requests: Requests
    setting: Setting
    state: State
    draw: Draw
    look_ups: list[Ticks] = field(default_factory=list)

    def follow(self) -> Outcome:
        requests, setting = self.requests, self.setting
        first_due = requests.offsets + self.state.fresh_until
        if setting.edge_ttl == 0:
            regions = self._invoke(misses := np.arange(len(requests.moments)))
            regions[self._fails(regions, requests.moments % requests.span)] = FAILED
            return Outcome(regions, len(misses), np.concatenate(self.look_ups))
        some, starts, held = requests.starts < requests.ends, requests.starts, self.state.held.copy()
        if setting.fails.any():
            misses, values = self._follow_failures(first_due)
        else:
            misses = find_refreshes(requests.moments, first_due, requests.ends, setting.edge_ttl)
            values = self._invoke(misses)
        at = np.concatenate((starts[some], misses))
        regions = hold(len(requests.moments), at, np.concatenate((held[some], values)))
        return Outcome(regions, len(misses), np.concatenate((np.empty(0, np.int64), *self.look_ups)))

    def _follow_failures(self, first_due: Ticks) -> tuple[Ticks, Regions]:
        """While the origin fails, serve cached objects stale, and answer other requests with an error.

        Both last for `error_ttl`.
        """
        moments, ends, offsets = self.requests.moments, self.requests.ends, self.requests.offsets
        setting, held = self.setting, self.state.held
        step = min(setting.edge_ttl, setting.error_ttl)
        found: list[tuple[Ticks, Regions]] = [(np.empty(0, np.int64), np.empty(0, np.int8))]
        position = np.searchsorted(moments, first_due)
        while len(caches := np.flatnonzero(position < ends)):
            times = moments[position[caches]] - offsets[caches]
            due = times < times.min() + step
            caches, times = caches[due], times[due]
            misses = position[caches]
            regions = self._invoke(misses)
            failed = self._fails(regions, times)
            held[caches] = np.where(failed, held[caches], regions)
            found.append((misses, held[caches]))
            kept_for = np.where(failed, setting.error_ttl, setting.edge_ttl)
            position[caches] = np.searchsorted(moments, moments[misses] + kept_for)
        return np.concatenate([misses for misses, _ in found]), np.concatenate([values for _, values in found])

    def _fails(self, regions: Regions, times: Ticks) -> NDArray[np.bool_]:
        fails: NDArray[np.bool_] = self.setting.fails[regions] & (times >= self.setting.fails_at)
        return fails

    def _invoke(self, misses: Ticks) -> Regions:
        """Return the region for each miss, from a random environment. Misses of earlier calls are in the past."""
        setting, state, span = self.setting, self.state, self.requests.span
        caches, times = np.divmod(self.requests.moments[misses], span)
        caches_of_a_pool = len(self.requests.ends) // len(setting.change_at)
        pools = caches // caches_of_a_pool
        environments = (self.draw(misses) * setting.environments).astype(np.int64)
        resolvers = pools * setting.resolvers + environments % setting.resolvers
        moments = resolvers * span + times
        # The misses of one cache are already sorted by time, and NumPy sorts small integers fast, with radix sort.
        keys = resolvers.astype(np.min_scalar_type(len(state.expires))) if caches_of_a_pool == 1 else moments
        order = np.argsort(keys, kind="stable")
        moments, resolvers = moments[order], resolvers[order]
        starts = np.flatnonzero(np.diff(resolvers, prepend=-1))
        asked = resolvers[starts]
        ends = np.append(starts[1:], len(moments))
        look_ups = find_refreshes(moments, asked * span + state.expires[asked], ends, setting.dns_ttl)
        answers = self._look_up(misses[order[look_ups]], pools[order[look_ups]], times[order[look_ups]])
        at = np.concatenate((starts, look_ups))
        known = hold(len(moments), at, np.concatenate((state.answers[asked], answers)))
        state.expires[resolvers[look_ups]] = times[order[look_ups]] + setting.dns_ttl  # of several, the last one stays
        state.answers[resolvers[look_ups]] = answers
        self.look_ups.append(moments[look_ups])
        regions = np.empty_like(known)
        regions[order] = known
        return regions

    def _look_up(self, misses: Ticks, pools: Ticks, times: Ticks) -> Regions:
        """Return Route 53's answers, by the current weights."""
        drawn, setting = self.draw(misses), self.setting
        old = np.searchsorted(setting.before, drawn, side="right")
        new = np.searchsorted(setting.after, drawn, side="right")
        return np.where(times >= setting.change_at[pools], new, old).astype(np.int8)
