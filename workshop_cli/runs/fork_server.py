"""A process that has imported what notebooks import, and forks itself into a kernel when asked.

A kernel that starts from nothing spends more than a second on importing boto3, ipywidgets and matplotlib; a fork has
them already. Only `kernels` talks to this module, over two pipes, one JSON document a line:

    {"start": {"connection_file": …, "cwd": …, "env": {…}}}  → process id
    {"poll": pid}                                            → null while it runs, then its exit status

When the request pipe closes, for whatever reason, every kernel is killed: nothing outlives the run.
Nothing here may start a thread or open a socket before the fork; importing is all that happens.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import sys
from typing import IO, Any

# No history file is shared with the learner's own kernels; warnings about how we talk to a kernel on this machine
# are nothing a reader of a run could act on.
OPTIONS = ("--HistoryManager.enabled=False", "--log-level=40")


def main(modules: list[str]) -> None:
    """Import `modules`, then serve requests until standard input closes."""
    replies = os.fdopen(os.dup(1), "w")  # its own descriptor: what a module prints must not end up among the replies
    os.dup2(2, 1)
    for module in ("ipykernel.kernelapp", *modules):
        importlib.import_module(module)
    kernels: dict[int, int | None] = {}
    try:
        for line in sys.stdin:
            print(json.dumps(_answer(json.loads(line), kernels, replies)), file=replies, flush=True)
    finally:
        for pid, status in kernels.items():
            if status is None:
                _kill(pid)


def _answer(request: dict[str, Any], kernels: dict[int, int | None], replies: IO[str]) -> int | None:
    if "start" in request:
        pid = os.fork()  # type: ignore[attr-defined,unused-ignore]
        if pid == 0:
            replies.close()
            _become_kernel(**request["start"])
        kernels[pid] = None
        return pid
    pid = request["poll"]
    if kernels.get(pid) is None:
        ended, status = os.waitpid(pid, os.WNOHANG)
        kernels[pid] = os.waitstatus_to_exitcode(status) if ended else None
    return kernels[pid]


def _become_kernel(connection_file: str, cwd: str, env: dict[str, str]) -> None:
    os.setsid()  # so that Ctrl-C in the terminal reaches the runner only, which then ends the kernels in order
    signal.signal(signal.SIGINT, signal.default_int_handler)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = ["ipykernel_launcher", "-f", connection_file]
    options = [*OPTIONS, f"--IPKernelApp.parent_handle={os.getppid()}"]  # its default was read before the fork
    try:
        from ipykernel.kernelapp import IPKernelApp

        IPKernelApp.launch_instance(argv=[*sys.argv[1:], *options])
    finally:
        os._exit(0)  # never back into the loop above, which is the parent's


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # it ended by itself
        os.killpg(pid, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1:])
