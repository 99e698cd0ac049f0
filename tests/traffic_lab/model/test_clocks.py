"""The model of two clocks, against a simulation that goes from event to event."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from traffic_lab.model.clocks import (
    FAILED,
    Outcome,
    Requests,
    Setting,
    State,
    add_up,
    find_refreshes,
    follow,
    require_number,
)
from workshop_lib.errors import InvalidNumber

OLD, NEW = 0, 1
SPAN = 10_000
SETTING = Setting(
    dns_ttl=300,
    edge_ttl=500,
    error_ttl=200,
    environments=3,
    resolvers=3,
    before=np.array([1.0, 1.0]),
    after=np.array([0.0, 1.0]),
    change_at=np.array([4_000]),
    fails=np.array([False, False]),
    fails_at=3_000,
)


def make_requests(rng: np.random.Generator, *, caches: int, each: int) -> Requests:
    times = np.sort(rng.integers(SPAN, size=(caches, each)), axis=1)
    return Requests((times + np.arange(caches)[:, None] * SPAN).ravel(), np.arange(1, caches + 1) * each, SPAN)


def make_state(rng: np.random.Generator, setting: Setting, *, caches: int, held: bool = True) -> State:
    resolvers = setting.resolvers * len(setting.change_at)
    return State(
        fresh_until=rng.integers(setting.edge_ttl + 1, size=caches) * held,
        held=np.full(caches, OLD if held else FAILED, np.int8),
        expires=rng.integers(setting.dns_ttl + 1, size=resolvers),
        answers=np.zeros(resolvers, np.int8),
    )


def follow_one_by_one(requests: Requests, setting: Setting, state: State, draws: Any) -> tuple[list[int], int, int]:
    """The same from event to event, as the edge and the function do it: who asks, is it fresh, whom to ask else."""
    cache_of, times = np.divmod(requests.moments, SPAN)
    caches_of_a_pool = len(requests.ends) // len(setting.change_at)
    regions, misses, look_ups = [0] * len(times), 0, 0
    for number in np.lexsort((np.arange(len(times)), times)):
        cache, now = cache_of[number], times[number]
        pool = cache // caches_of_a_pool
        if now < state.fresh_until[cache]:
            regions[number] = int(state.held[cache])
            continue
        misses += 1
        environment = int(draws[number] * setting.environments)
        resolver = pool * setting.resolvers + environment % setting.resolvers
        if now >= state.expires[resolver]:
            look_ups += 1
            weights = setting.after if now >= setting.change_at[pool] else setting.before
            state.answers[resolver] = np.searchsorted(weights, draws[number], side="right")
            state.expires[resolver] = now + setting.dns_ttl
        region = state.answers[resolver]
        if not (setting.fails[region] and now >= setting.fails_at):
            state.held[cache], kept_for = region, setting.edge_ttl
        else:
            kept_for = setting.error_ttl if setting.edge_ttl else 0
            if not setting.edge_ttl:
                region = FAILED
        state.fresh_until[cache] = now + kept_for
        regions[number] = int(state.held[cache]) if setting.edge_ttl else int(region)
    return regions, misses, look_ups


def both(setting: Setting, *, seed: int, caches: int = 6, held: bool = True) -> tuple[Outcome, Any, State, State]:
    """What the model says, and what happens one by one, with the same requests and draws."""
    rng = np.random.default_rng(seed)
    requests = make_requests(rng, caches=caches, each=60)
    draws = rng.random(len(requests.moments))
    states = [make_state(np.random.default_rng(seed), setting, caches=caches, held=held) for _ in range(2)]
    outcome = follow(requests, setting, states[0], lambda some: draws[some])
    return outcome, follow_one_by_one(requests, setting, states[1], draws), *states


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("held", [True, False], ids=["warm", "cold"])
@pytest.mark.parametrize("fails", [False, True], ids=["works", "fails"])
@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"edge_ttl": 0},
        {"dns_ttl": 0},
        {"edge_ttl": 0, "dns_ttl": 0},
        {"edge_ttl": 200, "dns_ttl": 2_000, "error_ttl": 700},
        {"dns_ttl": 500},
        {"environments": 5, "resolvers": 2},
        {"before": np.array([0.9, 1.0]), "after": np.array([0.3, 1.0])},
        {"change_at": np.array([2_000, 9_000])},
        {"change_at": np.arange(6) * 1_000},
    ],
    ids=lambda changed: " ".join(changed) or "as usual",
)
def test_all_at_once_gives_what_one_by_one_gives(changed: dict[str, Any], fails: bool, held: bool, seed: int) -> None:
    setting = replace(SETTING, **changed, fails=np.array([fails, False]))

    outcome, (regions, misses, look_ups), _, _ = both(setting, seed=seed, held=held)

    assert outcome.regions.tolist() == regions
    assert (outcome.misses, len(outcome.look_ups)) == (misses, look_ups)


def test_a_clock_starts_anew_with_the_first_request_after_its_end() -> None:
    moments, ends = np.array([0, 4, 5, 9, 11, 100, 103, 105]), np.array([5, 8])

    found = find_refreshes(moments, np.array([2, 100]), ends, 5)

    assert moments[found].tolist() == [4, 9, 100, 105]


def test_with_a_ttl_of_0_every_request_asks() -> None:
    assert find_refreshes(np.array([0, 0, 1]), np.array([0]), np.array([3]), 0).tolist() == [0, 1, 2]


def test_after_both_ttls_everything_is_new() -> None:
    (outcome, *_), rng = both(SETTING, seed=1), np.random.default_rng(1)
    requests = make_requests(rng, caches=6, each=60)
    since = requests.moments % SPAN - 4_000

    old = since[outcome.regions == OLD]

    assert set(outcome.regions[since < 0]) == {OLD}
    assert 0 <= old.max() < SETTING.dns_ttl + SETTING.edge_ttl + 1_000  # the last: what one waits for a request


def test_what_is_cached_is_served_stale_while_the_origin_fails() -> None:
    setting = replace(SETTING, fails=np.array([True, False]), change_at=np.array([SPAN]))

    outcome, *_ = both(setting, seed=2)

    assert set(outcome.regions) == {OLD}


def test_what_is_not_cached_fails_while_the_origin_does() -> None:
    setting = replace(SETTING, fails=np.array([True, False]), fails_at=0, change_at=np.array([SPAN]))

    outcome, *_ = both(setting, seed=2, held=False)

    assert set(outcome.regions) == {FAILED}
    assert outcome.misses < len(outcome.regions) / 1.5  # the error is kept


def test_an_error_is_not_kept_where_nothing_is() -> None:
    setting = replace(SETTING, edge_ttl=0, fails=np.array([True, False]), fails_at=0, change_at=np.array([SPAN]))

    outcome, *_ = both(setting, seed=2)

    assert outcome.misses == (outcome.regions == FAILED).sum() == len(outcome.regions)


def test_weights_of_0_are_all_alike_and_a_weight_of_0_is_never_drawn() -> None:
    assert add_up({"a": 0, "b": 0}).tolist() == [0.5, 1.0]
    assert (
        np.searchsorted(add_up({"a": 0, "b": 255, "c": 0}), [0.0, 0.5, np.nextafter(1, 0)], "right").tolist() == [1] * 3
    )


@pytest.mark.parametrize("number", [-1, float("nan"), float("inf"), "5", None])
def test_a_number_that_cannot_be_is_refused_by_its_name(number: Any) -> None:
    with pytest.raises(InvalidNumber, match=r"dns_ttl is .*\. Give a number of at least 0"):
        require_number(0, dns_ttl=number)


def test_no_weights_and_a_negative_weight_are_refused() -> None:
    with pytest.raises(InvalidNumber, match="names no region"):
        add_up({})
    with pytest.raises(InvalidNumber, match="the weight of a is -1"):
        add_up({"a": -1})
