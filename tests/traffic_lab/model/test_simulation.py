"""A switch at internet scale, simulated: what must hold whatever the numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from traffic_lab.model.simulation import Traffic, measure_spread, simulate_traffic
from workshop_lib.errors import InvalidNumber

IRELAND, SINGAPORE = "eu-west-1", "ap-southeast-1"
FEW: dict[str, Any] = {
    "requests": 20_000,
    "seconds": 100.0,
    "edge_locations": 20,
    "regional_caches": 3,
    "environments": 5,
    "objects": 30,
    "dns_ttl": 5.0,
    "edge_ttl": 5.0,
}


def switch(**changed: Any) -> Traffic:
    """255/0 → 0/255 after 40 s."""
    weights, new_weights = {IRELAND: 255, SINGAPORE: 0}, {IRELAND: 0, SINGAPORE: 255}
    return simulate_traffic(**{"weights": weights, "new_weights": new_weights, "change_at": 40.0, **FEW, **changed})


def test_every_request_is_counted_once() -> None:
    traffic = switch(requests=12_345, failing=IRELAND, fails_at=20.0, edge_ttl=0.0)

    assert traffic.requests == traffic.counts.sum() + traffic.failed_requests == 12_345
    assert traffic.failed_requests > 0
    assert 0 < traffic.dns_queries <= traffic.invocations == traffic.misses <= traffic.requests


def test_a_single_request_is_traffic_too() -> None:
    traffic = switch(requests=1, bin_seconds=33.0)

    assert traffic.requests == 1
    assert len(traffic.times) == 4
    assert np.isnan(traffic.get_share(IRELAND)).sum() == 3


def test_the_same_seed_gives_the_same_traffic_and_another_one_does_not() -> None:
    assert (switch().counts == switch().counts).all()
    assert (switch(seed=1).counts != switch().counts).any()


def test_with_both_ttls_0_all_moves_at_once() -> None:
    traffic = switch(dns_ttl=0.0, edge_ttl=0.0)

    share = traffic.get_share(SINGAPORE)
    assert set(share[:40]) == {0.0}
    assert set(share[40:]) == {1.0}
    assert traffic.moved_at(SINGAPORE, share=1.0, since=40.0) == 0.0
    assert traffic.dns_queries == traffic.requests


def test_with_a_dns_ttl_alone_traffic_moves_evenly_within_it() -> None:
    traffic = switch(
        dns_ttl=20.0, edge_ttl=0.0, edge_locations=600, regional_caches=50, environments=20, requests=200_000
    )

    moved = traffic.get_share(SINGAPORE)[40:60]
    expected = (np.arange(20) + 0.5) / 20

    # Each of 1,000 environments has an answer of any age, and some are asked more often than others.
    assert np.abs(moved - expected).max() < 5 * np.sqrt(0.25 / 800)
    assert traffic.moved_at(SINGAPORE, share=1.0, since=40.0) <= 21.0  # type: ignore[operator]


def test_two_clocks_add_up() -> None:
    dns, edge, two = (
        switch(dns_ttl=dns_ttl, edge_ttl=edge_ttl, requests=200_000).moved_at(SINGAPORE, share=1.0, since=40.0)
        for dns_ttl, edge_ttl in ((10.0, 0.0), (0.0, 10.0), (10.0, 10.0))
    )

    assert dns is not None
    assert edge is not None
    assert two is not None
    assert max(dns, edge) < two <= dns + edge + 1


def test_a_region_without_weight_gets_nothing() -> None:
    assert switch(new_weights=None).counts[:, 1].sum() == 0


def test_what_is_cached_hides_that_a_region_fails() -> None:
    assert switch(failing=IRELAND, fails_at=20.0).failed_requests == 0
    assert switch(failing=IRELAND, fails_at=0.0, warm=False).failed_requests > 0


def test_where_nothing_is_cached_a_region_that_fails_fails_until_dns_has_moved() -> None:
    traffic = switch(failing=IRELAND, fails_at=20.0, edge_ttl=0.0)

    assert traffic.failed[:20].sum() == traffic.failed[46:].sum() == 0
    assert traffic.failed[20:40].sum() == traffic.counts[20:40].sum() + traffic.failed[20:40].sum()


def test_a_shorter_ttl_is_paid_in_misses_and_queries() -> None:
    assert switch(edge_ttl=1.0).misses > switch(edge_ttl=5.0).misses > switch(edge_ttl=50.0).misses
    assert switch(dns_ttl=1.0).dns_queries > switch(dns_ttl=5.0).dns_queries > switch(dns_ttl=50.0).dns_queries


def test_environments_that_share_a_resolver_ask_less() -> None:
    assert switch(resolvers=1).dns_queries < switch().dns_queries
    assert switch(resolvers=500).dns_queries == switch(resolvers=None).dns_queries


def test_a_popular_object_is_seldom_a_miss() -> None:
    assert switch(zipf=2.0).misses < switch(zipf=0.0).misses


@pytest.mark.parametrize("edge_ttl", [0.0, 5.0])
def test_what_is_drawn_at_first_is_what_comes_later(edge_ttl: float) -> None:
    """The first seconds see as many misses and queries as all others: as much is fresh at time 0 as at any time."""
    both = [
        switch(edge_ttl=edge_ttl, seconds=seconds, requests=int(200 * seconds), edge_locations=300, regional_caches=30)
        for seconds in (10, 100)
    ]
    first, all_ = ((traffic.misses / traffic.seconds, traffic.dns_queries / traffic.seconds) for traffic in both)

    assert first == pytest.approx(all_, rel=0.1)


def test_a_split_strays_as_the_binomial_says_when_every_request_asks() -> None:
    n, minutes = 1000, 400
    shares = measure_spread({IRELAND: 90, SINGAPORE: 10}, minutes=minutes, requests=n, dns_ttl=0.0, edge_ttl=0.0)

    deviation = np.sqrt(0.9 * 0.1 / n)
    assert len(shares) == minutes
    assert abs(shares.mean() - 0.9) < 5 * deviation / np.sqrt(minutes)
    assert abs(shares.std() / deviation - 1) < 5 / np.sqrt(2 * minutes)


def test_few_environments_with_long_answers_stray_further() -> None:
    weights = {IRELAND: 90, SINGAPORE: 10}
    near, far = (
        measure_spread(
            weights, minutes=60, requests=1000, dns_ttl=dns_ttl, edge_ttl=0.0, regional_caches=1, environments=5
        )
        for dns_ttl in (1.0, 60.0)
    )

    assert far.std() > 2 * near.std()


def test_it_says_in_words_what_came_of_it() -> None:
    assert repr(switch(requests=1000)).startswith("<Traffic: 1,000 requests in 100 s: eu-west-1 ")


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"dns_ttl": -1}, "dns_ttl is -1"),
        ({"regional_caches": 0}, "regional_caches is 0"),
        ({"seconds": 0}, "seconds is 0"),
        ({"resolvers": 0}, "resolvers is 0"),
        ({"failing": "mars-west-1"}, "'mars-west-1' can't fail"),
        ({"new_weights": {IRELAND: 1}}, "new_weights names"),
        ({"failing": IRELAND, "error_ttl": 0}, "error_ttl is 0"),
    ],
)
def test_what_cannot_be_is_refused(changed: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidNumber, match=says):
        switch(**changed)
