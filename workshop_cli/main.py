"""The console command `workshop`. It does all that `make` does, on machines without make too.

Each command is thin. Slow modules are imported by the commands that need them, so that `--help` is quick.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workshop_cli import on_aws, terminals
from workshop_cli.cloud_options import check_policies, check_run_options, cloud_options, uses_aws, with_policies
from workshop_cli.faults import fault
from workshop_cli.lab import lab
from workshop_cli.runs import whole_run
from workshop_cli.working_copy import BUILD, NOTEBOOKS, bring_notebooks
from workshop_lib import shared_cloud
from workshop_lib.errors import WorkshopError

if TYPE_CHECKING:
    from workshop_cli.runs.plan import Plan
    from workshop_lib.cloud import Cloud

OUTPUT = BUILD / "run"
INTERRUPTED = 130


class _Commands(click.Group):
    """Commands that exit with 130 after Ctrl-C, as shells expect. click would exit with 1, as after a failure.

    Errors of the workshop, of AWS and of botocore are shown as a sentence, without a traceback.
    """

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("\nInterrupted.", err=True)
            ctx.exit(INTERRUPTED)
        except WorkshopError as error:
            raise click.ClickException(str(error)) from error
        except Exception as error:
            if "botocore.exceptions" not in sys.modules:
                raise
            from botocore.exceptions import BotoCoreError, ClientError

            if not isinstance(error, BotoCoreError | ClientError):
                raise
            raise click.ClickException(str(error)) from error


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="two-region-workshop")
def main() -> None:
    """Learn how a website survives the loss of an AWS region.

    Start with `workshop lab`. Everything happens in a local cloud on this machine, unless WORKSHOP_CLOUD=aws is set.
    Before you use AWS, run `workshop doctor` with WORKSHOP_CLOUD=aws. It shows what will be made and what it costs.
    """


@main.command()
@cloud_options
@click.option("--stop", is_flag=True, help="End the local cloud and delete everything in it.")
def cloud(stop: bool, **options: Any) -> None:
    """Run the local cloud here until Ctrl-C.

    Prints its addresses and the lines that make a shell use it. The AWS CLI, boto3, dig and curl work with it as with
    AWS. Each user has one local cloud, so the notebooks use this one while it runs.
    """
    if stop:
        sys.exit(shared_cloud.run_command("stop"))
    shared_cloud.replace_this_process(with_policies(options, BUILD))


@main.command()
@cloud_options
@click.option(
    "-p", "--parameter", "pairs", multiple=True, metavar="NAME=VALUE", help="Set a parameter of the notebooks."
)
@click.option("--from", "first", metavar="NOTEBOOK", help="First notebook, such as 03. See above.")
@click.option("--to", "last", metavar="NOTEBOOK", help="Last notebook.")
@click.option("--running", is_flag=True, help="Use the running local cloud, and the names from notebook 00.")
@click.option("--account", metavar="NUMBER", help="On AWS: accept the costs for this account without being asked.")
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), default=OUTPUT, help="[default: build/run]")
@click.option("--notebooks", type=click.Path(file_okay=False, path_type=Path), default=NOTEBOOKS, hidden=True)
def run(
    pairs: tuple[str, ...],
    first: str | None,
    last: str | None,
    running: bool,
    account: str | None,
    output: Path,
    notebooks: Path,
    **options: Any,
) -> None:
    """Run the notebooks from start to end, as a person would.

    Writes to build/run: the executed notebooks, index.html to read, junit.xml with a case for each step, and
    calls.jsonl with every call of an AWS API. Exits with 1 if a step fails.

    The run has a local cloud of its own, which is empty at the start and ends with the run. So --from 03 also runs the
    notebooks before 03. With --running or WORKSHOP_CLOUD=aws it doesn't, because that cloud already holds their work.

    A parameter goes to every notebook that has it: -p weights=70,30 -p ttl=5

    With WORKSHOP_CLOUD=aws the run costs money. It first says who pays, what will be made, what that costs and how long
    it takes. Then it asks for the number of the account. Ctrl-C is safe, and so is running it again. The ports,
    --speed, --enforce and --running are for the local cloud only.
    """
    check_run_options(running, account, options)
    if notebooks == NOTEBOOKS:
        bring_notebooks()
    if not notebooks.is_dir():
        raise click.UsageError(f"There is no folder {notebooks}. Give the folder of the notebooks.")
    whole_run.spare_slow_imports()
    from workshop_cli.runs.plan import RequestError, make_plan
    from workshop_cli.runs.report import render_failure, render_table

    try:
        empty = not running and not uses_aws()
        plan = make_plan(notebooks, given=_read_pairs(pairs), first=first, last=last, with_preparations=empty)
    except RequestError as error:
        raise click.UsageError(str(error)) from error
    check_policies(options)
    if uses_aws():
        _accept_costs(plan, _read_pairs(pairs), account)
    whole_run.remove_old_results(output)
    learner = _read_pairs(pairs).get("learner", "*")
    options = with_policies(options, output, learner=learner, buckets="two-regions-*")  # as notebook 00 suggests
    result = whole_run.run_plan(plan, output, _choose_cloud(output, running, options), say=click.echo)
    click.echo("\n" + render_table(result))
    if result.failure:
        click.echo("\n" + render_failure(result.failure))
    if uses_aws() and result.outcome != "passed":
        click.echo("\n" + _describe_left())
    click.echo(f"Report: {output / 'index.html'}")
    click.echo(terminals.render_advice(os.environ), nl=False)
    sys.exit({"passed": 0, "failed": 1, "skipped": INTERRUPTED}[result.outcome])


def _accept_costs(plan: Plan, given: dict[str, str], account: str | None) -> None:
    """Say what a run on AWS will do and cost, and ask for the account's number."""
    from workshop_lib.names import recall_names

    chosen = {name: given.get(name, "") for name in ("learner", "source_region", "destination_region")}
    cloud, names = connect_beside(_names_file()), recall_names(**chosen, path=_names_file())
    on_aws.show_before_paying(cloud, names, plan.notebooks, click.echo)
    on_aws.confirm_costs(cloud, account, click.echo)


