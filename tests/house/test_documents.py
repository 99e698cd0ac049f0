"""What documents name is there."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.house.kit import EXPECTED_NOTEBOOKS, ROOT

PACKAGES = ("workshop_lib", "traffic_lab", "workshop_cli", "local_cloud", "edge_function")
FOLDERS = "|".join((*PACKAGES, "tests", "notebooks", "policies", "docs", "benchmarks"))


@cache
def tracked_files() -> list[Path]:
    """Every file of the project: what git knows, and what it would be asked to add."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_the_readme_names_every_folder() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    folders = {path.relative_to(ROOT).parts[0] for path in tracked_files() if len(path.relative_to(ROOT).parts) > 1}
    missing = sorted(folder for folder in folders if not folder.startswith(".") and f"{folder}/" not in readme)
    assert not missing, f"README.md does not say what is in {missing}"
    of_tests = {
        parts[1] for path in tracked_files() if (parts := path.relative_to(ROOT).parts)[0] == "tests" and len(parts) > 2
    }
    missing = sorted(folder for folder in of_tests if f"`{folder}`" not in readme)
    assert not missing, f"README.md does not name these folders of tests: {missing}"


@pytest.mark.parametrize(
    "document",
    [
        "README.md",
        "CONTRIBUTING.md",
        *(str(path.relative_to(ROOT)) for path in tracked_files() if path.match("*/*.md")),
    ],
)
def test_a_document_points_only_at_what_exists(document: str) -> None:
    path = ROOT / document
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text):
        assert (path.parent / target).exists(), f"{document} links to {target}, which is not there"
    for named in re.findall(
        rf"`((?:{FOLDERS})/[\w./-]*)`",
        text,
    ):
        assert (ROOT / named).exists(), f"{document} speaks of {named}, which is not there"
    for module in re.findall(r"`([\w/]+\.py)`", text):
        assert (path.parent / module).exists() or (ROOT / module).exists(), f"{document} speaks of {module}"
    for file, name in re.findall(r"`(tests/[\w./-]+)::([^`]+)`", text):
        tests = (ROOT / file).read_text(encoding="utf-8")
        assert f"\ndef {name}(" in tests, f"{document} says that {file}::{name} holds something, which is not there"


def test_the_readme_names_every_service_that_a_learner_may_call() -> None:
    words = {"cloudfront": "CloudFront", "iam": "IAM", "lambda": "Lambda", "logs": "CloudWatch Logs", "s3": "S3"}
    words |= {"route53": "Route 53", "tag": "resource tagging"}
    policies = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "policies").glob("learner-*.json"))
    called = set(re.findall(r'"([a-z0-9]+):[A-Z]\w+\*?"', policies))
    listed = re.findall(r"The workshop calls\s+([^.]*)\.", (ROOT / "README.md").read_text(encoding="utf-8"))[0]

    assert called == set(words), "say in README.md which services a learner calls, and in this test how it names them"
    assert [word for word in words.values() if word not in listed] == []


def test_the_readme_lists_the_notebooks_in_order() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"\(notebooks/(\w+)\.ipynb\)", readme) == EXPECTED_NOTEBOOKS
