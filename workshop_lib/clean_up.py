"""Steps of notebook 06: find what the workshop made, delete it in the order that AWS requires, give a receipt.

Resources are found by the learner's names, and deleted only if they carry the workshop's mark. A bucket without the
tag, or a hosted zone without the comment, is reported and kept. `inventory` holds the kinds of resources.
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
    """Resources that are deleted. Their states are left out, because they no longer hold."""
    waiting: tuple[Resource, ...]
    """Resources that AWS can delete only later. Run `delete_resources` again then."""
    kept: tuple[Resource, ...]
    """Resources that have the learner's names, but were not made by the workshop."""

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
    """The places that were searched, and what is still there. Shows itself as a list."""

    looked: tuple[str, ...]
    left: tuple[Resource, ...]
    kept: tuple[Resource, ...]
    """Resources that have the learner's names, but were not made by the workshop."""

    def __repr__(self) -> str:
        verdict = f"Still there:\n{_list(self.left)}" if self.left else "Nothing is left."
        kept = f"\nKept, because the workshop didn't make it:\n{_list(self.kept)}" if self.kept else ""
        return "Looked here:\n" + "\n".join(f"  {place}" for place in self.looked) + f"\n{verdict}{kept}"


class Inventory(tuple[Resource, ...]):
    """The resources that were found, in the order of deletion. Shows itself as a table."""

    def __repr__(self) -> str:
        return _list(self) if self else NOTHING_THERE

    def _repr_html_(self) -> str:
        return _render_table({"": self}) if self else NOTHING_THERE


def find_resources(cloud: Cloud, names: WorkshopNames) -> Inventory:
    """List all resources that have the learner's names. Changes nothing: it is the dry run of `delete_resources`.

    Args:
        cloud: The cloud.
        names: The learner's names.

    Returns:
        The resources, in the order of deletion. `delete_resources` keeps those that the workshop didn't make.
    """
    return Inventory(resource for kind in KINDS for resource in kind.find(cloud, names))


def delete_resources(cloud: Cloud, names: WorkshopNames, *, patience: float = 0, sleep: Sleep = time.sleep) -> Report:
    """Delete everything that the workshop made.

    Safe to run again, and to interrupt: it always looks first at what is there. It waits until distributions may be
    deleted. It does not wait until AWS has removed the function from the edge, which takes hours. It reports that.

    Args:
        cloud: The cloud.
        names: The learner's names.
        patience: Seconds for which it retries what can be deleted only later. The local cloud needs about 10 seconds,
            AWS hours.
        sleep: Seam for tests.

    Returns:
        The resources that are deleted, that must wait, and that the workshop didn't make.
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
                what="Waiting for what can be deleted only later",
                timeout=patience,
                sleep=sleep,
                show=lambda waiting: ", ".join(dict.fromkeys(resource.kind for resource in waiting)),
            )
        except TookTooLong as error:
            waiting = error.last
    return Report(tuple(deleted), tuple(waiting), tuple(kept))


def get_receipt(cloud: Cloud, names: WorkshopNames) -> Receipt:
    """Look in all places again, and list the places and what is left.

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
    """Delete what can be deleted now, and return the rest. Adds to `deleted` and to `kept`."""
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
    """Draw a table with a title above each part. JupyterLab would break wide plain text in the middle of words."""
    rows: list[Sequence[str]] = []
    for title, resources in parts.items():
        rows += [(title,)] if title else []
        rows += map(_describe, resources)
    return render_table(COLUMNS, rows)
