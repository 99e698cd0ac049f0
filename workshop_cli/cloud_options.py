"""The options of every command that starts a local cloud, and whether to start one at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

LEARNER_POLICY = "learner-permissions.json"
"""File name of the learner's policy, with its placeholders filled in."""
DEFAULT_POLICY = f"policies/{LEARNER_POLICY}"
"""The value of `--enforce` without a file."""

C = TypeVar("C", bound=Callable[..., Any])


def cloud_options(command: C) -> C:
    """Add the options of every command that starts a local cloud."""
    port = "--cloud-port" if command.__name__ == "lab" else "--port"  # the --port of `lab` is JupyterLab's
    for names, what in (
        (("--nameserver-port",), "Port of the nameserver, UDP and TCP"),
        (("--edge-port",), "Port of the distributions"),
        ((port, "port"), "Port of the AWS APIs"),
    ):
        help_text = f"{what}. [default: a free port]"
        command = click.option(*names, type=click.IntRange(0, 65535), metavar="PORT", help=help_text)(command)
    enforce = f"Allow only what the IAM policy in FILE allows. Without FILE it is {DEFAULT_POLICY}."
    command = click.option("--enforce", is_flag=False, flag_value=DEFAULT_POLICY, metavar="[FILE]", help=enforce)(
        command
    )
    speed = "Make long waits N times shorter than on AWS. [default: 200]"
    return click.option("--speed", type=click.FloatRange(min=0, min_open=True), metavar="N", help=speed)(command)


def with_policy(options: dict[str, Any], folder: Path, *, buckets: str = "*") -> dict[str, Any]:
    """Return the options of a local cloud, with the policy's file as `enforce`."""
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
    """Refuse a missing file early, for commands that delete old results before they start the cloud.

    Raises:
        click.UsageError: There is no such file.
    """
    chosen = options["enforce"]
    if chosen not in (None, DEFAULT_POLICY) and not Path(chosen).is_file():
        raise click.UsageError(f"--enforce {chosen}: there is no such file. Give the file of an IAM policy in JSON.")


def uses_aws() -> bool:
    """Whether `WORKSHOP_CLOUD=aws` is set."""
    from workshop_lib.errors import AmbiguousCloud
    from workshop_lib.guards import choose_cloud

    try:
        return choose_cloud(os.environ) == "aws"
    except AmbiguousCloud as error:
        raise click.UsageError(str(error)) from error
