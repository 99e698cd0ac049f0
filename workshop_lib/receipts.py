"""What clean-up shows: the resources that were found, what happened to each, and the receipt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from workshop_lib.errors import STEPS
from workshop_lib.inventory import KINDS, Marked, Resource, Unseen
from workshop_lib.plan import describe_month
from workshop_lib.tables import LONG, WHOLE, Column, align_columns, render_table

NOTHING_THERE = "Nothing of the workshop is there."
NOTHING_TO_DO = "nothing to do"
COLUMNS = (Column("kind", WHOLE), Column("name", LONG), Column("region", WHOLE), Column("state"))
SINCE = Column("since", WHOLE)

KEPT = "kept, because it isn't marked as yours"
UNSEEN = "could not look"

FREE = frozenset(kind.word for kind in KINDS if not kind.costs) | {"role"}
"""Kinds that AWS doesn't charge for while they exist."""

GO_ON = "run notebook 06 again, or `workshop clean-up --yes`"
REMEDY = "`workshop clean-up --yes` deletes what the workshop made."
IF_YOURS = f"If one of these names is yours, choose it in {STEPS['learner name']}, then clean up again."


@dataclass(frozen=True)
class Report:
    """What `delete_resources` did. Shows itself as a table."""

    deleted: tuple[Resource, ...]
    """Resources that are deleted. Their states are left out, because they no longer hold."""
    waiting: tuple[Resource, ...]
    """Resources that AWS can delete only later. Run `delete_resources` again then."""
    kept: tuple[Resource, ...]
    """Resources that have the learner's names, but not the learner's mark."""
    refused: tuple[Resource, ...] = ()
    """Resources that AWS refuses to delete. Their states are AWS's sentences."""
    unseen: tuple[Unseen, ...] = ()
    """Places where AWS refused the look."""

    @property
    def _parts(self) -> dict[str, Iterable[Sequence[str]]]:
        parts: dict[str, Iterable[Resource | Unseen]] = {
            "deleted": self.deleted,
            "waiting": self.waiting,
            "refused": self.refused,
            KEPT: self.kept,
            UNSEEN: self.unseen,
        }
        return {title: list(map(_describe, found)) for title, found in parts.items() if found}

    def __repr__(self) -> str:
        return "\n".join(f"{title}:\n{_list(rows)}" for title, rows in self._parts.items()) or NOTHING_TO_DO

    def _repr_html_(self) -> str:
        return _render_table(self._parts) if self._parts else NOTHING_TO_DO


