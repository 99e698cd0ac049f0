"""Steps of notebook 06: find what the workshop made, delete it in the order that AWS requires, give a receipt.

Resources are found by the learner's names, and deleted only if they carry the learner's mark (see `ownership`). All
others are reported and kept. `inventory` holds the kinds of resources. One refusal doesn't stop it: it goes on with the
rest, and reports what AWS refused and where it couldn't look.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from botocore.exceptions import ClientError

from workshop_lib.cloud import Cloud
from workshop_lib.errors import STEPS, TookTooLong, get_error_code
from workshop_lib.inventory import (
    DISTRIBUTIONS,
    KINDS,
    REPLICATED,
    Found,
    Kind,
    Marked,
    Resource,
    Unseen,
    describe_failure,
    find_marked,
    take_out_of_service,
)
from workshop_lib.names import WorkshopNames
from workshop_lib.polling import Sleep, wait_until
from workshop_lib.receipts import Inventory, Receipt, Report
from workshop_lib.regions import FAILURES

GONE = ("NoSuch", "NotFoundException", "ResourceNotFound", "JobStatusException", "404")
"""Beginnings of the codes for something that vanished, or a job that ended, between the look and the deletion."""

LATER = {
    "DistributionNotDisabled": "still being disabled",
    "CloudFrontOriginAccessIdentityInUse": "a distribution still uses it",
    "OperationAborted": "S3 is busy with another change of it",
    "ResourceConflictException": "Lambda is busy with it",
    "DeleteConflict": "something still uses it",
    **dict.fromkeys(
        ("SlowDown", "503", "Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded"),
        "AWS asks to send fewer requests",
    ),
    **dict.fromkeys(("InternalError", "ServiceFailure", "ServiceUnavailable"), "AWS had an error of its own"),
    "PriorRequestNotComplete": "Route 53 is busy with an earlier change",
}
"""Codes of errors that pass, and what to say about them. botocore has already retried the throttled ones."""


def find_resources(cloud: Cloud, names: WorkshopNames) -> Inventory:
    """List all resources that have the learner's names. Changes nothing: it is the dry run of `delete_resources`.

    Args:
        cloud: The cloud.
        names: The learner's names.

    Returns:
        The resources, in the order of deletion. `delete_resources` keeps those without the learner's mark. `.unseen`
        lists the places where AWS refused the look.
    """
    found = [item for kind in KINDS for item in _search(kind, cloud, names)]
    return Inventory(
        (item for item in found if isinstance(item, Resource)), (item for item in found if isinstance(item, Unseen))
    )


def delete_resources(cloud: Cloud, names: WorkshopNames, *, patience: float = 0, sleep: Sleep = time.sleep) -> Report:
    """Delete everything that the workshop made.

    Safe to run again, and to interrupt: it always looks first at what is there. It waits until distributions may be
    deleted. It does not wait until AWS has removed the function from the edge, which takes hours. It reports that. It
    reports what AWS refuses, too, and goes on with the rest.

    Args:
        cloud: The cloud.
        names: The learner's names.
        patience: Seconds for which it retries what can be deleted only later. The local cloud needs about 10 seconds,
            AWS hours.
        sleep: Seam for tests.

    Returns:
        The resources that are deleted, must wait, are kept, or are refused, and the places where AWS refused the look.
    """
    swept = _Sweep(cloud, names)
    swept.take_out_of_service()
    swept.run(KINDS)
    if swept.waiting and patience:
        late = [kind for kind in KINDS if kind.word in {resource.kind for resource in swept.waiting}]
        with suppress(TookTooLong):
            wait_until(
                lambda: swept.run(late),
                lambda waiting: not waiting,
                what="Waiting for what can be deleted only later",
                timeout=patience,
                sleep=sleep,
                show=lambda waiting: ", ".join(dict.fromkeys(resource.kind for resource in waiting)),
            )
    return Report(
        deleted=tuple(swept.deleted),
        waiting=(*swept.waiting, *swept.blocked),
        kept=tuple(swept.kept),
        refused=tuple(swept.refused),
        unseen=tuple(swept.unseen),
    )


def get_receipt(cloud: Cloud, names: WorkshopNames, *, waiting: Iterable[Resource] = ()) -> Receipt:
    """Look in all places again, and list the places and what is left.

    It also looks for the workshop's marks under any name: the learner's, after the names were changed, and other
    learners'.

    Args:
        cloud: The cloud.
        names: The learner's names.
        waiting: What `delete_resources` has just reported as waiting. The receipt then says when to come back.
    """
    waiting = tuple(waiting)
    found = find_resources(cloud, names)
    known = {resource.name for resource in found if resource.made_by_workshop or resource.made_earlier}
    marked = list(find_marked(cloud, names))
    everywhere = [item for item in marked if isinstance(item, Marked)]
    stray = [item for item in everywhere if item.learner == names.learner and item.name not in known]
    is_stray = {(item.kind, item.name) for item in stray}
    return Receipt(
        learner=names.learner,
        looked=(*(place for kind in KINDS for place in kind.look(names)), "marks of all learners in this account"),
        left=(
            *(resource for resource in found if resource.made_by_workshop or resource.made_earlier),
            *(Resource(item.kind, item.name, state=_describe_stray(item, names)) for item in stray),
        ),
        kept=tuple(
            resource
            for resource in found
            if not resource.made_by_workshop
            and not resource.made_earlier
            and (resource.kind, resource.name) not in is_stray
        ),
        unseen=found.unseen,
        others=tuple(item for item in everywhere if item.learner != names.learner),
        others_unseen=tuple(item for item in marked if isinstance(item, Unseen)),
        waiting=waiting,
        come_back=None if cloud.is_local else _find_time(waiting, cloud.delays.edge_replicas.least),
    )


def _find_time(waiting: Iterable[Resource], seconds: float) -> datetime | None:
    """When to come back for a function that waits for the edge. None if none does."""
    is_replicated = any(resource.state == REPLICATED for resource in waiting)
    return datetime.now(UTC) + timedelta(seconds=seconds) if is_replicated else None


def _describe_stray(item: Marked, names: WorkshopNames) -> str:
    """Say why something with the learner's mark wasn't found, or not as the learner's."""
    if item.name in vars(names).values():
        return "it has your mark, but you may not look at all of it"
    return f"not among the present names: run {STEPS['names']} with its names, then clean up again"


