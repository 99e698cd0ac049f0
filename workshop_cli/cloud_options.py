"""The options of every command that starts a local cloud, and whether to start one at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

GRANTED = "the learner's policies"
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
    enforce = (
        "Allow only what the IAM policy in FILE allows. Repeat it for more policies. Without FILE it is what "
        "policies/learner-build.json and policies/learner-look-and-clean-up.json allow."
    )
    command = click.option(
        "--enforce", is_flag=False, flag_value=GRANTED, multiple=True, metavar="[FILE]", help=enforce
    )(command)
    speed = "Make long waits N times shorter than on AWS. [default: 200]"
    return click.option("--speed", type=click.FloatRange(min=0, min_open=True), metavar="N", help=speed)(command)


def with_policies(options: dict[str, Any], folder: Path, *, learner: str = "*", buckets: str = "*") -> dict[str, Any]:
    """Return the options of a local cloud, with the policies' files, and with the boundary that they demand."""
    chosen = options["enforce"]
    check_policies(options)
    if not chosen:
        return options
    from workshop_lib.policies import write_grants

    granted = write_grants(folder.resolve(), learner=learner, source_bucket=buckets, destination_bucket=buckets)
    own = () if chosen == (GRANTED,) else tuple(Path(file).resolve() for file in chosen)
    return {**options, **granted, **({"enforce": own} if own else {})}


def check_policies(options: dict[str, Any]) -> None:
    """Refuse a missing file early, for commands that delete old results before they start the cloud.

    Raises:
        click.UsageError: There is no such file.
    """
    chosen = options["enforce"]
    for file in () if chosen == (GRANTED,) else chosen:
        if not Path(file).is_file():
            raise click.UsageError(f"--enforce {file}: there is no such file. Give the file of an IAM policy in JSON.")


def check_run_options(running: bool, account: str | None, options: dict[str, Any]) -> None:
    """Refuse options of `workshop run` that mean nothing in the chosen cloud.

    Raises:
        click.UsageError: An option has no meaning there.
    """
    is_local = any(value not in (None, ()) for value in options.values())
    if uses_aws():
        if is_local:
            raise click.UsageError(
                "Ports, speed and policy are options of the local cloud, but WORKSHOP_CLOUD=aws is set. Leave them out."
            )
        if running:
            raise click.UsageError(
                "--running means the running local cloud, but WORKSHOP_CLOUD=aws is set. Leave it out. On AWS a run "
                "always goes on with what is there."
            )
    elif account is not None:
        raise click.UsageError("--account is for AWS, but WORKSHOP_CLOUD=aws isn't set. The local cloud costs nothing.")
    elif running and is_local:
        raise click.UsageError(
            "The running local cloud keeps its ports, speed and policy. Leave these options out, or leave out "
            "--running."
        )


def uses_aws() -> bool:
    """Whether `WORKSHOP_CLOUD=aws` is set."""
    from workshop_lib.errors import AmbiguousCloud
    from workshop_lib.guards import choose_cloud

    try:
        return choose_cloud(os.environ) == "aws"
    except AmbiguousCloud as error:
        raise click.UsageError(str(error)) from error
