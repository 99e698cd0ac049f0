"""The edge locations of this cloud, and their regional edge caches."""

from __future__ import annotations

from typing import NamedTuple


class City(NamedTuple):
    """One edge location.

    Attributes:
        name: The city's name, by which viewers choose it.
        pop: Its code, in X-Amz-Cf-Pop.
        region: The region of its regional edge cache, where its functions run.
    """

    name: str
    pop: str
    region: str


CITIES = (
    City("Dublin", "DUB56-P1", "eu-west-1"),
    City("Manchester", "MAN51-P1", "eu-west-1"),
    City("Singapore", "SIN52-P1", "ap-southeast-1"),
)
"""Two locations that share a regional edge cache, and one with another."""
