"""The command `workshop fault`: break something in the running local cloud for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from workshop_lib import shared_cloud
from workshop_lib.faults import ENDED, KINDS, cause_fault, end_faults, list_faults

if TYPE_CHECKING:
    from workshop_lib.cloud import Cloud
    from workshop_lib.faults import Fault

TURN = 0.2
"""Seconds between two looks. A fault may be ended from elsewhere."""

_WIDEST = max(map(len, KINDS))
_TABLE = "\n".join(f"  {kind:{_WIDEST}}  {what}" for kind, what in KINDS.items())
_HELP = f"""Break something in the local cloud for a while.

Waits until the fault is over. Ctrl-C ends it at once, and so does --end in another terminal. Notebooks see the fault as
they would see an outage of AWS. On AWS itself, invert the health check: step 4 of notebook 05.

\b
KIND is one of
{_TABLE}

\b
For example, half a minute without S3 in Ireland:
  workshop fault s3-unavailable --region eu-west-1 --seconds 30
"""


@click.command(help=_HELP, short_help="Break something in the local cloud for a while.")
@click.argument("kind", required=False)
@click.option("--region", metavar="REGION", help="Region, for a kind that happens in one; such as eu-west-1.")
@click.option("--seconds", type=float, default=60.0, show_default=True, help="How long it lasts, at most 600.")
@click.option("--delay", type=float, default=2.0, show_default=True, help="Seconds by which s3-slow delays an answer.")
@click.option("--list", "only_list", is_flag=True, help="Only list the faults in force.")
@click.option("--end", "only_end", is_flag=True, help="End all faults in force.")
def fault(kind: str | None, region: str | None, seconds: float, delay: float, only_list: bool, only_end: bool) -> None:
    """Cause a fault and wait, list faults, or end them."""
    from workshop_lib.cloud import connect

    if sum(map(bool, (kind, only_list, only_end))) != 1:
        raise click.UsageError(f"Give one KIND of fault, or --list, or --end. Kinds are {', '.join(KINDS)}.")
    cloud = connect(start=shared_cloud.find)
    if only_list:
        _show(list_faults(cloud))
    elif only_end:
        click.echo(ENDED.format(end_faults(cloud)))
    else:
        with cause_fault(cloud, kind=str(kind), region=region, seconds=seconds, delay=delay) as caused:
            wait_until_over(cloud, caused)
        click.echo(f"Over: {caused}.")


def wait_until_over(cloud: Cloud, fault: Fault, *, sleep: Callable[[float], None] = time.sleep) -> None:
    """Wait until a fault has ended, by itself or by `--end`, and draw a progress bar.

    Args:
        cloud: The local cloud.
        fault: From `cause_fault`.
        sleep: Seam for tests.
    """
    from workshop_lib.polling import draw_progress

    with draw_progress(str(fault), fault.seconds) as bar:
        while left := [one.ends_in for one in list_faults(cloud) if one.id == fault.id]:
            bar.n = round(fault.seconds - left[0], 1)
            bar.refresh()
            sleep(min(TURN, left[0]))


def _show(faults: list[Fault]) -> None:
    for one in faults:
        click.echo(f"{one.id:>4}  {one.ends_in:5.1f} s left  {one}")
    if not faults:
        click.echo("No fault is in force.")