@dataclass(frozen=True)
class Receipt:
    """The places that were searched, and what is still there. Shows itself as a list."""

    learner: str
    looked: tuple[str, ...]
    left: tuple[Resource, ...]
    """Resources with the learner's mark, whatever their names are, and those of earlier versions."""
    kept: tuple[Resource, ...]
    """Resources that have the learner's names, but not the learner's mark."""
    unseen: tuple[Unseen, ...] = ()
    """Places where AWS refused the look."""
    others: tuple[Marked, ...] = ()
    """What other learners made in this account."""
    others_unseen: tuple[Unseen, ...] = ()
    """Places where AWS refused to look for what other learners made."""
    waiting: tuple[Resource, ...] = ()
    """What AWS can delete only later, as the last clean-up reported it."""
    come_back: datetime | None = None
    """The earliest time at which AWS may have deleted the replicas of the edge function, if it waits for that."""

    @property
    def costs(self) -> tuple[Resource, ...]:
        """The resources that are left and that AWS charges for."""
        return tuple(resource for resource in self.left if resource.kind not in FREE)

    @property
    def is_clean(self) -> bool:
        """Whether it looked everywhere, and nothing with the learner's mark is left. Others' things don't count."""
        return not self.left and not self.unseen

    @property
    def only_waits(self) -> bool:
        """Whether nothing is left that costs money, and all that is left waits for AWS."""
        return bool(self.left) and not self.unseen and not self.costs and all(map(self._waits, self.left))

    def _waits(self, resource: Resource) -> bool:
        return any(map(resource.is_same, self.waiting))

    @property
    def go_on(self) -> str:
        """How to go on, and when, if something is left."""
        if self.come_back is None:
            return f"To go on, {GO_ON}."
        return (
            "AWS deletes the edge function's replicas within some hours. Come back after "
            f"{_write_time(self.come_back)}, say tomorrow. Then {GO_ON}."
        )

    def describe_left(self) -> str:
        """Say what is left, since when, what of it costs money, and how to delete it."""
        lines = [repr(Inventory(self.left, self.unseen)), *self._name_costs()]
        lines += [describe_month(resource.kind for resource in self.costs)] if self.costs else []
        lines += [REMEDY] if self.left else []
        return "\n".join(lines)

    def _name_costs(self) -> list[str]:
        return [f"These cost money: {', '.join(map(_name, self.costs))}."] if self.costs else []

    def describe_others(self) -> str:
        """Say in one line what other learners made in this account. Empty if there is nothing."""
        learners = sorted({marked.learner for marked in self.others})
        return "; ".join(f"{learner}: {_count_kinds(self.others, learner)}" for learner in learners)

    def __repr__(self) -> str:
        lines = ["Looked here:", *(f"  {place}" for place in self.looked)]
        lines += [f"Still there:\n{_list(map(_describe, self.left))}"] if self.left else []
        lines += self._name_costs()
        lines += [f"Could not look:\n{_list(map(_describe, self.unseen))}"] if self.unseen else []
        lines += [f"Nothing of {self.learner} is left."] if self.is_clean else [self.go_on]
        lines += [f"{KEPT[0].upper()}{KEPT[1:]}:\n{_list(map(_describe, self.kept))}"] if self.kept else []
        if self.others:
            lines += [f"Other learners in this account, not counted: {self.describe_others()}.", f"  {IF_YOURS}"]
        if self.others_unseen:
            places = ", ".join(unseen.place for unseen in self.others_unseen)
            lines += [f"Could not look for other learners' things: {places}."]
        return "\n".join(lines)


class Inventory(tuple[Resource, ...]):
    """The resources that were found, in the order of deletion. Shows itself as a table."""

    unseen: tuple[Unseen, ...]
    """Places where AWS refused the look."""

    def __new__(cls, found: Iterable[Resource], unseen: Iterable[Unseen] = ()) -> Self:
        """Make it of what was found, and of the places that couldn't be searched."""
        made = super().__new__(cls, found)
        made.unseen = tuple(unseen)
        return made

    @property
    def _parts(self) -> dict[str, Iterable[Sequence[str]]]:
        parts: dict[str, Iterable[Resource | Unseen]] = {"": self, UNSEEN: self.unseen}
        return {title: list(map(_describe_since, found)) for title, found in parts.items() if found}

    def __repr__(self) -> str:
        return "\n".join((f"{title}:\n" if title else "") + _list(rows) for title, rows in self._parts.items()) or (
            NOTHING_THERE
        )

    def _repr_html_(self) -> str:
        return _render_table(self._parts, (*COLUMNS, SINCE)) if self._parts else NOTHING_THERE


def _list(rows: Iterable[Sequence[str]]) -> str:
    return align_columns(rows, indent="  ")


def _describe(item: Resource | Unseen) -> tuple[str, str, str, str]:
    if isinstance(item, Unseen):
        return "", item.place, "", item.reason
    return item.kind, item.name, item.region, item.state


def _describe_since(item: Resource | Unseen) -> tuple[str, ...]:
    since = item.since if isinstance(item, Resource) else None
    return (*_describe(item), _write_time(since) if since else "")


def _write_time(moment: datetime) -> str:
    """Write a time in the machine's time zone, which is named."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M %Z}"


def _name(resource: Resource) -> str:
    return f"{resource.kind} {resource.name}"


def _count_kinds(everything: Iterable[Marked], learner: str) -> str:
    kinds = Counter(marked.kind for marked in everything if marked.learner == learner)
    return ", ".join(f"{number} {kind}{'' if number == 1 else 's'}" for kind, number in kinds.items())


def _render_table(parts: Mapping[str, Iterable[Sequence[str]]], columns: Sequence[Column] = COLUMNS) -> str:
    """Draw a table with a title above each part. JupyterLab would break wide plain text in the middle of words."""
    rows: list[Sequence[str]] = []
    for title, described in parts.items():
        rows += [(title,)] if title else []
        rows += described
    return render_table(columns, rows)
