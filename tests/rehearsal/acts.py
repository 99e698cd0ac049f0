"""What a learner does with an AWS account, from the first notebook to the last receipt, and what must be true then.

Each act is a function of the stage. It raises an AssertionError with a sentence if something isn't as it must be.
"""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

import nbformat
from nbformat.v4 import new_code_cell

from tests.rehearsal.account import is_listed, leave_unfinished, list_things
from tests.rehearsal.stage import NAME, Stage

NOTHING_LEFT = re.compile(r"^Nothing\b.* is left\.$", re.MULTILINE)
COSTS = 1
"""The exit status of `clean-up` while something is left that costs money."""
OUTPUT_SHOWN = 3000
LAST_NOTEBOOK = "06"
COME_BACK = re.compile(r"Come back after (\d{4}-\d\d-\d\d \d\d:\d\d)")
HOUR = 3600.0


def look_before_accepting(stage: Stage) -> None:
    """Examine the machine, and run notebooks 00 and 01 as they are. They stop, and nothing has changed."""
    _expect(0, stage.run("doctor"))
    _expect_words("CheckFailed: ✘ You haven't accepted the costs", _expect(1, run_notebook(stage, "00_start_here")))
    output = _expect(1, run_notebook(stage, "01_replicate_the_website"))
    _expect_words("CostNotAccepted: CreateBucket would change the AWS account", output)
    found = _expect(0, stage.run("doctor"))
    _expect_words(f"account {stage.account}", found)
    _expect_words("If you forget to, it costs about", found)
    objections = re.findall(r"^[!✘?] (.+?)  ", found, re.MULTILINE)
    expected = [] if stage.is_port_53_open else ["Name servers"]
    assert objections == expected, f"the doctor should object to {expected} only:\n{found}"
    _expect_words("Give the number with --account", _expect(2, stage.run("run", *_options(stage, "00", "01"))))
    _expect(0, stage.run("clean-up"))
    stage.run("clean-up", "--yes")
    called = ", ".join(sorted({f"{call['service']} {call['operation']}" for call in stage.changes}))
    assert not called, f"called before the costs were accepted: {called}"


def run_the_workshop(stage: Stage) -> None:
    """Accept the costs, and run notebooks 00 to 06, each in a kernel of its own."""
    accept_costs(stage)
    _expect(0, run_notebooks(stage, "00", LAST_NOTEBOOK))
    assert stage.changes, "the notebooks changed nothing, so this proves nothing"
    missing = {call["operation"] for call in stage.changes} - set(read_calls(stage, "00", LAST_NOTEBOOK))
    assert not missing, f"the run's calls.jsonl lacks {missing}"
    wait_until_gone(stage)


def use_the_terminal(stage: Stage) -> None:
    """Build again, look with the command, and interrupt clean-ups. Each list is right."""
    accept_costs(stage)
    _expect(0, run_notebooks(stage, "00", "03"))
    leave_unfinished(stage.administrator, learner=NAME)
    for command in ("names", "doctor"):
        _expect(0, stage.run(command))
    _expect_right_list(stage, _expect(0, stage.run("status")))
    _expect_right_list(stage, _expect(COSTS, stage.run("clean-up")))
    stage.replicas.stay = HOUR
    for stop in stage.stops:
        interrupt_clean_up(stage, after=stop)


def come_back_tomorrow(stage: Stage) -> None:
    """Clean up while AWS keeps replicas of the function for an hour, and again the next day."""
    stage.replicas.stay = HOUR
    receipt = clean_up_until(stage, lambda receipt: "These cost money" not in receipt)
    found = COME_BACK.search(receipt)
    assert found, f"the receipt doesn't say when to come back:\n{receipt}"
    wait = datetime.strptime(found[1], "%Y-%m-%d %H:%M") - datetime.now()
    assert timedelta(0) < wait <= timedelta(seconds=HOUR), f"the receipt says to come back in {wait}:\n{receipt}"
    stage.replicas.let_pass(HOUR / 2)
    _expect(COSTS, stage.run("clean-up", "--yes"))
    stage.replicas.let_pass(24 * HOUR)
    wait_until_gone(stage)  # in one visit, unless the cloud behind the door keeps replicas too (`--slow replicas`)


Act = Callable[[Stage], None]
ACTS: tuple[Act, ...] = (look_before_accepting, run_the_workshop, use_the_terminal, come_back_tomorrow)


def run_notebooks(stage: Stage, first: str, last: str) -> tuple[int, str]:
    """Run notebooks with `workshop run`. Returns the exit status and the output."""
    return stage.run("run", "--account", stage.account, *_options(stage, first, last))


