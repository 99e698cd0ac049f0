"""The call log of a run, asked again: what would have been refused with other permissions, and in which step?

As a command it runs the notebooks once for each action, without that action, and says where the run stops:

    python -m tests.notebooks.replay s3:PutBucketTagging iam:PassRole      all actions when none is named
"""

from __future__ import annotations

import copy
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import nbformat

from local_cloud.access.evaluator import Access, decide
from local_cloud.access.identities import LEARNER
from tests.kits.processes import start_workshop
from workshop_lib.names import suggest_names
from workshop_lib.policies import LEARNER_POLICIES, LOCAL_ACCOUNT, render_policy, write_grants

Policy = dict[str, Any]

LEARNER_NAME = "ada-lovelace"
"""The learner to whom the policies are granted."""


@dataclass(frozen=True)
class Need:
    """A permission that a call of the learner needed, and the step that made the call."""

    step: str
    action: str
    resource: str
    context: tuple[tuple[str, Any], ...]


def learner_policies(learner: str) -> list[Policy]:
    """The kit's policies, as an administrator who knows the learner grants them."""
    names = suggest_names(learner)
    buckets = {"source_bucket": names.source_bucket, "destination_bucket": names.destination_bucket}
    return [render_policy(name, account=LOCAL_ACCOUNT, learner=learner, **buckets) for name in LEARNER_POLICIES]


def read_needs(call_log: Path, notebooks: Iterable[Path] = (), *, step: str = "") -> list[Need]:
    """What the learner's calls needed, in order; the executed notebooks tell the steps."""
    steps = sorted(read_beginnings(notebooks)) or [(0.0, step)]
    needs = []
    for entry in map(json.loads, call_log.read_text(encoding="utf-8").splitlines()):
        if entry["principal"] == LEARNER:
            where = [title for began, title in steps if began <= entry["time"]][-1]
            for action, resource, context in entry["permissions"]:
                values = ((key, tuple(value) if isinstance(value, list) else value) for key, value in context.items())
                needs.append(Need(where, action, resource, tuple(values)))
    return list(dict.fromkeys(needs))


def read_beginnings(notebooks: Iterable[Path]) -> Iterator[tuple[float, str]]:
    """When each cell began, and the step that it belongs to."""
    for path in notebooks:
        title = "the cells before step 1"
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown" and cell.source.startswith("## "):
                title = cell.source.splitlines()[0].removeprefix("## ")
            elif began := cell.metadata.get("papermill", {}).get("start_time"):
                yield datetime.fromisoformat(began).timestamp(), f"{path.stem}: {title}"


def find_stop(needs: Iterable[Need], policies: list[Policy]) -> Need | None:
    """The first need that the policies don't cover."""
    return next((need for need in needs if not is_covered(need, policies)), None)


def is_covered(need: Need, policies: list[Policy]) -> bool:
    """Whether the policies allow what is needed."""
    context = {"aws:username": LEARNER.rpartition("/")[2], **dict(need.context)}
    return bool(decide(Access(LEARNER, need.action, need.resource, context), identity=policies))


def list_actions(policies: list[Policy]) -> list[tuple[int, int, str]]:
    """Each action of the policies, with the numbers of its policy and its statement."""
    return [
        (at, number, action)
        for at, policy in enumerate(policies)
        for number, statement in enumerate(policy["Statement"])
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    ]


def without(policies: list[Policy], at: int, number: int, action: str) -> list[Policy]:
    """The policies, in which one statement lacks one action; a statement without any is left out."""
    less = copy.deepcopy(policies)
    kept = [other for *place, other in list_actions(policies) if place == [at, number] and other != action]
    less[at]["Statement"][number]["Action"] = kept
    less[at]["Statement"] = [statement for statement in less[at]["Statement"] if statement["Action"]]
    return less


def run_without(action: str, folder: Path) -> str:
    """Run the notebooks without an action; the step at which the run stops, and what the learner reads there."""
    policies = learner_policies(LEARNER_NAME)
    places = {(at, number) for at, number, other in list_actions(policies) if other == action}
    for at, number in sorted(places, reverse=True):
        policies = without(policies, at, number, action)
    granted = write_grants(folder, learner=LEARNER_NAME)
    for file, policy in zip(granted["enforce"], policies, strict=True):
        file.write_text(json.dumps(policy), encoding="utf-8")
    enforced = [argument for file in granted["enforce"] for argument in ("--enforce", file)]
    arguments = ("run", *enforced, "-p", f"learner={LEARNER_NAME}", "--output", folder / "run", "--speed", "2000")
    start_workshop(*arguments, mark=action).communicate()
    for case in ElementTree.parse(folder / "run" / "junit.xml").iter("testcase"):
        if (failure := case.find("failure")) is not None:
            return f"{case.get('classname')}: {case.get('name')}\n    {failure.get('message')}"
    return "does not stop"


if __name__ == "__main__":
    for action in sys.argv[1:] or dict.fromkeys(action for *_, action in list_actions(learner_policies(LEARNER_NAME))):
        with tempfile.TemporaryDirectory() as folder:
            print(f"{action}\n  {run_without(action, Path(folder))}", flush=True)
