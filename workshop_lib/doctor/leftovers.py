"""What exists of earlier runs, by the learner's names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from workshop_lib.clean_up import find_resources
from workshop_lib.cloud import Cloud
from workshop_lib.doctor.findings import Finding
from workshop_lib.inventory.boundaries import BOUNDARIES
from workshop_lib.names import WorkshopNames
from workshop_lib.receipts import Inventory

WHAT = "Earlier runs"


def find_existing(cloud: Cloud, names: WorkshopNames) -> Inventory:
    """List what has the learner's names. What may not be looked at is in `unseen`."""
    return find_resources(cloud, names)


def judge_leftovers(found: Inventory) -> Iterator[Finding]:
    """Say what is there, and where it couldn't look.

    Args:
        found: From `find_existing`.
    """
    ours = Counter(resource.kind for resource in found if resource.made_by_workshop)
    listed = ", ".join(f"{kind} ({number})" for kind, number in ours.items())
    yield Finding(WHAT, f"left: {listed}. `workshop clean-up` lists them" if ours else "left nothing")
    others = [one for one in found if not one.made_by_workshop and one.kind != BOUNDARIES.word]  # granted, in a class
    if others:
        fix = "Clean-up keeps what isn't marked as yours. Choose another name in step 3 of notebook 00."
        yield Finding("Your names", f"already used by {', '.join(map(str, others))}", fix)
    for unseen in found.unseen:
        yield Finding(WHAT, f"could not look: {unseen}", is_unseen=True)
