"""`workshop cloud`, from its first line to its end."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from tests.kits.processes import find_processes, start_workshop, wait_for

EXPORT = re.compile(r"(?:export |\$env:)(\w+) ?= ?\"?([^\"\n]*)")


@pytest.fixture
def workshop(tmp_path: Path) -> Callable[..., tuple[int, str]]:
    """Runs a `workshop` command with a state folder of this test; gives its exit status and what it said."""

    def run(*arguments: str) -> tuple[int, str]:
        command = start_workshop(*arguments, mark=uuid4().hex, WORKSHOP_STATE_DIR=str(tmp_path), WORKSHOP_NAMES="none")
        said, _ = command.communicate(timeout=30)
        return command.returncode, said

    return run


def take_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_the_local_cloud_prints_its_addresses_is_found_by_the_others_and_is_stopped(
    workshop: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    port, mark = str(take_free_port()), uuid4().hex
    cloud = start_workshop("cloud", "--port", port, mark=mark, WORKSHOP_STATE_DIR=str(tmp_path))
    assert cloud.stdout
    exported: dict[str, str] = {}
    while "WORKSHOP_CONTROL_URL" not in exported:
        line = cloud.stdout.readline()
        assert line, "it ended before it had printed its addresses"
        exported.update(EXPORT.findall(line))

    assert exported["AWS_ENDPOINT_URL"] == f"http://127.0.0.1:{port}"
    status, said = workshop("status")
    assert status == 0
    assert exported["WORKSHOP_NAMESERVER"] in said
    assert "00_start_here" in said, "no names were chosen yet"
    assert workshop("reset", "--yes")[0] == 0
    assert workshop("cloud", "--stop")[0] == 0
    assert cloud.poll() == 0, "it is gone when the command says so"
    cloud.communicate(timeout=15)
    wait_for("all its processes to end", lambda: not find_processes(mark), timeout=10)
