"""Guards of the house: cheap tests about the project itself. Each failure says what to do."""

from __future__ import annotations

import ast
import importlib
import json
import re
import subprocess
import sys
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

import nbformat
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conformance.case import all_cases
from tests.conformance.differences import DOCUMENT, render
from tests.conformance.operations import SERVICES
from workshop_lib.errors import STEPS

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
EXPECTED_NOTEBOOKS = [
    "00_start_here",
    "01_replicate_the_website",
    "02_build_the_edge_function",
    "03_route_through_cloudfront",
    "04_shift_the_traffic",
    "05_survive_a_region",
    "06_clean_up",
]
PACKAGES = ("workshop_lib", "traffic_lab", "workshop_cli", "local_cloud", "edge_function")
STEP_MODULES = (
    *("replication", "batch_replication", "lambda_edge", "dns_records", "health_checks", "distribution", "faults"),
    *("clean_up", "checks", "drill_checks"),
)
LAB_MODULES = ("drill_checks",)
LESSONS = ("workshop_lib", "traffic_lab", "workshop_cli")
FOLDERS = "|".join((*PACKAGES, "tests", "notebooks", "policies", "docs", "benchmarks"))

NAMED_STEP = r"steps? ([\d and]+) of notebook (\d\d) \((\w+)\.(\w+)\)"
KNOWN_TAGS = {"parameters", "check", "exercise", "solution", "hide-input"}
COLLECTIONS = (ast.List, ast.ListComp, ast.Tuple, ast.Dict)

BANNED_IN_TESTS = {
    "mock" + ".patch": "make it a parameter (choose=, now=, sleep=) instead of patching",
    "monkeypatch" + ".setattr": "make it a parameter (choose=, now=, sleep=) instead of patching",
    "time" + ".sleep(": "wait for a condition: cloud.settle(), or poll with a timeout",
}
notebooks = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


# ---------------------------------------------------------------- what the tests read


