"""The command `python -m local_cloud`."""

from __future__ import annotations

import gc
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from local_cloud import process

if TYPE_CHECKING:
    from local_cloud.cloud import LocalCloud

_NONE_RUNS = "No local cloud is running. Start one with `workshop cloud` or `python -m local_cloud start` (background)."
_INTERRUPTED, _BUSY = 130, 3
_MOST_FILES = 65536


class _Commands(click.Group):
    """Commands with exit codes of their own: a shell's for Ctrl-C, as click's is 1, and one for busy clouds."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            ctx.exit(_INTERRUPTED)
        except process.CloudBusyError as busy:
            click.echo(f"Error: {busy}", err=True)
            ctx.exit(_BUSY)
        except process.StartError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """A cloud on this machine, for the two-region workshop.

    It runs the AWS APIs, an edge for distributions and a nameserver, all on 127.0.0.1. It needs no account and no
    Docker, and costs nothing. State is kept in memory and ends with the process.
    """


def _serving_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that `serve` and `start` share."""
    for option in reversed(
        (
            click.option("--port", default=0, help="Port of the AWS APIs. [default: a free one]"),
            click.option("--edge-port", default=0, help="Port at which distributions answer. [default: a free one]"),
            click.option("--nameserver-port", default=0, help="UDP and TCP port for DNS. [default: a free one]"),
            click.option(
                "--speed", default=200.0, show_default=True, help="How many times shorter waits are than on AWS."
            ),
            click.option(
                "--environments", default=2, show_default=True, help="Environments an edge keeps per function version."
            ),
            click.option(
                "--concurrent-executions",
                default=1000,
                show_default=True,
                help="Functions an edge region runs at once; more are throttled.",
                type=click.IntRange(min=0),
            ),
            click.option(
                "--slow",
                multiple=True,
                metavar="NAME=SECONDS",
                help="Make a part of the cloud late, as AWS may be: `permissions=20`. Repeat it for more. "
                "local_cloud/delays.py lists the names.",
            ),
            click.option("--call-log", type=click.Path(path_type=Path), help="Append each API call to this file."),
            click.option(
                "--enforce",
                multiple=True,
                type=click.Path(exists=True, dir_okay=False, resolve_path=True, path_type=Path),
                help="Allow the learner only what the IAM policy in this file allows. Repeat it for more policies. "
                "[default: everything]",
            ),
            click.option(
                "--managed-policy",
                multiple=True,
                type=click.Path(exists=True, dir_okay=False, resolve_path=True, path_type=Path),
                help="Have a managed policy with this file's name and content from the start. Repeat it for more.",
            ),
        )
    ):
        command = option(command)
    return command


