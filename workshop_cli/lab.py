"""`workshop lab`: JupyterLab, with a local cloud that its notebooks share."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from workshop_cli import terminals
from workshop_cli.cloud_options import cloud_options, uses_aws, with_policies
from workshop_cli.runs import whole_run
from workshop_cli.working_copy import BUILD, ROOT, bring_notebooks
from workshop_lib import shared_cloud

LAB_SETTINGS = Path(__file__).resolve().parent / "lab_settings"
"""Settings with which JupyterLab starts. A learner's own settings override them."""


@click.command()
@cloud_options
@click.option("--no-browser", is_flag=True, help="Only print the address of JupyterLab.")
@click.option(
    "--port",
    "lab_port",
    type=click.IntRange(1, 65535),
    metavar="PORT",
    help="Port of JupyterLab, or the next free one. [default: 8888]",
)
@click.argument("jupyter_options", nargs=-1, type=click.UNPROCESSED)
def lab(no_browser: bool, lab_port: int | None, jupyter_options: tuple[str, ...], **options: Any) -> None:
    """Open the workshop in JupyterLab, at the first notebook.

    Starts the local cloud first, unless it already runs or WORKSHOP_CLOUD=aws is set. The local cloud keeps running
    when JupyterLab ends, with everything you built in it. `workshop cloud --stop` ends it.

    If you installed a wheel, it first copies the notebooks to the current folder. Files that you changed stay.

    JupyterLab's own terminals find `workshop`. For other terminals, it prints the line to run there first.

    Options of JupyterLab itself go after two dashes: workshop lab -- --ServerApp.ip=127.0.0.1
    """
    bring_notebooks()
    if not uses_aws():
        os.environ.update(shared_cloud.start(with_policies(options, BUILD)))
    elif options["enforce"]:
        raise click.UsageError(
            "--enforce is for the local cloud only, but WORKSHOP_CLOUD=aws is set. AWS always enforces your "
            "permissions, so leave --enforce out."
        )
    elif any(value not in (None, ()) for value in options.values()):
        raise click.UsageError(
            "Speed and the ports are options of the local cloud, but WORKSHOP_CLOUD=aws is set. Leave them out."
        )
    click.echo(terminals.render_advice(os.environ), err=True, nl=False)
    os.environ["PATH"] = terminals.put_first(os.environ.get("PATH", ""))
    whole_run.spare_slow_imports()
    from jupyterlab.labapp import main as run_jupyterlab

    run_jupyterlab(
        [
            f"--ServerApp.root_dir={ROOT}",
            "--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb",
            f"--LabApp.app_settings_dir={LAB_SETTINGS}",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            f"--LabApp.open_browser={not no_browser}",
            # In a container the user is root, which JupyterLab refuses. It listens on loopback and asks for a token.
            f"--ServerApp.allow_root={getattr(os, 'geteuid', lambda: 1)() == 0}",
            *([f"--ServerApp.port={lab_port}"] if lab_port else []),
            *terminals.name_shell(os.environ, on_a_terminal=sys.stdout.isatty()),
            *jupyter_options,
        ]
    )
