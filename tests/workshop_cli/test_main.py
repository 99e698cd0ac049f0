"""The console command: what it explains, and what it refuses. Its runs are tested in tests/notebooks and in runs/."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from workshop_cli.main import main
from workshop_lib.faults import KINDS
from workshop_lib.names import suggest_names, write_names

COMMANDS = ["clean-up", "cloud", "doctor", "fault", "lab", "names", "policy", "reset", "run", "status"]
ON_AWS = {"WORKSHOP_CLOUD": "aws", "AWS_ENDPOINT_URL": None, "AWS_ACCESS_KEY_ID": None}


def test_the_command_has_the_ten_verbs_of_the_workshop() -> None:
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
    code = f"import sys, workshop_cli.main; print(sorted({slow} & set(sys.modules)))"
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


@pytest.mark.parametrize("arguments", [["status"], ["lab"], ["run"], ["reset", "--yes"]])
def test_a_cloud_that_is_neither_local_nor_aws_is_refused(arguments: list[str]) -> None:
    answer = CliRunner(env={"WORKSHOP_CLOUD": "amazon"}).invoke(main, arguments)

    assert answer.exit_code == 2
    assert "WORKSHOP_CLOUD is 'amazon'" in answer.output


@pytest.fixture
def nothing_runs(tmp_path: Path) -> CliRunner:
    """Runs commands where names are chosen, and no local cloud runs."""
    write_names(suggest_names("ada"), tmp_path / "names.json")
    variables = {"WORKSHOP_NAMES": str(tmp_path / "names.json"), "WORKSHOP_STATE_DIR": str(tmp_path)}
    return CliRunner(env={**variables, "AWS_ENDPOINT_URL": None})


def test_cleaning_up_starts_no_cloud(nothing_runs: CliRunner, tmp_path: Path) -> None:
    answer = nothing_runs.invoke(main, ["clean-up"])

    assert answer.exit_code == 1
    assert "No local cloud is running" in answer.output
    assert not list(tmp_path.glob("local-cloud*"))


def test_the_status_fails_when_nothing_runs_and_tells_the_names_anyway(nothing_runs: CliRunner) -> None:
    answer = nothing_runs.invoke(main, ["status"])

    assert answer.exit_code == 1
    assert "two-regions-ada-eu-west-1" in answer.output


def test_cleaning_up_needs_names(tmp_path: Path) -> None:
    answer = CliRunner(env={"WORKSHOP_NAMES": str(tmp_path / "none.json")}).invoke(main, ["clean-up"])

    assert answer.exit_code == 1
    assert "00_start_here" in answer.output


def test_the_names_become_variables_of_a_shell(tmp_path: Path) -> None:
    path = tmp_path / "names.json"
    write_names(suggest_names("ada"), path)
    answer = CliRunner(env={"WORKSHOP_NAMES": str(path)}).invoke(main, ["names"])

    assert "export SOURCE_BUCKET=two-regions-ada-eu-west-1\n" in answer.output
    assert "export DISTRIBUTION_COMMENT='two-regions ada'\n" in answer.output


def test_a_policy_is_printed_with_its_placeholders_filled_in() -> None:
    answer = CliRunner().invoke(main, ["policy", "batch-role-permissions", "source_bucket=ada"])

    assert json.loads(answer.output)["Statement"][0]["Resource"] == "arn:aws:s3:::ada"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["nothing"], "no policies/nothing.json"),
        (["batch-role-permissions"], "needs a value for source_bucket"),
        (["batch-role-trust", "learner=ada"], "has no placeholder for learner"),
        (["batch-role-permissions", "source_bucket={"], "Expecting"),
    ],
)
def test_a_policy_that_cannot_be_filled_in_is_refused(arguments: list[str], reason: str) -> None:
    answer = CliRunner().invoke(main, ["policy", *arguments])

    assert answer.exit_code == 2
    assert reason in answer.output


def test_the_doctor_looks_and_says(tmp_path: Path) -> None:
    answer = CliRunner(env={"WORKSHOP_NAMES": str(tmp_path / "none.json")}).invoke(main, ["doctor"])

    assert "Python" in answer.output
    assert "Ports on 127.0.0.1" in answer.output


def test_the_help_of_fault_names_each_kind_and_shows_an_example() -> None:
    said = CliRunner().invoke(main, ["fault", "--help"]).output

    assert [kind for kind in KINDS if f"  {kind} " not in said] == []
    assert "workshop fault s3-unavailable --region eu-west-1 --seconds 30\n" in said


@pytest.mark.parametrize("arguments", [["s3-slow"], ["--list"], ["--end"]])
def test_there_are_no_faults_on_aws(arguments: list[str]) -> None:
    answer = CliRunner(env=ON_AWS).invoke(main, ["fault", *arguments])

    assert answer.exit_code == 1
    assert "invert the health check" in " ".join(answer.output.split())


def test_a_fault_needs_a_local_cloud_that_runs(tmp_path: Path) -> None:
    state = {"WORKSHOP_STATE_DIR": str(tmp_path), "WORKSHOP_CLOUD": "local", "AWS_ENDPOINT_URL": ""}
    answer = CliRunner(env=state).invoke(main, ["fault", "dns-silent"])

    assert answer.exit_code == 1
    assert "No local cloud is running" in answer.output


@pytest.mark.parametrize("command", ["cloud", "lab", "run"])
def test_a_policy_that_is_not_there_cannot_be_enforced(command: str) -> None:
    answer = CliRunner().invoke(main, [command, "--enforce", "nothing.json"])

    assert answer.exit_code == 2
    assert "no such file" in answer.output


def test_on_aws_permissions_are_enforced_anyway() -> None:
    answer = CliRunner(env=ON_AWS).invoke(main, ["lab", "--enforce"])

    assert answer.exit_code == 2
    assert "always" in answer.output


@pytest.mark.parametrize("option", ["--speed", "--cloud-port", "--edge-port", "--nameserver-port"])
def test_jupyterlab_on_aws_has_no_local_cloud_to_choose_options_for(option: str) -> None:
    answer = CliRunner(env=ON_AWS).invoke(main, ["lab", option, "7"])

    assert answer.exit_code == 2
    assert "options of the local cloud" in answer.output


def test_a_run_that_is_refused_leaves_the_report_of_the_last_one(tmp_path: Path) -> None:
    (tmp_path / "index.html").touch()
    CliRunner().invoke(main, ["run", "--output", str(tmp_path), "--enforce", "nothing.json"])

    assert (tmp_path / "index.html").exists()
