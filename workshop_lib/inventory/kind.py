"""What a thing of the workshop is, and what a kind of things is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from workshop_lib.cloud import Cloud
from workshop_lib.names import WorkshopNames


@dataclass(frozen=True)
class Resource:
    """One thing in the cloud that was found by the learner's names."""

    kind: str
    """AWS's word, such as `"bucket"`."""
    name: str
    region: str = "global"
    state: str = ""
    """What is worth knowing, such as `"12 versions"`, or why it isn't gone yet."""
    made_by_workshop: bool = True
    """Whether the workshop made it. What it didn't make is never deleted."""
    handle: Any = field(default=None, repr=False, compare=False)
    """What AWS wants in order to delete it, if that isn't its name."""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}" + (f" ({self.state})" if self.state else "")


@dataclass(frozen=True)
class Kind:
    """One kind of thing: where to look, how to find, how to delete."""

    word: str
    look: Callable[[WorkshopNames], list[str]]
    """Says where `find` looks, for the receipt."""
    find: Callable[[Cloud, WorkshopNames], Iterator[Resource]]
    delete: Callable[[Cloud, Resource], str | None]
    """Deletes it; returns why not yet, or nothing."""
    after: str = ""
    """The kind that must be gone first."""


def count(number: int, word: str) -> str:
    """`"1 version"`, `"2 versions"`."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
