"""The form of the notebooks."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.house.kit import EXPECTED_NOTEBOOKS, LESSONS, NOTEBOOKS, ROOT, read, sources_of
from workshop_lib.errors import STEPS

NAMED_STEP = r"steps? ([\d and]+) of notebook (\d\d) \(([\w.]+)\)"
KNOWN_TAGS = {"parameters", "check", "exercise", "solution", "hide-input"}
COLLECTIONS = (ast.List, ast.ListComp, ast.Tuple, ast.Dict)
notebooks = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


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


def modules_of(package: str) -> set[str]:
    folder = ROOT / package
    return {path.stem for path in folder.glob("*.py")} | {path.parent.name for path in folder.glob("*/__init__.py")}


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
        numbers, notebook, call = re.findall(NAMED_STEP, step)[0]
        for number in numbers.split(" and "):
            (cells,) = (
                cells
                for path in NOTEBOOKS
                for title, cells in steps(path)
                if path.name.startswith(notebook) and title.startswith(f"Step {number} ")
            )
            assert f"{call}(" in "\n".join(sources_of("code", cells)), f"a missing {what}: {step} doesn't call it"


def test_a_check_that_fails_names_no_function_without_its_step() -> None:
    for path in sorted((ROOT / "workshop_lib" / "checks").glob("*.py")):
        named = re.findall(r"run \w+(?:\.\w+)?\(…", path.read_text(encoding="utf-8"))
        assert not named, f"{path.name}: name the notebook and the step, from errors.STEPS, not only {named}"


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


@notebooks
def test_a_notebook_that_makes_a_distribution_waits_until_it_serves_a_page(path: Path) -> None:
    """On AWS, DNS knows the name of a new distribution only after a while."""
    code = "\n".join(sources_of("code", read(path).cells))
    made = max(code.rfind("distribution.create_distribution("), code.rfind("create_failover_distribution("))

    assert made < 0 or "wait_until_page_is_served(" in code[made:]


def test_no_notebook_accepts_costs_but_by_what_is_typed() -> None:
    code = "\n".join(source for path in NOTEBOOKS for source in sources_of("code", read(path).cells))
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    asked = [ast.unparse(call) for call in calls if re.search("accept_costs|account_picker", ast.unparse(call.func))]

    assert asked == ["widgets.account_picker()", "accept_costs(cloud, payer.value)"], (
        "a field that starts empty decides"
    )
    assert "WORKSHOP_ACCEPT_COSTS" not in code
