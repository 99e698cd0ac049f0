"""The classes of one resource, of a place that couldn't be searched, and of a kind of resources."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workshop_lib.cloud import Cloud
from workshop_lib.names import WorkshopNames
from workshop_lib.regions import FAILURES, ask_regions


@dataclass(frozen=True)
class Resource:
    """One resource in the cloud that was found by the learner's names."""

    kind: str
    """AWS's word, such as `"bucket"`."""
    name: str
    region: str = "global"
    state: str = ""
    """Details, such as `"12 versions"`, or the reason why it isn't deleted yet."""
    made_by_workshop: bool = True
    """Whether it has the learner's mark. Other resources are never deleted."""
    made_earlier: bool = False
    """Whether it has the mark of version 0.1 or 0.2, which clean-up keeps. `state` says what to do."""
    handle: Any = field(default=None, repr=False, compare=False)
    """What AWS needs to delete it, if that isn't its name."""
    since: datetime | None = field(default=None, repr=False, compare=False)
    """When it was made; for a distribution, when it was last changed. None if AWS doesn't say."""

    def is_same(self, other: Resource) -> bool:
        """Whether both are the same resource, in whatever state."""
        return (self.kind, self.name, self.region) == (other.kind, other.name, other.region)

    def __str__(self) -> str:
        return f"{self.kind} {self.name}" + (f" ({self.state})" if self.state else "")


@dataclass(frozen=True)
class Unseen:
    """A place that couldn't be searched, so it isn't known whether something is left there."""

    place: str
    reason: str
    """AWS's sentence."""

    def __str__(self) -> str:
        return f"{self.place} ({self.reason})"


Found = Iterator[Resource | Unseen]


@dataclass(frozen=True)
class Kind:
    """One kind of resource: where to look, how to find, how to delete."""

    word: str
    look: Callable[[WorkshopNames], list[str]]
    """Lists the places where `find` looks, for the receipt."""
    find: Callable[[Cloud, WorkshopNames], Found]
    delete: Callable[[Cloud, Resource], str | None]
    """Deletes it and returns None, or returns the reason why it must wait. Raises one of `FAILURES` if AWS refuses."""
    after: str = ""
    """The kind that must be deleted first."""
    costs: bool = True
    """Whether AWS charges for it while it exists."""


def look_at(place: str, resources: Iterable[Resource]) -> Found:
    """Pass on what is found in one place. If AWS refuses the look there, say so, so that the other places are searched.

    Args:
        place: The place, as the receipt names it.
        resources: A generator, which makes the calls.
    """
    try:
        yield from resources
    except FAILURES as error:
        yield Unseen(place, describe_failure(error))


def look_in_all_regions(cloud: Cloud, place: str, find: Callable[[str], Iterable[Resource]]) -> Found:
    """Pass on what is found in all regions that the account has enabled. Say where AWS refuses the look, or is silent.

    Args:
        cloud: The cloud.
        place: What is searched in each region, such as `"CloudWatch Logs"`.
        find: Finds the resources in one region. It may run in any thread.
    """
    for region, answer in ask_regions(cloud.regions, lambda region: list(find(region))).items():
        if isinstance(answer, Exception):
            yield Unseen(f"{place} in {region}", describe_failure(answer))
        else:
            yield from answer


def describe_failure(error: Exception) -> str:
    """Return AWS's own sentence, in one line."""
    return (str(error).splitlines() or [type(error).__name__])[0]


def count(number: int, word: str) -> str:
    """`"1 version"`, `"2 versions"`."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
