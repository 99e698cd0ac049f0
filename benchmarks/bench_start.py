"""From the command to the first answer: `python -m local_cloud serve` against stock `moto_server`, interleaved.

    python -m benchmarks.bench_start [--rounds 5]

The first answer is that of S3's ListBuckets, asked every 5 ms. Prints machine, medians and ratio.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click

from benchmarks.signing import sign_get
from local_cloud import process


@click.command(help=__doc__)
@click.option("--rounds", default=5, show_default=True)
def main(rounds: int) -> None:
    seconds: dict[str, list[float]] = {"local cloud": [], "stock moto_server": []}
    for _ in range(rounds):
        for name in seconds:
            seconds[name].append(until_first_answer(name))
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    click.echo(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for name, median in medians.items():
        click.echo(f"{name:20} {median:6.2f} s   (each round: {' '.join(f'{value:.2f}' for value in seconds[name])})")
    click.echo(f"{'ratio':20} {medians['local cloud'] / medians['stock moto_server']:6.2f} x   (limit: 1.5 s)")


def until_first_answer(name: str) -> float:
    """Seconds from starting the process until it answers a call."""
    port = free_port()
    command = [sys.executable, "-m", "local_cloud", "serve", f"--port={port}"]
    if name != "local cloud":
        command = [str(Path(sys.executable).with_name("moto_server")), "-p", str(port)]
    with tempfile.TemporaryDirectory() as folder:
        os.environ["WORKSHOP_STATE_DIR"] = folder
        headers = sign_get(f"http://127.0.0.1:{port}/", "local", process.read_secret())
        begin = time.perf_counter()
        started = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            while not answers(port, headers):
                time.sleep(0.005)
            return time.perf_counter() - begin
        finally:
            started.terminate()
            started.wait()


def answers(port: int, headers: dict[str, str]) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with contextlib.suppress(OSError), contextlib.closing(connection):
        connection.request("GET", "/", headers=headers)
        return connection.getresponse().status == 200
    return False


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


if __name__ == "__main__":
    main()
