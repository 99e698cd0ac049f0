"""The AWS CLI twins that are folded away in the notebooks: a learner who types only them gets the same things."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from workshop_lib import checks, clean_up
from workshop_lib.cloud import Cloud
from workshop_lib.names import WorkshopNames, save_names, suggest_names
from workshop_lib.runs.own_cloud import own_cloud
from workshop_lib.policies import write_learner_policy

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MAIN_PATH = {"00": (6,), "01": (1, 2, 3, 5, 6, 7)}
"""The steps whose twins are run. To run more is only a matter of time: half a second for each call of the CLI."""
PROGRAMS = Path(sys.executable).parent

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="the twins are written for bash")


def read_twins(path: Path) -> dict[int, str]:
    """The twin of each step of a notebook."""
    cells = nbformat.read(path, as_version=4).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    steps = re.findall(r"^## Step (\d+) (.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    return {
        int(number): "".join(re.findall(r"```bash\n(.*?)```", "".join(folded), re.DOTALL))
        for number, step in steps
        if (folded := re.findall(r"<details>.*?</details>", step, re.DOTALL))
    }


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_shell_can_read_the_twins(path: Path) -> None:
    script = "\n".join(read_twins(path).values())
    answer = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False)

    assert script
    assert (answer.returncode, answer.stderr) == (0, "")
    assert not re.search(r" \.\.\.$|file://\w", script, re.MULTILINE), "a twin shows all that it needs"


@pytest.mark.skipif(shutil.which("aws", path=str(PROGRAMS)) is None, reason="the AWS CLI is not installed here")
def test_the_twins_do_what_the_notebooks_do(tmp_path: Path) -> None:
    with own_cloud(tmp_path, {"enforce": write_learner_policy(tmp_path / "policy.json")}) as environment:
        names = suggest_names("twin")
        save_names(names, Path(environment["WORKSHOP_NAMES"]))
        script = "set -eu -o pipefail\n" + "".join(
            read_twins(path)[step] for path in NOTEBOOKS for step in MAIN_PATH.get(path.name[:2], ())
        )
        paths = {"PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"}
        answer = subprocess.run(
            ["bash", "-c", script],
            env={**os.environ, **environment, **paths},
            cwd=ROOT / "notebooks",
            capture_output=True,
            text=True,
            check=False,
        )

        assert answer.returncode == 0, answer.stderr
        origins = {"source": names.source_origin, "destination": names.destination_origin}
        checks.object_replicated(Cloud(environment), key="index.html", **origins)
        assert clean_up_finds(environment, names) >= {
            names.source_bucket,
            names.destination_bucket,
            names.replication_role_name,
            names.batch_role_name,
        }
        cloud = Cloud(environment)
        assert len(cloud.s3control(names.source_region).list_jobs(AccountId=cloud.account_id)["Jobs"]) == 1


def clean_up_finds(environment: dict[str, str], names: WorkshopNames) -> set[str]:
    """What clean-up would delete, by name."""
    return {resource.name for resource in clean_up.find_resources(Cloud(environment), names)}
