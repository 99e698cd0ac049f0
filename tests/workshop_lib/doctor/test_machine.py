"""The examination of the machine."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import click
import pytest

from workshop_lib.doctor import Finding, examine_machine
from workshop_lib.shared_cloud import CloudBusyError

NO_NAMES = Path("there-is-no-such-file.json")


def find_none() -> NoReturn:
    """What a search for the local cloud does when none runs."""
    raise click.ClickException("No local cloud is running.")


def find_a_busy_one() -> NoReturn:
    """What a search for the local cloud does when it doesn't answer."""
    raise CloudBusyError("The local cloud (process 7) didn't answer.")


def finding(what: str, **circumstances: object) -> Finding:
    """Examine under these circumstances, and pick one finding."""
    usual = {"environment": {}, "names_file": NO_NAMES, "find_cloud": find_none}
    examination = examine_machine(**{**usual, **circumstances})  # type: ignore[arg-type]
    return next(finding for finding in examination.findings if finding.what == what)


def test_this_machine_is_fit() -> None:
    examination = examine_machine(environment={}, names_file=NO_NAMES, find_cloud=find_none)

    assert examination.is_fit, examination
    assert all(finding.found for finding in examination.findings)


def test_an_old_python_is_a_fault_with_a_remedy() -> None:
    python = finding("Python", python=(3, 10))

    assert python.is_fault
    assert "Install Python 3.11" in python.fix


def test_another_version_of_moto_is_a_fault_and_of_anything_else_is_not(tmp_path: Path) -> None:
    constraints = tmp_path / "constraints.txt"
    constraints.write_text("moto==1.0\nboto3==1.0\n")

    assert finding("moto", constraints=constraints).is_fault
    assert not finding("Packages", constraints=constraints).is_fault
    assert "boto3" in finding("Packages", constraints=constraints).found


def test_a_setting_that_is_no_number_is_a_fault_on_aws() -> None:
    settings = finding("Settings", environment={"WORKSHOP_CLOUD": "aws", "WORKSHOP_DNS_SECONDS": "abc"})

    assert settings.is_fault
    assert "WORKSHOP_DNS_SECONDS is 'abc'" in settings.fix


def test_a_local_cloud_that_has_ended_is_a_fault() -> None:
    cloud = finding("Local cloud", environment={"WORKSHOP_CONTROL_URL": "http://127.0.0.1:9/_local_cloud"})

    assert cloud.is_fault
    assert "make lab" in cloud.fix


def test_a_local_cloud_that_does_not_answer_is_a_fault() -> None:
    cloud = finding("Local cloud", find_cloud=find_a_busy_one)

    assert (cloud.is_fault, cloud.fix) == (True, "The local cloud (process 7) didn't answer.")


def test_a_local_cloud_that_was_started_elsewhere_is_found() -> None:
    elsewhere = {"WORKSHOP_CONTROL_URL": "http://127.0.0.1:9/_local_cloud"}

    assert finding("Local cloud", find_cloud=find_none).found.startswith("not running")
    assert "127.0.0.1:9" in finding("Local cloud", find_cloud=lambda: elsewhere).found


def test_a_cloud_that_is_neither_local_nor_aws_is_a_fault() -> None:
    cloud = finding("Cloud", environment={"WORKSHOP_CLOUD": "amazon"})

    assert cloud.is_fault
    assert "'amazon'" in cloud.fix


@pytest.mark.parametrize("content", ["{", '{"learner": "ada"}', "[]"])
def test_a_names_file_that_is_broken_is_told_from_one_that_is_not_there(tmp_path: Path, content: str) -> None:
    path = tmp_path / "names.json"
    path.write_text(content)

    names = finding("Names", names_file=path)

    assert "can't be read" in names.found
    assert "00_start_here" in names.fix
    assert not names.is_fault, "notebook 00, which fixes it, stops at faults"
    assert finding("Names").found.startswith("none yet")


def test_an_examination_shows_as_a_table_here_and_there() -> None:
    examination = examine_machine(environment={}, python=(3, 10), names_file=NO_NAMES, find_cloud=find_none)

    assert not examination.is_fit
    assert "✘ Python" in repr(examination)
    assert "→ Install Python" in repr(examination)
    assert ">✘</td>" in examination._repr_html_()
