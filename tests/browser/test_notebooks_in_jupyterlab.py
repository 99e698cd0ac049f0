"""Notebooks in a real JupyterLab: cells run, diagrams are pictures, pickers change what the next cell does."""

from __future__ import annotations

from typing import Any

import pytest
from lab import Notebook, strip_colours

pytestmark = pytest.mark.browser


def assert_all_is_well(notebook: Notebook) -> None:
    """Every code cell ran, none failed, the diagram is a picture, and nothing was asked of another machine."""
    notebook.page.wait_for_selector(".jp-RenderedMermaid img, .jp-RenderedMermaid svg")

    assert notebook.errors() == []
    assert [cell["id"] for cell in notebook.cells() if not cell["count"]] == []
    assert notebook.page.locator(".jp-RenderedMermaid.jp-mod-warning").count() == 0
    assert notebook.page.strangers == []
    assert notebook.complaints == []


def test_start_here_runs_and_its_pickers_are_heard(lab: str, page: Any) -> None:
    notebook = Notebook(page, lab, "00_start_here.ipynb")
    notebook.run_all()
    assert_all_is_well(notebook)
    name = page.get_by_label("Your name")

    name.fill("grace")
    assert "grace" in notebook.run("learner-is-valid")

    name.fill("Grace Hopper")
    page.get_by_text("✘ The learner name 'Grace Hopper'").wait_for()
    notebook.page.evaluate(RUN_ALL_BUT_SWALLOW, "learner-is-valid")
    assert "InvalidName" in strip_colours("\n".join(notebook.errors()))


RUN_ALL_BUT_SWALLOW = """async id => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  notebook.activeCellIndex = notebook.widgets.findIndex(cell => cell.model.id === id);
  await window.jupyterapp.commands.execute('notebook:run-cell').catch(() => null);
}"""


def test_the_weights_picker_moves_the_traffic(lab: str, website: Any, page: Any) -> None:
    notebook = Notebook(page, lab, "04_shift_the_traffic.ipynb")
    notebook.run_all()
    assert_all_is_well(notebook)
    assert page.locator(".jp-RenderedSVG").count() >= 2
    for slider, weight in ((0, 0), (1, 255)):
        readout = page.locator(".widget-readout").nth(slider)
        readout.fill(str(weight))
        readout.press("Enter")
    page.get_by_text("ap-southeast-1 100.0%").wait_for()

    notebook.run("put-weights")

    assert notebook.run("count") == "Counter({'ap-southeast-1': 200})"
