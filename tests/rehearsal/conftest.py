"""Fixtures: the door before the tests' own cloud, and a machine from which only the door is reached."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local_cloud.cloud import LocalCloud
from tests.rehearsal.door import Door
from tests.rehearsal.kit import RunPython, run_on_machine
from tests.rehearsal.ledger import Ledger
from tests.rehearsal.manner import QUICK
from tests.rehearsal.stage import equip_machine


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """An empty ledger."""
    return Ledger(tmp_path / "machine.jsonl")


@pytest.fixture
def door(cloud: LocalCloud, ledger: Ledger) -> Iterator[Door]:
    """A quick door."""
    with Door(cloud.environment, ledger=ledger, manner=QUICK) as door:
        yield door


@pytest.fixture
def run_python(cloud: LocalCloud, door: Door, tmp_path: Path) -> RunPython:
    """Runs a program on the learner's machine, and returns its output."""
    keys = {name.lower(): cloud.environment[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    environment = equip_machine(tmp_path, door, keys)

    return lambda program: run_on_machine(environment, program)
