"""The console command `workshop`: all that `make` does, for machines without make.

Each command is thin. What is slow to import is imported by the command that needs it, so that `--help` is quick.
"""

from __future__ import annotations

import importlib.resources
import json
import os
import shlex
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

import click

from workshop_cli import terminals
from workshop_cli.faults import fault
from workshop_cli.runs import whole_run
from workshop_cli.working_copy import update_working_copy
from workshop_lib import shared_cloud
from workshop_lib.resources import IS_CHECKOUT, RESOURCES

ROOT = RESOURCES if IS_CHECKOUT else Path.cwd()
"""Where the notebooks are, and what is built: the checkout or, installed from a wheel, the current folder."""
NOTEBOOKS = ROOT / "notebooks"
OUTPUT = ROOT / "build" / "run"
INTERRUPTED = 130
LAB_SETTINGS = Path(__file__).resolve().parent / "lab_settings"
"""Settings with which JupyterLab starts; a learner's own go before them."""
KIT = "policies/learner-permissions.json"
"""What `--enforce` says without a file."""

C = TypeVar("C", bound=Callable[..., Any])


class _Commands(click.Group):
    """Commands that Ctrl-C ends with the exit code that shells know it by; click's is 1, a failure's."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("\nInterrupted.", err=True)
            ctx.exit(INTERRUPTED)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="two-region-workshop")
def main() -> None:
    """Learn how a website survives the loss of an AWS region.

    Start with `workshop lab`. Everything happens in a local cloud on this machine, unless WORKSHOP_CLOUD=aws is set.
    """


def _addresses(command: C) -> C:
    """Add the options which every command has that starts a local cloud."""
    for name, what in (
        ("--nameserver-port", "Port of the nameserver, UDP and TCP"),
        ("--edge-port", "Port at which distributions answer"),
        ("--cloud-port" if command.__name__ == "lab" else "--port", "Port of the AWS APIs"),
    ):
        help_text = f"{what}. [default: a free one]"
        command = click.option(name, type=click.IntRange(0, 65535), metavar="PORT", help=help_text)(command)
    enforce = "Let you do only what the IAM policy in FILE says; without FILE, policies/learner-permissions.json."
    command = click.option("--enforce", is_flag=False, flag_value=KIT, metavar="[FILE]", help=enforce)(command)
    speed = "How many times faster than on AWS the long waits are. [default: 200]"
    return click.option("--speed", type=click.FloatRange(min=0, min_open=True), metavar="N", help=speed)(command)


@main.command()
@_addresses
@click.option("--stop", is_flag=True, help="End the local cloud, wherever it was started; all in it is gone.")
def cloud(stop: bool, **options: Any) -> None:
    """Run the local cloud here until Ctrl-C.

    Prints its addresses and the lines that make a shell use it. The AWS CLI, boto3, dig and curl work with it as they
    do with AWS. There is one local cloud for each user: while this one runs, the notebooks use it.
    """
    if stop:
        sys.exit(shared_cloud.ask("stop"))
    shared_cloud.become(_with_policy(options, ROOT / "build"))


@main.command()
@_addresses
@click.option("--no-browser", is_flag=True, help="Only print the address of JupyterLab.")
@click.option(
    "--port",
    "lab_port",
    type=click.IntRange(1, 65535),
    metavar="PORT",
    help="Port of JupyterLab; the next free one if it is taken. [default: 8888]",
)
@click.argument("jupyter_options", nargs=-1, type=click.UNPROCESSED)
def lab(no_browser: bool, lab_port: int | None, jupyter_options: tuple[str, ...], **options: Any) -> None:
    """Open the workshop in JupyterLab, at the first notebook.

    Starts the local cloud first, unless it runs or WORKSHOP_CLOUD=aws is set. The local cloud stays when JupyterLab
    ends, with all you built in it; `workshop cloud --stop` ends it.

    Installed from a wheel, it first copies the notebooks to the current folder. What you changed there stays.

    JupyterLab's own terminals find `workshop`. For any other terminal, a line says what to run there first.

    Options of JupyterLab itself go after two dashes: workshop lab -- --ServerApp.ip=127.0.0.1
    """
    _bring_notebooks()
    if not _uses_aws():
        os.environ.update(shared_cloud.start(_with_policy(options, ROOT / "build")))
    elif options["enforce"]:
        raise click.UsageError("On AWS your own permissions are enforced, always.")
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
            # In a container one is root, and JupyterLab would refuse; it listens on loopback, and asks for a token.
            f"--ServerApp.allow_root={getattr(os, 'geteuid', lambda: 1)() == 0}",
            *([f"--ServerApp.port={lab_port}"] if lab_port else []),
            *terminals.name_shell(os.environ, on_a_terminal=sys.stdout.isatty()),
            *jupyter_options,
        ]
    )


@main.command()
@_addresses
@click.option(
    "-p", "--parameter", "pairs", multiple=True, metavar="NAME=VALUE", help="Set a parameter of the notebooks."
)
@click.option("--from", "first", metavar="NOTEBOOK", help="Begin with this one, such as 03. See above.")
@click.option("--to", "last", metavar="NOTEBOOK", help="End with this one.")
@click.option("--running", is_flag=True, help="Use the local cloud that runs, and the names chosen in notebook 00.")
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), default=OUTPUT, help="[default: build/run]")
@click.option("--notebooks", type=click.Path(file_okay=False, path_type=Path), default=NOTEBOOKS, hidden=True)
def run(
    pairs: tuple[str, ...],
    first: str | None,
    last: str | None,
    running: bool,
    output: Path,
    notebooks: Path,
    **options: Any,
) -> None:
    """Run the notebooks from start to end, as a person would.

    Leaves in build/run the executed notebooks, index.html to read, junit.xml with a case for each step, and calls.jsonl
    with every call of an AWS API. Exits with 1 when a step fails.

    The run has a local cloud of its own, empty at the start and gone at the end. So with --from 03 the notebooks that
    03 builds on run first, too. In a cloud that holds their work already (--running, or WORKSHOP_CLOUD=aws) they don't.

    A parameter goes to every notebook that has it: -p weights=70,30 -p ttl=5
    """
    if notebooks == NOTEBOOKS:
        _bring_notebooks()
    if not notebooks.is_dir():
        raise click.UsageError(f"There is no folder {notebooks}.")
    whole_run.spare_slow_imports()
    from workshop_cli.runs.plan import RequestError, make_plan
    from workshop_cli.runs.report import render_failure, render_table
    from workshop_lib.errors import WorkshopError

    if any(value is not None for value in options.values()):
        if _uses_aws():
            raise click.UsageError("Ports, speed and policy are of the local cloud, and WORKSHOP_CLOUD=aws is set.")
        if running:
            raise click.UsageError("The local cloud that runs keeps its ports, speed and policy.")
    try:
        empty = not running and not _uses_aws()
        plan = make_plan(notebooks, given=_read_pairs(pairs), first=first, last=last, with_preparations=empty)
    except RequestError as error:
        raise click.UsageError(str(error)) from error
    _require_policy(options)
    whole_run.make_room(output)
    options = _with_policy(options, output, buckets="two-regions-*")  # as notebook 00 suggests
    try:
        result = whole_run.run_plan(plan, output, _choose_cloud(output, running, options), say=click.echo)
    except WorkshopError as error:
        raise click.ClickException(str(error)) from error
    click.echo("\n" + render_table(result))
    if result.failure:
        click.echo("\n" + render_failure(result.failure))
    click.echo(f"Report: {output / 'index.html'}")
    click.echo(terminals.render_advice(os.environ), nl=False)
    sys.exit({"passed": 0, "failed": 1, "skipped": INTERRUPTED}[result.outcome])


def _choose_cloud(
    output: Path, running: bool, options: dict[str, Any]
) -> AbstractContextManager[whole_run.FindEnvironment]:
    from workshop_cli.runs.own_cloud import starting_cloud

    names = {"WORKSHOP_NAMES": str(_names_file())}
    if _uses_aws():
        return nullcontext(lambda: names)
    if running:
        found = {**shared_cloud.find(), **names}
        return nullcontext(lambda: found)
    return starting_cloud(output / "local-cloud", {**options, "call_log": output / "calls.jsonl"})


@main.command()
def status() -> None:
    """Say what runs, where it answers, and which names were chosen. Exits with 1 when nothing runs."""
    from workshop_lib.errors import WorkshopError
    from workshop_lib.names import load_names

    exit_status = 0
    if _uses_aws():
        click.echo("WORKSHOP_CLOUD=aws: the notebooks use AWS.")
    else:
        exit_status = shared_cloud.ask("status")
    try:
        names = load_names(_names_file())
        click.echo(f"\nNames, from {_names_file()}:")
        for name, value in vars(names).items():
            click.echo(f"  {name:24}{value}")
    except WorkshopError as error:
        click.echo(f"\nNames: {error}")
    sys.exit(exit_status)


@main.command()
def names() -> None:
    """Print the names chosen in notebook 00 as lines for a shell.

    For the AWS CLI twins of the notebooks: eval "$(workshop names)"
    """
    from workshop_lib.errors import WorkshopError
    from workshop_lib.names import load_names

    try:
        chosen = load_names(_names_file())
    except WorkshopError as error:
        raise click.ClickException(str(error)) from error
    derived = {name: getattr(chosen, name) for name in ("failover_comment", "uncached_comment")}
    for name, value in (vars(chosen) | derived).items():
        click.echo(f"export {name.upper()}={shlex.quote(value)}")


@main.command()
@click.argument("name")
@click.argument("values", nargs=-1, metavar="[PLACEHOLDER=VALUE]...")
def policy(name: str, values: tuple[str, ...]) -> None:
    """Print a JSON document of policies/, its placeholders filled in.

    A value that begins with [ or { is read as JSON. For the AWS CLI twins of the notebooks.
    """
    from workshop_lib.policies import list_policies, render_policy

    if name not in list_policies():
        raise click.UsageError(f"There is no policies/{name}.json. There are: {', '.join(list_policies())}")
    try:
        filled = {
            key: json.loads(value) if value.startswith(("[", "{")) else value
            for key, value in _read_pairs(values).items()
        }
        click.echo(json.dumps(render_policy(name, **filled)))
    except (TypeError, json.JSONDecodeError) as error:
        raise click.UsageError(str(error)) from error


@main.command()
@click.confirmation_option(prompt="Everything in the local cloud will be gone. Go on?")
def reset() -> None:
    """Empty the local cloud; its addresses stay.

    For a fresh start with notebook 00. On AWS it is refused: there, `workshop clean-up` removes what the workshop made.
    """
    if _uses_aws():
        raise click.ClickException("WORKSHOP_CLOUD=aws is set, and AWS can't be reset. Use workshop clean-up.")
    sys.exit(shared_cloud.ask("reset"))


@main.command("clean-up")
@click.option("--yes", is_flag=True, help="Delete. Without it, only list what would go.")
def clean_up(yes: bool) -> None:
    """List all that the workshop made, or delete it.

    Safe to run again. What AWS lets go only later, such as the edge's copies of a function, is listed as waiting.
    Notebook 06 does the same, with explanations.
    """
    from workshop_lib import clean_up as step
    from workshop_lib.cloud import connect
    from workshop_lib.errors import WorkshopError
    from workshop_lib.names import load_names

    try:
        names, cloud = load_names(_names_file()), connect(start=shared_cloud.find)  # an empty one would be no help
        if not yes:
            found = step.find_resources(cloud, names)
            for resource in found:
                click.echo(f"{resource.kind:28}{resource.region:16}{resource.name}")
            advice = "Nothing was deleted. `workshop clean-up --yes` deletes what is listed above."
            click.echo(advice if found else "Nothing of the workshop is there.")
            return
        click.echo(str(step.delete_resources(cloud, names)))
        click.echo(str(step.get_receipt(cloud, names)))
    except WorkshopError as error:
        raise click.ClickException(str(error)) from error


@main.command()
def doctor() -> None:
    """Examine this machine, and say what to fix. Exits with 1 when something stands in the way."""
    from workshop_lib.doctor import examine_machine

    examination = examine_machine(names_file=_names_file())
    click.echo(str(examination))
    sys.exit(0 if examination.is_fit else 1)


main.add_command(fault)


def _with_policy(options: dict[str, Any], folder: Path, *, buckets: str = "*") -> dict[str, Any]:
    """The options of a local cloud, `enforce` now the file of the policy."""
    chosen = options["enforce"]
    if chosen == KIT:
        from workshop_lib.policies import write_learner_policy

        return {
            **options,
            "enforce": write_learner_policy(folder.resolve() / whole_run.LEARNER_POLICY, buckets=buckets),
        }
    _require_policy(options)
    return {**options, "enforce": Path(chosen).resolve() if chosen else None}


def _require_policy(options: dict[str, Any]) -> None:
    chosen = options["enforce"]
    if chosen not in (None, KIT) and not Path(chosen).is_file():
        raise click.UsageError(f"--enforce {chosen}: there is no such file.")


def _bring_notebooks() -> None:
    """Copy the notebooks, and the edge function that they show, to the current folder; in a checkout they are there."""
    if IS_CHECKOUT:
        return
    code = Path(str(importlib.resources.files("edge_function")))
    copied = update_working_copy(ROOT, sources={"notebooks": RESOURCES / "notebooks", "edge_function": code})
    if copied.written:
        click.echo(f"Copied {len(copied.written)} files to {ROOT}.", err=True)
    for name in copied.kept:
        click.echo(f"You changed {name}. It stays as it is, and the newer one was not copied.", err=True)


def _uses_aws() -> bool:
    from workshop_lib.errors import AmbiguousCloud
    from workshop_lib.guards import choose_cloud

    try:
        return choose_cloud(os.environ) == "aws"
    except AmbiguousCloud as error:
        raise click.UsageError(str(error)) from error


def _names_file() -> Path:
    return Path(os.environ.get("WORKSHOP_NAMES") or NOTEBOOKS / "workshop-names.json")


def _read_pairs(pairs: tuple[str, ...]) -> dict[str, str]:
    for pair in pairs:
        name, equals, _ = pair.partition("=")
        if not equals or not name.isidentifier():
            raise click.UsageError(f"-p {pair}: write -p NAME=VALUE, such as -p weights=70,30")
    return {name: value for name, _, value in (pair.partition("=") for pair in pairs)}


if __name__ == "__main__":
    main()
