"""How fast the edge function starts and decides: ratios from one interleaved run.

    python -m benchmarks edge_function

A start is measured as a whole process of the bare interpreter (`-I -S -B`), without what a virtual environment or a
shim adds. It is also measured with as little of a processor as Lambda gives with little memory: the process is stopped
and continued 50 times a second. A decision is measured three ways, since "a handler that does nothing" has three honest
meanings.
"""

from __future__ import annotations

import io
import json
import os
import platform
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import dns.message
import dns.rrset

from edge_function import handler as edge
from workshop_lib.lambda_edge import make_event
from workshop_lib.packaging import package_edge_function

PYTHON = getattr(sys, "_base_executable", sys.executable)
STARTS = 21
SLOW_STARTS = 5
MEMORY = (128, 256, 512, 1769)
"""MB. With 1,769 Lambda gives one whole virtual processor, and with less in proportion (LDG, configuration-memory)."""
PERIOD = 0.02
QUIET = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
ROUNDS = 15
CALLS = 5000


def main() -> None:
    """Measure and print."""
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    package = package_edge_function()
    source_only = package_edge_function(runtime="python3.13" if package.runtime != "python3.13" else "python3.12")
    print(f"zip: {package.size:,} bytes with byte code, {source_only.size:,} without ({len(package.files)} files)\n")
    with tempfile.TemporaryDirectory() as folder:
        zipfile.ZipFile(io.BytesIO(package.zip_bytes)).extractall(folder)
        bench_starts(folder)
        bench_slow_starts(folder)
    bench_decisions()


