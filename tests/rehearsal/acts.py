"""What a learner does with an AWS account, from the first notebook to the last receipt, and what must be true then.

Each act is a function of the stage. It raises an AssertionError with a sentence if something isn't as it must be.
"""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from threading import Event

import nbformat
from nbformat.v4 import new_code_cell

from tests.rehearsal.stage import Stage

ACCEPTING = re.compile(r"`((?:from workshop_lib\.cloud import|accept_costs\()[^`]+)`")
NOTHING_LEFT = re.compile(r"^Nothing\b.* is left\.$", re.MULTILINE)
COSTS = 1
"""The exit status of `clean-up` while something is left that costs money."""
OUTPUT_SHOWN = 3000
LAST_NOTEBOOK = "06"
STOPS = (3, 25, 60)
"""After how many requests a clean-up is interrupted."""


def look_before_accepting(stage: Stage) -> None:
    """Examine the machine, choose names, and begin notebook 01: it stops, and nothing has changed."""
    _expect(0, stage.run("doctor"))
    _expect(0, run_notebooks(stage, "00", "00"))
    _, output = run_notebooks(stage, "01", "01")
    assert "CostNotAccepted: CreateBucket would change the AWS account" in output, f"01 isn't refused:\n{output}"
    _expect(0, stage.run("clean-up"))
    _, output = stage.run("clean-up", "--yes")
    assert not stage.changes, f"changed before the costs were accepted: {stage.changes}"


def run_the_workshop(stage: Stage) -> None:
    """Accept the costs, and run notebooks 00 to 06, each in a kernel of its own."""
    accept_costs(stage)
    _expect(0, run_notebooks(stage, "00", LAST_NOTEBOOK))
    assert stage.changes, "the notebooks changed nothing, so this proves nothing"
    wait_until_gone(stage)


def use_the_terminal(stage: Stage) -> None:
    """Build again, look with the command, and clean up: interrupted, and repeated until nothing is left."""
    _expect(0, run_notebooks(stage, "00", "03"))
    for command in ("status", "names", "doctor"):
        _expect(0, stage.run(command))
    _expect_right_list(stage, _expect(COSTS, stage.run("clean-up")))
    for stop in STOPS:
        interrupt_clean_up(stage, after=stop)
    wait_until_gone(stage)


ACTS = (look_before_accepting, run_the_workshop, use_the_terminal)


def run_notebooks(stage: Stage, first: str, last: str) -> tuple[int, str]:
    """Run notebooks with papermill, as `workshop run` does. Returns the exit status and the output."""
    where = ("--notebooks", stage.folder / "notebooks", "--output", stage.folder / f"run-{first}-{last}")
    return stage.run("run", "--from", first, "--to", last, *where)


def accept_costs(stage: Stage) -> None:
    """Accept the costs as notebook 00 says it: type what its text quotes into a new cell, with the account's number."""
    path = stage.folder / "notebooks" / "00_start_here.ipynb"
    notebook = nbformat.read(path, as_version=4)
    quoted = [
        code for cell in notebook.cells if cell.cell_type == "markdown" for code in ACCEPTING.findall(cell.source)
    ]
    assert len(quoted) == 2, "notebook 00 doesn't say how to accept the costs"
    notebook.cells.append(new_code_cell("\n".join(quoted).replace("…", stage.account)))
    nbformat.write(notebook, path)


def interrupt_clean_up(stage: Stage, *, after: int) -> None:
    """Begin to clean up, and press Ctrl-C after some requests. What it left is listed right afterwards."""
    asked, pause = len(stage.ledger.asked), Event()
    with stage.start("clean-up", "--yes") as program:
        while program.poll() is None and len(stage.ledger.asked) - asked < after:
            pause.wait(0.005)
        program.send_signal(signal.SIGINT)
        output, _ = program.communicate(timeout=60)
    assert program.returncode in (0, COSTS, 130), f"interrupted, it ended with {program.returncode}:\n{output}"
    status, output = stage.run("clean-up")
    assert status in (0, COSTS), output
    _expect_right_list(stage, output)


def wait_until_gone(stage: Stage, *, visits: int = 20) -> None:
    """Clean up from the terminal again and again, until the receipt says that nothing is left. It must be right."""
    for _ in range(visits):
        status, output = stage.run("clean-up", "--yes")
        receipt = output[output.index("Looked here:") :]
        _expect_right_list(stage, receipt)
        if NOTHING_LEFT.search(receipt):
            assert status == 0, f"nothing is left, but clean-up ended with {status}:\n{receipt}"
            return
        Event().wait(2)
    raise AssertionError(f"something is left after {visits} visits:\n{receipt}")


def _expect(status: int, result: tuple[int, str]) -> str:
    """Return the output of a command that ended as it must."""
    seen, output = result
    assert seen == status, f"it ended with {seen}, not {status}:\n{output[-OUTPUT_SHOWN:]}"
    return output


def _expect_right_list(stage: Stage, told: str) -> None:
    missing = [name for name in find_left(stage) if name not in told]
    assert not missing, f"the list lacks {missing}:\n{told}"


def find_left(stage: Stage) -> Iterator[str]:
    """The names of what the workshop made and what still exists, as an administrator of the account sees it."""
    cloud = stage.administrator
    yield from (bucket["Name"] for bucket in cloud.s3("eu-west-1").list_buckets()["Buckets"])
    yield from (one["Id"] for one in cloud.cloudfront.list_distributions()["DistributionList"].get("Items", []))
    yield from (one["Name"].rstrip(".") for one in cloud.route53.list_hosted_zones()["HostedZones"])
    yield from (one["Id"] for one in cloud.route53.list_health_checks()["HealthChecks"])
    yield from (one["FunctionName"] for one in cloud.lambda_.list_functions()["Functions"])
    roles = (role["RoleName"] for role in cloud.iam.list_roles()["Roles"])
    yield from (name for name in roles if name.startswith("two-regions-"))
