"""Where the edge locations of this cloud are, and behind which regional edge cache."""

from __future__ import annotations

from typing import NamedTuple


class City(NamedTuple):
    """One edge location.

    Attributes:
        name: Of the city, by which viewers near it are known.
        pop: Its code, which X-Amz-Cf-Pop tells.
        region: The region of its regional edge cache, in which all of its functions run.
    """

    name: str
    pop: str
    region: str


CITIES = (
    City("Dublin", "DUB56-P1", "eu-west-1"),
    City("Manchester", "MAN51-P1", "eu-west-1"),
    City("Singapore", "SIN52-P1", "ap-southeast-1"),
)
"""Two that share a regional edge cache, and one that has another."""
