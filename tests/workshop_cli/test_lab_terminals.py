"""A terminal of the JupyterLab that `workshop lab` starts."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import sys
import urllib.request
from pathlib import Path
from uuid import uuid4

import pytest
import websocket

from tests.kits.processes import find_processes, start_workshop, wait_for

SCRIPTS = str(Path(sys.executable).parent)
ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/\S*\?token=(\w+)")


@pytest.mark.skipif(sys.platform == "win32", reason="types into a shell of Linux or macOS")
def test_a_terminal_of_jupyterlab_finds_the_command_workshop(tmp_path: Path) -> None:
    mark = uuid4().hex
    elsewhere = os.pathsep.join(part for part in os.environ["PATH"].split(os.pathsep) if part != SCRIPTS)
    variables = {"PATH": elsewhere, "HOME": str(tmp_path), "SHELL": shutil.which("sh") or "sh"}
    state = {"WORKSHOP_STATE_DIR": str(tmp_path), "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime")}
    lab = start_workshop("lab", "--no-browser", mark=mark, **variables, **state)
    try:
        assert lab.stdout
        port, token = next(found.groups() for line in lab.stdout if (found := ADDRESS.search(line)))
        wait_for("JupyterLab to listen at the address that it printed", lambda: is_listening(int(port)))
        said = type_into_a_terminal(port, token, "command -v workshop; workshop --version; echo the-$((40 + 2))-end")
    finally:
        lab.kill()
        for process in find_processes(mark):
            process.kill()
        wait_for("all processes to end", lambda: not find_processes(mark))

    assert f"{SCRIPTS}/workshop\r\n" in said
    assert "workshop, version " in said


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def type_into_a_terminal(port: str, token: str, line: str) -> str:
    """Opens a terminal, types a line that prints `the-42-end` last, and gives all that was shown."""
    headers = {"Authorization": f"token {token}"}
    new = urllib.request.Request(f"http://127.0.0.1:{port}/api/terminals", b"", headers, method="POST")
    with urllib.request.urlopen(new, timeout=30) as answer:
        name = json.load(answer)["name"]
    terminal = websocket.create_connection(
        f"ws://127.0.0.1:{port}/terminals/websocket/{name}", header=headers, timeout=30
    )
    shown = ""
    try:
        terminal.send(json.dumps(["stdin", f"{line}\r"]))
        while "the-42-end" not in shown:
            kind, *content = json.loads(terminal.recv())
            shown += "".join(content) if kind == "stdout" else ""
    finally:
        terminal.close()
    return shown
