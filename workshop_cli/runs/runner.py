"""Runs the notebooks in order with papermill, each in a kernel of its own.

The runner doesn't know what the notebooks teach. It gives each notebook its parameters, and writes the executed
notebooks, `index.html` and `junit.xml` to the output folder.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
import papermill
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.v4 import new_output
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, NotebookExecutionManager, papermill_engines
from papermill.exceptions import PapermillExecutionError

from workshop_cli.runs.kernels import start_kernels
from workshop_cli.runs.plan import Plan
from workshop_cli.runs.report import NotebookResult, RunResult, read_steps, write_junit

ENGINE = "workshop"
CELL_TIMEOUT = 3600
"""Seconds after which a cell is stopped. Every wait on AWS is shorter."""

SAVE_EVERY = 5
"""Seconds between two saves of a running notebook."""

Say = Callable[[str], None]


class _GivenUpError(Exception):
    """A cell did not end by itself. Its kernel died, or it took too long."""


class _Client(PapermillNotebookClient):  # type: ignore[misc]
    """papermill's client would count a cell as completed after a dead kernel or Ctrl-C. This one doesn't.

    A cell that is broken off may still have something to undo, such as a drill. Its kernel is interrupted and gets a
    few seconds before it is killed.
    """

    def execute_cell(self, cell: Any, cell_index: int, **options: Any) -> Any:
        try:
            return super().execute_cell(cell, cell_index, **options)
        except KeyboardInterrupt:
            logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # it would tell of tasks that end with the cell
            self.shutdown_kernel = "graceful"
            cell.metadata.papermill["interrupted"] = True
            raise
        except (DeadKernelError, CellTimeoutError) as error:
            self.shutdown_kernel = "graceful"
            reason = "the kernel died" if isinstance(error, DeadKernelError) else f"took more than {self.timeout:g} s"
            cell.outputs.append(new_output("error", ename=type(error).__name__, evalue=reason, traceback=[reason]))
            self.nb_man.cell_exception(cell, cell_index=cell_index, exception=error)
            raise _GivenUpError from error


class _Saver(NotebookExecutionManager):  # type: ignore[misc]
    """Saves the notebook every few seconds. papermill saves twice in each cell, which takes longer than most cells."""

    is_begun = False

    def save(self, **_: Any) -> None:
        waited = (self.now() - self.last_save_time).total_seconds()
        if not self.is_begun or self.end_time or waited > SAVE_EVERY:
            self.is_begun = True
            super().save()

    def notebook_complete(self, **_: Any) -> None:
        """Mark cells that were not reached as skipped. papermill would count them as completed."""
        for cell in self.nb.cells:
            if cell.metadata.papermill["status"] == self.PENDING:
                cell.metadata.papermill["status"] = "skipped"
        super().notebook_complete()


class _Engine(NBClientEngine):  # type: ignore[misc]
    """papermill's own engine, with a kernel that already runs, and with fewer saves."""

    @classmethod
    def execute_notebook(cls, nb: Any, kernel_name: str, output_path: str, **options: Any) -> Any:
        saver = _Saver(nb, output_path=output_path, progress_bar=False)
        saver.notebook_start()
        try:
            cls.execute_managed_notebook(saver, kernel_name, **options)
        finally:
            saver.notebook_complete()
        return saver.nb

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        *,
        kernel: AsyncKernelManager,
        timeout: float,
        **_: Any,
    ) -> Any:
        client = _Client(
            nb_man,
            km=kernel,
            kernel_name=kernel_name,
            timeout=timeout,
            startup_timeout=60,
            shutdown_kernel="immediate",
            coalesce_streams=True,
        )
        return client.execute(cleanup_kc=True)  # without it, papermill leaves a kernel running that it did not start


def run_notebooks(
    plan: Plan,
    *,
    output: Path,
    environment: Mapping[str, str],
    say: Say,
    cell_timeout: float = CELL_TIMEOUT,
) -> RunResult:
    """Run the notebooks of a plan, stop at the first failure, and write the reports.

    Ctrl-C ends the run too, but raises nothing. The reports are written, and the interrupted step counts as skipped.

    Args:
        plan: From `plan.make_plan`.
        output: An existing folder for all results.
        environment: The whole environment of the kernels.
        say: Prints one line for each notebook.
        cell_timeout: Seconds after which a cell is stopped.
    """
    papermill_engines.register(ENGINE, _Engine)
    result = RunResult()
    began = time.monotonic()
    with ThreadPoolExecutor(1) as renderer:  # this process is idle while a notebook runs
        pages: dict[str, Future[str]] = {}
        try:
            with start_kernels(plan.notebooks, environment) as kernels:
                for path, kernel in zip(plan.notebooks, kernels, strict=True):
                    notebook = NotebookResult(path.stem, [], is_preparation=path in plan.preparations)
                    result.notebooks.append(notebook)
                    _run_one(path, notebook, plan.parameters.get(path, {}), output, kernel, cell_timeout)
                    pages[notebook.name] = renderer.submit(_render, notebook)
                    say(_describe(notebook))
                    if notebook.outcome == "failed":
                        break
        except KeyboardInterrupt:
            say("Interrupted.")
        finally:
            result.seconds = time.monotonic() - began
            _add_unreached(result, plan.notebooks)
            write_junit(result, output / "junit.xml")
            _write_page(result, {name: page.result() for name, page in pages.items()}, output / "index.html")
    return result


def _run_one(
    path: Path,
    notebook: NotebookResult,
    parameters: Mapping[str, Any],
    output: Path,
    kernel: AsyncKernelManager,
    cell_timeout: float,
) -> None:
    began = time.monotonic()
    executed = output / path.name
    try:
        papermill.execute_notebook(
            str(path),
            str(executed),
            parameters=dict(parameters),
            engine_name=ENGINE,
            kernel_name="python3",
            language="python",
            progress_bar=False,
            kernel=kernel,
            timeout=cell_timeout,
        )
    except (PapermillExecutionError, _GivenUpError):
        pass  # the executed notebook holds the failed cell and its error
    finally:
        notebook.seconds = time.monotonic() - began
        if executed.exists():
            notebook.document = nbformat.read(executed, as_version=4)
            notebook.steps = read_steps(notebook.document, notebook.name)


def _describe(notebook: NotebookResult) -> str:
    passed, steps = notebook.passed
    verdict = {"passed": "✔", "failed": "✘", "skipped": "…"}[notebook.outcome]
    return f"{verdict} {notebook.name}: {passed} of {steps} steps, {notebook.seconds:.1f} s"


def _add_unreached(result: RunResult, notebooks: Iterable[Path]) -> None:
    reached = {notebook.name for notebook in result.notebooks if notebook.steps}
    result.notebooks = [notebook for notebook in result.notebooks if notebook.name in reached]
    for path in notebooks:
        if path.stem not in reached:
            steps = read_steps(nbformat.read(path, as_version=4), path.stem)
            result.notebooks.append(NotebookResult(path.stem, steps))


# nbconvert is imported late, in the thread that renders, because its import takes as long as a notebook's run.


def _render(notebook: NotebookResult) -> str:
    from workshop_cli.runs.html_report import render_notebook

    return render_notebook(notebook)


def _write_page(result: RunResult, rendered: Mapping[str, str], path: Path) -> None:
    from workshop_cli.runs.html_report import write_html

    write_html(result, path, rendered=rendered)
