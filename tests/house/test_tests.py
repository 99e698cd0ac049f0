"""How tests are written."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house.kit import ROOT, python_files

BANNED_IN_TESTS = {
    "mock" + ".patch": "make it a parameter (choose=, now=, sleep=) instead of patching",
    "monkeypatch" + ".setattr": "make it a parameter (choose=, now=, sleep=) instead of patching",
    "time" + ".sleep(": "wait for a condition: cloud.settle(), or poll with a timeout",
}


def test_tests_neither_patch_nor_sleep() -> None:
    for path in python_files("tests"):
        text = path.read_text(encoding="utf-8")
        for banned, instead in BANNED_IN_TESTS.items():
            assert banned not in text, f"{path.relative_to(ROOT)} uses {banned}: {instead}"


def imported_by(path: Path) -> Iterator[str]:
    """The full names of what a module imports, and of what it imports that from."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            source = ".".join((*above, *filter(None, [node.module])))
            yield from (f"{source}.{alias.name}" for alias in node.names)


def test_nothing_is_imported_from_a_test_module_or_a_conftest() -> None:
    for path in python_files("tests"):
        for name in imported_by(path):
            package, *parts = name.split(".")
            taken = [part for part in parts if part == "conftest" or part.startswith("test_")]
            assert package != "tests" or not taken, (
                f"{path.relative_to(ROOT)} imports {name}: put what is shared in a kit, and fixtures in a conftest"
            )
