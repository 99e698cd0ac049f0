"""Who may import whom, and what each package says is in it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys

import pytest

from tests.house.kit import LESSONS, ROOT, pyproject, python_files


def test_nobody_imports_who_may_not_be_imported() -> None:
    # In a process of its own: it silences the loggers that exist, and with them what later tests listen for.
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]

    assert subprocess.run(command, cwd=ROOT, capture_output=True).returncode == 0, "run lint-imports and read why"


def layers() -> dict[str, str]:
    """The layers of each package that has some, as pyproject.toml says them."""
    contracts = pyproject()["tool"]["importlinter"]["contracts"]
    return {
        contract["containers"][0]: " ".join(contract["layers"]) for contract in contracts if "containers" in contract
    }


@pytest.mark.parametrize("package", layers())
def test_a_package_of_layers_lists_its_modules_top_layer_first(package: str) -> None:
    folder = ROOT / package.replace(".", "/")
    listed = re.findall(r"^\| `(\w+)` \|", (folder / "__init__.py").read_text(encoding="utf-8"), re.M)
    modules = {path.stem for path in folder.glob("*.py")} | {path.parent.name for path in folder.glob("*/__init__.py")}

    assert set(listed) == modules - {"__init__"}, f"list every module in the docstring of {package}/__init__.py"
    assert listed == re.findall(r"\w+", layers()[package]), "list them in the order of the layers in pyproject.toml"


def packages(*folders: str) -> list[str]:
    found = [path.parent for path in python_files(*folders) if path.name == "__init__.py"]
    return [str(folder.relative_to(ROOT)) for folder in found]


@pytest.mark.parametrize("package", packages("local_cloud", *LESSONS))
def test_a_package_says_what_is_in_it_and_nothing_else(package: str) -> None:
    folder = ROOT / package
    documentation = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""
    modules = {path.stem for path in folder.glob("*.py")} | {path.parent.name for path in folder.glob("*/__init__.py")}
    first_column = re.findall(r"^ *((?:\w+/?, )*\w+)/?(?:  +\S|$)|^\| `(\w+)` \|", documentation, re.M)
    listed = set(re.findall(r"\w+", " ".join("".join(names) for names in first_column)))

    assert modules - {"__init__"} <= set(re.findall(r"\w+", documentation)), f"{package}/__init__.py leaves some out"
    assert listed <= modules, f"{package}/__init__.py lists what is not there"


@pytest.mark.parametrize("package", LESSONS)
def test_no_module_passes_on_what_another_one_defines(package: str) -> None:
    for path in python_files(package):
        passed_on = re.findall(r"import (\w+) as \1\b", path.read_text(encoding="utf-8"))
        assert not passed_on, f"{path.relative_to(ROOT)} passes on {passed_on}: import them from where they are defined"
