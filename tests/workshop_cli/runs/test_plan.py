"""Which notebooks run, with which parameters."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from workshop_cli.runs.plan import RequestError, make_plan, read_value


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three notebooks; the last one has two parameters, all have `ttl`."""
    for name, source in (
        ("00_start_here", "ttl = 60"),
        ("03_route", "ttl = 60"),
        ("04_shift", "ttl = 60\nweights = [230, 26]  # of 256"),
    ):
        metadata = {
            "kernelspec": {"name": "python3", "display_name": "Python 3"},
            "language_info": {"file_extension": ".py", "name": "python"},
        }
        cell = new_code_cell(source, metadata={"tags": ["parameters"]})
        nbformat.write(new_notebook(cells=[cell], metadata=metadata), tmp_path / f"{name}.ipynb")
    return tmp_path


def test_a_parameter_goes_to_every_notebook_that_has_it(folder: Path) -> None:
    plan = make_plan(folder, given={"ttl": "5", "weights": "70,30"})

    assert {path.stem: values for path, values in plan.parameters.items()} == {
        "00_start_here": {"ttl": 5},
        "03_route": {"ttl": 5},
        "04_shift": {"ttl": 5, "weights": [70, 30]},
    }


def test_an_unknown_parameter_is_refused_with_the_known_ones(folder: Path) -> None:
    with pytest.raises(
        RequestError, match=r"None of the notebooks that would run has a parameter 'wieghts'.*ttl, weights"
    ):
        make_plan(folder, given={"wieghts": "70,30"})


def test_an_empty_cloud_needs_the_earlier_notebooks_too(folder: Path) -> None:
    plan = make_plan(folder, given={}, first="03", last="03")

    assert [path.stem for path in plan.notebooks] == ["00_start_here", "03_route"]
    assert [path.stem for path in plan.preparations] == ["00_start_here"]


def test_a_cloud_that_holds_their_work_does_not(folder: Path) -> None:
    plan = make_plan(folder, given={}, first="3", with_preparations=False)

    assert [path.stem for path in plan.notebooks] == ["03_route", "04_shift"]
    assert not plan.preparations


@pytest.mark.parametrize(("first", "last"), [("07", None), ("04", "03"), ("nothing", None)])
def test_a_range_without_notebooks_is_refused(folder: Path, first: str, last: str | None) -> None:
    with pytest.raises(RequestError):
        make_plan(folder, given={}, first=first, last=last)


def test_a_folder_without_notebooks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="There are no notebooks"):
        make_plan(tmp_path, given={})


@pytest.mark.parametrize(
    ("text", "default", "value"),
    [
        ("5", "60", 5),
        ("70,30", "[230, 26]", [70, 30]),
        ("[70, 30]", "[230, 26]", [70, 30]),
        ("70, 30", "(230, 26)", [70, 30]),
        ("7", "[230, 26]", None),
        ("mia", '"lea"', "mia"),
        ("5", '"lea"', "5"),
        ("True", "False", True),
        ("2", "0.5", 2),
        ("five", "60", None),
        ("True", "60", None),
        ("yes", "False", None),
        ("anything", "names.learner", "anything"),
        ("eu-west-1", "None", "eu-west-1"),
        ("{'a': 1}", "{}", {"a": 1}),
    ],
)
def test_a_value_is_read_as_the_kind_of_the_default(text: str, default: str, value: object) -> None:
    if value is None:
        with pytest.raises(RequestError, match="is not like the notebook's default"):
            read_value("parameter", text, default)
    else:
        assert read_value("parameter", text, default) == value
