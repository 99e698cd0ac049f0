"""What traffic costs."""

from __future__ import annotations

import numpy as np
import pytest

from traffic_lab.model.costs import estimate_cost
from traffic_lab.model.simulation import Traffic
from workshop_lib.errors import InvalidNumber

TRAFFIC = Traffic(
    regions=("eu-west-1",),
    times=np.array([0.0]),
    counts=np.array([[10_000]]),
    failed=np.array([0]),
    seconds=86.4,
    misses=2_000,
    dns_queries=1_000,
)


def test_a_million_queries_and_two_million_invocations_cost_what_the_list_says() -> None:
    cost = estimate_cost(TRAFFIC, days=1.0, milliseconds=10.0, memory=128)

    assert (cost.dns_queries, cost.invocations) == pytest.approx((1_000_000, 2_000_000))
    assert cost.parts == pytest.approx(
        {"invocation": 1.20, "gb_second": 2_500 * 0.00005001, "origin_request": 0.80, "dns_query": 0.40}
    )
    assert cost.dollars == pytest.approx(2.40 + 0.125025)


def test_it_says_that_prices_are_not_verified() -> None:
    assert repr(estimate_cost(TRAFFIC, days=1.0)).endswith("2,000,000 invocations; prices not verified")


def test_a_function_takes_no_negative_time() -> None:
    with pytest.raises(InvalidNumber, match="milliseconds is -1"):
        estimate_cost(TRAFFIC, milliseconds=-1)
