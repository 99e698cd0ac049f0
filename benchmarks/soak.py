"""Does the local cloud stay as large as it is? Work for minutes, and look at its memory, descriptors and processes.

    python -m benchmarks.soak --minutes 30

Each lap lists versions, writes and deletes objects, misses and hits the edge, updates and invokes a function, asks DNS,
changes a record, and causes a fault. What it makes, it deletes, the logs too. The first third of the time is a warm-up:
caches and the call log fill. The exit code is 1 if the last third is larger than the second. Linux only.
"""

from __future__ import annotations

import argparse
import io
import json
import statistics
import sys
import time
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import boto3
import dns.message
import dns.query

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.bench_edge import ORIGIN, RECORD, ZONE, keys_of, local_cloud, make_site
from workshop_lib import dns_records
from workshop_lib.control import ask_control

FUNCTION = "soak"
LOG_REGIONS = ("us-east-1", "eu-west-1", "eu-west-2", "ap-southeast-1")
"""Functions at the edge log in the region of the edge."""

SLACK = {"megabytes": 8.0, "descriptors": 10, "threads": 6, "children": 4}
"""How much larger each may be in the last third. Connections, workers and environments come and go."""


class Size(NamedTuple):
    """What a process takes."""

    megabytes: float
    descriptors: int
    threads: int
    children: int


def size_of(pid: int) -> Size:
    """The size of a process, as Linux tells it."""
    process = Path(f"/proc/{pid}")
    status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    children = sum(len(file.read_text().split()) for file in process.glob("task/*/children"))
    return Size(
        int(status["VmRSS"].split()[0]) / 1024,
        len(list((process / "fd").iterdir())),
        int(status["Threads"]),
        children,
    )


class Work:
    """Clients of the local cloud, and one lap of work with them."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self._host = make_site(environment)
        session = boto3.Session(*keys_of(environment))

        def client(service: str, region: str = "us-east-1") -> Any:
            return session.client(service, region_name=region, endpoint_url=environment["AWS_ENDPOINT_URL"])

        self._s3, self._lambda = client("s3", ORIGIN.region), client("lambda")
        self._logs = [client("logs", region) for region in LOG_REGIONS]
        self._dns = client("route53")
        self._zone_id = dns_records.create_hosted_zone(self._dns, zone_name=ZONE, learner="ada")
        role = client("iam").get_role(RoleName="bench-edge")["Role"]["Arn"]  # of the site's function
        self._lambda.create_function(
            FunctionName=FUNCTION, Runtime="python3.13", Role=role, Handler="f.handler", Code={"ZipFile": _code(0)}
        )
        self._lambda.get_waiter("function_active_v2").wait(FunctionName=FUNCTION)
        for number in range(6):
            self._s3.put_object(Bucket=ORIGIN.bucket, Key=f"large/{number}", Body=bytes(1_000_000))

    def do_a_lap(self, number: int) -> None:
        """All kinds of work, once or some times each."""
        for _ in range(5):
            self._s3.list_object_versions(Bucket=ORIGIN.bucket)
            self._s3.list_objects_v2(Bucket=ORIGIN.bucket)
        written = self._s3.put_object(Bucket=ORIGIN.bucket, Key="written", Body=bytes(100_000), Tagging="a=b")
        about = {"VersionId": written["VersionId"]} if "VersionId" in written else {}
        self._s3.delete_object(Bucket=ORIGIN.bucket, Key="written", **about)
        for path in ("/region.json", "/index.html") * 10:
            self._view(path)
        self._lambda.update_function_code(FunctionName=FUNCTION, ZipFile=_code(number))
        for _ in range(2):
            self._lambda.invoke(FunctionName=FUNCTION)["Payload"].read()
        self._lambda.get_waiter("function_updated_v2").wait(FunctionName=FUNCTION)
        host, port = self._environment["WORKSHOP_NAMESERVER"].split(":")
        for _ in range(20):
            dns.query.udp(dns.message.make_query(RECORD, "TXT"), host, port=int(port), timeout=5)
        dns_records.put_txt_record(self._dns, zone_id=self._zone_id, record_name=RECORD, origin=ORIGIN)
        self._control("POST", kind="s3-unavailable", region="ap-southeast-1", seconds=5)
        self._control("DELETE")
        if number % 10 == 0:
            self._delete_logs()

    def _view(self, path: str) -> None:
        request = urllib.request.Request(
            f"{self._environment['WORKSHOP_EDGE_URL']}{path}", headers={"Host": self._host}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            answer.read()

    def _control(self, method: str, **query: object) -> None:
        access_key, secret = keys_of(self._environment)
        keys = {"AWS_ACCESS_KEY_ID": access_key, "AWS_SECRET_ACCESS_KEY": secret}
        ask_control(self._environment["WORKSHOP_CONTROL_URL"], method, "faults", keys=keys, **query)

    def _delete_logs(self) -> None:
        for logs in self._logs:
            for group in logs.describe_log_groups()["logGroups"]:
                logs.delete_log_group(logGroupName=group["logGroupName"])


def _code(number: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("f.py", f"def handler(event, context): return {number}\n")
    return buffer.getvalue()


def find_growth(sizes: list[Size]) -> dict[str, float]:
    """By how much the last third is larger than the second, for what grew by more than its slack."""
    third = len(sizes) // 3
    grown = {}
    for index, name in enumerate(Size._fields):
        second, last = ([size[index] for size in part] for part in (sizes[third:-third], sizes[-third:]))
        difference = statistics.median(last) - statistics.median(second)
        if difference > SLACK[name]:
            grown[name] = difference
    return grown


def main(minutes: float, *, every: float = 10.0, tell: Callable[[str], None] = print) -> int:
    """Work for some minutes. Returns 1 if the local cloud grew."""
    if sys.platform != "linux":
        sys.exit("The soak reads /proc, which only Linux has.")
    sizes: list[Size] = []
    with local_cloud() as environment:
        state = Path(environment["WORKSHOP_STATE_DIR"]) / "local-cloud.json"
        pid, work = json.loads(state.read_text())["pid"], Work(environment)
        began, laps = time.monotonic(), 0
        while (passed := time.monotonic() - began) < minutes * 60:
            work.do_a_lap(laps := laps + 1)
            if passed >= len(sizes) * every:
                sizes.append(size_of(pid))
                shown = ", ".join(f"{value:.4g} {name}" for name, value in sizes[-1]._asdict().items())
                tell(f"{passed:6.0f} s, lap {laps:5}: {shown}")
    grown = find_growth(sizes)
    tell(f"{laps} laps. " + (f"It grew: {grown}" if grown else "It stayed as it was."))
    return int(bool(grown))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30.0)
    sys.exit(main(parser.parse_args().minutes))
