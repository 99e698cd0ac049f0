"""The background process of a local cloud. Its state file tells other programs how to reach it, and with which secret.

The state folder, its files and the secret are for their owner only. The secret outlives the process, so that programs
which know it go on working with the next one. Nothing here imports moto, so finding a running cloud takes no longer
than starting Python.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import platformdirs

from local_cloud.private_files import make_private_folder, open_private, write_private
from local_cloud.sigv4 import make_secret, sign

_STATE_FILE = "local-cloud.json"
_LOG_FILE = "local-cloud.log"
_SECRET_FILE = "local-cloud.secret"
RUNS_ALREADY = "A local cloud is running already. `python -m local_cloud status` shows it, `… stop` ends it."


class StartError(Exception):
    """The local cloud didn't start. The message says why, and where its log is."""


@dataclass(frozen=True)
class State:
    """The contents of a running cloud's state file.

    Attributes:
        pid: The id of its process.
        environment: The environment variables of a program that uses it, with the secret.
    """

    pid: int
    environment: dict[str, str]


def state_dir() -> Path:
    """The folder of the state file and the log: `WORKSHOP_STATE_DIR`, else the user's state folder."""
    chosen = os.environ.get("WORKSHOP_STATE_DIR")
    return Path(chosen) if chosen else platformdirs.user_state_path("two-region-workshop")


def find() -> State | None:
    """The running cloud, or None. The state file of a process that has died is ignored."""
    try:
        with open_private(state_dir() / _STATE_FILE, "r") as file:
            state = State(**json.load(file))
        health = ask(state, "GET", "health", timeout=5)
    except (OSError, ValueError, TypeError, KeyError, http.client.HTTPException):
        return None
    return state if isinstance(health, dict) and health.get("pid") == state.pid else None


def start(options: Sequence[str] = (), *, timeout: float = 30.0) -> State:
    """Find the running cloud, or start one. Safe to repeat, and in several processes at once.

    Args:
        options: Options of `python -m local_cloud serve`. Without effect if a cloud is running already.
        timeout: Seconds until it must answer.

    Raises:
        StartError: It ended at once, or didn't answer in time.
    """
    running = find()
    if running:
        return running
    folder = _own_folder()
    deadline = time.monotonic() + timeout
    with _exclusively(folder / "start.lock", deadline), open_private(folder / _LOG_FILE, "wb") as log:
        running = find()
        return running or _wait_until_it_answers(_spawn(options, log), deadline)


def stop(*, timeout: float = 20.0) -> bool:
    """End the running cloud, and wait until it has ended. Returns False if none was running. Safe to repeat.

    Args:
        timeout: Seconds until it is killed if it doesn't end by itself.
    """
    running = find()
    if running is None:
        return False
    with contextlib.suppress(OSError, http.client.HTTPException):
        ask(running, "POST", "stop")
    deadline = time.monotonic() + timeout
    file = state_dir() / _STATE_FILE
    while _is_alive(running.pid, file):
        if time.monotonic() > deadline:
            if _pid_in(file) == running.pid:  # the cloud's file names this process, so it isn't another program
                os.kill(running.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
                file.unlink(missing_ok=True)
            break
        time.sleep(0.01)
    return True


def ask(state: State, method: str, path: str, *, timeout: float = 60.0) -> Any:
    """Send a signed request to a running cloud's control API, without any proxy. Returns the decoded JSON.

    The secret itself is not sent. Another program may have got the port of a cloud that has ended.
    """
    url = urlsplit(state.environment["WORKSHOP_CONTROL_URL"])
    target, key = f"{url.path}/{path}", state.environment.get("AWS_ACCESS_KEY_ID", "")
    headers = sign(method, target, url.netloc, key=key, secret=state.environment.get("AWS_SECRET_ACCESS_KEY", ""))
    connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=timeout)
    try:
        connection.request(method, target, headers=headers)
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


