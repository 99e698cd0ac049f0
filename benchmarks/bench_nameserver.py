"""How fast the nameserver is, against a server that lets dnspython parse each query and build each response.

    python -m benchmarks nameserver

Both servers run in processes of their own, on UDP sockets that block; they are asked in turn, so that whatever else the
machine does troubles both alike. 32 queries are outstanding at a time. What counts is the ratio.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import platform
import socket
import statistics
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection

import dns.flags
import dns.message
import dns.rrset

from local_cloud.clock import Clock
from local_cloud.engines.nameserver import Nameserver
from local_cloud.engines.prober import Prober
from local_cloud.services.route53 import Route53Service
from local_cloud.services.route53.domain_names import parse_name
from local_cloud.services.route53.zones import HostedZone

ROUNDS = 25
QUERIES = 6_000
OUTSTANDING = 32
NAME = "origin.two-regions.test."
VALUES = {"eu-west-1": 230, "ap-southeast-1": 26}


def serve_ours(pipe: Connection) -> None:
    """The nameserver, with a weighted group."""
    prober = Prober(clock=Clock(), respond=lambda _: None)  # type: ignore[arg-type, return-value]
    route53 = Route53Service(clock=Clock(), prober=prober)
    name = parse_name(NAME)
    record_sets = {
        (name, "TXT", region): {
            "Name": NAME,
            "Type": "TXT",
            "TTL": 5,
            "SetIdentifier": region,
            "Weight": weight,
            "ResourceRecords": [{"Value": f'"site.s3.{region}.amazonaws.com"'}],
        }
        for region, weight in VALUES.items()
    }
    route53.zones.put(HostedZone("Z", name.parent(), "", "", (), record_sets))
    with Nameserver(route53, is_healthy=prober.is_healthy) as nameserver:
        pipe.send(nameserver.address)
        pipe.recv()


def serve_with_dnspython(pipe: Connection) -> None:
    """The plain way: parse, build, serialise, for each query."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    pipe.send(server.getsockname())
    while True:
        wire, peer = server.recvfrom(65535)
        query = dns.message.from_wire(wire)
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        name = query.question[0].name
        response.answer.append(dns.rrset.from_text(name, 5, "IN", "TXT", '"site.s3.eu-west-1.amazonaws.com"'))
        server.sendto(response.to_wire(), peer)


def measure(address: tuple[str, int], queries: int) -> float:
    """Queries answered a second, with 32 outstanding."""
    query = dns.message.make_query(NAME, "TXT", use_edns=0).to_wire()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(address)
        client.settimeout(5)
        began = time.perf_counter()
        for number in range(OUTSTANDING):
            client.send(number.to_bytes(2, "big") + query[2:])
        for number in range(OUTSTANDING, queries):
            client.recv(4096)
            client.send((number & 0xFFFF).to_bytes(2, "big") + query[2:])
        for _ in range(OUTSTANDING):
            assert b"amazonaws" in client.recv(4096)
        return queries / (time.perf_counter() - began)


def main() -> None:
    with running(serve_ours) as ours, running(serve_with_dnspython) as plain:
        rates: dict[str, list[float]] = {"ours": [], "dnspython": []}
        for _ in range(ROUNDS + 1):
            rates["ours"].append(measure(ours, QUERIES))
            rates["dnspython"].append(measure(plain, QUERIES // 10))
    ratios = [ours / plain for ours, plain in zip(rates["ours"], rates["dnspython"], strict=True)]
    print(
        f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}, {OUTSTANDING} outstanding"
    )
    for label, each in rates.items():
        print(f"{label:20} {show(each, 0)} answers/s")
    print(f"{'ratio':20} {show(ratios, 1)} x   (aim: 10 x)")


def show(figures: list[float], digits: int) -> str:
    """The median and the quartiles; the first figure, while things warm up, is left out."""
    low, median, high = statistics.quantiles(figures[1:])
    return f"{median:8.{digits}f}   (half of the rounds: {low:.{digits}f} to {high:.{digits}f})"


@contextlib.contextmanager
def running(serve: Callable[[Connection], None]) -> Iterator[tuple[str, int]]:
    """A server in a process of its own; its address."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()
        ours.close()


if __name__ == "__main__":
    main()
