"""Steps of notebook 06: find everything the workshop made, delete it in the order that AWS demands, give a receipt.

Things are found by the learner's names alone, and deleted only if the workshop made them: a bucket without our tag,
or a hosted zone without our comment, is reported and left.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workshop_lib.cloud import Cloud
from workshop_lib.names import WorkshopNames
from workshop_lib.waiting import Sleep

if TYPE_CHECKING:
    pass


@dataclass(frozen=True)
class Resource:
    """One thing in the cloud that the workshop made."""

    kind: str
    """AWS's word, such as `"bucket"`."""
    name: str
    region: str
    state: str = ""
    """What is worth knowing, such as `"12 versions"`, or why it isn't gone yet."""


@dataclass(frozen=True)
class Report:
    """What `delete_resources` did. Its repr is a table."""

    deleted: tuple[Resource, ...]
    waiting: tuple[Resource, ...]
    """What AWS only lets go later; run `delete_resources` again then."""
    left: tuple[Resource, ...]
    """What was found by name, but isn't ours to delete."""


@dataclass(frozen=True)
class Receipt:
    """Where we looked, and what is still there. Its repr is a table."""

    looked: tuple[str, ...]
    left: tuple[Resource, ...]


def find_resources(cloud: Cloud, names: WorkshopNames) -> list[Resource]:
    """List everything that `delete_resources` would touch, in its order. Changes nothing.

    Args:
        cloud: The cloud.
        names: The learner's names.
    """
    raise NotImplementedError


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
        What was deleted, what must wait, and what isn't ours.
    """
    raise NotImplementedError


def get_receipt(cloud: Cloud, names: WorkshopNames) -> Receipt:
    """Look everywhere once more, and say where, and what is left.

    Args:
        cloud: The cloud.
        names: The learner's names.
    """
    raise NotImplementedError
