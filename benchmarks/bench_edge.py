"""The edge: a hit against the same HTTP server answering a constant, a miss against the origin asked directly.

    python -m benchmarks edge

Everything is real: the local cloud in a process of its own, a private bucket, the packaged function, a TXT record, a
distribution. Each round asks all four in turn with 16 (hits) and 8 (misses) connections, by wrk if it is installed.
A miss is a page that is never kept: it takes cache key, event, function, validation and bucket policy each time.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import boto3

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.signing import sign_get
from workshop_lib import distribution, dns_records, lambda_edge, packaging, replication, waiting
from workshop_lib.cloud_process import own_cloud
from workshop_lib.names import S3Origin

BODY = b"x" * 1024
ORIGIN = S3Origin("bench-site", "eu-west-1")
ZONE, RECORD = "two-regions.test", "origin.two-regions.test"
CONSTANT = """
import asyncio, sys
from aiohttp import web
async def answer(request):
    return web.Response(body=b"x" * 1024, content_type="text/html")
async def serve():
    runner = web.ServerRunner(web.Server(answer, access_log=None))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
asyncio.run(serve())
"""


def main(rounds: int = 15, seconds: int = 1) -> None:
    """Measure, and print the two ratios."""
    rates: dict[str, list[float]] = {"constant": [], "hit": [], "origin": [], "miss": []}
    with constant_server() as constant, local_cloud() as environment:
        host = make_site(environment)
        edge, aws = environment["WORKSHOP_EDGE_URL"], environment["AWS_ENDPOINT_URL"]
        origin, keys = f"{aws}/{ORIGIN.bucket}/region.json", keys_of(environment)
        for _ in range(rounds):
            asked: dict[str, tuple[str, dict[str, str], int]] = {
                "constant": (constant, {}, 16),
                "hit": (f"{edge}/index.html", {"Host": host}, 16),
                "origin": (origin, sign_get(origin, *keys, region=ORIGIN.region), 8),
                "miss": (f"{edge}/region.json", {"Host": host}, 8),
            }
            for name, (url, headers, connections) in asked.items():
                rates[name].append(requests_per_second(url, headers, connections, seconds))
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for name, values in rates.items():
        print(describe(name, values))
    for ours, peer in (("hit", "constant"), ("miss", "origin")):
        ratio = statistics.median(a / b for a, b in zip(rates[ours], rates[peer], strict=True))
        print(f"{ours} / {peer:9} {ratio:8.2f} x   (aim: 0.8 x)")


def describe(name: str, rates: list[float]) -> str:
    """One line on one of the four."""
    return f"{name:9} {statistics.median(rates):8.0f} requests/s   (rounds: {' '.join(f'{r:.0f}' for r in rates)})"


def keys_of(environment: dict[str, str]) -> tuple[str, str]:
    """The local cloud's access key and its secret."""
    return environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]


def make_site(environment: dict[str, str]) -> str:
    """The workshop's site, by the workshop's own steps; returns the distribution's domain name."""
    session = boto3.Session(*keys_of(environment))

    def client(service: str, region: str = "us-east-1") -> Any:
        return session.client(service, region_name=region, endpoint_url=environment["AWS_ENDPOINT_URL"])

    s3, iam, functions, cloudfront = client("s3", "eu-west-1"), client("iam"), client("lambda"), client("cloudfront")
    replication.create_bucket(s3, bucket=ORIGIN.bucket, region=ORIGIN.region, learner="ada")
    for key in ("index.html", "region.json"):
        s3.put_object(Bucket=ORIGIN.bucket, Key=key, Body=BODY, ContentType="text/html")
    route53 = client("route53")
    zone_id = dns_records.create_hosted_zone(route53, zone_name=ZONE, learner="ada")
    dns_records.put_txt_record(route53, zone_id=zone_id, record_name=RECORD, origin=ORIGIN)
    package = packaging.package_edge_function()
    boundary_arn = "arn:aws:iam::aws:policy/CloudWatchLogsFullAccess"
    role = lambda_edge.create_edge_role(iam, role_name="bench-edge", boundary_arn=boundary_arn, learner="ada")
    lambda_edge.create_edge_function(
        functions, function_name="bench-edge", role_arn=role, package=package, learner="ada"
    )
    version = lambda_edge.publish_version(functions, function_name="bench-edge", package=package)
    waiting.wait_until_function_active(functions, version_arn=version)
    identity = distribution.create_origin_access_identity(cloudfront, comment="bench", learner="ada")["id"]
    distribution.put_bucket_policy(s3, bucket=ORIGIN.bucket, origin_access_identity_id=identity)
    made = distribution.create_distribution(
        cloudfront,
        comment="bench",
        origin=ORIGIN,
        origin_access_identity_id=identity,
        dns_origin=RECORD,
        version_arn=version,
        name_servers=dns_records.get_name_servers(route53, zone_id=zone_id),
        learner="ada",
    )
    cloudfront.get_waiter("distribution_deployed").wait(Id=made["id"], WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    return made["domain_name"]


@contextlib.contextmanager
def constant_server() -> Iterator[str]:
    """The peer of a hit: aiohttp's web.Server with a constant, in a process of its own."""
    with piped([sys.executable, "-c", CONSTANT], {}) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/index.html"


@contextlib.contextmanager
def local_cloud() -> Iterator[dict[str, str]]:
    """The local cloud in a process of its own, which ends with this one."""
    with tempfile.TemporaryDirectory() as folder, own_cloud(Path(folder), {}) as environment:
        yield environment


@contextlib.contextmanager
def piped(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A process that ends when its standard input does."""
    with subprocess.Popen(
        command, env={**os.environ, **environment}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def requests_per_second(url: str, headers: dict[str, str], connections: int, seconds: int) -> float:
    """How many requests a second are answered with 200; anything else is an error."""
    if not shutil.which("wrk"):
        return asyncio.run(_ask(url, headers, connections, seconds))
    given = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", *given, url]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", output)
    if not found or "Non-2xx" in output:
        raise RuntimeError(f"{url} did not answer with 200:\n{output}")
    return float(found[1])


async def _ask(url: str, headers: dict[str, str], connections: int, seconds: int) -> float:
    counted, end = 0, time.monotonic() + seconds

    async def one(session: aiohttp.ClientSession) -> None:
        nonlocal counted
        while time.monotonic() < end:
            async with session.get(url, headers=headers) as answer:
                await answer.read()
                answer.raise_for_status()
                counted += 1

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=connections)) as session:
        await asyncio.gather(*(one(session) for _ in range(connections)))
    return counted / seconds


if __name__ == "__main__":
    main()
