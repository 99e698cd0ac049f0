"""Break the workshop on purpose, in a copy of it: the run must go red, where it should, and say why."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4
from xml.etree import ElementTree

import pytest

from tests.kits.processes import start_workshop

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("workshop_lib", "local_cloud", "edge_function", "policies", "notebooks")
TIMEOUT = 120


@dataclass(frozen=True)
class Sabotage:
    """One change to one file, and the step of the notebook that must notice."""

    file: str
    old: str
    new: str
    notebook: str
    step: str
    reason: str
    options: tuple[str, ...] = ()


SABOTAGES = {
    "a permission is missing": Sabotage(
        file="policies/replication-role-permissions.json",
        old='"s3:ReplicateObject", ',
        new="",
        notebook="01_replicate_the_website",
        step="Step 3 ",
        reason="s3:ReplicateObject",
    ),
    "the learner may not tag a bucket": Sabotage(
        file="policies/learner-build.json",
        old='"s3:PutBucketTagging",',
        new="",
        notebook="01_replicate_the_website",
        step="Step 1 ",
        reason=r"AccessRefused: .*\(AccessDenied\).*user/learner is not authorized to perform: s3:PutBucketTagging on "
        r'resource: "arn:aws:s3:::[a-z0-9-]+" because no identity-based policy allows',
        options=("--enforce",),
    ),
    "the learner may not hand a role to Lambda": Sabotage(
        file="policies/learner-build.json",
        old='"lambda.amazonaws.com"',
        new='"ec2.amazonaws.com"',
        notebook="02_build_the_edge_function",
        step="Step 6 ",
        reason=r"AccessRefused: .*\(AccessDeniedException\).* is not authorized to perform: iam:PassRole on resource: ",
        options=("--enforce",),
    ),
    "the header has another name": Sabotage(
        file="workshop_lib/distribution.py",
        old='"X-DNS-ORIGIN"',
        new='"X-DNS-ORIGINS"',
        notebook="03_route_through_cloudfront",
        step="Step 4 ",
        reason="X-DNS-ORIGIN",
    ),
    "the function always takes the first of several texts": Sabotage(
        file="edge_function/handler.py",
        old="choose(origins)",
        new="origins[0]",
        notebook="02_build_the_edge_function",
        step="Step 2 ",
        reason="about half the time",
    ),
    "the first of the TXT records is always returned": Sabotage(
        file="local_cloud/engines/nameserver/routing.py",
        old="def find_candidates(",
        new="choose_by_weight = lambda candidates: candidates[0]\n\n\ndef find_candidates(",
        notebook="04_shift_the_traffic",
        step="Step 2 ",
        reason="expected",
    ),
}


@pytest.mark.parametrize("sabotage", SABOTAGES.values(), ids=SABOTAGES.keys())
def test_the_run_goes_red_where_it_should_when(sabotage: Sabotage, tmp_path: Path) -> None:
    copy = copy_workshop(tmp_path / "workshop")
    text = (copy / sabotage.file).read_text(encoding="utf-8")
    assert sabotage.old in text, f"{sabotage.file} has changed: sabotage it in another way"
    (copy / sabotage.file).write_text(text.replace(sabotage.old, sabotage.new), encoding="utf-8")

    output = tmp_path / "output"
    arguments = ("run", "--to", sabotage.notebook, "--output", output, "--speed", "20000", *sabotage.options)
    runner = start_workshop(*arguments, mark=uuid4().hex, cwd=copy, PYTHONPATH=str(copy))
    said, _ = runner.communicate(timeout=TIMEOUT)

    assert runner.returncode == 1, said
    (failed,) = (
        case for case in ElementTree.parse(output / "junit.xml").iter("testcase") if case.find("failure") is not None
    )
    assert (failed.get("classname"), str(failed.get("name"))[: len(sabotage.step)]) == (
        sabotage.notebook,
        sabotage.step,
    )
    failure = failed.find("failure")
    assert failure is not None
    assert re.search(sabotage.reason, str(failure.get("message"))), failure.get("message")


def copy_workshop(folder: Path) -> Path:
    """Copy all that a run needs, bytecode too; what lies in the learner's own folders is left out."""
    for part in PARTS:
        ignored = shutil.ignore_patterns(".ipynb_checkpoints", "workshop-names.json")
        shutil.copytree(ROOT / part, folder / part, ignore=ignored)
    return folder