def _choose_cloud(
    output: Path, running: bool, options: dict[str, Any]
) -> AbstractContextManager[whole_run.FindEnvironment]:
    from workshop_lib.cloud_process import starting_cloud

    names = {"WORKSHOP_NAMES": str(_names_file())}
    if uses_aws():
        logged = {**names, "WORKSHOP_CALL_LOG": str((output / "calls.jsonl").resolve())}
        return nullcontext(lambda: logged)
    if running:
        found = {**shared_cloud.find(), **names}
        return nullcontext(lambda: found)
    return starting_cloud(output / "local-cloud", {**options, "call_log": output / "calls.jsonl"})


@main.command()
def status() -> None:
    """Show the local cloud's addresses and the chosen names. Exits with 1 if no local cloud runs.

    With WORKSHOP_CLOUD=aws it lists what you have there, since when, and what of it costs money.
    """
    from workshop_lib.names import load_names

    exit_status = 0
    if uses_aws():
        click.echo("WORKSHOP_CLOUD=aws: the notebooks use AWS.")
    else:
        exit_status = shared_cloud.run_command("status")
    try:
        names = load_names(_names_file())
        click.echo(f"\nNames, from {_names_file()}:")
        for name, value in vars(names).items():
            click.echo(f"  {name:24}{value}")
    except WorkshopError as error:
        click.echo(f"\nNames: {error}")
        sys.exit(exit_status)
    if uses_aws():
        click.echo("\n" + _describe_left())
    sys.exit(exit_status)


@main.command()
def names() -> None:
    """Print the names chosen in notebook 00 as lines for a shell.

    The notebooks' AWS CLI commands need them: eval "$(workshop names)"
    """
    from workshop_lib.names import load_names

    chosen = load_names(_names_file())
    derived = {name: getattr(chosen, name) for name in ("failover_comment", "uncached_comment", "boundary_name")}
    for name, value in (vars(chosen) | derived).items():
        click.echo(f"export {name.upper()}={shlex.quote(value)}")


