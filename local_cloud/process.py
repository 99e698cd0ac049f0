"""The background process of a local cloud. Its state file tells other programs how to reach it, and with which secret.

The state folder, its files and the secret are for their owner only. The secret outlives the process, so that programs
which know it go on working with the next one. Nothing here imports moto, so finding a running cloud takes no longer
than starting Python.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import json
import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import platformdirs

from local_cloud.file_locks import LockTimeoutError, exclusively, is_held
from local_cloud.private_files import make_private_folder, open_private, write_private
from local_cloud.sigv4 import make_secret, sign
from local_cloud.system_processes import ask_to_end, is_alive, spawn_apart

_STATE_FILE = "local-cloud.json"
_LOG_FILE = "local-cloud.log"
_SECRET_FILE = "local-cloud.secret"
RUNS_ALREADY = "A local cloud is running already. `python -m local_cloud status` shows it, `… stop` ends it."


_LOCK_FILE = "local-cloud.lock"
"""Held by the cloud of the folder from its start to its end. It contains the cloud's process, start and machine."""

_UNTIL_REFUSED = 1.0
"""Seconds that a new cloud waits for the lock. One that is just ending still holds it for a moment."""


class StartError(Exception):
    """The local cloud didn't start. The message says why, and where its log is."""


class CloudBusyError(StartError):
    """A local cloud lives, but doesn't answer. The message says which process it is and what to do.

    Args:
        waited: Seconds that it had to answer.

    Attributes:
        pid: The id of its process; 0 if it isn't on this machine or unknown.
    """

    def __init__(self, waited: float) -> None:
        try:
            holder = json.loads((state_dir() / _LOCK_FILE).read_text(encoding="utf-8"))
            pid, since, machine = int(holder["pid"]), float(holder["since"]), str(holder["machine"])
        except (OSError, ValueError, TypeError, KeyError):
            pid, since, machine = 0, time.time(), platform.node()
        is_here = machine == platform.node()
        self.pid = pid if is_here else 0
        where = "" if is_here else f" on the machine {machine}"
        super().__init__(
            f"The local cloud (process {pid}{where}, started at {time.strftime('%H:%M', time.localtime(since))}) "
            f"didn't answer for {waited:.1f} s. It is busy or suspended, and holds everything that you made. Wait, "
            "and try again. To end it and lose everything in it, run `workshop cloud --stop`."
        )


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


def find(*, patience: float = 5.0) -> State | None:
    """The running cloud, or None. A state file without a running process is ignored.

    A cloud holds a lock file for as long as it lives. So one that doesn't answer is not taken for a dead one, and a new
    process with the same id is not taken for a cloud.

    Args:
        patience: Seconds until it must answer.

    Raises:
        CloudBusyError: A cloud lives, but didn't answer.
    """
    file, began = state_dir() / _STATE_FILE, time.monotonic()
    try:
        with open_private(file, "r") as opened:
            state = State(**json.load(opened))
        health = ask(state, "GET", "health", timeout=patience)
        if health["pid"] == state.pid:
            return state
    except (OSError, ValueError, TypeError, KeyError, http.client.HTTPException):
        pass
    if _is_registered() and file.exists():
        raise CloudBusyError(time.monotonic() - began)
    return None


def start(options: Sequence[str] = (), *, timeout: float = 30.0) -> State:
    """Find the running cloud, or start one. Safe to repeat, and in several processes at once.

    Args:
        options: Options of `python -m local_cloud serve`. Without effect if a cloud is running already.
        timeout: Seconds until it must answer.

    Raises:
        CloudBusyError: One is running, and doesn't answer. It is not replaced, because everything in it would be lost.
        StartError: It ended at once, or didn't answer in time.
    """
    deadline = time.monotonic() + timeout
    running = _wait_for_the_running_one(deadline)
    if running:
        return running
    folder = _folder()
    try:
        with exclusively(folder / "start.lock", timeout):
            running = _wait_for_the_running_one(deadline)
            return running or _wait_until_it_answers(_spawn(options), deadline)
    except LockTimeoutError as error:
        raise StartError(str(error)) from error


def stop(*, timeout: float = 20.0) -> bool:
    """End the running cloud, and wait until it has ended. Returns False if none was running. Safe to repeat.

    Args:
        timeout: Seconds until it is killed if it doesn't end by itself.

    Raises:
        CloudBusyError: It doesn't answer and is on another machine, which shares the state folder.
    """
    deadline = time.monotonic() + timeout
    try:
        running = find(patience=min(5.0, timeout / 4))
        if running is None:
            return False
        pid = running.pid
        with contextlib.suppress(OSError, http.client.HTTPException):
            ask(running, "POST", "stop", timeout=timeout)
    except CloudBusyError as busy:
        if not busy.pid:
            raise
        pid = busy.pid
        ask_to_end(pid)
    file = state_dir() / _STATE_FILE
    while _is_alive(pid, file):
        if time.monotonic() > deadline:
            if _pid_in(file) == pid or _is_registered():  # so the id isn't another program's
                os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
                file.unlink(missing_ok=True)
            break
        time.sleep(0.01)
    return True


