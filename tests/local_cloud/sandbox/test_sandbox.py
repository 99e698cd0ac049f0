"""The processes in which functions run: when they begin and end, and what is in them."""

from __future__ import annotations

import asyncio
import dataclasses
import gc
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from local_cloud.engines.sandbox import Invocation, Sandbox
from local_cloud.engines.sandbox.environment import BOOTSTRAP
from local_cloud.engines.sandbox.workspace import LOCK, PREFIX, sweep
from local_cloud.file_locks import exclusively
from tests.local_cloud.sandbox.kit import Dns, make_function

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


def test_environments_that_nobody_uses_end(make_sandbox: MakeSandbox, run: Callable[..., Any]) -> None:
    sandbox = make_sandbox(idle_seconds=0.05)
    pid = run(sandbox.invoke(make_function("import os\ndef handler(e, c): return os.getpid()"), None)).payload

    assert is_gone_soon(pid)


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


def test_nothing_of_a_forgotten_function_stays_in_memory(make_sandbox: MakeSandbox, run: Callable[..., Any]) -> None:
    sandbox = make_sandbox()
    function = make_function("def handler(e, c): return 1")
    run(sandbox.invoke(function, None))
    kept = weakref.ref(function)

    del function
    run(sandbox.forget("arn:aws:lambda:us-east-1:123456789012:function:site"))
    gc.collect()

    assert kept() is None


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
    function = make_function(f"{DETACHED}\ndef handler(e, c): return f'{{os.getpid()}} {{start(env={{}}).pid}}'")
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

    pid, detached = map(int, done.stdout.split())
    assert is_gone_soon(pid)
    assert is_gone_soon(detached) or sys.platform != "linux"


def is_running(pid: int) -> bool:
    """Whether a process is there; one that has ended but was not waited for is not."""
    psutil = pytest.importorskip("psutil")
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


HANDLER = "def handler(event, context): return event\n"


def test_a_failure_to_unpack_is_not_remembered(
    make_sandbox: MakeSandbox, run: Callable[..., Any], tmp_path: Path
) -> None:
    tried: list[bytes] = []

    def unpack(code: bytes) -> Path:
        tried.append(code)
        if len(tried) == 1:
            raise OSError("No space left on device")
        (tmp_path / "handler.py").write_text(HANDLER, encoding="utf-8")
        return tmp_path

    sandbox, function = make_sandbox(unpack=unpack), make_function(HANDLER)

    with pytest.raises(OSError, match="No space left"):
        run(sandbox.invoke(function, 1))
    assert run(sandbox.invoke(function, 2)).payload == 2


def test_a_sandbox_that_could_not_unpack_is_reset_stopped_and_given_other_code(
    make_sandbox: MakeSandbox, run: Callable[..., Any]
) -> None:
    sandbox = make_sandbox()
    for end in (sandbox.reset, sandbox.stop):
        with pytest.raises(Exception, match="File is not a zip file"):
            run(sandbox.invoke(make_function(b"PK broken"), 1))
        run(end())
    with pytest.raises(Exception, match="File is not a zip file"):
        run(sandbox.invoke(make_function(b"PK broken"), 1))
    assert run(sandbox.invoke(make_function(HANDLER), 2)).payload == 2


def code(version: int) -> str:
    return f"def handler(event, context): return {version}\n"


def test_new_code_lets_invocations_of_the_old_one_end(make_sandbox: MakeSandbox, run: Callable[..., Any]) -> None:
    sandbox = make_sandbox(environments=1)

    async def invoke_all() -> list[Any]:
        each = (0, 0, 0, 1, 1, 2)
        return await asyncio.gather(*(sandbox.invoke(make_function(code(number)), None) for number in each))

    assert [one.payload for one in run(invoke_all())] == [0, 0, 0, 1, 1, 2]


def test_forgetting_a_function_lets_its_invocations_end(make_sandbox: MakeSandbox, run: Callable[..., Any]) -> None:
    sandbox, function = make_sandbox(environments=1), make_function(code(1))

    async def invoke_and_forget() -> list[Any]:
        under_way = [asyncio.ensure_future(sandbox.invoke(function, None)) for _ in range(3)]
        await asyncio.sleep(0)
        await sandbox.forget(function.arn)
        return await asyncio.gather(*under_way)

    assert [one.payload for one in run(invoke_and_forget())] == [1, 1, 1]


def test_a_reset_ends_invocations_and_those_that_wait(make_sandbox: MakeSandbox, run: Callable[..., Any]) -> None:
    sandbox, function = make_sandbox(environments=1), make_function("from time import sleep\nsleep(9)\n" + code(1))

    async def invoke_and_reset() -> list[Any]:
        under_way = [asyncio.ensure_future(sandbox.invoke(function, None)) for _ in range(3)]
        await asyncio.sleep(0.1)
        await sandbox.reset()
        return await asyncio.gather(*under_way)

    ended = run(invoke_and_reset())
    assert [one.error["errorType"] for one in ended] == ["Runtime.ExitError"] * 3
    assert run(sandbox.invoke(make_function(code(2)), None)).payload == 2


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.skipif(sys.platform != "linux", reason="counts open files as Linux lists them")
def test_starts_that_fail_leave_no_file_open(
    make_sandbox: MakeSandbox, run: Callable[..., Any], tmp_path: Path
) -> None:
    sandbox = make_sandbox(unpack=lambda _: tmp_path / "gone", environments=1)

    def fail() -> None:
        with pytest.raises(FileNotFoundError):
            run(sandbox.invoke(make_function(HANDLER), None))

    fail()
    before = open_files()
    for _ in range(5):
        fail()

    assert open_files() <= before