def read_secret() -> str:
    """The secret of the state folder, which is made when it is first needed.

    Raises:
        OSError: The folder or the file isn't for its owner only, or can't be read.
    """
    folder = _own_folder()
    with _exclusively(folder / "secret.lock", time.monotonic() + 10):
        try:
            with open_private(folder / _SECRET_FILE, "r") as file:
                kept = str(file.read()).strip()
        except FileNotFoundError:
            kept = ""
        if not kept:
            kept = make_secret()
            write_private(folder / _SECRET_FILE, kept)
    return kept


def keep_secret(secret: str) -> None:
    """Keep another secret in the state folder."""
    write_private(_own_folder() / _SECRET_FILE, secret)


@contextlib.contextmanager
def registration() -> Iterator[Callable[[Mapping[str, str]], None]]:
    """Register this process as the cloud of the state folder. Yields a function that writes the state file.

    Call it when the cloud answers, and again when its secret has changed. The end of the block removes the file, so it
    should be the end of the process.

    Raises:
        StartError: Another cloud answers for this folder.
    """
    folder = _own_folder()
    file = folder / _STATE_FILE

    def register(environment: Mapping[str, str]) -> None:
        with _exclusively(folder / "register.lock", time.monotonic() + 10):
            if _pid_in(file) != os.getpid() and find():
                raise StartError(RUNS_ALREADY)
            write_private(file, json.dumps(asdict(State(os.getpid(), dict(environment))), indent=2))

    try:
        yield register
    finally:
        if _pid_in(file) == os.getpid():
            file.unlink()


def _own_folder() -> Path:
    """The state folder. Nobody else may enter it.

    Raises:
        StartError: It isn't this user's alone.
    """
    try:
        return make_private_folder(state_dir())
    except PermissionError as error:
        raise StartError(str(error)) from error


def _pid_in(file: Path) -> int | None:
    try:
        with open_private(file, "r") as opened:
            return int(json.load(opened)["pid"])
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _is_alive(pid: int, file: Path) -> bool:
    """Whether a cloud's process runs. On Windows its state file tells this, as the process removes it last."""
    if sys.platform == "win32":
        return _pid_in(file) == pid
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)  # if it is a child of this process, reap it
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return not _is_only_listed(pid)


def _is_only_listed(pid: int) -> bool:
    """Whether a process has ended but wasn't reaped by its parent. In a container it may stay so."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"
    except (OSError, IndexError):  # only Linux has such files
        return False


def _spawn(options: Sequence[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start `serve` so that it outlives this process and doesn't get this terminal's Ctrl-C."""
    apart: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        # Not DETACHED_PROCESS: without a console, each function environment would open a window.
        apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return subprocess.Popen(
        [sys.executable, "-m", "local_cloud", "serve", *options],
        env={name: value for name, value in os.environ.items() if not name.startswith("AWS_")},  # it calls no other AWS
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        **apart,
    )


def _wait_until_it_answers(process: subprocess.Popen[bytes], deadline: float) -> State:
    try:
        while time.monotonic() < deadline:
            running = find()
            if running:
                process.returncode = 0  # prevents a ResourceWarning: it outlives this process
                return running
            if process.poll() is not None:
                raise StartError(f"The local cloud ended while it was starting:\n{_end_of_log()}")
            time.sleep(0.02)
    except KeyboardInterrupt:  # it doesn't get the Ctrl-C of this terminal
        process.terminate()
        process.wait()
        raise
    process.kill()
    process.wait()
    raise StartError(f"The local cloud didn't answer in time:\n{_end_of_log()}")


def _end_of_log() -> str:
    file = state_dir() / _LOG_FILE
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()[-8:]
    return "\n".join([*lines, f"(the whole log: {file})"])


@contextlib.contextmanager
def _exclusively(path: Path, deadline: float) -> Iterator[None]:
    """Hold a lock file. The system releases it if this process dies."""
    with open_private(path, "a+b") as file:
        while not _try_lock(file):
            if time.monotonic() > deadline:
                raise StartError(f"Another process has held {path} for too long.")
            time.sleep(0.02)
        yield  # closing the file releases the lock


def _try_lock(file: IO[bytes]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
