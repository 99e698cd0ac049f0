"""The local cloud that all programs of a user share, as the command line meets it: run it, start it, find it, ask it.

It is another program; nothing of it is imported here. What it has to say to the learner it says itself.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import NoReturn

import click

from workshop_lib.cloud_process import PROGRAM, as_flags, start_shared_cloud
from workshop_lib.errors import CloudNotReachable

ENFORCED = "WORKSHOP_ENFORCED_POLICY"
"""The variable by which a local cloud says which policy binds the learner."""


def replace_this_process(options: Mapping[str, object]) -> NoReturn:
    """Run the local cloud instead of this program, so that Ctrl-C and kill reach it and nothing stays behind."""
    command = [*PROGRAM, "serve", *as_flags(options)]
    if sys.platform == "win32":  # has no os.execv that keeps the process
        sys.exit(subprocess.run(command, check=False).returncode)
    os.execv(command[0], command)


def run_command(*arguments: str) -> int:
    """Run one of its commands, such as `status`, with its output going to ours; returns the exit status."""
    return subprocess.run([*PROGRAM, *arguments], check=False).returncode


def start(options: Mapping[str, object]) -> dict[str, str]:
    """Start it in the background, unless it runs; gives the variables that lead to it.

    Raises:
        ClickException: It did not start, or one runs that doesn't enforce the permissions that were asked for.
    """
    try:
        environment = start_shared_cloud(options)
    except CloudNotReachable as error:
        raise click.ClickException(str(error)) from error
    if options.get("enforce") and environment.get(ENFORCED) != str(options["enforce"]):
        raise click.ClickException(
            "A local cloud runs already, with other permissions. `workshop cloud --stop` ends it and all that is in it."
        )
    return environment


def find() -> dict[str, str]:
    """The variables that lead to the one that runs.

    Raises:
        ClickException: None runs.
    """
    found = subprocess.run([*PROGRAM, "status", "--json"], check=False, capture_output=True, text=True)
    if found.returncode:
        raise click.ClickException("No local cloud is running. Start one with `workshop lab` or `workshop cloud`.")
    return dict(json.loads(found.stdout))