@main.command()
@_serving_options
@click.option("--until-stdin-closes", is_flag=True, help="End with the parent: when standard input ends.")
@click.option("--json/--text", "as_json", default=False, help="Print the environment as one line of JSON, or to read.")
def serve(until_stdin_closes: bool, as_json: bool, **options: Any) -> None:
    """Run the local cloud here, until Ctrl-C."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    if process.find():
        raise click.ClickException(process.RUNS_ALREADY)
    # There is nothing to undo yet, and a KeyboardInterrupt can get lost during imports.
    signal.signal(signal.SIGINT, lambda *_: os._exit(_INTERRUPTED))
    _allow_many_files()
    gc.disable()  # imports make no garbage, and collecting takes 10 % of the start
    with _no_certificates():
        from local_cloud.cloud import LocalCloud  # late: importing moto takes half a second

    registered: list[Callable[[dict[str, str]], None]] = []

    def keep_secret(secret: str) -> None:
        process.keep_secret(secret)
        for register in registered:
            register({**cloud.environment, "AWS_SECRET_ACCESS_KEY": secret})

    try:
        secret = process.read_secret()
    except OSError as error:
        text = f"The local cloud's secret can't be read: {error}"
        raise click.ClickException(f"{text} Remove that file; the next start makes a new one.") from error
    try:
        cloud = LocalCloud(**options, secret=secret, keep_secret=keep_secret)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(
            f"A port is taken: {error.strerror}. Leave out its option to use a free one."
        ) from error
    _end_on_signals(cloud.stop_requested)
    if until_stdin_closes:
        threading.Thread(target=_wait_for_end_of_stdin, args=(cloud.stop_requested,), daemon=True).start()
    with process.registration() as register, cloud:
        gc.freeze()
        gc.enable()
        register(cloud.environment)
        registered.append(register)
        click.echo(json.dumps(cloud.environment) if as_json else _describe(cloud))
        cloud.warm_up()
        # In short waits, as Ctrl-C doesn't interrupt an endless wait on Windows.
        while not cloud.stop_requested.wait(1.0):
            pass


@main.command()
@_serving_options
@click.option("--json/--text", "as_json", default=True, help="Print the environment as JSON (default), or to read.")
def start(as_json: bool, **options: Any) -> None:
    """Start the local cloud in the background, unless it is running. Print the environment for its clients."""
    flags = [
        f"--{name.replace('_', '-')}={value}"
        for name, given in options.items()
        for value in (given if isinstance(given, tuple) else (given,))
        if value is not None
    ]
    state = process.start(flags)
    click.echo(json.dumps(state.environment, indent=2) if as_json else describe_environment(state.environment))


@main.command()
def stop() -> None:
    """End the local cloud in the background. Everything in it is lost."""
    click.echo("The local cloud has ended." if process.stop() else "No local cloud was running.")


@main.command()
@click.option("--json/--text", "as_json", default=False, help="Print the environment as JSON, or to read (default).")
def status(as_json: bool) -> None:
    """Show whether the local cloud is running, and where. Exits with 1 if it isn't, with 3 if it doesn't answer."""
    state = _find()
    click.echo(json.dumps(state.environment, indent=2) if as_json else describe_environment(state.environment))


@main.command()
@click.option("--secret", is_flag=True, help="Change the secret too. Programs that know the old one are refused.")
def reset(secret: bool) -> None:
    """Delete everything in the local cloud. Its addresses stay."""
    state = _find()
    process.ask(state, "POST", "reset")
    click.echo("The local cloud is empty.")
    if secret:
        process.ask(state, "POST", "secret")
        click.echo("Its secret is a new one. Paste the export lines of `status` into each shell that uses it.")


@main.command()
@click.argument("method", type=click.Choice(["GET", "POST", "DELETE"]))
@click.argument("path")
def ask(method: str, path: str) -> None:
    """Send a request to the control API, such as `GET calls?since=0`, and print the JSON that it returns."""
    click.echo(json.dumps(process.ask(_find(), method, path), indent=2))


def _find() -> process.State:
    state = process.find()
    if state is None:
        raise click.ClickException(_NONE_RUNS)
    return state


def describe_environment(environment: dict[str, str]) -> str:
    """The addresses as text, and the shell commands that set them."""
    host, port = environment["WORKSHOP_NAMESERVER"].rsplit(":", 1)
    edge_port = environment["WORKSHOP_EDGE_URL"].rsplit(":", 1)[-1]
    locations = environment["WORKSHOP_EDGE_LOCATIONS"].replace("=", " ").replace(",", ", ")
    form = '$env:{} = "{}"' if sys.platform == "win32" else "export {}={}"
    lines = [
        f"  AWS APIs    {environment['AWS_ENDPOINT_URL']}",
        f"  Edge        {environment['WORKSHOP_EDGE_URL']}   (http://DISTRIBUTION.cloudfront.localhost:{edge_port}/)",
        f"              seen from {locations}",
        f"  Nameserver  {host}:{port}   (dig @{host} -p {port} NAME TXT)",
        f"  Control     {environment['WORKSHOP_CONTROL_URL']}",
        "",
        "To use it from a shell:",
        "",
        *(form.format(name, value) for name, value in environment.items()),
    ]
    return "\n".join(lines)


def _describe(cloud: LocalCloud) -> str:
    return f"The local cloud is ready. Ctrl-C ends it.\n\n{describe_environment(cloud.environment)}"


@contextmanager
def _no_certificates() -> Iterator[None]:
    """Hide certificates from aiohttp during its import. Reading them takes 0.1 s, and it needs none."""
    names = ("SSL_CERT_FILE", "SSL_CERT_DIR")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, os.devnull))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def _allow_many_files() -> None:
    """Open as many files as the system allows. macOS begins with 256, which 250 connections use up."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for wanted in (_MOST_FILES, 10240):  # macOS allows no more, whatever the hard limit is
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        if soft == resource.RLIM_INFINITY or soft >= limit:
            return
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
            return


def _end_on_signals(requested: threading.Event) -> None:
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, lambda *_: requested.set())


def _wait_for_end_of_stdin(requested: threading.Event) -> None:
    # Not sys.stdin: Python aborts if a thread is reading its buffer when Python ends.
    while os.read(0, 4096):
        pass
    requested.set()


if __name__ == "__main__":
    main(prog_name="python -m local_cloud")
