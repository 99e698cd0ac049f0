"""What a command says on AWS before it may cost anything: who you are, what will be made, its costs, and the time."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from workshop_lib.cloud import Cloud
    from workshop_lib.doctor import Examination
    from workshop_lib.names import WorkshopNames

Say = Callable[[str], None]

LOOKING = "Looking at the AWS account. This changes nothing."
NO_NAMES = (
    "There are no names yet, so permissions, bucket names and earlier runs were not looked at. Run steps 1 to 6 of "
    "notebook 00, which change nothing on AWS, then run this again."
)


def show_before_paying(cloud: Cloud, names: WorkshopNames, notebooks: Sequence[Path], say: Say) -> None:
    """Say who pays, how this machine reaches AWS, what the notebooks make, and how long they take.

    Args:
        cloud: AWS.
        names: The learner's names.
        notebooks: Those that will run.
        say: Prints a text.
    """
    from workshop_lib.doctor import Examination, examine_account, examine_way
    from workshop_lib.plan import describe_waits, make_plan

    say(LOOKING)
    examined = Examination((*examine_account(cloud, names).findings, *examine_way(os.environ)))
    say(f"{examined}\n\n{make_plan(names)}\n")
    say(f"This runs {', '.join(path.stem for path in notebooks)}. {describe_waits([path.stem for path in notebooks])}")
    if not examined.is_fit:
        say("What is marked ✘ will probably stop the run. Fix it first.")


def examine(machine: Examination, cloud: Cloud, names_file: Path) -> tuple[Examination, str]:
    """Examine the account too, as far as names are known.

    Args:
        machine: What was found on the machine.
        cloud: AWS.
        names_file: The file of the names.

    Returns:
        All findings, and the plan as text.
    """
    from workshop_lib.doctor import Examination, examine_account
    from workshop_lib.errors import WorkshopError
    from workshop_lib.names import load_names
    from workshop_lib.plan import make_plan, summarize_costs

    try:
        names = load_names(names_file)
    except WorkshopError:  # the machine's findings say why
        return machine, f"\n\n{NO_NAMES}\n{summarize_costs()}"
    click.echo(LOOKING, err=True)
    findings = dict.fromkeys((*machine.findings, *examine_account(cloud, names).findings))  # both say who you are
    return Examination(tuple(findings)), f"\n\n{make_plan(names)}"


def confirm_costs(cloud: Cloud, account: str | None, say: Say, *, ask: Callable[[], str] | None = None) -> None:
    """Accept the costs for the account whose number is given, or typed now.

    Args:
        cloud: AWS.
        account: The number that was given with the command, if one was.
        say: Prints a text.
        ask: Asks for the number. A seam for tests; by default it asks at the terminal, if there is one.

    Raises:
        click.UsageError: No number was given, and there is no terminal.
        CostNotAccepted: The credentials belong to another account, or the number is empty.
    """
    from workshop_lib.cloud import accept_costs
    from workshop_lib.errors import CostNotAccepted

    if account is None:
        account = (ask or _ask)()
    told = accept_costs(cloud, account)
    if not cloud.may_cost:
        raise CostNotAccepted(told)
    say(told)


def _ask() -> str:
    if sys.stdin is None or not sys.stdin.isatty():  # None if it was closed, as in some schedulers
        raise click.UsageError(
            "A run on AWS costs money, so it asks for the number of the account that pays. Here is no terminal to ask "
            "at. Give the number with --account."
        )
    try:
        typed: str = click.prompt("To accept the costs, type the number of the account that pays (Ctrl-C to stop)")
    except click.Abort as stop:
        raise KeyboardInterrupt from stop
    return typed
