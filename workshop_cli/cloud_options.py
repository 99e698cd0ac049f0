"""The options of every command that starts a local cloud, and whether one is to be started at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

LEARNER_POLICY = "learner-permissions.json"
"""The policy of the learner, with its placeholders filled in where it is enforced."""
DEFAULT_POLICY = f"policies/{LEARNER_POLICY}"
"""What `--enforce` says without a file."""

C = TypeVar("C", bound=Callable[..., Any])


def cloud_options(command: C) -> C:
    """Add the options that every command has that starts a local cloud."""
    port = "--cloud-port" if command.__name__ == "lab" else "--port"  # there, --port is JupyterLab's
    for names, what in (
        (("--nameserver-port",), "Port of the nameserver, UDP and TCP"),
        (("--edge-port",), "Port at which distributions answer"),
        ((port, "port"), "Port of the AWS APIs"),
    ):
        help_text = f"{what}. [default: a free one]"
        command = click.option(*names, type=click.IntRange(0, 65535), metavar="PORT", help=help_text)(command)
    enforce = f"Let you do only what the IAM policy in FILE says; without FILE, {DEFAULT_POLICY}."
    command = click.option("--enforce", is_flag=False, flag_value=DEFAULT_POLICY, metavar="[FILE]", help=enforce)(
        command
    )
    speed = "How many times faster than on AWS the long waits are. [default: 200]"
    return click.option("--speed", type=click.FloatRange(min=0, min_open=True), metavar="N", help=speed)(command)


def with_policy(options: dict[str, Any], folder: Path, *, buckets: str = "*") -> dict[str, Any]:
    """The options of a local cloud, `enforce` now the file of the policy."""
    chosen = options["enforce"]
    if chosen == DEFAULT_POLICY:
        from workshop_lib.policies import write_learner_policy

        return {
            **options,
            "enforce": write_learner_policy(folder.resolve() / LEARNER_POLICY, buckets=buckets),
        }
    check_policy(options)
    return {**options, "enforce": Path(chosen).resolve() if chosen else None}


def check_policy(options: dict[str, Any]) -> None:
    """Refuse a file that isn't there; for commands that delete something before they start the cloud.

    Raises:
        click.UsageError: There is no such file.
    """
    chosen = options["enforce"]
    if chosen not in (None, DEFAULT_POLICY) and not Path(chosen).is_file():
        raise click.UsageError(f"--enforce {chosen}: there is no such file.")


def uses_aws() -> bool:
    """Whether `WORKSHOP_CLOUD=aws` is set."""
    from workshop_lib.errors import AmbiguousCloud
    from workshop_lib.guards import choose_cloud

    try:
        return choose_cloud(os.environ) == "aws"
    except AmbiguousCloud as error:
        raise click.UsageError(str(error)) from error
