"""The files around the code agree: dependencies, the wheel, CI and the Makefile."""

from __future__ import annotations

import re

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.kit import NOTEBOOKS, ROOT, pyproject


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
