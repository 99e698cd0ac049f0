"""Simulates a switch at internet scale for millions of viewers, with the model of `clocks`. NumPy only, no cloud.

Viewers send requests to edge locations. Each belongs to a regional edge cache, where the function runs in its own
environments. An edge location's copy of an object expires together with the original, as `Age` allows. So does an
environment's copy of a resolver's answer, whose TTL counts down. It is not verified that CloudFront's edge locations
are exact to the second. So edge locations only decide how unevenly the requests reach the regional edge caches.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from traffic_lab.model.clocks import (
    FAILED,
    TICKS,
    Draw,
    Outcome,
    Regions,
    Requests,
    Setting,
    State,
    Ticks,
    add_up,
    follow,
    require_number,
    to_ticks,
)
from workshop_lib.errors import InvalidNumber


@dataclass(frozen=True)
class Traffic:
    """The result of a simulation. Its repr describes it in words.

    Attributes:
        regions: The names of the regions.
        times: The beginning of each time bin, in seconds.
        counts: Requests by time bin and region.
        failed: Requests by time bin that got a 5xx.
        seconds: How long it took.
        misses: Cache misses, which are also the function's invocations.
        dns_queries: Queries to Route 53.
    """

    regions: tuple[str, ...]
    times: NDArray[np.float64]
    counts: NDArray[np.int64]
    failed: NDArray[np.int64]
    seconds: float
    misses: int
    dns_queries: int

    @property
    def requests(self) -> int:
        """All requests, failed ones included."""
        return int(self.counts.sum() + self.failed.sum())

    @property
    def failed_requests(self) -> int:
        """Requests that got a 5xx."""
        return int(self.failed.sum())

    @property
    def invocations(self) -> int:
        """How often the function ran: once at each cache miss."""
        return self.misses

    @property
    def share(self) -> dict[str, NDArray[np.float64]]:
        """`get_share` of each region, for charts."""
        return {region: self.get_share(region) for region in self.regions}

    def get_share(self, region: str) -> NDArray[np.float64]:
        """Return the share of a region in the requests of each time bin. NaN in a bin without requests."""
        total = self.counts.sum(axis=1) + self.failed
        answered = self.counts[:, self.regions.index(region)]
        share: NDArray[np.float64] = np.divide(answered, total, out=np.full(len(total), math.nan), where=total > 0)
        return share

    def moved_at(self, region: str, *, share: float, since: float = 0.0) -> float | None:
        """Return the seconds after `since` from which on a region answers this share in each time bin, or None."""
        below = np.flatnonzero(self.get_share(region) < share)
        begin = below[-1] + 1 if len(below) else 0
        return None if begin == len(self.times) else max(0.0, float(self.times[begin]) - since)

    def __repr__(self) -> str:
        shares = ", ".join(
            f"{region} {count / max(self.requests, 1):.1%}"
            for region, count in zip(self.regions, self.counts.sum(axis=0), strict=True)
        )
        return (
            f"<Traffic: {self.requests:,} requests in {self.seconds:g} s: {shares}, {self.failed_requests:,} failed; "
            f"{self.misses:,} cache misses, each an invocation; {self.dns_queries:,} DNS queries>"
        )


def simulate_traffic(
    *,
    weights: Mapping[str, float],
    new_weights: Mapping[str, float] | None = None,
    change_at: float = 0.0,
    failing: str | None = None,
    fails_at: float = 0.0,
    requests: int = 1_000_000,
    seconds: float = 300.0,
    bin_seconds: float = 1.0,
    dns_ttl: float = 60.0,
    edge_ttl: float = 60.0,
    error_ttl: float = 10.0,
    edge_locations: int = 600,
    regional_caches: int = 13,
    environments: int = 200,
    resolvers: int | None = None,
    objects: int = 1000,
    zipf: float = 1.0,
    warm: bool = True,
    seed: int = 0,
) -> Traffic:
    """Simulate the answers to viewers of the whole world while weights change, or while a region fails.

    It simulates every request and sends none. The same arguments give the same result. The default numbers have a
    realistic size, but they are not AWS's. For an outage that a health check ends, `change_at` is `fails_at` plus the
    detection (`prediction.get_detection_seconds`), and `new_weights` is the remaining region. Before time 0 the site
    has been in use for a long time, so the ages of cached objects and answers are random.

    Args:
        weights: Region → Route 53's first weight. If all are 0, all shares are equal.
        new_weights: The weights from `change_at` on. None changes nothing.
        change_at: Seconds from the beginning.
        failing: A region whose bucket answers 5xx from `fails_at` on, or None.
        fails_at: Seconds from the beginning.
        requests: How many, spread evenly over the time.
        seconds: How long.
        bin_seconds: The result counts requests in bins of this length.
        dns_ttl: Seconds for which a DNS answer is kept.
        edge_ttl: Seconds for which an object is kept. With 0 nothing is kept, not even errors (managed policy
            CachingDisabled).
        error_ttl: Seconds for which an edge remembers a failure of the origin: the error caching minimum TTL.
        edge_locations: The number of edge locations, an assumption. Some are busier than others.
        regional_caches: The number of regional edge caches, an assumption: AWS has more than a dozen. They share the
            edge locations in turn.
        environments: Function environments at each regional edge cache.
        resolvers: Resolvers at each regional edge cache, which its environments share. None: each environment asks
            Route 53's name servers itself, as with `X-DNS-NAMESERVERS`.
        objects: The number of different objects that viewers request.
        zipf: How unequal their popularity is. The n-th most popular gets 1/n^zipf as many requests as the first. With
            0 all are equal.
        warm: Whether the caches hold every object at first, fresh or not. Otherwise they are empty.
        seed: Seed of everything random.

    Returns:
        Requests by time bin and region, and the numbers for the costs.

    Raises:
        InvalidNumber: A number is impossible, or a region has no weight. Or a region fails and `error_ttl` is 0, which
            this model only allows if `edge_ttl` is 0 too.
    """
    require_number(0, change_at=change_at, fails_at=fails_at, dns_ttl=dns_ttl, edge_ttl=edge_ttl, error_ttl=error_ttl)
    require_number(0, zipf=zipf)
    require_number(1, requests=requests, edge_locations=edge_locations, regional_caches=regional_caches)
    require_number(1, environments=environments, objects=objects)
    require_number(1, resolvers=environments if resolvers is None else resolvers)
    require_number(0.001, seconds=seconds, bin_seconds=bin_seconds)
    regions, new_weights = tuple(weights), weights if new_weights is None else new_weights
    _check_regions(regions, new_weights, failing)
    if failing and edge_ttl > 0 and error_ttl * 1000 < 1:
        raise InvalidNumber(f"error_ttl is {error_ttl:g}. Give at least 0.001 if a region fails.")
    resolvers = environments if resolvers is None else min(resolvers, environments)
    setting = Setting(
        dns_ttl=to_ticks(dns_ttl),
        edge_ttl=to_ticks(edge_ttl),
        error_ttl=to_ticks(error_ttl),
        environments=environments,
        resolvers=resolvers,
        before=add_up(weights),
        after=add_up({region: new_weights[region] for region in regions}),
        change_at=np.array([to_ticks(change_at)]),
        fails=np.array([region == failing for region in regions]),
        fails_at=to_ticks(fails_at),
    )
    rngs = [np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(regional_caches + 1)]
    kinds = objects if edge_ttl else 1  # if nothing is kept, all objects behave the same
    popularity = np.arange(1, kinds + 1) ** -float(zipf)
    popularity /= popularity.sum()
    tally = _Tally(len(regions), span=to_ticks(seconds), bin_ticks=to_ticks(bin_seconds))
    demand = _share_out(rngs[-1], requests, edge_locations, regional_caches)
    for asked, rng in zip(demand, rngs, strict=False):  # one at a time, so that their arrays fit the processor's cache
        drawn = draw_requests(rng, rng.multinomial(asked, popularity), span=tally.span)
        state = draw_state(rng, setting, rates=asked * popularity / tally.span, warm=warm)
        tally.add(drawn, follow(drawn, setting, state, _draw_from(rng)))
    return tally.to_traffic(regions, seconds)


def measure_spread(weights: Mapping[str, float], *, minutes: int = 100, **settings: Any) -> NDArray[np.float64]:
    """Measure how far shares are from the weights: the share of the first region in each of many minutes.

    Few environments that keep an answer for long make few random choices. With all TTLs 0 each request is a random
    choice, and the shares scatter by √(p(1-p)/n).

    Args:
        weights: Region → weight, such as `{"eu-west-1": 90, "ap-southeast-1": 10}`.
        minutes: How many.
        **settings: As in `simulate_traffic`. `requests` is the number in each minute. With TTLs of a minute or more,
            neighbouring minutes are similar, so use more minutes.

    Returns:
        A share for each minute, for `numpy.std` and `numpy.quantile`.
    """
    require_number(1, minutes=minutes)
    settings["requests"] = minutes * settings.get("requests", 10_000)
    traffic = simulate_traffic(weights=weights, seconds=60.0 * minutes, bin_seconds=60.0, **settings)
    return traffic.get_share(traffic.regions[0])


def _draw_from(rng: np.random.Generator) -> Draw:
    return lambda some: rng.random(len(some))


def _check_regions(regions: tuple[str, ...], new_weights: Mapping[str, float], failing: str | None) -> None:
    if set(new_weights) != set(regions):
        raise InvalidNumber(f"new_weights names {sorted(new_weights)}. Give each of {sorted(regions)} a weight.")
    if failing is not None and failing not in regions:
        raise InvalidNumber(f"{failing!r} can't fail, because it has no weight. Choose one of {sorted(regions)}.")


def _share_out(rng: np.random.Generator, requests: int, edge_locations: int, regional_caches: int) -> Ticks:
    """Draw how many of the requests reach each regional edge cache."""
    by_location = rng.multinomial(requests, rng.dirichlet(np.ones(edge_locations)))
    belongs_to = np.arange(edge_locations) % regional_caches
    return np.bincount(belongs_to, by_location, minlength=regional_caches).astype(np.int64)


def draw_requests(rng: np.random.Generator, counts: Ticks, *, span: int) -> Requests:
    """Draw requests at random times.

    Args:
        rng: Draws the times.
        counts: The number of requests for each cache.
        span: The end of the time, in ticks.
    """
    moments = np.repeat(np.arange(len(counts), dtype=np.int64) * span, counts)
    moments += rng.integers(span, size=len(moments))
    moments.sort()
    return Requests(moments, np.cumsum(counts), span)


def draw_state(rng: np.random.Generator, setting: Setting, *, rates: NDArray[np.float64], warm: bool) -> State:
    """Draw what the caches and resolvers of one pool hold after long use.

    An object is kept for a TTL, and requested again after a random time, Exp(rate). It is fresh with probability
    TTL ÷ (TTL + 1/rate), and the remaining time is uniform within the TTL. This is exact for caches. For resolvers it
    is exact if the misses of many caches together come at random times.

    Args:
        rng: Draws random numbers.
        setting: TTLs, environments, resolvers and old weights.
        rates: Average number of requests to each cache per tick.
        warm: As in `simulate_traffic`.
    """

    def draw_regions(size: int) -> Regions:
        return np.searchsorted(setting.before, rng.random(size), side="right").astype(np.int8)

    def draw_expiry(ttl: int, asked: NDArray[np.float64]) -> Ticks:
        is_fresh = rng.random(len(asked)) * (1 + ttl * asked) < ttl * asked
        expiry: Ticks = (rng.random(len(asked)) * ttl * is_fresh).astype(np.int64)
        return expiry

    misses = float((rates / (1 + setting.edge_ttl * rates)).sum()) if warm else 0.0
    fresh_until = draw_expiry(setting.edge_ttl, rates) if warm else np.zeros(len(rates), np.int64)
    held = draw_regions(len(rates)) if warm else np.full(len(rates), FAILED, np.int8)
    expires = draw_expiry(setting.dns_ttl, np.full(setting.resolvers, misses / setting.resolvers))
    return State(fresh_until, held, expires, draw_regions(setting.resolvers))


class _Tally:
    """Counts outcomes by time bin and region."""

    def __init__(self, regions: int, *, span: int, bin_ticks: int) -> None:
        self.span, self.bin_ticks = span, bin_ticks
        self.counts = np.zeros((-(-span // bin_ticks), regions + 1), np.int64)  # the first column is FAILED
        self.misses = self.dns_queries = 0

    def add(self, requests: Requests, outcome: Outcome) -> None:
        bins, columns = self.counts.shape
        cell = requests.moments % requests.span // self.bin_ticks * columns + outcome.regions - FAILED
        self.counts += np.bincount(cell, minlength=bins * columns).reshape(bins, columns)
        self.misses += outcome.misses
        self.dns_queries += len(outcome.look_ups)

    def to_traffic(self, regions: tuple[str, ...], seconds: float) -> Traffic:
        times = np.arange(len(self.counts), dtype=float) * (self.bin_ticks / TICKS)
        counts, failed = self.counts[:, 1:], self.counts[:, 0]
        return Traffic(regions, times, counts, failed, seconds, self.misses, self.dns_queries)
