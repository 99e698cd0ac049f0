"""The local cloud that all programs of a user share, for the command line: run it, start it, find it, ask it.

It is another program, and nothing of it is imported here. It prints its own messages.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, NoReturn

import click

from workshop_lib.cloud_process import PROGRAM, as_flags, find_shared_cloud, start_shared_cloud
from workshop_lib.errors import CloudNotReachable


class CloudBusyError(click.ClickException):
    """The local cloud lives, but doesn't answer. The message says which process it is and what to do."""


ENFORCED = "WORKSHOP_ENFORCED_POLICY"
"""The local cloud's variable that names the enforced policies."""


def replace_this_process(options: Mapping[str, object]) -> NoReturn:
    """Run the local cloud instead of this program, so that Ctrl-C and kill reach it and no process is left over."""
    command = [*PROGRAM, "serve", *as_flags(options)]
    if sys.platform == "win32":  # its os.execv starts another process
        sys.exit(subprocess.run(command, check=False).returncode)
    os.execv(command[0], command)


def run_command(*arguments: str) -> int:
    """Run one of its commands, such as `status`, which prints to the same output. Returns the exit status."""
    return subprocess.run([*PROGRAM, *arguments], check=False).returncode


def start(options: Mapping[str, object]) -> dict[str, str]:
    """Start it in the background if none runs, and return its variables.

    Raises:
        ClickException: It did not start, or the running one doesn't enforce the wanted policies.
    """
    try:
        environment = start_shared_cloud(options)
    except CloudNotReachable as error:
        raise click.ClickException(str(error)) from error
    wanted: Any = options.get("enforce") or ()
    if wanted and environment.get(ENFORCED) != os.pathsep.join(map(str, wanted)):
        raise click.ClickException(
            "A local cloud already runs, with other permissions. Run `workshop cloud --stop` first, which ends it and "
            "deletes everything in it."
        )
    return environment


def find() -> dict[str, str]:
    """Return the variables of the running local cloud.

    Raises:
        ClickException: None runs.
        CloudBusyError: It doesn't answer.
    """
    try:
        found = find_shared_cloud()
    except CloudNotReachable as busy:
        raise CloudBusyError(str(busy)) from busy
    if not found:
        raise click.ClickException("No local cloud is running. Start one with `workshop lab` or `workshop cloud`.")
    return found
