"""Small S3 GETs: the local cloud against stock `moto_server`, in one interleaved run.

    python -m benchmarks.bench_s3 [--rounds 5] [--seconds 2]

Both serve the same object of 1 KiB; wrk asks each in turn, with 8 connections. Prints machine, medians and ratio.
"""

from __future__ import annotations

import contextlib
import os
import platform
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import boto3
import click
from botocore.exceptions import BotoCoreError

from benchmarks.signing import sign_get
from workshop_lib.cloud_process import own_cloud

BUCKET, KEY = "site", "index.html"
Server = tuple[str, str, str]
"""An address, and the access key and secret of its clients."""


@click.command(help=__doc__)
@click.option("--rounds", default=5, show_default=True)
@click.option("--seconds", default=2, show_default=True)
def main(rounds: int, seconds: int) -> None:
    if not shutil.which("wrk"):
        raise click.ClickException("wrk is not installed.")
    rates: dict[str, list[float]] = {"local cloud": [], "stock moto_server": []}
    with local_cloud() as ours, moto_server() as stock:
        for server in (ours, stock):
            put_object(*server)
        for _ in range(rounds):
            for name, server in zip(rates, (ours, stock), strict=True):
                rates[name].append(requests_per_second(*server, seconds))
    medians = {name: statistics.median(values) for name, values in rates.items()}
    click.echo(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for name, median in medians.items():
        click.echo(f"{name:20} {median:8.0f} GET/s   (each round: {' '.join(f'{rate:.0f}' for rate in rates[name])})")
    click.echo(f"{'ratio':20} {medians['local cloud'] / medians['stock moto_server']:8.2f} x   (aim: 2.5 x)")


@contextlib.contextmanager
def local_cloud() -> Iterator[Server]:
    """The local cloud in a process of its own, which ends with this one."""
    with tempfile.TemporaryDirectory() as folder, own_cloud(Path(folder), {}) as environment:
        yield environment["AWS_ENDPOINT_URL"], environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]


@contextlib.contextmanager
def moto_server() -> Iterator[Server]:
    """Moto as it comes."""
    with (
        free_port() as port,
        running([str(Path(sys.executable).with_name("moto_server")), "-p", str(port)], port) as url,
    ):
        yield url, "any", "any"


@contextlib.contextmanager
def running(command: list[str], port: int) -> Iterator[str]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def free_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    yield port


def put_object(url: str, key: str, secret: str) -> None:
    """Put the object, as soon as the server answers."""
    s3 = boto3.client(
        "s3", endpoint_url=url, region_name="us-east-1", aws_access_key_id=key, aws_secret_access_key=secret
    )
    for _ in range(200):
        with contextlib.suppress(BotoCoreError):
            s3.create_bucket(Bucket=BUCKET)
            break
        time.sleep(0.05)
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=b"x" * 1024, ContentType="text/html")


def requests_per_second(url: str, key: str, secret: str, seconds: int) -> float:
    """What wrk measures. All requests of a round have one signature, which the local cloud verifies each time."""
    page = f"{url}/{BUCKET}/{KEY}"
    headers = [part for header in sign_get(page, key, secret).items() for part in ("-H", ": ".join(header))]
    command = ["wrk", "-t1", "-c8", f"-d{seconds}s", *headers, page]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in output:
        raise click.ClickException(f"{page} did not answer every request with 200:\n{output}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", output)
    if not found:
        raise click.ClickException(output)
    return float(found[1])


if __name__ == "__main__":
    main()
