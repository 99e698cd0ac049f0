"""The AWS CLI twins that are folded away in the notebooks: a learner who types only them gets the same things."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import nbformat
import pytest

from tests.notebooks.quick_commands import quick_commands
from workshop_lib import checks, clean_up, distribution, dns_records
from workshop_lib.cloud import Cloud
from workshop_lib.cloud_process import own_cloud
from workshop_lib.names import WorkshopNames, suggest_names, write_names
from workshop_lib.policies import write_grants

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MAIN_PATH: dict[str, tuple[int, ...]] = {
    "00": (6, 7, 8),
    "01": (1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
    "02": (4, 5, 6, 7, 8),
    "03": (1, 2, 3, 4, 5, 7),
    "04": (1, 2, 3, 4, 5, 7, 8),
    "05": (1, 2, 4, 5, 6, 7),
}
"""The steps whose twins are run, one after the other in one shell."""
SHORTER = {("04", 2): ("seq 100", "seq 10"), ("05", 6): ("30", "2")}
"""What is asked often, or for seconds, is asked less often here."""
BUILT = {
    **{"bucket": 2, "replication configuration": 2, "replication role": 1, "batch role": 1},
    **{
        "permissions boundary": 1,
        "edge role": 1,
        "edge function": 1,
        "log group": 2,
        "origin access identity": 1,
        "distribution": 4,
    },
    **{"hosted zone": 1, "record set": 4, "health check": 2},
}
"""How many things of each kind clean-up would find in the end."""
SPEED = 5000
"""So quick that the CLI's waiters, which look once a minute, have not to look twice."""
PROGRAMS = Path(sys.executable).parent
NEEDED = {"aws", "curl", "dig", "openssl"}
FOUND = {program for program in NEEDED if shutil.which(program, path=f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}")}

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


def read_script() -> str:
    """The twins of the main path, as somebody types them."""
    script = ["set -eu -o pipefail"]
    for path in NOTEBOOKS:
        twins = read_twins(path)
        for step in MAIN_PATH.get(path.name[:2], ()):
            often, less = SHORTER.get((path.name[:2], step), ("", ""))
            assert often in twins[step], f"{path.stem}, step {step}: {often!r} is no longer there to shorten"
            script.append(twins[step].replace(often, less) if often else twins[step])
    return "\n".join(script)


def test_every_twin_of_the_main_path_is_in_its_notebook() -> None:
    assert read_script()


@pytest.mark.skipif(not NEEDED <= FOUND, reason=f"not all of {sorted(NEEDED)} are installed here")
def test_the_twins_do_what_the_notebooks_do(tmp_path: Path) -> None:
    with (
        own_cloud(tmp_path, {**write_grants(tmp_path, learner="twin"), "speed": SPEED}) as environment,
        tempfile.TemporaryDirectory() as short,
        quick_commands(Path(short)) as commands,
    ):
        names = suggest_names("twin")
        write_names(names, Path(environment["WORKSHOP_NAMES"]))
        paths = {"PATH": os.pathsep.join([str(commands), str(PROGRAMS), os.environ["PATH"]])}
        answer = subprocess.run(
            ["bash", "-c", read_script()],
            env={**os.environ, **environment, **paths},
            cwd=ROOT / "notebooks",
            capture_output=True,
            text=True,
            check=False,
        )

        assert answer.returncode == 0, answer.stdout[-1000:] + answer.stderr
        assert '"FAILED"' in answer.stdout, "01, step 9: without the permission nothing is copied"
        assert "not in Ireland" in answer.stdout, "05, step 7: replication goes one way"
        assert_all_is_built(Cloud(environment), names)


def assert_all_is_built(cloud: Cloud, names: WorkshopNames) -> None:
    """What notebooks 01 to 05 leave behind is there, and works."""
    source, destination = names.source_origin, names.destination_origin
    found = clean_up.find_resources(cloud, names)
    watched = {resource.state: resource.name for resource in found if resource.kind == "health check"}
    zone_id = dns_records.find_hosted_zone(cloud.route53, zone_name=names.zone_name)
    record = {"zone_id": zone_id, "record_name": names.record_name}
    comments = (names.distribution_comment, names.preview_comment, names.failover_comment, names.uncached_comment)
    sites = [
        distribution.find_distribution(cloud.cloudfront, comment=comment, learner=names.learner) for comment in comments
    ]

    assert Counter(resource.kind for resource in found) == BUILT
    checks.object_replicated(cloud, key="index.html", source=source, destination=destination)
    checks.object_replicated(cloud, key="notice.html", source=destination, destination=source)
    checks.object_replicated(cloud, key="tide.html", source=source, destination=destination)
    checks.weights_set(cloud.route53, **record, weights={source: 255, destination: 0})
    checks.health_checks_attached(
        cloud.route53,
        **record,
        health_checks={origin: watched[f"s3.{origin.region}.amazonaws.com"] for origin in (source, destination)},
    )
    for site in sites:
        checks.page_served(cloud, domain_name=site["domain_name"], path="/drill.json")
    checks.page_served_from(cloud, domain_name=sites[1]["domain_name"], region=destination.region)
    assert len(cloud.s3control(source.region).list_jobs(AccountId=cloud.account_id)["Jobs"]) == 1
