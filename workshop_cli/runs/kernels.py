"""Start the kernels of one run, each while the notebook before it runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import ensure_event_loop, run_sync

OPTIONS = ["--HistoryManager.enabled=False", "--log-level=50"]
"""Share no history file with the learner's own kernels. Log no error of an answer that the end of a run cuts off."""


@contextmanager
def start_kernels(notebooks: Sequence[Path], environment: Mapping[str, str]) -> Iterator[Iterator[AsyncKernelManager]]:
    """Give the manager of a started kernel for each notebook, in order.

    Taking one starts the next. When the block ends for any reason, every running kernel is killed.

    Args:
        notebooks: The notebooks. A kernel works in the folder of its notebook.
        environment: The whole environment of the kernels.
    """
    ensure_event_loop(prefer_selector_loop=True)  # on Windows, ZeroMQ's sockets need this kind
    with ExitStack() as stack:

        def start(notebook: Path) -> AsyncKernelManager:
            # Without folders to search, the only kernel is the one of this Python.
            manager = AsyncKernelManager(kernel_spec_manager=KernelSpecManager(kernel_dirs=[]))
            stack.callback(_stop, manager)
            run_sync(manager.start_kernel)(cwd=str(notebook.parent), env=dict(environment), extra_arguments=OPTIONS)
            return manager

        yield _one_ahead(start(notebook) for notebook in notebooks)


def _one_ahead(kernels: Iterator[AsyncKernelManager]) -> Iterator[AsyncKernelManager]:
    ahead = next(kernels, None)
    while ahead:
        present, ahead = ahead, next(kernels, None)
        yield present


def _stop(manager: AsyncKernelManager) -> None:
    if manager.has_kernel:  # it did not end with its notebook
        run_sync(manager.shutdown_kernel)(now=True)