def ask(state: State, method: str, path: str, *, timeout: float = 60.0) -> Any:
    """Send a signed request to a running cloud's control API, without any proxy. Returns the decoded JSON.

    The secret itself is not sent. Another program may have got the port of a cloud that has ended.

    Raises:
        ValueError: Somebody edited the state file, and the API would be on another machine.
    """
    url = urlsplit(state.environment["WORKSHOP_CONTROL_URL"])
    if not ipaddress.ip_address(url.hostname or "").is_loopback:
        raise ValueError(f"{url.geturl()} is not on this machine.")
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
        StartError: The folder can't be used.
        OSError: The file isn't for its owner only, or can't be read.
    """
    folder = _folder()
    with exclusively(folder / "secret.lock", 10):
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
    write_private(_folder() / _SECRET_FILE, secret)


@contextlib.contextmanager
def registration() -> Iterator[Callable[[Mapping[str, str]], None]]:
    """Register this process as the cloud of the state folder. Yields a function that writes the state file.

    Call it when the cloud answers, and again when its secret has changed. The end of the block removes the file, so it
    should be the end of the process.

    Raises:
        StartError: Another cloud lives in this folder, or the folder can't be used.
    """
    folder = _folder()
    file = folder / _STATE_FILE

    def register(environment: Mapping[str, str]) -> None:
        write_private(file, json.dumps(asdict(State(os.getpid(), dict(environment))), indent=2))

    with contextlib.ExitStack() as lifetime:
        try:
            lock = lifetime.enter_context(exclusively(folder / _LOCK_FILE, _UNTIL_REFUSED))
        except LockTimeoutError:
            raise StartError(RUNS_ALREADY) from None
        file.unlink(missing_ok=True)  # a dead cloud's
        lock.truncate(0)
        lock.write(json.dumps({"pid": os.getpid(), "since": time.time(), "machine": platform.node()}).encode())
        lock.flush()
        lifetime.callback(file.unlink, missing_ok=True)
        yield register


def _folder() -> Path:
    """The state folder, which is made if it doesn't exist. Other users of this machine may not enter it.

    Raises:
        StartError: It belongs to others too, or this user can't write there.
    """
    folder = state_dir()
    try:
        make_private_folder(folder)
        open_private(folder / "start.lock", "a").close()
    except OSError as error:
        reason = f"The folder {folder} can't be used: {error.strerror or error}"
        raise StartError(f"{reason.rstrip('.')}. Set WORKSHOP_STATE_DIR to a folder of your own.") from error
    return folder


def _is_registered() -> bool:
    """Whether a process is registered as the cloud of the state folder. It may still be starting."""
    try:
        return is_held(state_dir() / _LOCK_FILE)
    except OSError:  # the folder is another user's
        return False


def _pid_in(file: Path) -> int | None:
    try:
        with open_private(file, "r") as opened:
            return int(json.load(opened)["pid"])
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _is_alive(pid: int, file: Path) -> bool:
    """Whether a cloud's process runs. On Windows its state file tells this, as the process removes it last."""
    return _pid_in(file) == pid if sys.platform == "win32" else is_alive(pid)


def _spawn(options: Sequence[str]) -> subprocess.Popen[bytes]:
    with open_private(state_dir() / _LOG_FILE, "wb") as log:
        return spawn_apart([sys.executable, "-m", "local_cloud", "serve", *options], log)


def _wait_for_the_running_one(deadline: float) -> State | None:
    """The running cloud, or None. One that is busy or still starting has until the deadline to answer."""
    began = time.monotonic()
    while True:
        left = deadline - time.monotonic()
        try:
            running = find(patience=min(5.0, max(0.1, left)))
        except CloudBusyError:
            if left <= 0:
                raise CloudBusyError(time.monotonic() - began) from None
        else:
            if running or not _is_registered():
                return running
            if left <= 0:
                raise StartError("Another local cloud has been starting for too long. Try again in a minute.")
        time.sleep(0.02)


def _wait_until_it_answers(process: subprocess.Popen[bytes], deadline: float) -> State:
    try:
        while time.monotonic() < deadline:
            with contextlib.suppress(CloudBusyError):
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