class _Sweep:
    """Deletes what can be deleted now, as often as it runs, and keeps account of the outcomes."""

    def __init__(self, cloud: Cloud, names: WorkshopNames) -> None:
        self._cloud, self._names = cloud, names
        self.deleted: list[Resource] = []
        self.waiting: list[Resource] = []
        self.blocked: list[Resource] = []
        """What waits for something that AWS refuses to delete, so running again at once doesn't help."""
        self.kept: list[Resource] = []
        self.refused: list[Resource] = []
        self.unseen: list[Unseen] = []

    def take_out_of_service(self) -> None:
        """Disable the distributions. This comes first, because AWS needs longest for it."""
        for item in _search(DISTRIBUTIONS, self._cloud, self._names):
            if isinstance(item, Resource) and item.made_by_workshop:
                self._record(DISTRIBUTIONS, item, lambda item=item: take_out_of_service(self._cloud, item))  # type: ignore[misc]

    def run(self, kinds: Iterable[Kind]) -> list[Resource]:
        """Delete what can be deleted now of some kinds, and return what must wait."""
        self.waiting, self.blocked = [], []
        found = [(kind, list(_search(kind, self._cloud, self._names))) for kind in kinds]
        for kind, items in found:
            for item in items:
                if isinstance(item, Unseen):
                    self.unseen += [item] if item not in self.unseen else []
                elif not item.made_by_workshop:
                    self.kept += [item] if item not in self.kept else []
                elif not any(map(item.is_same, self.refused)):
                    self._delete(kind, item)
        return self.waiting

    def _delete(self, kind: Kind, resource: Resource) -> None:
        later = dataclasses.replace(resource, state=f"after the {kind.after}")
        if any(other.kind == kind.after for other in (*self.refused, *self.blocked)):
            self.blocked.append(later)
        elif any(other.kind == kind.after for other in self.waiting):
            self.waiting.append(later)
        elif self._record(kind, resource, lambda: kind.delete(self._cloud, resource)):
            self.deleted.append(dataclasses.replace(resource, state=""))

    def _look_again(self, kind: Kind, resource: Resource) -> str | None:
        """Find out whether the resource vanished, or only a part of it, such as a role's policy."""
        found = _search(kind, self._cloud, self._names)
        is_there = any(isinstance(item, Resource) and item.is_same(resource) for item in found)
        return "another program deletes parts of it" if is_there else None

    def _record(self, kind: Kind, resource: Resource, change: Callable[[], str | None]) -> bool:
        """Make a change, and record the resource as waiting or refused. Returns whether neither was the case."""
        try:
            reason = change()
        except FAILURES as error:
            code = get_error_code(error) if isinstance(error, ClientError) else ""
            if code.startswith(GONE):
                reason = self._look_again(kind, resource)
            elif code in LATER:
                reason = LATER[code]
            else:
                self.refused.append(dataclasses.replace(resource, state=describe_failure(error)))
                return False
        if reason:
            self.waiting.append(dataclasses.replace(resource, state=reason))
        return not reason


def _search(kind: Kind, cloud: Cloud, names: WorkshopNames) -> Found:
    try:
        yield from kind.find(cloud, names)
    except FAILURES as error:
        yield Unseen("; ".join(kind.look(names)), describe_failure(error))
