"""Steps of notebook 06: find everything the workshop made, delete it in the order that AWS demands, give a receipt.

Things are found by the learner's names alone, and deleted only if the workshop made them: a bucket without our tag,
or a hosted zone without our comment, is reported and kept. What there is to find is in `inventory`.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from workshop_lib.cloud import Cloud
from workshop_lib.errors import TookTooLong
from workshop_lib.inventory import KINDS, Kind, Resource, take_out_of_service
from workshop_lib.names import WorkshopNames
from workshop_lib.polling import Sleep, wait_until
from workshop_lib.tables import LONG, WHOLE, Column, align_columns, render_table

NOTHING_THERE = "Nothing of the workshop is there."
NOTHING_TO_DO = "nothing to do"
COLUMNS = (Column("kind", WHOLE), Column("name", LONG), Column("region", WHOLE), Column("state"))


@dataclass(frozen=True)
class Report:
    """What `delete_resources` did. Shows itself as a table."""

    deleted: tuple[Resource, ...]
    """Without their states, which were those of things that were there."""
    waiting: tuple[Resource, ...]
    """What AWS only lets go later; run `delete_resources` again then."""
    kept: tuple[Resource, ...]
    """What was found by name, but wasn't made by the workshop."""

    @property
    def _parts(self) -> dict[str, tuple[Resource, ...]]:
        parts = {
            "deleted": self.deleted,
            "waiting": self.waiting,
            "kept, because the workshop didn't make it": self.kept,
        }
        return {title: resources for title, resources in parts.items() if resources}

    def __repr__(self) -> str:
        return "\n".join(f"{title}:\n{_list(resources)}" for title, resources in self._parts.items()) or NOTHING_TO_DO

    def _repr_html_(self) -> str:
        return _render_table(self._parts) if self._parts else NOTHING_TO_DO


@dataclass(frozen=True)
class Receipt:
    """Where we looked, and what is still there. Shows itself as a list."""

    looked: tuple[str, ...]
    left: tuple[Resource, ...]
    kept: tuple[Resource, ...]
    """What was found by name, but wasn't made by the workshop."""

    def __repr__(self) -> str:
        verdict = f"Still there:\n{_list(self.left)}" if self.left else "Nothing is left."
        kept = f"\nKept, because the workshop didn't make it:\n{_list(self.kept)}" if self.kept else ""
        return "Looked here:\n" + "\n".join(f"  {place}" for place in self.looked) + f"\n{verdict}{kept}"


class Inventory(tuple[Resource, ...]):
    """What was found, in the order in which it would be deleted. Shows itself as a table."""

    def __repr__(self) -> str:
        return _list(self) if self else NOTHING_THERE

    def _repr_html_(self) -> str:
        return _render_table({"": self}) if self else NOTHING_THERE


def find_resources(cloud: Cloud, names: WorkshopNames) -> Inventory:
    """List everything that the learner's names lead to. Changes nothing: it is the dry run of `delete_resources`.

    Args:
        cloud: The cloud.
        names: The learner's names.

    Returns:
        What was found, in the order in which it would be deleted; what the workshop didn't make would be kept.
    """
    return Inventory(resource for kind in KINDS for resource in kind.find(cloud, names))


def delete_resources(cloud: Cloud, names: WorkshopNames, *, patience: float = 0, sleep: Sleep = time.sleep) -> Report:
    """Delete everything that the workshop made.

    Safe to run again, and to interrupt: it always begins by looking what is there. Waits until distributions may be
    deleted; does not wait for AWS to remove the function from the edge, which takes hours, but reports it.

    Args:
        cloud: The cloud.
        names: The learner's names.
        patience: Seconds to go on trying what AWS only lets go later. The local cloud needs about 10, AWS hours.
        sleep: Seam for tests.

    Returns:
        What was deleted, what must wait, and what the workshop didn't make.
    """
    deleted: list[Resource] = []
    kept: list[Resource] = []
    take_out_of_service(cloud, names)
    waiting = _sweep(cloud, names, KINDS, deleted, kept)
    if waiting and patience:
        late = [kind for kind in KINDS if kind.word in {resource.kind for resource in waiting}]
        try:
            waiting = wait_until(
                lambda: _sweep(cloud, names, late, deleted, kept),
                lambda waiting: not waiting,
                what="Waiting for what AWS lets go later",
                timeout=patience,
                sleep=sleep,
                show=lambda waiting: ", ".join(dict.fromkeys(resource.kind for resource in waiting)),
            )
        except TookTooLong as error:
            waiting = error.last
    return Report(tuple(deleted), tuple(waiting), tuple(kept))


def get_receipt(cloud: Cloud, names: WorkshopNames) -> Receipt:
    """Look everywhere once more, and say where, and what is left.

    Args:
        cloud: The cloud.
        names: The learner's names.
    """
    found = find_resources(cloud, names)
    return Receipt(
        looked=tuple(place for kind in KINDS for place in kind.look(names)),
        left=tuple(resource for resource in found if resource.made_by_workshop),
        kept=tuple(resource for resource in found if not resource.made_by_workshop),
    )


def _sweep(
    cloud: Cloud, names: WorkshopNames, kinds: Iterable[Kind], deleted: list[Resource], kept: list[Resource]
) -> list[Resource]:
    """Delete what can be deleted now, and return what must wait. Adds to `deleted` and to `kept`."""
    waiting: list[Resource] = []
    found = [(kind, list(kind.find(cloud, names))) for kind in kinds]
    for kind, resources in found:
        for resource in resources:
            if not resource.made_by_workshop:
                kept.append(resource)
                continue
            blocked = any(other.kind == kind.after for other in waiting)
            reason = f"after the {kind.after}" if blocked else kind.delete(cloud, resource)
            if reason:
                waiting.append(dataclasses.replace(resource, state=reason))
            else:
                deleted.append(dataclasses.replace(resource, state=""))
    return waiting


def _list(resources: Iterable[Resource]) -> str:
    return align_columns(map(_describe, resources), indent="  ")


def _describe(resource: Resource) -> tuple[str, str, str, str]:
    return resource.kind, resource.name, resource.region, resource.state


def _render_table(parts: Mapping[str, Iterable[Resource]]) -> str:
    """A table, its parts under their titles. JupyterLab breaks plain text that is too wide in the middle of words."""
    rows: list[Sequence[str]] = []
    for title, resources in parts.items():
        rows += [(title,)] if title else []
        rows += map(_describe, resources)
    return render_table(COLUMNS, rows)
