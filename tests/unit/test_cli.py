"""The console command: what it explains, and what it refuses. That it works is tested in tests/notebooks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from workshop_lib.cli import main

COMMANDS = ["clean-up", "cloud", "doctor", "lab", "reset", "run", "status"]
ON_AWS = {"WORKSHOP_CLOUD": "aws"}


def test_the_command_has_the_seven_verbs_of_the_workshop() -> None:
    assert sorted(main.commands) == COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_explains_itself_and_all_its_options(name: str) -> None:
    command = main.commands[name]
    answer = CliRunner().invoke(main, [name, "--help"])

    assert answer.exit_code == 0
    assert len((command.help or "").split()) >= 10
    options = [option for option in command.params if isinstance(option, click.Option) and not option.hidden]
    assert [option.name for option in options if not option.help] == []


def test_help_imports_nothing_slow() -> None:
    slow = {"boto3", "papermill", "IPython", "jupyterlab"}
    code = f"import sys, workshop_lib.cli; print(sorted({slow} & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert answer.stdout.strip() == "[]"


def test_reset_is_refused_on_aws() -> None:
    answer = CliRunner(env=ON_AWS).invoke(main, ["reset", "--yes"])

    assert answer.exit_code == 1
    assert "AWS can't be reset" in answer.output


def test_reset_asks_first() -> None:
    answer = CliRunner().invoke(main, ["reset"], input="n\n")

    assert answer.exit_code == 1
    assert "Aborted" in answer.output


@pytest.mark.parametrize("option", ["--speed", "--port", "--edge-port", "--nameserver-port"])
def test_a_run_on_aws_has_no_ports_and_no_speed(option: str) -> None:
    answer = CliRunner(env=ON_AWS).invoke(main, ["run", option, "7"])

    assert answer.exit_code == 2
    assert "of the local cloud" in answer.output


def test_a_running_cloud_keeps_its_ports_and_speed() -> None:
    answer = CliRunner().invoke(main, ["run", "--running", "--speed", "7"])

    assert answer.exit_code == 2
    assert "keeps" in answer.output


def test_cleaning_up_needs_names(tmp_path: Path) -> None:
    answer = CliRunner(env={"WORKSHOP_NAMES": str(tmp_path / "none.json")}).invoke(main, ["clean-up"])

    assert answer.exit_code == 1
    assert "00_start_here" in answer.output


def test_the_doctor_looks_and_says(tmp_path: Path) -> None:
    answer = CliRunner(env={"WORKSHOP_NAMES": str(tmp_path / "none.json")}).invoke(main, ["doctor"])

    assert "Python" in answer.output
    assert "Ports on 127.0.0.1" in answer.output