@main.command()
@click.argument("name")
@click.argument("values", nargs=-1, metavar="[PLACEHOLDER=VALUE]...")
def policy(name: str, values: tuple[str, ...]) -> None:
    """Print a JSON document of policies/, filled in.

    The notebooks' AWS CLI commands need it. Give a value for each placeholder. A value that begins with [ or { is read
    as JSON.
    """
    from workshop_lib.policies import list_policies, render_policy

    if name not in list_policies():
        raise click.UsageError(f"There is no policies/{name}.json. Choose one of: {', '.join(list_policies())}")
    try:
        filled = {
            key: json.loads(value) if value.startswith(("[", "{")) else value
            for key, value in _read_pairs(values).items()
        }
        click.echo(json.dumps(render_policy(name, **filled)))
    except (TypeError, json.JSONDecodeError) as error:
        raise click.UsageError(str(error)) from error


@main.command()
@click.confirmation_option(prompt="This deletes everything in the local cloud. Continue?")
def reset() -> None:
    """Delete everything in the local cloud. Its addresses stay.

    Use it to start again with notebook 00. On AWS, `workshop clean-up` deletes what the workshop made.
    """
    if uses_aws():
        raise click.ClickException("WORKSHOP_CLOUD=aws is set, and AWS can't be reset. Run `workshop clean-up`.")
    sys.exit(shared_cloud.run_command("reset"))


@main.command("clean-up")
@click.option("--yes", is_flag=True, help="Delete. Without it, only list what would be deleted.")
def clean_up(yes: bool) -> None:
    """List all that the workshop made, or delete it.

    Safe to run again. What AWS can delete only later is listed as waiting, such as the edge's copies of a function.
    Notebook 06 does the same, with explanations. Exits with 1 while anything of yours is left, or if it couldn't look
    everywhere. What other learners made in the account is named, and doesn't count.
    """
    from workshop_lib import clean_up as step
    from workshop_lib.names import load_names

    names, cloud = load_names(_names_file()), connect_beside(_names_file())
    if not cloud.is_local:
        click.echo(f"AWS account {cloud.account_id}:")
    report = step.delete_resources(cloud, names) if yes else None
    if report:
        click.echo(str(report))
    receipt = step.get_receipt(cloud, names, waiting=report.waiting if report else ())
    click.echo(str(receipt))
    if not yes and receipt.left:
        click.echo("Nothing was deleted. `workshop clean-up --yes` deletes what is listed above.")
    sys.exit(0 if receipt.is_clean else 1)


@main.command()
def doctor() -> None:
    """Check whether the workshop can run here, and say what to fix. Exits with 1 if it can't.

    With WORKSHOP_CLOUD=aws it also looks at the account: who you are, which permissions you lack, quotas, names that
    are taken, and what is left of earlier runs. Then it shows the plan: what the notebooks make, what that costs, and
    how long it takes. It changes nothing.

    ✔ is fine, ! may matter, ✘ must be fixed, ? could not be looked at.
    """
    from workshop_lib.doctor import examine_machine

    examination = examine_machine(names_file=_names_file())
    plan = ""
    if examination.is_fit and uses_aws():
        examination, plan = on_aws.examine(examination, connect_beside(_names_file()), _names_file())
    click.echo(str(examination) + plan)
    sys.exit(0 if examination.is_fit else 1)


main.add_command(fault)
main.add_command(lab)


def connect_beside(names_file: Path) -> Cloud:
    """Connect as the notebooks do, in any folder. The accepted costs are kept beside the names.

    Args:
        names_file: The file of the names.

    Raises:
        ClickException: No local cloud runs.
        WorkshopError: As for `workshop_lib.cloud.connect`.
    """
    from workshop_lib.cloud import connect

    # Without a local cloud it fails: a new one would be empty.
    return connect(environ={**os.environ, "WORKSHOP_NAMES": str(names_file)}, start=shared_cloud.find)


def _describe_left() -> str:
    """Say what exists in the AWS account, since when, what of it costs money, and how to delete it."""
    from workshop_lib.clean_up import get_receipt
    from workshop_lib.names import load_names
    from workshop_lib.receipts import REMEDY

    try:
        cloud = connect_beside(_names_file())
        return f"In AWS account {cloud.account_id}:\n{get_receipt(cloud, load_names(_names_file())).describe_left()}"
    except WorkshopError as error:
        return f"What exists in your AWS account can't be listed: {error}\n{REMEDY}"


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