@cache
def tracked_files() -> list[Path]:
    """Every file of the project: what git knows, and what it would be asked to add."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@cache
def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def sources_of(kind: str, cells: list[Any]) -> list[str]:
    return [cell.source for cell in cells if cell.cell_type == kind]


@cache
def all_notebook_code() -> str:
    return "\n".join(source for path in NOTEBOOKS for source in sources_of("code", read(path).cells))


def tags_of(cell: Any) -> set[str]:
    return set(cell.metadata.get("tags", []))


def sections(path: Path) -> list[tuple[str, list[Any]]]:
    """The `## ` sections of a notebook: heading and cells."""
    found: list[tuple[str, list[Any]]] = []
    for cell in read(path).cells:
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            found.append((cell.source.partition("\n")[0].removeprefix("## "), []))
        if found:
            found[-1][1].append(cell)
    return found


def steps(path: Path) -> list[tuple[str, list[Any]]]:
    return [(title, cells) for title, cells in sections(path) if title.startswith("Step ")]


def python_files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


# ---------------------------------------------------------------- imports and sizes


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


def test_tests_neither_patch_nor_sleep() -> None:
    for path in python_files("tests"):
        text = path.read_text(encoding="utf-8")
        for banned, instead in BANNED_IN_TESTS.items():
            assert banned not in text, f"{path.relative_to(ROOT)} uses {banned}: {instead}"


def modules_of(package: str) -> set[str]:
    folder = ROOT / package
    return {path.stem for path in folder.glob("*.py")} | {path.parent.name for path in folder.glob("*/__init__.py")}


@notebooks
def test_a_notebook_takes_each_function_from_the_module_that_defines_it(path: Path) -> None:
    code = ast.parse("\n".join(sources_of("code", read(path).cells)))
    imports = [node for node in ast.walk(code) if isinstance(node, ast.ImportFrom)]
    modules = {
        one.name: importlib.import_module(f"{node.module}.{one.name}")
        for node in imports
        for one in node.names
        if node.module in LESSONS and one.name in modules_of(node.module)
    }
    for node in ast.walk(code):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            module = modules[node.value.id]
            home = getattr(getattr(module, node.attr), "__module__", module.__name__)
            assert home.startswith(module.__name__), f"{ast.unparse(node)} is defined in {home}: take it from there"


@pytest.mark.parametrize("package", LESSONS)
def test_no_module_passes_on_what_another_one_defines(package: str) -> None:
    for path in python_files(package):
        passed_on = re.findall(r"import (\w+) as \1\b", path.read_text(encoding="utf-8"))
        assert not passed_on, f"{path.relative_to(ROOT)} passes on {passed_on}: import them from where they are defined"


# ---------------------------------------------------------------- notebooks


def test_the_workshop_has_its_seven_notebooks() -> None:
    assert [path.stem for path in NOTEBOOKS] == EXPECTED_NOTEBOOKS


@notebooks
def test_a_notebook_is_stored_without_outputs(path: Path) -> None:
    document = read(path)

    nbformat.validate(document)
    for cell in document.cells:
        if cell.cell_type == "code":
            assert not cell.outputs, f"cell {cell.id} has outputs: nbstripout --keep-id {path.name}"
            assert cell.execution_count is None, f"cell {cell.id} was executed: nbstripout --keep-id {path.name}"
    assert set(document.metadata) <= {"kernelspec", "language_info"}, "remove other metadata of the notebook"
    language = {"file_extension": ".py", "name": "python"}
    assert document.metadata["language_info"] == language, f"keep only {sorted(language)} of language_info"


@notebooks
def test_the_cells_of_a_notebook_have_known_tags_and_their_own_ids(path: Path) -> None:
    cells = read(path).cells
    ids = [cell.get("id") for cell in cells]

    assert all(ids), "every cell needs an id (nbformat 4.5)"
    assert len(set(ids)) == len(ids), "two cells have the same id"
    for cell in cells:
        unknown = tags_of(cell) - KNOWN_TAGS
        assert not unknown, f"cell {cell.id}: unknown tags {unknown}; known are {sorted(KNOWN_TAGS)}"


@notebooks
def test_a_notebook_has_its_frame(path: Path) -> None:
    cells = read(path).cells
    text = "\n".join(sources_of("markdown", cells))

    assert cells[0].cell_type == "markdown", "the first cell is the title"
    assert cells[0].source.startswith("# "), "the first cell is the title: # and a verb"
    assert sum("parameters" in tags_of(cell) for cell in cells) == 1, "exactly one cell is tagged `parameters`"
    assert text.count("```mermaid") == 1, "exactly one Mermaid diagram"
    for part in ("**You will**", "**You need**", "minutes", "## What just happened?", "## On AWS"):
        assert part in text, f"the frame lacks {part!r}"


@notebooks
def test_a_diagram_quotes_its_labels(path: Path) -> None:
    for diagram in re.findall(r"```mermaid\n(.*?)```", "\n".join(sources_of("markdown", read(path).cells)), re.DOTALL):
        unquoted = re.findall(r"\w[\[({]+[^\[({\"\s][^\n]*?[@/(&][^\n\"]*?[\])}]", diagram)
        assert not unquoted, f'write L["Lambda@Edge"], with quotes, in {unquoted}'


@notebooks
def test_every_step_is_checked(path: Path) -> None:
    assert steps(path), "a notebook is made of `## Step N · …` sections"
    for title, cells in steps(path):
        assert any("check" in tags_of(cell) for cell in cells), f"{title!r} has no cell tagged `check`"


@notebooks
def test_a_cli_twin_shows_a_command(path: Path) -> None:
    text = "\n".join(sources_of("markdown", read(path).cells))
    for twin in re.findall(r"<details><summary>[^<]*AWS CLI[^<]*</summary>(.*?)</details>", text, re.DOTALL):
        commands = re.findall(r"^(?!#|```|echo |\s*$).*", twin, re.M)
        assert commands, f"a step that the AWS CLI can't do has no twin: {twin!r}"


@notebooks
def test_a_notebook_shows_the_verdict_of_every_check(path: Path) -> None:
    for cell in read(path).cells:
        if cell.cell_type == "code":
            unseen = [ast.unparse(line) for line in ast.parse(cell.source).body[:-1] if isinstance(line, ast.Expr)]
            lost = [line for line in unseen if line.startswith(("checks.", "drill_checks."))]
            assert not lost, f"cell {cell.id} shows only its last value: put {lost[0][:40]}… in checks.all_of(…), too"
            shown = ast.parse(cell.source).body[-1:]
            listed = [line for line in shown if isinstance(line, ast.Expr) and isinstance(line.value, COLLECTIONS)]
            assert not any("checks." in ast.unparse(line) for line in listed), (
                f"cell {cell.id} shows its verdicts in brackets, with a comma after each sentence: use checks.all_of(…)"
            )


@notebooks
def test_the_steps_of_a_notebook_are_numbered_from_one(path: Path) -> None:
    numbers = [title.split()[1] for title, _ in steps(path)]

    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]


def test_an_error_names_a_step_that_is_there() -> None:
    for what, step in STEPS.items():
        numbers, notebook, module, function = re.findall(NAMED_STEP, step)[0]
        for number in numbers.split(" and "):
            (cells,) = (
                cells
                for path in NOTEBOOKS
                for title, cells in steps(path)
                if path.name.startswith(notebook) and title.startswith(f"Step {number} ")
            )
            called = f"{module}.{function}("
            assert called in "\n".join(sources_of("code", cells)), f"a missing {what}: {step} doesn't call it"


@notebooks
def test_every_exercise_has_a_solution_that_runs(path: Path) -> None:
    cells = read(path).cells
    exercises = [index for index, cell in enumerate(cells) if "exercise" in tags_of(cell)]

    assert exercises, "a notebook has at least one exercise"
    for index in exercises:
        later = cells[index + 1 : index + 3]
        solution = next((cell for cell in later if "solution" in tags_of(cell)), None)
        assert solution, f"after exercise {cells[index].id} comes a cell tagged `solution`"
        hidden = solution.metadata.get("jupyter", {}).get("source_hidden")
        assert hidden, f"hide the source of {solution.id}: metadata jupyter.source_hidden"


# ---------------------------------------------------------------- everything is used


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


# ---------------------------------------------------------------- the kit is the same everywhere


def test_conda_gets_what_pip_gets() -> None:
    project = pyproject()["project"]
    conda = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    (pip,) = (entry["pip"] for entry in conda["dependencies"] if isinstance(entry, dict))

    assert [line for line in pip if not line.startswith("--")] == project["dependencies"], (
        "copy them from pyproject.toml"
    )
    assert f"python{project['requires-python']}" in conda["dependencies"]
    assert "--editable ." in pip
    assert conda["name"] == project["name"]


def test_the_wheel_carries_every_notebook() -> None:
    carried = pyproject()["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]

    assert {name for name in carried if name.endswith(".ipynb")} == {f"notebooks/{path.name}" for path in NOTEBOOKS}
    assert all(target == f"workshop_lib/data/{source}" for source, target in carried.items())


def test_every_dependency_has_a_tested_version() -> None:
    project = pyproject()["project"]
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line) for line in lines if not line.startswith("#")]
    tested = {canonicalize_name(pin.name): next(iter(pin.specifier)).version for pin in pins}

    assert all(str(pin.specifier).startswith("==") for pin in pins), "constraints.txt holds exact versions only"
    for text in project["dependencies"] + project["optional-dependencies"]["dev"]:
        wanted = Requirement(text)
        version = tested.get(canonicalize_name(wanted.name))
        assert version, f"constraints.txt lacks {wanted.name}"
        assert wanted.specifier.contains(version), (
            f"constraints.txt has {wanted.name} {version}, pyproject wants {text}"
        )


def test_ci_runs_what_make_check_runs() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    check = re.search(r"^check: (.*?) ##", makefile, re.M)
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    made = [target for line in re.findall(r"^make (.*)$", script, re.M) for target in line.split()]

    assert check
    assert made == check[1].split(), ".ci/run and `make check` must run the same in the same order"
    assert "\nmake test\n" in script
    assert ".ci/run" in (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")


def test_every_target_of_make_explains_itself() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.M)

    assert phony
    for target in phony[1].split():
        assert re.search(rf"^{target}:.* ## .+$", makefile, re.M), f"make {target} has no ## comment for make help"
    width = re.search(r'printf "%-(\d+)s ', makefile)
    assert width
    assert int(width[1]) >= max(len(f"  make {target}") for target in phony[1].split()), (
        "make help: a column too narrow"
    )


# ---------------------------------------------------------------- what is known of AWS


def test_there_are_cases_enough_and_each_module_says_whose_they_are() -> None:
    modules = [path for path in python_files("tests/conformance/cases") if path.name != "__init__.py"]
    cases = all_cases()

    for path in modules:
        assert re.search(r"^SERVICE = ", path.read_text(encoding="utf-8"), re.M), f'{path.name} lacks SERVICE = "…"'
    assert {case.module for case in cases} == {path.stem for path in modules}, "a module of cases has a case"
    assert {case.service for case in cases} <= set(SERVICES), "a case belongs to a service taught, by botocore's name"


def test_no_fact_about_aws_is_there_twice() -> None:
    sentences = [case.sentence for case in all_cases()]
    tests = "\n".join(path.read_text(encoding="utf-8") for path in python_files("tests/local_cloud", "tests/faults"))
    proven = set(re.findall(r"^def test_(\w+)", tests, re.M))

    assert not [one for one, count in Counter(sentences).items() if count > 1], "two cases say the same"
    for sentence in sentences:
        assert not sentence.endswith("."), f"no full stop: {sentence!r}"
        name = "_".join(re.findall(r"[a-z0-9]+", sentence.lower().replace("'s", "s")))
        assert name not in proven, f"a case and a test of the local cloud both say {sentence!r}: keep the case"


def test_a_fact_about_aws_has_at_most_25_words() -> None:
    assert not [case.sentence for case in all_cases() if len(case.sentence.split()) > 25]


def test_the_document_of_differences_is_fresh() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == render(), "run make differences"


# ---------------------------------------------------------------- documents


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


def test_the_readme_lists_the_notebooks_in_order() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"\(notebooks/(\w+)\.ipynb\)", readme) == EXPECTED_NOTEBOOKS
