"""Python, packages, ports, the cloud, the names file. It starts nothing."""

from __future__ import annotations

import importlib.metadata
import os
import re
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from click import ClickException

from workshop_lib import shared_cloud
from workshop_lib.cloud import connect
from workshop_lib.doctor.findings import Examination, Finding
from workshop_lib.doctor.identity import examine_identity
from workshop_lib.doctor.network import examine_way
from workshop_lib.errors import STEPS, AmbiguousCloud, InvalidNumber, NotTheLocalCloud, WorkshopError
from workshop_lib.guards import choose_cloud
from workshop_lib.loopback import send
from workshop_lib.names import get_names_path, load_names
from workshop_lib.resources import RESOURCES

OLDEST_PYTHON = (3, 11)
PINNED = re.compile(r"([A-Za-z0-9._-]+)==(\S+)")
NEEDED = ("aiohttp", "boto3", "dnspython", "ipywidgets", "jupyterlab", "matplotlib", "moto", "papermill", "waitress")
EXACT = ("moto",)
"""Packages that must have the tested version. For other packages another version is only a warning."""


def examine_machine(
    *,
    environment: Mapping[str, str] = os.environ,
    python: tuple[int, int] = sys.version_info[:2],
    constraints: Path = RESOURCES / "constraints.txt",
    names_file: Path | None = None,
    find_cloud: Callable[[], Mapping[str, str]] = shared_cloud.find,
) -> Examination:
    """Look at Python, packages, ports, the cloud, and the names file.

    Args:
        environment: Environment variables, which choose the cloud.
        python: The Python version that runs this.
        constraints: List of the tested versions. Without it, versions are not compared.
        names_file: The names file, if it is not in the usual place.
        find_cloud: Finds the running local cloud if the environment names none. A seam for tests.
    """
    return Examination(
        (
            _examine_python(python),
            *_examine_packages(constraints),
            _examine_sockets(),
            *_examine_cloud(environment, find_cloud),
            _examine_names(names_file or get_names_path()),
        )
    )


def _examine_python(python: tuple[int, int]) -> Finding:
    found = ".".join(map(str, python))
    if python < OLDEST_PYTHON:
        return Finding(
            "Python", found, "Install Python 3.11 or newer, delete .venv, and run make setup.", is_fault=True
        )
    return Finding("Python", found)


def _examine_packages(constraints: Path) -> Iterator[Finding]:
    tested = dict(PINNED.findall(constraints.read_text(encoding="utf-8"))) if constraints.exists() else {}
    others = []
    for name in NEEDED:
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            yield Finding(name, "not installed", "Run make setup, or pip install -e .", is_fault=True)
            continue
        expected = tested.get(name, found)
        if found != expected and name in EXACT:
            yield Finding(name, found, f"The workshop needs version {expected}. Run make setup.", is_fault=True)
        elif found != expected:
            others.append(f"{name} {found} (tested: {expected})")
    if others:
        yield Finding("Packages", ", ".join(others), "They may work. make setup installs the tested versions.")
    else:
        yield Finding("Packages", "the tested versions" if tested else "installed")


def _examine_sockets() -> Finding:
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nameserver:
            nameserver.bind(("127.0.0.1", port))
    except OSError as error:
        fix = "Allow Python to open ports on 127.0.0.1, in the settings of your firewall or container."
        return Finding("Ports on 127.0.0.1", str(error), fix, is_fault=True)
    return Finding("Ports on 127.0.0.1", "free, TCP and UDP")


def _examine_cloud(environment: Mapping[str, str], find_cloud: Callable[[], Mapping[str, str]]) -> Iterator[Finding]:
    try:
        if choose_cloud(environment) == "aws":
            yield from _examine_aws(environment)
            return
    except AmbiguousCloud as error:
        yield Finding("Cloud", "not clear", str(error), is_fault=True)
        return
    if environment.get("WORKSHOP_CONTROL_URL"):
        yield _examine_local_cloud(environment)
        return
    try:
        yield _examine_local_cloud(find_cloud())
    except shared_cloud.CloudBusyError as busy:
        yield Finding("Local cloud", "doesn't answer", str(busy), is_fault=True)
    except ClickException:
        yield Finding("Local cloud", "not running; it starts when it is first needed")


def _examine_local_cloud(environment: Mapping[str, str]) -> Finding:
    from urllib3.exceptions import HTTPError, ReadTimeoutError  # late, as it is needed here only

    control = environment["WORKSHOP_CONTROL_URL"]
    fix = "It has ended. Restart JupyterLab with make lab, or unset AWS_ENDPOINT_URL and WORKSHOP_CONTROL_URL."
    try:
        status = send("GET", f"{control}/health", timeout=5).status
    except NotTheLocalCloud as error:
        return Finding("Local cloud", "not on this machine", str(error), is_fault=True)
    except ReadTimeoutError:
        return Finding("Local cloud", f"{control} doesn't answer", "It is busy or suspended. Wait.", is_fault=True)
    except HTTPError as error:
        return Finding("Local cloud", f"{control}: {error}", fix, is_fault=True)
    if status != 200:
        return Finding("Local cloud", f"{control}: another program answers ({status})", fix, is_fault=True)
    return Finding("Local cloud", f"answers at {environment.get('AWS_ENDPOINT_URL', control)}")


def _examine_aws(environment: Mapping[str, str]) -> Iterator[Finding]:
    yield from examine_way(environment)
    try:
        yield from examine_identity(connect(environ=environment))
    except InvalidNumber as error:
        yield Finding("Settings", "not usable", str(error), is_fault=True)
    except WorkshopError as error:
        yield Finding("AWS", "doesn't know you", str(error), is_fault=True)


def _examine_names(path: Path) -> Finding:
    if not path.exists():
        return Finding("Names", f"none yet; {STEPS['names']} saves them")
    try:
        names = load_names(path)
    except WorkshopError as error:  # only a warning, because notebook 00 fixes it and would stop at a fault
        return Finding("Names", str(error), f"Run notebook 00_start_here. It writes {path} again.")
    return Finding("Names", f"{names.source_bucket} → {names.destination_bucket}")
