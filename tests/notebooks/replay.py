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
from workshop_lib.policies import LOCAL_ACCOUNT, render_policy

Policy = dict[str, Any]


@dataclass(frozen=True)
class Need:
    """A permission that a call of the learner needed, and the step that made the call."""

    step: str
    action: str
    resource: str
    context: tuple[tuple[str, Any], ...]


def learner_policy(names: str) -> Policy:
    """The kit's policy, for all names that match one pattern."""
    return render_policy("learner-permissions", account=LOCAL_ACCOUNT, names=names, buckets=names)


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


def find_stop(needs: Iterable[Need], policy: Policy) -> Need | None:
    """The first need that a policy doesn't cover."""
    return next((need for need in needs if not is_covered(need, policy)), None)


def is_covered(need: Need, policy: Policy) -> bool:
    """Whether a policy allows what is needed."""
    return bool(decide(Access(LEARNER, need.action, need.resource, dict(need.context)), identity=[policy]))


def list_actions(policy: Policy) -> list[tuple[int, str]]:
    """Each action of a policy, with the number of its statement."""
    return [
        (number, action)
        for number, statement in enumerate(policy["Statement"])
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    ]


def without(policy: Policy, number: int, action: str) -> Policy:
    """A policy in which one statement lacks one action; a statement without any is left out."""
    less = copy.deepcopy(policy)
    kept = [other for at, other in list_actions(policy) if at == number and other != action]
    less["Statement"][number]["Action"] = kept
    less["Statement"] = [statement for statement in less["Statement"] if statement["Action"]]
    return less


def run_without(action: str, folder: Path) -> str:
    """Run the notebooks without an action; the step at which the run stops, and what the learner reads there."""
    policy = learner_policy("two-regions-*")
    for number in sorted({number for number, other in list_actions(policy) if other == action}, reverse=True):
        policy = without(policy, number, action)
    (folder / "policy.json").write_text(json.dumps(policy), encoding="utf-8")
    arguments = ("run", "--enforce", folder / "policy.json", "--output", folder / "run", "--speed", "2000")
    start_workshop(*arguments, mark=action).communicate()
    for case in ElementTree.parse(folder / "run" / "junit.xml").iter("testcase"):
        if (failure := case.find("failure")) is not None:
            return f"{case.get('classname')}: {case.get('name')}\n    {failure.get('message')}"
    return "does not stop"


if __name__ == "__main__":
    for action in sys.argv[1:] or dict.fromkeys(action for _, action in list_actions(learner_policy("two-regions-*"))):
        with tempfile.TemporaryDirectory() as folder:
            print(f"{action}\n  {run_without(action, Path(folder))}", flush=True)
