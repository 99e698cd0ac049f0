"""What AWS charges: the list `prices.toml`, the only prices in this project. Each has a date and a source."""

from __future__ import annotations

import datetime
import functools
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

PRICE_LIST = Path(__file__).with_name("prices.toml")


@dataclass(frozen=True)
class Price:
    """A price of `prices.toml`.

    Attributes:
        what: What it is for.
        dollars: US dollars for `per` units.
        per: The number of units.
        as_of: The date of the price.
        source: Its source.
        verified: Whether it was compared with a bill from AWS.
    """

    what: str
    dollars: float
    per: float
    as_of: datetime.date
    source: str
    verified: bool

    def charge(self, units: float) -> float:
        """Return the dollars for a number of units."""
        return units / self.per * self.dollars


@functools.cache
def read_prices() -> Mapping[str, Price]:
    """Read the list of prices, by name."""
    listed = tomllib.loads(PRICE_LIST.read_text(encoding="utf-8"))
    return MappingProxyType({name: Price(**price) for name, price in listed.items()})


def describe_age(prices: Iterable[Price]) -> str:
    """Say how old some prices are, and whether they were compared with a bill: `"prices of 2026-11-23, not verified"`.

    Args:
        prices: At least one price.
    """
    listed = list(prices)
    first, last = min(price.as_of for price in listed), max(price.as_of for price in listed)
    dates = f"{first}" if first == last else f"{first} to {last}"
    return f"prices of {dates}" + ("" if all(price.verified for price in listed) else ", not verified")
