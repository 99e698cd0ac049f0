"""A JupyterLab of its own, and a notebook in it that a test can drive as a learner would.

JupyterLab is asked through its own application object, not by clicking menus: what a test must click are the things
that a learner clicks, the pickers.
"""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workshop_cli.lab import LAB_SETTINGS

if TYPE_CHECKING:
    from playwright.sync_api import Page  # not here on every machine; then the tests are skipped

OPEN = """async name => {
  const app = window.jupyterapp;
  const panel = await app.commands.execute('docmanager:open', {path: name, factory: 'Notebook'});
  await panel.context.ready;
  await panel.sessionContext.ready;
  const kernel = panel.sessionContext.session.kernel;
  while (kernel.connectionStatus !== 'connected') await new Promise(done => setTimeout(done, 20));
  await kernel.info;
  await panel.revealed;
  app.shell.activateById(panel.id);
}"""

RUN_ALL = "async () => await window.jupyterapp.commands.execute('notebook:run-all-cells')"

RUN_ONE = """async id => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  notebook.activeCellIndex = notebook.widgets.findIndex(cell => cell.model.id === id);
  notebook.deselectAll();
  await window.jupyterapp.commands.execute('notebook:run-cell').catch(() => null);
}"""

WRITE = """([id, source]) => window.jupyterapp.shell.currentWidget.content.widgets
  .find(cell => cell.model.id === id).model.sharedModel.setSource(source)"""

CELLS = """() => window.jupyterapp.shell.currentWidget.content.widgets
  .filter(cell => cell.model.type === 'code')
  .map(cell => ({id: cell.model.id, count: cell.model.executionCount, outputs: cell.model.outputs.toJSON()}))"""


def open_jupyterlab(page: Page, address: str) -> None:
    """Load JupyterLab, and come back when it is ready to open a notebook."""
    page.goto(f"{address}/lab?reset", wait_until="commit")
    page.wait_for_function("window.jupyterapp !== undefined")
    page.evaluate("window.jupyterapp.restored")


class Notebook:
    """A notebook that is open in JupyterLab, in front of all others."""

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        page.evaluate(OPEN, name)
        self.shown = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")

    def run_all(self) -> None:
        """Run all cells, and come back when the last one is done."""
        self.page.evaluate(RUN_ALL)

    def run(self, cell_id: str) -> str:
        """Run one cell, even if it fails, and say what it shows as text."""
        self.page.evaluate(RUN_ONE, cell_id)
        return self.text_of(cell_id)

    def write(self, cell_id: str, source: str) -> None:
        """Write something else into a cell."""
        self.page.evaluate(WRITE, [cell_id, source])

    def cells(self) -> list[dict[str, Any]]:
        """The code cells: id, execution count, outputs."""
        found: list[dict[str, Any]] = self.page.evaluate(CELLS)
        return found

    def text_of(self, cell_id: str) -> str:
        """What a cell shows, as text."""
        outputs = next(cell["outputs"] for cell in self.cells() if cell["id"] == cell_id)
        parts = [output.get("data", {}).get("text/plain", output.get("text", "")) for output in outputs]
        return "\n".join("".join(part) for part in parts)

    def errors(self) -> list[str]:
        """What went wrong in which cell."""
        return [
            f"{cell['id']}: {output['ename']}: {output['evalue']}"
            for cell in self.cells()
            for output in cell["outputs"]
            if output["output_type"] == "error"
        ]


@contextmanager
def serve_notebooks(folder: Path, notebooks: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """Run JupyterLab on a copy of the notebooks, with settings of its own, until the end of the block.

    Args:
        folder: An empty folder for everything that JupyterLab writes.
        notebooks: The notebooks to copy.
        environment: More variables for the kernels.

    Yields:
        Its address.
    """
    shutil.copytree(notebooks, folder / "notebooks", ignore=shutil.ignore_patterns("*.json", ".ipynb_checkpoints"))
    settings = folder / "settings"
    _write(settings / "@jupyterlab/notebook-extension/tracker", {"windowingMode": "none"})
    homes = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "JUPYTERLAB_WORKSPACES_DIR")
    variables = {name: str(folder / name.lower()) for name in homes} | {"JUPYTERLAB_SETTINGS_DIR": str(settings)}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
        "--ServerApp.port_retries=0", "--IdentityProvider.token=", "--ServerApp.password=",
        f"--ServerApp.root_dir={folder / 'notebooks'}", "--LabApp.expose_app_in_browser=True",
        f"--LabApp.app_settings_dir={LAB_SETTINGS}", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, env=os.environ | variables | environment, stdout=log, stderr=log)
    try:
        _wait_until_it_answers(server, f"http://127.0.0.1:{port}/api", folder / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        try:
            server.wait(timeout=15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _write(path: Path, settings: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_name(f"{path.name}.jupyterlab-settings").write_text(json.dumps(settings))


def _wait_until_it_answers(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    """Ask until there is an answer; a refused connection takes no time, so pause on the process instead."""
    for _ in range(400):
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            try:
                server.wait(timeout=0.05)
            except subprocess.TimeoutExpired:
                continue
            break
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")


def strip_colours(text: str) -> str:
    """Text as a reader sees it, without the terminal's colour codes."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@contextmanager
def serve_folder(folder: Path) -> Iterator[str]:
    """Serve a folder at another port of `localhost`, as any program of this machine may. Gives the address."""
    handler = functools.partial(QuietHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files, and prints nothing."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""
