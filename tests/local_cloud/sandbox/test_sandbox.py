"""Functions run in processes of their own, under AWS's runtime and under the plain one."""

from __future__ import annotations

import asyncio
import dataclasses
import importlib.util
import io
import json
import os
import socketserver
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from local_cloud.engines.sandbox import DeployedFunction, Invocation, Sandbox
from workshop_lib.lambda_edge import make_event
from workshop_lib.packaging import package_edge_function

SINGAPORE = "destination-bucket.s3.ap-southeast-1.amazonaws.com"
NAMES = {
    "answer.test.": f'"{SINGAPORE[:10]}" "{SINGAPORE[10:]}"',
    "truncated.test.": f'"{SINGAPORE}"',
    "alias.test.": f'"{SINGAPORE}"',
}


class Dns:
    """A nameserver that answers, truncates (so that TCP is needed), fails and denies, by the name that is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

        def reply(wire: bytes, protocol: str) -> bytes:
            return self.answer(wire, protocol)

        class Udp(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                self.request[1].sendto(reply(self.request[0], "udp"), self.client_address)

        class Tcp(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                answer = reply(self.rfile.read(int.from_bytes(self.rfile.read(2), "big")), "tcp")
                self.wfile.write(len(answer).to_bytes(2, "big") + answer)

        self.tcp = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Tcp)
        self.address: tuple[str, int] = self.tcp.server_address  # type: ignore[assignment]
        self.udp = socketserver.ThreadingUDPServer(self.address, Udp)
        for server in (self.tcp, self.udp):
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()

    def answer(self, wire: bytes, protocol: str) -> bytes:
        query = dns.message.from_wire(wire)
        name, kind = str(query.question[0].name), query.question[0].rdtype.name
        self.asked.append((name, protocol))
        reply = dns.message.make_response(query)
        if name == "failing.test.":
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif kind == "A":
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", "A", "192.0.2.53"))
        elif name not in NAMES:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        elif name == "truncated.test." and protocol == "udp":
            reply.flags |= dns.flags.TC
        elif name == "alias.test.":
            reply.answer.append(dns.rrset.from_text(name, 7, "IN", "CNAME", "canonical.test."))
            reply.answer.append(dns.rrset.from_text("canonical.test.", 9, "IN", "TXT", NAMES[name]))
        else:
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", NAMES[name]))
        return reply.to_wire()

    def close(self) -> None:
        for server in (self.tcp, self.udp):
            server.shutdown()
            server.server_close()


@pytest.fixture(scope="module")
def nameserver() -> Iterator[Dns]:
    """A nameserver on this machine."""
    server = Dns()
    yield server
    server.close()


@pytest.fixture(scope="module")
def run() -> Iterator[Callable[..., Any]]:
    """Runs coroutines in one event loop, which has a thread of its own, as in the local cloud."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield lambda coroutine: asyncio.run_coroutine_threadsafe(coroutine, loop).result(30)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


MakeSandbox = Callable[..., Sandbox]


@pytest.fixture
def make_sandbox(nameserver: Dns, run: Callable[..., Any]) -> Iterator[MakeSandbox]:
    """Makes sandboxes, and stops them after the test."""
    made: list[Sandbox] = []

    def make(**settings: Any) -> Sandbox:
        settings.setdefault("keep_log", lambda *_: None)
        made.append(Sandbox(nameserver=nameserver.address, **settings))
        return made[-1]

    yield make
    for sandbox in made:
        run(sandbox.stop())


RUNTIMES = [
    pytest.param(
        True,
        id="awslambdaric",
        marks=pytest.mark.skipif(
            importlib.util.find_spec("awslambdaric") is None, reason="AWS makes it for Linux only"
        ),
    ),
    pytest.param(False, id="plain"),
]


