"""Every step, policy, error and event is used."""

from __future__ import annotations

import ast
import json
import re
from functools import cache
from pathlib import Path
from string import Template

import pytest

from tests.house.kit import LESSONS, NOTEBOOKS, ROOT, python_files, read, sources_of

STEP_MODULES = (
    *(
        "boundaries",
        "replication",
        "batch_replication",
        "lambda_edge",
        "dns_records",
        "health_checks",
        "distribution",
        "faults",
    ),
    *("clean_up", "checks", "drill_checks"),
)
LAB_MODULES = ("drill_checks",)


@cache
def all_notebook_code() -> str:
    return "\n".join(source for path in NOTEBOOKS for source in sources_of("code", read(path).cells))


def files_of(module: str) -> list[Path]:
    """The file of a module that notebooks call, or the files of a package."""
    package = "traffic_lab" if module in LAB_MODULES else "workshop_lib"
    file = ROOT / package / f"{module}.py"
    return [file] if file.exists() else sorted((ROOT / package / module).glob("*.py"))


def public_functions(module: str) -> list[str]:
    nodes = [node for path in files_of(module) for node in ast.parse(path.read_text(encoding="utf-8")).body]
    return [node.name for node in nodes if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]


@pytest.mark.parametrize("module", STEP_MODULES)
def test_every_step_is_used_in_a_notebook(module: str) -> None:
    others = [path for other in STEP_MODULES if other != module for path in files_of(other)]
    shared = "\n".join(path.read_text(encoding="utf-8") for path in others)
    steps = public_functions(module)
    unused = [
        name
        for name in steps
        if not re.search(rf"\b{name}\(", all_notebook_code()) and not re.search(rf"\b{name}\b", shared)
    ]
    assert steps, f"{module} is not there"
    assert not unused, f"no notebook calls {unused} of {module}: use them, or remove them"


def test_every_policy_is_rendered_by_a_step() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in python_files("workshop_lib", "traffic_lab"))
    documents = sorted((ROOT / "policies").glob("*.json"))

    assert documents
    for path in documents:
        assert re.search(rf"render_policy\(\s*\"{path.stem}\"", code), f"no step renders policies/{path.name}"


@pytest.mark.parametrize("path", sorted((ROOT / "policies").glob("*.json")), ids=lambda path: path.stem)
def test_a_policy_is_json_with_and_without_its_placeholders_filled_in(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    json.loads(text)
    json.loads(Template(text).substitute(dict.fromkeys(Template(text).get_identifiers(), "x")))


def test_the_tree_of_errors_is_drawn_and_true() -> None:
    module = ast.parse((ROOT / "workshop_lib" / "errors.py").read_text(encoding="utf-8"))
    defined = {
        node.name: {ast.unparse(base) for base in node.bases} for node in module.body if isinstance(node, ast.ClassDef)
    }
    drawn = {
        match[2]: len(match[1]) // 4
        for match in re.finditer(r"^([│├└─ ]*)(\w+)(?:$|  )", ast.get_docstring(module) or "", re.M)
    }

    assert set(drawn) >= set(defined), "draw the missing classes in the docstring of errors.py"
    ancestors: list[str] = []
    for name, depth in drawn.items():
        ancestors[depth:] = [name]
        if depth and name in defined:
            assert ancestors[depth - 1] in defined[name], f"{name} is drawn below {ancestors[depth - 1]}"


def test_every_error_is_raised_somewhere() -> None:
    module = ast.parse((ROOT / "workshop_lib" / "errors.py").read_text(encoding="utf-8"))
    classes = [node for node in module.body if isinstance(node, ast.ClassDef)]
    abstract = {ast.unparse(base) for node in classes for base in node.bases}
    code = "\n".join(path.read_text(encoding="utf-8") for path in python_files(*LESSONS, "tests"))
    unused = [node.name for node in classes if node.name not in abstract and f"raise {node.name}(" not in code]
    assert not unused, f"nothing raises {unused}"


def test_every_event_of_the_edge_function_is_used() -> None:
    events = sorted((ROOT / "edge_function" / "events").glob("*.json"))
    users = all_notebook_code() + "\n".join(
        path.read_text(encoding="utf-8") for path in python_files(*LESSONS, "tests") if path != Path(__file__)
    )
    takes_all = 'EVENTS.glob("*.json")' in users

    assert events
    for path in events:
        json.loads(path.read_text(encoding="utf-8"))
        assert takes_all or path.stem in users, f"no notebook and no test uses edge_function/events/{path.name}"