def bench_starts(task_root: str) -> None:
    """Whole processes, one of each kind in turn; the floor is what `import socket, json` takes."""
    path = f"import sys; sys.path.insert(0, {task_root!r}); "
    event = f"handler.handler({make_event()!r}, None)"
    programs = {
        "nothing": "pass",
        "import socket, json": "import socket, json",
        "import handler": f"{path}import handler",
        "… and a request without the header": f"{path}import handler; {event}",
    }

    def start(program: str) -> float:
        began = time.perf_counter()
        subprocess.run([PYTHON, "-I", "-S", "-B", "-c", program], check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - began

    times: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(STARTS):
        for name, program in programs.items():
            times[name].append(start(program))
    report("cold start", times, floor="import socket, json", unit=1e3, of="ms", minus="nothing")


def bench_slow_starts(task_root: str) -> None:
    """From the start of the process to the first answer from DNS, with what Lambda gives of a processor."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nameserver:
        nameserver.bind(("127.0.0.1", 0))
        threading.Thread(target=answer_queries, args=(nameserver,), daemon=True).start()
        event = make_event(dns_origin="origin.two-regions.test", name_servers=["127.0.0.1"])
        program = (
            f"import sys; sys.path.insert(0, {task_root!r}); import handler; "
            f"handler.find_resolver('127.0.0.1', handler.find_address).port = {nameserver.getsockname()[1]}; "
            f"handler.handler({event!r}, None)"
        )
        for memory in MEMORY:
            seconds, used = zip(*(start_slowly(program, memory / MEMORY[-1]) for _ in range(SLOW_STARTS)), strict=True)
            print(
                f"first answer with {memory:5} MB: {statistics.median(seconds):5.2f} s, "
                f"{statistics.median(used) * 1e3:.0f} ms of a processor"
            )
    print()


def answer_queries(nameserver: socket.socket) -> None:
    """Answer every query with one bucket."""
    while True:
        query, sender = nameserver.recvfrom(512)
        response = dns.message.make_response(dns.message.from_wire(query))
        text = '"destination-bucket.s3.ap-southeast-1.amazonaws.com"'
        response.answer.append(dns.rrset.from_text(response.question[0].name, 60, "IN", "TXT", text))
        nameserver.sendto(response.to_wire(), sender)


def start_slowly(program: str, share: float) -> tuple[float, float]:
    """Run a program with a share of a processor. Returns how long it took, and its processor time."""
    began = time.perf_counter()
    process = os.posix_spawn(PYTHON, [PYTHON, "-I", "-S", "-B", "-c", program], {}, file_actions=QUIET)
    while not (ended := os.wait4(process, os.WNOHANG))[0]:
        time.sleep(PERIOD * share)
        os.kill(process, signal.SIGSTOP if share < 1 else signal.SIGCONT)
        time.sleep(PERIOD * (1 - share))
        os.kill(process, signal.SIGCONT)
    assert ended[1] == 0, ended
    return time.perf_counter() - began, ended[2].ru_utime + ended[2].ru_stime


def bench_decisions() -> None:
    """A decision from the TTL cache against a handler that returns the request as it is."""
    text = json.dumps(make_event(dns_origin="origin.two-regions.test"))
    origin = "destination-bucket.s3.ap-southeast-1.amazonaws.com"

    event = json.loads(text)

    class Context:
        aws_request_id = "b1c3c1f4-33a8-4c2d-9a29-7f0b5e4a1c11"

    def nothing(event: Any, context: Any) -> Any:
        return event["Records"][0]["cf"]["request"]

    with redirect_stdout(io.StringIO()):
        edge.handler(json.loads(text), Context, look_up=lambda *_: ([origin], 86400))
    for title, log in (
        ("log to nowhere", Nowhere()),
        ("log to /dev/null, flushed as Lambda's runtime does", DevNull()),
    ):
        cases = {
            "as the runtime calls it (JSON in, JSON out)": lambda f: lambda: json.dumps(f(json.loads(text), Context)),
            "with a new event each time": lambda f: lambda: f(make_plain_event(), Context),
            "with one event for all": lambda f: lambda: f(event, Context),
        }
        for case, wrap in cases.items():
            with redirect_stdout(log):
                times = interleave({"nothing": wrap(nothing), "cached decision": wrap(edge.handler)})
            report(f"decision {case}, {title}", times, floor="nothing", unit=1e6, of="µs")


def make_plain_event() -> dict[str, Any]:
    """An event from a literal, which is the least that a new one costs."""
    s3 = {
        "authMethod": "origin-access-identity",
        "customHeaders": {"x-dns-origin": [{"key": "X-DNS-ORIGIN", "value": "origin.two-regions.test"}]},
        "domainName": "source-bucket.s3.eu-west-1.amazonaws.com",
        "path": "",
        "region": "eu-west-1",
    }
    headers = {
        "host": [{"key": "Host", "value": "source-bucket.s3.eu-west-1.amazonaws.com"}],
        "user-agent": [{"key": "User-Agent", "value": "Amazon CloudFront"}],
        "x-forwarded-for": [{"key": "X-Forwarded-For", "value": "203.0.113.178"}],
    }
    request = {"clientIp": "203.0.113.178", "headers": headers, "method": "GET", "origin": {"s3": s3}, "uri": "/"}
    return {"Records": [{"cf": {"config": {"eventType": "origin-request"}, "request": request}}]}


class Nowhere:
    """A standard output that forgets."""

    def write(self, text: str) -> None:
        """Forget."""

    def flush(self) -> None:
        """Nothing is kept."""


class DevNull:
    """A standard output that flushes each write, as AWS's runtime interface client makes it."""

    def __init__(self) -> None:
        self.file = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115

    def write(self, text: str) -> None:
        """Write and flush."""
        self.file.write(text)
        self.file.flush()

    def flush(self) -> None:
        """Nothing is kept."""


def interleave(functions: Mapping[str, Callable[[], Any]]) -> dict[str, list[float]]:
    """Seconds a call, of each function in turn."""
    times: dict[str, list[float]] = {name: [] for name in functions}
    for _ in range(ROUNDS):
        for name, function in functions.items():
            began = time.perf_counter()
            for _ in range(CALLS):
                function()
            times[name].append((time.perf_counter() - began) / CALLS)
    return times


def report(
    title: str, times: Mapping[str, list[float]], *, floor: str, unit: float, of: str, minus: str | None = None
) -> None:
    """Medians, and the median of the ratios within each round; `minus` also gives ratios without what it takes."""
    print(title)
    for name, values in times.items():
        ratio = statistics.median(one / other for one, other in zip(values, times[floor], strict=True))
        line = f"  {name:38} {statistics.median(values) * unit:9.2f} {of} {ratio:6.2f}x"
        if minus:
            base = statistics.median(times[minus])
            net = (statistics.median(values) - base) / (statistics.median(times[floor]) - base)
            line += f"   without the interpreter's own start {net:5.2f}x"
        print(line)
    print()


if __name__ == "__main__":
    main()
