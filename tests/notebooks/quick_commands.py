"""The commands `aws` and `workshop` as a shell finds them, but quick: forked from a process that has imported both.

A twin calls them dozens of times, and the AWS CLI takes half a second to import. Each call still has a process of its
own, with the caller's arguments, folder, variables and files, in which the program runs as its console script runs it.

Started with a folder, this file serves there until its standard input closes:

    python tests/notebooks/quick_commands.py FOLDER
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SERVICES = ("s3", "s3control", "iam", "sts", "lambda", "cloudfront", "route53", "logs")
"""Their models are read once, before any call."""

CALL = """#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as line:
    line.connect({address!r})
    call = json.dumps([{program!r}, sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
    socket.send_fds(line, [len(call).to_bytes(4, "big")], [0, 1, 2])
    line.sendall(call)
    sys.exit(line.recv(1)[0])
"""


@contextlib.contextmanager
def quick_commands(folder: Path) -> Iterator[Path]:
    """A folder to put first on PATH.

    Args:
        folder: An empty one, whose name is short: it holds a socket.
    """
    command = [sys.executable, __file__, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin
        assert server.stdout
        try:
            assert server.stdout.readline() == "ready\n"
            yield folder
        finally:
            server.stdin.close()


def serve(folder: Path) -> None:
    """Answer calls until standard input closes."""
    import awscli.clidriver

    import workshop_cli.main
    import workshop_lib.policies  # noqa: F401 - what most of its calls need

    driver = awscli.clidriver.create_clidriver()
    loader = driver.session.get_component("data_loader")
    for service in SERVICES:
        loader.load_service_model(service, "service-2")
    programs = {"aws": driver.main, "workshop": workshop_cli.main.main}
    address = str(folder / "socket")
    for program in programs:
        (folder / program).write_text(CALL.format(python=sys.executable, address=address, program=program))
        (folder / program).chmod(0o700)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(address)
        door.listen()
        print("ready", flush=True)
        while door in select.select([door, sys.stdin], [], [])[0]:
            line, _ = door.accept()
            if os.fork() == 0:
                door.close()
                answer(line, programs)
            line.close()
            with contextlib.suppress(ChildProcessError):
                os.waitpid(-1, os.WNOHANG)


def answer(line: socket.socket, programs: dict[str, Any]) -> None:
    """Be the program that was called, and hand over its exit status. Never returns."""
    status = 255
    try:
        size, files, _, _ = socket.recv_fds(line, 4, 3)
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        program, arguments, folder, variables = json.loads(line.recv(int.from_bytes(size, "big"), socket.MSG_WAITALL))
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(variables)
        status = programs[program](arguments) or 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        line.send(bytes([status]))
        os._exit(0)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
