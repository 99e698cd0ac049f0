"""What the terminal says about an AWS account after the workshop, or in the middle of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.rehearsal.kit import RunPython
from workshop_lib import clean_up, dns_records
from workshop_lib.names import write_names

if TYPE_CHECKING:
    from local_cloud.cloud import LocalCloud
    from workshop_lib.cloud import Cloud
    from workshop_lib.names import WorkshopNames

WORKSHOP = "import sys; from workshop_cli.main import main; sys.argv[1:] = {!r}; main()"
ACCEPT = "from workshop_lib.cloud import accept_costs, connect; accept_costs(connect(), {!r})"


@pytest.fixture
def chosen(names: WorkshopNames, tmp_path: Path, run_python: RunPython) -> None:
    """The names on the learner's machine."""
    write_names(names, tmp_path / "notebooks" / "workshop-names.json")


def read_time(text: str) -> datetime:
    """The first time that a text tells."""
    found = re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d", text)
    assert found, text
    return datetime.strptime(found[0], "%Y-%m-%d %H:%M").astimezone()


def test_the_status_lists_what_is_there_since_when_and_what_costs_money(
    chosen: None, run_python: RunPython, connected: Cloud, names: WorkshopNames
) -> None:
    dns_records.create_hosted_zone(connected.route53, zone_name=names.zone_name, learner=names.learner)

    said = run_python(WORKSHOP.format(["status"]))

    assert "In AWS account 123456789012:" in said
    (line,) = [line for line in said.splitlines() if line.startswith("  hosted zone")]
    assert names.zone_name in line
    assert abs(read_time(line) - datetime.now(UTC)) < timedelta(minutes=2)
    assert f"These cost money: hosted zone {names.zone_name}." in said
    assert "While they exist, they cost about 0.50 USD a month (prices of " in said
    assert "`workshop clean-up --yes` deletes what the workshop made." in said


def test_the_receipt_says_when_to_come_back_for_the_function(
    chosen: None, run_python: RunPython, deployed: object, connected: Cloud, names: WorkshopNames, cloud: LocalCloud
) -> None:
    cloud.clock.speed = 100  # the edge replicas stay for 18 seconds
    clean_up.delete_resources(connected, names)

    said = run_python(f"{ACCEPT.format(connected.account_id)}; {WORKSHOP.format(['clean-up', '--yes'])}")

    when = re.search(r"within some hours\. Come back after (.*), say tomorrow\. Then run notebook 06 again", said)
    assert when, said
    assert timedelta(minutes=27) < read_time(when[1]) - datetime.now(UTC) < timedelta(minutes=31)


def test_a_look_says_no_time_because_it_cannot_know_since_when_the_function_waits(
    chosen: None, run_python: RunPython, version_arn: str
) -> None:
    said = run_python(WORKSHOP.format(["clean-up"]))

    assert "Come back" not in said
    assert "To go on, run notebook 06 again, or `workshop clean-up --yes`." in said
