"""The costs of traffic: the effect of a TTL on queries, invocations and money. `workshop_lib.prices` has the prices.

It counts only what depends on a TTL. Viewers' requests and the data transfer to viewers cost the same with any TTL.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from traffic_lab.model.clocks import require_number
from traffic_lab.model.simulation import Traffic
from workshop_lib.prices import Price, read_prices

SECONDS_IN_A_DAY = 86_400


@dataclass(frozen=True)
class Cost:
    """The costs of traffic over some days. Its repr describes them in words.

    Attributes:
        days: The number of days.
        dns_queries: Queries to Route 53 in that time.
        invocations: Invocations of the edge function, and as many requests to S3.
        parts: Dollars by name of the price.
        is_verified: Whether all used prices are verified.
    """

    days: float
    dns_queries: float
    invocations: float
    parts: Mapping[str, float]
    is_verified: bool

    @property
    def dollars(self) -> float:
        """The sum of all parts."""
        return sum(self.parts.values())

    def __repr__(self) -> str:
        remark = "" if self.is_verified else "; prices not verified"
        return (
            f"{self.dollars:,.2f} USD in {self.days:g} days for {self.dns_queries:,.0f} DNS queries and "
            f"{self.invocations:,.0f} invocations{remark}"
        )


def estimate_cost(
    traffic: Traffic,
    *,
    days: float = 30.0,
    milliseconds: float = 5.0,
    memory: int = 128,
    prices: Mapping[str, Price] | None = None,
) -> Cost:
    """Estimate the costs if the simulated traffic continues. For two TTLs, simulate twice and compare.

    Args:
        traffic: From `simulate_traffic`, without a failure.
        days: The number of days.
        milliseconds: The function's average run time. A cached DNS answer takes less time than a look-up.
        memory: The function's memory in megabytes.
        prices: The default is `read_prices()`.

    Returns:
        Queries, invocations and dollars.

    Raises:
        InvalidNumber: A number is impossible.
    """
    require_number(0, days=days, milliseconds=milliseconds)
    require_number(128, memory=memory)
    listed = read_prices() if prices is None else prices
    times = days * SECONDS_IN_A_DAY / traffic.seconds
    invocations, dns_queries = traffic.invocations * times, traffic.dns_queries * times
    amounts = {
        "invocation": invocations,
        "gb_second": invocations * milliseconds / 1000 * memory / 1024,
        "origin_request": invocations,
        "dns_query": dns_queries,
    }
    parts = {name: listed[name].charge(amount) for name, amount in amounts.items()}
    is_verified = all(listed[name].verified for name in amounts)
    return Cost(days, dns_queries, invocations, MappingProxyType(parts), is_verified)