@pytest.fixture(scope="module", params=RUNTIMES)
def invoke(request: pytest.FixtureRequest, nameserver: Dns, run: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """Invokes functions in a sandbox, under each runtime."""
    sandbox = Sandbox(
        nameserver=nameserver.address, keep_log=lambda *_: None, environments=1, own_runtime=request.param
    )

    def invoke(function: DeployedFunction, event: Any = None, **where: Any) -> Invocation:
        invocation: Invocation = run(sandbox.invoke(function, event, **where))
        return invocation

    yield invoke
    run(sandbox.stop())


def make_function(source: str | bytes, *, timeout: float = 5.0, **settings: Any) -> DeployedFunction:
    """A function from the text of its handler, or from a zip."""
    code = source
    if isinstance(source, str):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("handler.py", source)
        code = buffer.getvalue()
    return DeployedFunction(
        arn="arn:aws:lambda:us-east-1:123456789012:function:site:1",
        name="site",
        version="1",
        code=code,  # type: ignore[arg-type]
        handler="handler.handler",
        runtime=f"python{sys.version_info.major}.{sys.version_info.minor}",
        timeout=timeout,
        memory_size=128,
        **settings,
    )


def decisions(invocation: Invocation) -> list[dict[str, Any]]:
    return [json.loads(line) for line in invocation.log if line.startswith("{")]


@pytest.fixture(scope="module")
def edge_function() -> DeployedFunction:
    """The workshop's own function, packaged as it is for AWS."""
    return make_function(package_edge_function().zip_bytes)


@pytest.mark.parametrize(
    ("name", "decision", "reason"),
    [
        ("answer.test", "dns", ""),
        ("truncated.test", "dns", ""),
        ("alias.test", "dns", ""),
        ("missing.test", "configured-origin", "there is no such TXT record"),
        ("failing.test", "configured-origin", "NoNameservers"),
        ("not..a.name", "configured-origin", "EmptyLabel"),
        ("é" * 90, "configured-origin", "LabelTooLong"),
    ],
)
def test_the_packaged_function_follows_dns_under_both_runtimes(
    invoke: Callable[..., Invocation], edge_function: DeployedFunction, name: str, decision: str, reason: str
) -> None:
    invocation = invoke(edge_function, make_event(dns_origin=name))

    line = decisions(invocation)[-1]
    assert (line["decision"], line["reason"][: len(reason)]) == (decision, reason)
    assert line["request_id"] == invocation.request_id
    went_to = invocation.payload["origin"]["s3"]["domainName"]
    assert went_to == (SINGAPORE if decision == "dns" else "source-bucket.s3.eu-west-1.amazonaws.com")


def test_a_truncated_answer_is_asked_again_over_tcp(
    invoke: Callable[..., Invocation], edge_function: DeployedFunction, nameserver: Dns
) -> None:
    invoke(edge_function, make_event(dns_origin="truncated.test", allowed_buckets=["destination-bucket"]))

    assert nameserver.asked[-2:] == [("truncated.test.", "udp"), ("truncated.test.", "tcp")]


def test_name_servers_of_any_name_and_address_end_at_the_local_one(
    invoke: Callable[..., Invocation], edge_function: DeployedFunction
) -> None:
    event = make_event(dns_origin="answer.test", name_servers=["ns-1.awsdns-01.org", "2001:db8::53"])

    invocation = invoke(edge_function, event)

    assert invocation.payload["origin"]["s3"]["domainName"] == SINGAPORE


def test_ipv6_servers_end_at_the_local_one(invoke: Callable[..., Invocation], edge_function: DeployedFunction) -> None:
    invocation = invoke(edge_function, make_event(dns_origin="truncated.test", name_servers=["2001:db8::53"]))

    assert invocation.payload["origin"]["s3"]["domainName"] == SINGAPORE


def test_windows_is_told_the_nameserver_too(invoke: Callable[..., Invocation]) -> None:
    source = "import dns, dns.win32util as w\ndef handler(e, c): return w.get_dns_info().nameservers"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("handler.py", source)
        archive.writestr("dns/__init__.py", "")

    assert invoke(make_function(buffer.getvalue())).payload == ["127.0.0.1"]


@pytest.mark.parametrize(
    ("source", "error_type"),
    [
        ("def handler(e, c): raise KeyError('cf')", "KeyError"),
        ("import nothing_of_that_name", "Runtime.ImportModuleError"),
        ("import boto3", "Runtime.ImportModuleError"),
        ("def handler(e, c", "Runtime.UserCodeSyntaxError"),
        ("def other(e, c): pass", "Runtime.HandlerNotFound"),
        ("raise SystemExit(4)", "Runtime.ExitError"),
        ("import os\ndef handler(e, c): os._exit(3)", "Runtime.ExitError"),
    ],
)
def test_what_goes_wrong_is_reported_as_lambda_does(
    invoke: Callable[..., Invocation], source: str, error_type: str
) -> None:
    invocation = invoke(make_function(source))

    assert invocation.payload is None
    assert invocation.error is not None
    assert invocation.error["errorType"] == error_type
    assert not invocation.timed_out


def test_a_timeout_ends_the_process_and_the_next_event_gets_a_new_one(invoke: Callable[..., Invocation]) -> None:
    function = make_function(
        "import os\nfrom time import sleep\ndef handler(e, c): sleep(e); return os.getpid()", timeout=0.3
    )
    first = invoke(function, 0)

    late = invoke(function, 30)
    after = invoke(function, 0)

    assert late.timed_out
    assert late.error is not None
    assert late.error["errorMessage"].endswith("Task timed out after 0.30 seconds")
    assert after.payload != first.payload


def test_a_crash_is_followed_by_a_new_environment(invoke: Callable[..., Invocation]) -> None:
    function = make_function("import os\ndef handler(e, c): return os._exit(1) if e else 'here'")

    crashed = invoke(function, 1)

    assert crashed.error is not None
    assert invoke(function, 0).payload == "here"


def test_a_killed_process_is_worded_as_lambda_does(invoke: Callable[..., Invocation]) -> None:
    invocation = invoke(make_function("import os\ndef handler(e, c): os.kill(os.getpid(), 9)"))

    assert invocation.error is not None
    assert invocation.error["errorMessage"].endswith("Error: Runtime exited with error: signal: killed")


def test_output_without_end_is_not_kept_as_a_whole(invoke: Callable[..., Invocation]) -> None:
    function = make_function("def handler(e, c): [print('x' * 1000) for _ in range(e)]; return 'done'")

    much, little = invoke(function, 5000), invoke(function, 1)

    assert much.payload == "done"
    assert 1_000_000 < sum(map(len, much.log)) < 1_100_000
    assert "not kept" in "".join(much.log)
    assert little.log[1:-2] == ["x" * 1000]


def test_environments_that_nobody_uses_end(make_sandbox: MakeSandbox, run: Callable[..., Any]) -> None:
    sandbox = make_sandbox(idle_seconds=0.05)
    pid = run(sandbox.invoke(make_function("import os\ndef handler(e, c): return os.getpid()"), None)).payload

    deadline = time.monotonic() + 5
    while is_running(pid) and time.monotonic() < deadline:
        threading.Event().wait(0.01)

    assert not is_running(pid)


def test_environments_of_a_forgotten_function_end_and_others_stay(
    make_sandbox: MakeSandbox, run: Callable[..., Any]
) -> None:
    sandbox = make_sandbox()
    source = "import os\ndef handler(e, c): return os.getpid()"
    other = dataclasses.replace(make_function(source), arn="arn:aws:lambda:us-east-1:123456789012:function:other:1")
    gone, stays = (run(sandbox.invoke(function, None)).payload for function in (make_function(source), other))

    run(sandbox.forget("arn:aws:lambda:us-east-1:123456789012:function:site"))

    assert not is_running(gone)
    assert is_running(stays)


def test_an_environment_lives_from_event_to_event(invoke: Callable[..., Invocation]) -> None:
    function = make_function("seen = []\ndef handler(e, c): seen.append(e); return len(seen)")

    assert [invoke(function).payload for _ in range(3)] == [1, 2, 3]


def test_what_a_function_writes_is_in_the_log_of_its_own_request(invoke: Callable[..., Invocation]) -> None:
    function = make_function("import sys\ndef handler(e, c): print('out', e); sys.stderr.write('no newline')")

    first, second = invoke(function, 1), invoke(function, 2)

    assert first.log[1:-2] == ["out 1", "no newline"]
    assert second.log[1:-2] == ["out 2", "no newline"]
    assert second.log[0] == f"START RequestId: {second.request_id} Version: 1"
    assert second.log[-1].startswith(f"REPORT RequestId: {second.request_id}\tDuration: ")


def test_nothing_of_this_machine_is_in_its_environment(invoke: Callable[..., Invocation]) -> None:
    function = make_function("import os\ndef handler(e, c): return dict(os.environ)", environment={"OWN": "1"})

    found = invoke(function, region="eu-west-1", log_group="/aws/lambda/us-east-1.site").payload

    expected = {"OWN": "1", "AWS_REGION": "eu-west-1", "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/us-east-1.site"}
    assert expected.items() <= found.items()
    assert found["AWS_LAMBDA_FUNCTION_NAME"] == "us-east-1.site"
    assert not {"AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL", "HOME", "PATH", "PYTHONPATH", "USER"} & set(found)
    assert set(os.environ) & set(found) <= {"LANG", "LC_CTYPE", "TZ", "SYSTEMROOT", "AWS_DEFAULT_REGION"}


def test_changed_code_under_the_same_arn_runs_in_a_new_process(invoke: Callable[..., Invocation]) -> None:
    invoke(make_function("def handler(e, c): return 'old'"))

    assert invoke(make_function("def handler(e, c): return 'new'")).payload == "new"


def test_idle_environments_are_chosen_by_chance(make_sandbox: MakeSandbox, run: Callable[..., Any]) -> None:
    turns = iter([1, 0, 1, 1])
    sandbox = make_sandbox(environments=2, choose=lambda idle: sorted(idle)[next(turns)])
    function = make_function("import os\ndef handler(e, c): return os.getpid()")

    first, second, third, fourth = (run(sandbox.invoke(function, None)).payload for _ in range(4))

    assert first == third == fourth != second


def test_each_environment_handles_one_event_at_a_time(make_sandbox: MakeSandbox, run: Callable[..., Any]) -> None:
    source = "from time import *\ndef handler(e, c):\n    began = time(); sleep(0.1); return began, time()"
    sandbox = make_sandbox(environments=1)
    function = make_function(source)

    async def together() -> list[Invocation]:
        return await asyncio.gather(*(sandbox.invoke(function, None) for _ in range(3)))

    spans = sorted(invocation.payload for invocation in run(together()))

    assert all(ended <= begins for (_, ended), (begins, _) in pairwise(spans))


def test_the_log_is_kept_before_the_answer(make_sandbox: MakeSandbox, run: Callable[..., Any]) -> None:
    kept: list[Any] = []
    sandbox = make_sandbox(keep_log=lambda *call: kept.append(call))

    invocation = run(sandbox.invoke(make_function("def handler(e, c): print('hello')"), None, region="eu-west-1"))

    group, region, _, lines = kept[0]
    assert (group, region, lines) == ("/aws/lambda/site", "eu-west-1", invocation.log)


def test_stopping_ends_every_process(make_sandbox: MakeSandbox, run: Callable[..., Any]) -> None:
    sandbox = make_sandbox()
    pid = run(sandbox.invoke(make_function("import os\ndef handler(e, c): return os.getpid()"), None)).payload

    run(sandbox.stop())

    assert not is_running(pid)


def test_when_the_cloud_dies_its_functions_end_too(nameserver: Dns, tmp_path: Path) -> None:
    function = make_function("import os\ndef handler(e, c): return os.getpid()")
    program = f"""
import asyncio, os
from local_cloud.engines.sandbox import DeployedFunction, Sandbox
async def main():
    sandbox = Sandbox(nameserver={nameserver.address!r}, keep_log=lambda *_: None)
    function = DeployedFunction("arn:1", "site", "1", {function.code!r}, "handler.handler", "python3.13", 5.0, 128)
    print((await sandbox.invoke(function, None)).payload, flush=True)
    os._exit(9)
asyncio.run(main())
"""
    env = {**os.environ, "TMPDIR": str(tmp_path), "TEMP": str(tmp_path)}  # nobody is left to remove what was unpacked
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, timeout=30)

    pid, deadline = int(done.stdout), time.monotonic() + 5
    while is_running(pid) and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    assert not is_running(pid)


def is_running(pid: int) -> bool:
    """Whether a process is there; one that has ended but was not waited for is not."""
    psutil = pytest.importorskip("psutil")
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
