"""Notebooks in a real JupyterLab: cells run, diagrams are pictures, pickers change what the next cell does."""

from __future__ import annotations

from typing import Any

import pytest
from lab import Notebook, strip_colours

pytestmark = pytest.mark.browser


def assert_all_is_well(notebook: Notebook) -> None:
    """Every code cell ran, none failed, the diagram is a picture, and nothing was asked of another machine."""
    notebook.shown.locator(".jp-RenderedMermaid img").wait_for()

    assert notebook.errors() == []
    assert [cell["id"] for cell in notebook.cells() if not cell["count"]] == []
    assert notebook.shown.locator(".jp-RenderedMermaid.jp-mod-warning").count() == 0
    assert notebook.page.strangers == []
    assert notebook.page.complaints == []


def test_start_here_runs_and_its_pickers_are_heard(lab: Any) -> None:
    notebook = Notebook(lab, "00_start_here.ipynb")
    notebook.run_all()
    assert_all_is_well(notebook)
    name = notebook.shown.get_by_label("Your name")

    name.fill("grace")
    assert "grace" in notebook.run("learner-is-valid")

    name.fill("Grace Hopper")
    notebook.shown.get_by_text("✘ The learner name 'Grace Hopper'").wait_for()
    notebook.run("learner-is-valid")
    assert "InvalidName" in strip_colours("\n".join(notebook.errors()))


def test_the_weights_picker_moves_the_traffic(lab: Any, website: Any) -> None:
    notebook = Notebook(lab, "04_shift_the_traffic.ipynb")
    notebook.write("parameters", "weights, ttl, requests = [70, 30], 0, 60")
    notebook.run_all()
    assert_all_is_well(notebook)
    assert notebook.shown.locator(".jp-RenderedSVG").count() >= 2
    for slider, weight in ((0, 0), (1, 255)):
        readout = notebook.shown.locator(".widget-readout").nth(slider)
        readout.fill(str(weight))
        readout.press("Enter")
    notebook.shown.get_by_text("ap-southeast-1 100.0%").wait_for()

    notebook.run("put-weights")

    assert notebook.run("count").endswith("Counter({'ap-southeast-1': 60})")
