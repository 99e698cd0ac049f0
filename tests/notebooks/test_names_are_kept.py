"""Notebook 00 run again, with Restart and Run All or with parameters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest

from local_cloud.cloud import LocalCloud
from workshop_cli.working_copy import NOTEBOOKS
from workshop_lib import replication
from workshop_lib.cloud import Cloud
from workshop_lib.errors import NamesInUse
from workshop_lib.names import load_names, suggest_names, write_names

NOTEBOOK = NOTEBOOKS / "00_start_here.ipynb"
GRACE = suggest_names("grace", destination_region="us-west-2")


@pytest.fixture(autouse=True)
def _learner(cloud: LocalCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A learner who saved names."""
    monkeypatch.setenv("WORKSHOP_NAMES", str(tmp_path / "names.json"))
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    write_names(GRACE)


def run_notebook(**parameters: str) -> None:
    """Run the cells of notebook 00 in this process, from the connection on."""
    cells = [cell for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "code"]
    variables: dict[str, Any] = {}
    for cell in cells:
        if cell.id in ("machine-is-ready", "exercise-names", "solution-names"):
            continue
        source = cell.source.replace("machine = examine_machine()\nmachine", "")
        exec(source, variables)
        if "parameters" in cell.metadata.get("tags", []):
            variables.update(parameters)


def test_run_again_it_keeps_the_names() -> None:
    run_notebook()

    assert load_names() == GRACE


def test_another_name_from_a_parameter_is_saved_while_nothing_exists() -> None:
    run_notebook(learner="joan")

    assert load_names() == suggest_names("joan", destination_region="us-west-2")


@pytest.mark.parametrize("parameters", [{"learner": "joan"}, {"destination_region": "us-east-1"}])
def test_names_from_parameters_are_refused_while_something_exists(parameters: dict[str, str], connected: Cloud) -> None:
    origin = GRACE.destination_origin
    s3 = connected.s3(origin.region)
    replication.create_bucket(s3, bucket=origin.bucket, region=origin.region, learner=GRACE.learner)

    with pytest.raises(NamesInUse, match=origin.bucket):
        run_notebook(**parameters)
    assert load_names() == GRACE