def test_a_start_that_nobody_waits_for_leaves_no_process(
    make_sandbox: MakeSandbox, run: Callable[..., Any], tmp_path: Path
) -> None:
    noted = tmp_path / "pid"
    note = f"import os, pathlib\npathlib.Path({str(noted)!r}).write_text(str(os.getpid()))\n"
    note += "from time import sleep\nsleep(9)\n"
    sandbox = make_sandbox(environments=1)

    async def invoke_and_leave() -> None:
        waiting = asyncio.ensure_future(sandbox.invoke(make_function(note + HANDLER), None))
        while not (noted.exists() and noted.read_text()):
            await asyncio.sleep(0.01)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)

    run(invoke_and_leave())

    assert not is_running(int(noted.read_text()))


linux_only = pytest.mark.skipif(sys.platform != "linux", reason="only Linux finds a process that left its group")

DETACHED = f"""
import os, subprocess, sys
WAIT = "import threading; threading.Event().wait(60)"
def start(**about):
    return subprocess.Popen([{sys.executable!r}, "-c", WAIT], start_new_session=True, **about)
"""


def is_gone_soon(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while is_running(pid) and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    return not is_running(pid)


@linux_only
def test_children_in_sessions_of_their_own_end_with_the_environment(
    make_sandbox: MakeSandbox, run: Callable[..., Any]
) -> None:
    """One has no variables that would tell whose it is, and the parent of another has ended."""
    source = f"{DETACHED}\ndef handler(e, c): return [start(env={{}}).pid, start().pid, *make_an_orphan()]\n"
    source += """
def make_an_orphan():
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.write(writing, str(os.getpid()).encode())
            os.execve(sys.executable, [sys.executable, "-c", WAIT], {})
        os._exit(0)
    os.wait()
    return [int(os.read(reading, 20))]
"""
    sandbox, function = make_sandbox(environments=1), make_function(source)
    pids = run(sandbox.invoke(function, None)).payload
    assert all(is_running(pid) for pid in pids)

    run(sandbox.forget(function.arn))

    assert [is_gone_soon(pid) for pid in pids] == [True] * 3


@linux_only
def test_children_of_a_crashed_environment_end_too(
    make_sandbox: MakeSandbox, run: Callable[..., Any], tmp_path: Path
) -> None:
    noted = tmp_path / "pid"
    crash = f"def handler(e, c): open({str(noted)!r}, 'w').write(str(start().pid)); os._exit(1)\n"

    crashed = run(make_sandbox().invoke(make_function(f"{DETACHED}\n{crash}"), None))

    assert crashed.error["errorType"] == "Runtime.ExitError"
    assert is_gone_soon(int(noted.read_text()))


@linux_only
def test_children_end_too_if_the_cloud_is_killed_and_the_runtime_ends_before_all_else(tmp_path: Path) -> None:
    """Nothing listens at the Runtime API any more. Standard input, which would end it too, is still open."""
    noted = tmp_path / "pid"
    (tmp_path / "handler.py").write_text(f"{DETACHED}\nopen({str(noted)!r}, 'w').write(str(start().pid))\n{HANDLER}")
    settings = {"nameserver": ["127.0.0.1", 53], "task_root": str(tmp_path), "handler": "handler.handler"}

    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # taken, but it accepts no connection
        bootstrap = subprocess.Popen(
            [sys.executable, "-I", "-S", str(BOOTSTRAP), json.dumps({**settings, "runtime_folder": ""})],
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{closed.getsockname()[1]}"},
            start_new_session=True,
        )
        bootstrap.wait(timeout=20)
    with bootstrap:
        pass  # closes the pipe

    assert is_gone_soon(int(noted.read_text()))


def test_temporary_files_are_the_environments_own_and_end_with_it(
    make_sandbox: MakeSandbox, run: Callable[..., Any]
) -> None:
    source = "import os, tempfile\nfolder = tempfile.gettempdir()\n"
    source += "def handler(e, c): tempfile.mkstemp(); return [folder, os.listdir(folder)]"
    sandbox, function = make_sandbox(environments=1), make_function(source)
    folder, found = run(sandbox.invoke(function, None)).payload
    again = run(sandbox.invoke(function, None)).payload

    assert (len(found), again[0], len(again[1])) == (1, folder, 2)
    assert Path(folder) != Path(tempfile.gettempdir())
    run(sandbox.forget(function.arn))
    assert not Path(folder).exists()


def test_a_sandbox_that_has_stopped_leaves_no_folder(make_sandbox: MakeSandbox, run: Callable[..., Any]) -> None:
    sandbox = make_sandbox()
    folder = Path(run(sandbox.invoke(make_function("import os\ndef handler(e, c): return os.getcwd()"), None)).payload)

    run(sandbox.stop())

    assert not folder.parent.exists()


def test_only_the_folders_of_dead_clouds_are_swept(tmp_path: Path) -> None:
    dead, young, living, others = (tmp_path / f"{PREFIX}{name}" for name in ("dead", "young", "living", "others"))
    for folder in (dead, young, living, others):
        (folder / "code").mkdir(parents=True)
    for folder in (dead, young, living):
        (folder / LOCK).touch()
    (tmp_path / f"{PREFIX}link").symlink_to(others)
    (tmp_path / "another-program").mkdir()
    for folder in (dead, living, others):
        os.utime(folder, (0, 0))

    with exclusively(living / LOCK, 1):
        sweep(tmp_path)

    left = {path.name.removeprefix(PREFIX) for path in tmp_path.iterdir()}
    assert left == {"young", "living", "others", "link", "another-program"}
