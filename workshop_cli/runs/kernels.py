"""Start the kernels of one run: forked from a warm process on Linux, plainly everywhere else.

papermill stays in charge of running the notebook; this module only decides how its kernel comes to be, through
jupyter_client's own seam (a kernel provisioner), so a notebook can't tell the difference.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from workshop_cli.runs.fork_server import OPTIONS

PRELOADED = ("boto3", "ipywidgets", "tqdm.auto", "dns.resolver", "workshop_cli.runs.warm_up")

ManagerFactory = Callable[..., AsyncKernelManager]


class ForkServer:
    """The warm process; see `fork_server`. Use it as a context manager: leaving it kills every kernel it started.

    Args:
        modules: What every notebook is going to import.
    """

    def __init__(self, modules: Sequence[str] = PRELOADED) -> None:
        self._lock = threading.Lock()
        self._was_asked = False
        self._process = subprocess.Popen(
            [sys.executable, "-m", "workshop_cli.runs.fork_server", *modules],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            # A BLAS that starts threads at import could not be forked safely.
            env={"OPENBLAS_NUM_THREADS": "1", **os.environ},
        )

    def __enter__(self) -> ForkServer:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the process and the kernels it started. May be repeated."""
        assert self._process.stdin
        assert self._process.stdout
        if not self._was_asked:
            self._process.terminate()  # it has no kernels, and may be at its imports still
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def start_kernel(self, *, connection_file: str, cwd: str, env: dict[str, str]) -> int:
        """Fork a kernel that listens where `connection_file` says; returns its process id."""
        return int(self._ask({"start": {"connection_file": connection_file, "cwd": cwd, "env": env}}))

    def poll(self, pid: int) -> int | None:
        """Return the exit status of a kernel, None while it runs."""
        status: int | None = self._ask({"poll": pid})
        return status

    def _ask(self, request: dict[str, Any]) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        with self._lock:
            self._was_asked = True
            print(json.dumps(request), file=self._process.stdin, flush=True)
            return json.loads(self._process.stdout.readline() or "1")


class _ForkedKernel:
    """What `subprocess.Popen` is to the plain provisioner."""

    stdin = stdout = stderr = None

    def __init__(self, server: ForkServer, pid: int) -> None:
        self._server = server
        self.pid = pid

    def poll(self) -> int | None:
        return self._server.poll(self.pid)

    def wait(self) -> int | None:
        return self.poll()  # asked only after poll() said that it ended

    def send_signal(self, signum: int) -> None:
        os.kill(self.pid, signum)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


class _ForkingProvisioner(LocalProvisioner):
    server: ForkServer

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        self.cwd = kwargs.get("cwd") or Path.cwd()
        assert self.parent is not None
        pid = self.server.start_kernel(
            connection_file=self.parent.connection_file, cwd=str(self.cwd), env=dict(kwargs.get("env") or os.environ)
        )
        self.process = _ForkedKernel(self.server, pid)  # type: ignore[assignment]
        self.pid = self.pgid = pid  # a forked kernel leads its own process group
        return self.connection_info


class _Client(AsyncKernelClient):
    """Knows that a kernel is ready as soon as it is.

    jupyter_client's own client then listens until nothing was said for 0.2 seconds, more than a fork takes.
    """

    async def wait_for_ready(self, timeout: float | None = None) -> None:  # type: ignore[override]
        """Ask until the kernel has both answered and said, where its output comes from, that it is idle again."""
        deadline = monotonic() + (timeout or float("inf"))
        while not await self._hears_all_of(self.kernel_info()):
            if not await self.is_alive():
                raise RuntimeError("The kernel ended before it was ready.")
            if monotonic() > deadline:
                raise RuntimeError(f"The kernel was not ready within {timeout:g} seconds.")

    async def _hears_all_of(self, request: str) -> bool:
        try:
            while (await self.get_shell_msg(timeout=1))["parent_header"].get("msg_id") != request:
                pass
            while True:
                said = await self.get_iopub_msg(timeout=0.2)
                if said["parent_header"].get("msg_id") == request and said["content"].get("execution_state") == "idle":
                    return True
        except Empty:  # it is not there yet, or our subscription to its output isn't
            return False


class _Manager(AsyncKernelManager):
    """Starts *this* Python, whatever kernel named python3 the machine has elsewhere."""

    fork_server: ForkServer | None = None
    client_factory = _Client  # type: ignore[assignment]

    @property
    def kernel_spec(self) -> KernelSpec:
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", *OPTIONS]
        return KernelSpec(argv=command, display_name="Python 3", language="python")

    async def _async_pre_start_kernel(self, **kwargs: Any) -> Any:
        if self.fork_server and self.provisioner is None:
            self.provisioner = _ForkingProvisioner(kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self)
            self.provisioner.server = self.fork_server
        return await super()._async_pre_start_kernel(**kwargs)

    pre_start_kernel = _async_pre_start_kernel  # type: ignore[assignment]


@contextmanager
def kernel_factory(modules: Sequence[str] = PRELOADED, *, fork: bool | None = None) -> Iterator[ManagerFactory]:
    """Give a function that makes kernel managers, and end all their kernels afterwards.

    Forking is for Linux only: on macOS a forked process may not use the system's libraries, Windows has no fork.

    Args:
        modules: What a forked kernel has imported already.
        fork: Fork, or start each kernel anew; None decides by the operating system.
    """
    if not (sys.platform == "linux" if fork is None else fork):
        yield _Manager
        return
    with ForkServer(modules) as server:
        yield type("_ForkingManager", (_Manager,), {"fork_server": server})