def _options(stage: Stage, first: str, last: str) -> tuple[str | Path, ...]:
    """The options of `workshop run` for the learner's notebooks."""
    output = stage.folder / f"run-{first}-{last}"
    return "--from", first, "--to", last, "--notebooks", stage.folder / "notebooks", "--output", output


def run_notebook(stage: Stage, name: str) -> tuple[int, str]:
    """Run one notebook as it is with papermill, as *Run All* does. Returns the exit status and the output."""
    notebook = stage.folder / "notebooks" / f"{name}.ipynb"
    return stage.run(notebook, stage.folder / f"{name}.ipynb", "--no-progress-bar", module="papermill")


def read_calls(stage: Stage, first: str, last: str) -> Iterator[str]:
    """The operations in the `calls.jsonl` of a run."""
    lines = (stage.folder / f"run-{first}-{last}" / "calls.jsonl").read_text(encoding="utf-8").splitlines()
    return (json.loads(line)["operation"].partition(":")[2] for line in lines)


def accept_costs(stage: Stage) -> None:
    """Type the account's number into the field of notebook 00, and run its cells. The notebook is saved as it was."""
    path = stage.folder / "notebooks" / "00_start_here.ipynb"
    saved = path.read_bytes()
    notebook = nbformat.reads(saved, as_version=4)
    field = next(place for place, cell in enumerate(notebook.cells) if "account_picker()" in cell.source)
    notebook.cells.insert(field + 1, new_code_cell(f"payer.children[0].value = {stage.account!r}  # typed"))
    nbformat.write(notebook, path)
    _expect_words(f"Accepted for the AWS account {stage.account}", _expect_output(stage, "00_start_here"))
    path.write_bytes(saved)


def _expect_output(stage: Stage, name: str) -> str:
    """Run a notebook, which must pass. Returns it with its outputs."""
    _expect(0, run_notebook(stage, name))
    return (stage.folder / f"{name}.ipynb").read_text(encoding="utf-8")


def interrupt_clean_up(stage: Stage, *, after: int) -> None:
    """Begin to clean up, and press Ctrl-C after some changes. What it left is listed right afterwards."""
    asked, changed, pause = len(stage.ledger.asked), len(stage.changes), Event()
    with stage.start("clean-up", "--yes") as program:
        while program.poll() is None and (len(stage.ledger.asked) == asked or len(stage.changes) - changed < after):
            pause.wait(0.01)
        program.send_signal(signal.SIGINT)
        output, _ = program.communicate(timeout=120)
    assert program.returncode in (0, COSTS, 130), f"interrupted, it ended with {program.returncode}:\n{output}"
    status, output = stage.run("clean-up")
    assert status in (0, COSTS), output
    _expect_right_list(stage, output)


def wait_until_gone(stage: Stage) -> None:
    """Clean up from the terminal until nothing is left."""
    clean_up_until(stage, NOTHING_LEFT.search)


def clean_up_until(stage: Stage, is_enough: Callable[[str], object], *, visits: int = 20) -> str:
    """Clean up from the terminal again and again, until a receipt is enough. Each receipt must be right."""
    pause = max(2.0, stage.administrator.delays.edge_replicas.least / 15)  # seconds: at speed 1, replicas stay long
    for _ in range(visits):
        status, output = stage.run("clean-up", "--yes")
        assert "Looked here:" in output, f"there is no receipt:\n{output}"
        receipt = output[output.index("Looked here:") :]
        _expect_right_list(stage, receipt)
        clean = bool(NOTHING_LEFT.search(receipt))
        assert status == (0 if clean else COSTS), f"it ended with {status}, but the receipt says:\n{receipt}"
        if is_enough(receipt):
            return receipt
        Event().wait(pause)
    raise AssertionError(f"clean-up doesn't end: after {visits} visits the receipt says\n{receipt}")


def _expect(status: int, result: tuple[int, str]) -> str:
    """Return the output of a command that ended as it must."""
    seen, output = result
    assert seen == status, f"it ended with {seen}, not {status}:\n{output[-OUTPUT_SHOWN:]}"
    return output


def _expect_words(words: str, told: str) -> None:
    assert words in " ".join(told.split()), f"it doesn't say {words!r}:\n{told[-OUTPUT_SHOWN:]}"


def _expect_right_list(stage: Stage, told: str) -> None:
    """What exists is listed, and a list that says that nothing is left is right."""
    there = list_things(stage.administrator, learner=NAME)
    missing = [" ".join(thing) for thing in there if not is_listed(thing, told)]
    assert not missing, f"the list lacks what exists ({'; '.join(missing)}):\n{told}"
