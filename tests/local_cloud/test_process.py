"""The one background process: found again, started once, ended for good."""

from __future__ import annotations

import concurrent.futures
import contextlib
import json
import os
import platform
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local_cloud import process
from local_cloud.file_locks import exclusively

COMMAND = [sys.executable, "-m", "local_cloud"]


@contextlib.contextmanager
def state_dir_at(path: Path) -> Iterator[Path]:
    before = os.environ.get("WORKSHOP_STATE_DIR")
    os.environ["WORKSHOP_STATE_DIR"] = str(path)
    yield path
    process.stop()
    os.environ.pop("WORKSHOP_STATE_DIR")
    if before is not None:
        os.environ["WORKSHOP_STATE_DIR"] = before


@pytest.fixture
def state_dir(tmp_path: Path) -> Iterator[Path]:
    """A state folder of this test's own; the cloud that was started in it is ended."""
    with state_dir_at(tmp_path) as folder:
        yield folder


@pytest.fixture(scope="module")
def _a_folder_with_one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A state folder in which a local cloud was started, for the tests that only look at it."""
    with state_dir_at(tmp_path_factory.mktemp("state")) as folder:
        process.start()
        yield folder


@pytest.fixture
def started(_a_folder_with_one: Path) -> Iterator[process.State]:
    """The local cloud in the background, which the tests share."""
    before = os.environ["WORKSHOP_STATE_DIR"]
    os.environ["WORKSHOP_STATE_DIR"] = str(_a_folder_with_one)
    state = process.find()
    assert state
    yield state
    os.environ["WORKSHOP_STATE_DIR"] = before


def until(is_so: Callable[[], object], *, timeout: float = 20.0) -> None:
    deadline, pause = time.monotonic() + timeout, threading.Event()
    while not is_so():
        assert time.monotonic() < deadline, "it never became so"
        pause.wait(0.02)


def is_listening(state: process.State) -> bool:
    port = int(state.environment["AWS_ENDPOINT_URL"].rsplit(":", 1)[1])
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_it_is_started_found_and_stopped(state_dir: Path) -> None:
    assert process.find() is None

    state = process.start()

    assert process.find() == state
    assert process.start() == state
    assert process.stop() is True
    assert process.find() is None
    assert process.stop() is False
    assert not is_listening(state)


@pytest.mark.skipif(sys.platform == "win32", reason="there, the state file alone says that it is gone")
def test_when_it_is_said_to_be_stopped_its_process_is_gone(state_dir: Path) -> None:
    serving = subprocess.Popen([*COMMAND, "serve"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(process.find)
    stopping = "from local_cloud import process; process.stop(); print('said', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", stopping], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as stopper:
        assert stopper.stdout
        assert stopper.stdout.readline() == "said\n"
        status = serving.poll()
        stopper.communicate("\n")

    serving.wait()
    assert status == 0


def test_two_that_start_it_at_once_share_one(state_dir: Path) -> None:
    with concurrent.futures.ThreadPoolExecutor() as pool:
        first, second = pool.map(lambda _: process.start(), range(2))

    assert first == second


def test_finding_it_again_needs_no_moto(started: process.State) -> None:
    code = "import runpy, sys; sys.argv[1:] = ['start']\ntry: runpy.run_module('local_cloud', run_name='__main__')\n"
    code += "except SystemExit: sys.exit(bool({'moto', 'boto3', 'flask'} & sys.modules.keys()))"

    assert subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, check=False).returncode == 0


def test_a_second_one_in_the_same_folder_is_refused(started: process.State) -> None:
    second = subprocess.run([*COMMAND, "serve"], capture_output=True, text=True, check=False)

    assert second.returncode == 1
    assert "is running already" in second.stderr


def test_what_the_state_file_of_a_dead_process_says_is_not_believed(state_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/_local_cloud"
    (state_dir / "local-cloud.json").write_text(json.dumps({"pid": 1, "environment": {"WORKSHOP_CONTROL_URL": url}}))

    assert process.find() is None


def test_another_program_at_the_port_is_not_taken_for_it(started: process.State, state_dir: Path) -> None:
    of_another = {"pid": started.pid + 1, "environment": started.environment}
    (state_dir / "local-cloud.json").write_text(json.dumps(of_another))

    assert process.find() is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', '{"pid": 1, "environment": {}, "more": 1}'])
def test_a_state_file_that_is_none_is_not_believed(state_dir: Path, text: str) -> None:
    (state_dir / "local-cloud.json").write_text(text)

    assert process.find() is None


@contextlib.contextmanager
def lock_held(folder: Path, **holder: object) -> Iterator[None]:
    """Hold the lock of a cloud as long as the block runs, as a living cloud does."""
    about = {"pid": os.getpid(), "since": 0, "machine": platform.node(), **holder}
    with exclusively(folder / "local-cloud.lock", 1) as file:
        file.write(json.dumps(about).encode())
        file.flush()
        yield


def suspend(pid: int) -> None:
    """Suspend a child process, and wait until all its threads are suspended."""
    os.kill(pid, signal.SIGSTOP)
    os.waitpid(pid, os.WUNTRACED)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows can't suspend a process by a signal")
def test_a_suspended_cloud_is_busy_and_is_not_replaced(state_dir: Path) -> None:
    state = process.start()
    suspend(state.pid)
    try:
        with pytest.raises(
            process.CloudBusyError, match=rf"process {state.pid}, .* didn't answer for .* Wait, and try again"
        ):
            process.start(timeout=0.3)
    finally:
        os.kill(state.pid, signal.SIGCONT)

    assert process.start() == state


@pytest.mark.skipif(sys.platform == "win32", reason="Windows can't suspend a process by a signal")
def test_a_suspended_cloud_can_be_stopped(state_dir: Path) -> None:
    state = process.start()
    suspend(state.pid)

    assert process.stop(timeout=4) is True
    assert process.find() is None
    assert not is_listening(state)


def test_another_process_that_got_the_id_of_a_dead_cloud_is_not_taken_for_it(state_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/_local_cloud"
        of_this = {"pid": os.getpid(), "environment": {"WORKSHOP_CONTROL_URL": url}}
        (state_dir / "local-cloud.json").write_text(json.dumps(of_this))

        assert process.find(patience=0.1) is None


@pytest.mark.parametrize("text", ["", "{", '{"pid": 1, "environment": {"WORKSHOP_CONTROL_URL": "http://[" }}'])
def test_a_broken_state_file_of_a_living_cloud_does_not_make_it_dead(state_dir: Path, text: str) -> None:
    (state_dir / "local-cloud.json").write_text(text)
    with lock_held(state_dir):
        with pytest.raises(process.CloudBusyError, match=f"process {os.getpid()}"):
            process.find()
        status = subprocess.run([*COMMAND, "status"], capture_output=True, text=True, check=False)
        second = subprocess.run([*COMMAND, "serve"], capture_output=True, text=True, check=False)

    assert (status.returncode, second.returncode) == (3, 3)
    assert "run `workshop cloud --stop`" in status.stderr


def test_a_cloud_on_another_machine_is_named_and_no_process_of_this_one_is_ended(state_dir: Path) -> None:
    (state_dir / "local-cloud.json").write_text("{}")
    with (
        lock_held(state_dir, machine="elsewhere"),
        pytest.raises(process.CloudBusyError, match="on the machine elsewhere"),
    ):
        process.stop(timeout=0.1)


def test_while_one_starts_another_waits_for_it(state_dir: Path) -> None:
    with lock_held(state_dir), pytest.raises(process.StartError, match="starting for too long"):
        process.start(timeout=0.2)


def test_of_two_that_serve_at_once_one_ends(state_dir: Path) -> None:
    serving = [subprocess.Popen([*COMMAND, "serve"], stdout=-3, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    until(lambda: any(one.poll() is not None for one in serving))
    [refused], [lives] = ([one for one in serving if (one.poll() is None) == alive] for alive in (False, True))

    assert "is running already" in refused.communicate()[1]
    until(process.find)
    process.stop()
    lives.communicate()


def test_a_folder_that_can_not_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with state_dir_at(tmp_path / "file"), pytest.raises(process.StartError, match="Set WORKSHOP_STATE_DIR to"):
        process.start()


def test_it_says_why_it_did_not_start(state_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(process.StartError, match="A port is taken"):
            process.start([f"--port={port}"])


def test_serve_prints_the_export_lines_and_ends_with_its_parent(state_dir: Path) -> None:
    serving = subprocess.Popen(
        [*COMMAND, "serve", "--until-stdin-closes"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert serving.stdin
    assert serving.stdout
    lines = iter(serving.stdout.readline, "")
    assert any("AWS_ENDPOINT_URL" in line for line in lines)

    serving.stdin.close()

    assert serving.wait(timeout=20) == 0
    serving.stdout.close()
    assert process.find() is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_ctrl_c_ends_it_cleanly(state_dir: Path) -> None:
    serving = subprocess.Popen([*COMMAND, "serve"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    until(process.find)

    serving.send_signal(signal.SIGINT)

    assert "Traceback" not in serving.communicate(timeout=20)[1]
    assert serving.returncode == 0
    assert not (state_dir / "local-cloud.json").exists()


def test_reset_and_status_speak_to_the_one_that_runs(started: process.State) -> None:
    for command in ("reset", "status"):
        done = subprocess.run([*COMMAND, command], capture_output=True, text=True, check=False)

        assert done.returncode == 0, done.stderr
