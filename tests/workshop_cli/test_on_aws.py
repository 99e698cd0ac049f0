"""What the command says and asks before it may cost anything on AWS."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from tests.kits.fake_aws import ERROR, FakeAws, running_fake_aws
from workshop_cli import on_aws
from workshop_cli.main import connect_beside, main
from workshop_lib.cloud import connect
from workshop_lib.doctor import Examination, Finding
from workshop_lib.errors import CostNotAccepted
from workshop_lib.guards import is_read
from workshop_lib.names import suggest_names, write_names

ACCOUNT, OTHER = "111122223333", "444455556666"
IN_A_TERMINAL = """
import fcntl, os, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from workshop_cli.main import main
main()
"""
"""The command, whose standard input is its terminal, so that Ctrl-C there reaches it."""
DENIED = ERROR.format("AccessDenied", "You may not look at this.")


@pytest.fixture
def aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAws]:
    """AWS, which knows the learner and refuses everything else, and a learner who chose names."""
    with running_fake_aws(tmp_path) as aws:
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "WORKSHOP_ACCEPT_COSTS"):
            monkeypatch.delenv(name, raising=False)
        keys = {"AWS_ACCESS_KEY_ID": "AKIALEARNER", "AWS_SECRET_ACCESS_KEY": "secret"}
        for name, value in (aws.environment | keys).items():
            monkeypatch.setenv(name, value)
        aws.accounts["AKIALEARNER"] = ACCOUNT
        aws.answer = lambda asked: (403, DENIED)
        write_names(suggest_names("ada"))
        yield aws


@pytest.fixture
def notebooks(write_notebook: Callable[..., Path]) -> Path:
    """A notebook that asks AWS who the learner is."""
    return write_notebook("00_first", "from workshop_lib.cloud import connect; connect().sts.get_caller_identity()")


def run(*arguments: str | Path) -> Result:
    """Run the command without a terminal."""
    return CliRunner().invoke(main, [str(one) for one in arguments])


def is_accepted(names_file: str) -> bool:
    """Whether the costs are accepted."""
    return connect_beside(Path(names_file)).may_cost


def test_a_run_says_who_pays_what_is_made_what_it_costs_and_how_long_it_takes(
    aws: FakeAws, notebooks: Path, tmp_path: Path
) -> None:
    said = run("run", "--notebooks", notebooks, "--output", tmp_path / "output").output

    assert f"account {ACCOUNT}" in said
    assert {"Endpoints", "Proxy", "Name servers"} <= {
        line[2:].partition("  ")[0].rstrip() for line in said.splitlines()
    }
    assert "two-regions-ada-eu-west-1" in said
    assert "USD a month" in said
    assert "The waits for AWS take 0 to 0 minutes" in said


def test_without_a_terminal_a_run_needs_the_account_and_begins_nothing(
    aws: FakeAws, notebooks: Path, tmp_path: Path
) -> None:
    answer = run("run", "--notebooks", notebooks, "--output", tmp_path / "output")

    assert answer.exit_code == 2
    assert "Give the number with --account." in " ".join(answer.output.split())
    assert not (tmp_path / "output").exists()
    assert not is_accepted(aws.environment["WORKSHOP_NAMES"])


def test_the_number_of_another_account_accepts_nothing(aws: FakeAws, notebooks: Path, tmp_path: Path) -> None:
    answer = run("run", "--notebooks", notebooks, "--output", tmp_path / "output", "--account", OTHER)

    assert answer.exit_code == 1
    assert f"belong to the account {ACCOUNT}" in answer.output
    assert not is_accepted(aws.environment["WORKSHOP_NAMES"])


def test_with_the_account_it_runs_and_writes_every_call_down(aws: FakeAws, notebooks: Path, tmp_path: Path) -> None:
    output = tmp_path / "output"

    answer = run("run", "--notebooks", notebooks, "--output", output, "--account", ACCOUNT)

    assert answer.exit_code == 0, answer.output
    (call,) = map(json.loads, (output / "calls.jsonl").read_text(encoding="utf-8").splitlines())
    assert (call["operation"], call["region"], call["result"]) == ("sts:GetCallerIdentity", "us-east-1", "200")


def test_a_run_that_fails_says_that_it_cannot_list_what_exists(
    aws: FakeAws, write_notebook: Callable[..., Path], tmp_path: Path
) -> None:
    forget = f"import pathlib; pathlib.Path({aws.environment['WORKSHOP_NAMES']!r}).unlink(); 1 / 0"
    folder = write_notebook("00_first", forget)

    answer = run("run", "--notebooks", folder, "--output", tmp_path / "output", "--account", ACCOUNT)

    assert answer.exit_code == 1
    assert "What exists in your AWS account can't be listed: There is no names file" in answer.output
    assert "`workshop clean-up --yes` deletes what the workshop made." in answer.output


def test_looking_changes_nothing_and_tries_to_change_nothing(aws: FakeAws) -> None:
    cloud, said = connect(environ=aws.environment), list[str]()
    on_aws.show_before_paying(cloud, suggest_names("ada"), [], said.append)

    operations = [call.operation.partition(":")[2] for call in cloud.calls]
    assert len(operations) > 20
    assert [operation for operation in operations if not is_read(operation)] == []
    assert "would change the AWS account" not in said[0]


def test_the_account_is_typed_at_a_terminal(aws: FakeAws) -> None:
    said: list[str] = []
    on_aws.confirm_costs(connect(environ=aws.environment), None, said.append, ask=lambda: ACCOUNT)

    assert said[0].startswith(f"Accepted for the AWS account {ACCOUNT}.")
    assert is_accepted(aws.environment["WORKSHOP_NAMES"])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
@pytest.mark.parametrize(("keys", "status"), [(f"{ACCOUNT}\n", 0), (f"{OTHER}\n", 1), ("\x03", 130), ("\x04", 130)])
def test_a_run_asks_at_a_terminal_and_ctrl_c_there_accepts_nothing(
    aws: FakeAws, notebooks: Path, tmp_path: Path, keys: str, status: int
) -> None:
    mine, its = os.openpty()
    command = ["run", "--notebooks", str(notebooks), "--output", str(tmp_path / "output")]
    with subprocess.Popen(
        [sys.executable, "-c", IN_A_TERMINAL, *command], stdin=its, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout
        said = ""
        while "type the number of the account" not in said:
            letter = program.stdout.read(1)
            assert letter, f"it ended without asking:\n{said}"
            said += letter
        os.write(mine, keys.encode())
        program.communicate()
    os.close(mine)
    os.close(its)

    assert program.returncode == status
    assert is_accepted(aws.environment["WORKSHOP_NAMES"]) == (status == 0)


@pytest.mark.parametrize("typed", [OTHER, "yes"])
def test_what_is_typed_must_be_the_account(aws: FakeAws, typed: str) -> None:
    with pytest.raises(CostNotAccepted, match=f"You typed {typed}"):
        on_aws.confirm_costs(connect(environ=aws.environment), None, click.echo, ask=lambda: typed)
    assert not is_accepted(aws.environment["WORKSHOP_NAMES"])


@pytest.mark.parametrize("typed", ["", "   "])
def test_a_run_does_not_begin_with_an_empty_account(aws: FakeAws, typed: str) -> None:
    with pytest.raises(CostNotAccepted, match="Nothing is accepted"):
        on_aws.confirm_costs(connect(environ=aws.environment), typed, click.echo)


def test_a_run_whose_input_is_closed_says_that_there_is_no_terminal(aws: FakeAws, notebooks: Path) -> None:
    program = "import sys; sys.stdin = None; from workshop_cli.main import main; main()"
    command = [sys.executable, "-c", program, "run", "--notebooks", str(notebooks)]
    ended = subprocess.run(command, capture_output=True, text=True)

    assert ended.returncode == 2
    assert "Here is no terminal" in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [(["--running"], "means the running local cloud"), (["--speed", "7"], "of the local cloud")],
)
def test_options_that_mean_nothing_on_aws_are_refused_before_aws_is_asked(
    aws: FakeAws, arguments: list[str], reason: str
) -> None:
    answer = run("run", *arguments)

    assert answer.exit_code == 2
    assert reason in " ".join(answer.output.split())
    assert (aws.asked, aws.looked_up) == ([], [])


def test_an_account_means_nothing_in_the_local_cloud() -> None:
    answer = CliRunner(env={"WORKSHOP_CLOUD": "local"}).invoke(main, ["run", "--account", ACCOUNT])

    assert answer.exit_code == 2
    assert "--account is for AWS" in answer.output


def test_the_doctor_examines_the_account_and_shows_the_plan(aws: FakeAws) -> None:
    machine = Examination((Finding("Python", "3.13"),))
    found, plan = on_aws.examine(machine, connect(environ=aws.environment), Path(aws.environment["WORKSHOP_NAMES"]))

    assert {"Python", "AWS", "Permissions"} <= {finding.what for finding in found.findings}
    assert "What the notebooks make on AWS for ada" in plan


def test_a_service_that_does_not_answer_hides_nothing_else(aws: FakeAws) -> None:
    aws.unknown_names.add("iam.amazonaws.com")

    for command in ("doctor", "status", "clean-up"):
        told = " ".join(run(command).output.split())
        assert re.search(r"IAM: role two-regions-ada-edge.{1,9}AWS does not answer", told), told
        assert "health check" in told


def test_a_source_region_that_is_not_enabled_hides_nothing_else(aws: FakeAws) -> None:
    unknown = ERROR.format("InvalidAccessKeyId", "AWS doesn't know this key here.")
    aws.answer = lambda asked: (403, unknown if "s3-control" in asked.host else DENIED)

    told = " ".join(run("clean-up").output.split())

    assert re.search(r"S3 Batch Operations in eu-west-1.{1,9}AWS knows your access key, but not in eu-west-1", told), (
        told
    )


def test_without_names_the_doctor_says_what_it_did_not_look_at(aws: FakeAws, tmp_path: Path) -> None:
    machine = Examination((Finding("Python", "3.13"),))
    found, said = on_aws.examine(machine, connect(environ=aws.environment), tmp_path / "none.json")

    assert found == machine
    assert "Run steps 1 to 6 of notebook 00" in said
    assert "less than 1 USD" in said
