"""One environment: a process in which a function lives, its Runtime API and its output."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import signal
import subprocess
import sys
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_cloud.engines.sandbox.model import DeployedFunction, Invocation
from local_cloud.engines.sandbox.runtime_api import Outcome, Request, RuntimeApi

BOOTSTRAP = Path(__file__).with_name("bootstrap.py")
INIT_TIMEOUT = 10.0
"""Seconds that Lambda gives a function to start (LDG/lambda-runtime-environment)."""

LARGEST_OUTPUT = 1_048_576
"""Bytes that are kept of what a function writes during one event, so that one that never stops writing does no harm."""


@dataclass(frozen=True)
class Place:
    """Where and how environments run.

    Attributes:
        task_root: Folder with the unpacked zip; `/var/task` on Lambda.
        nameserver: Where look-ups end up.
        region: The region that the function is told.
        log_group: Where its output goes.
        own_runtime: Use AWS's runtime interface client, where it is installed.
    """

    task_root: Path
    nameserver: tuple[str, int]
    region: str
    log_group: str
    own_runtime: bool = True


def find_runtime_folder() -> str:
    """The folder that holds AWS's runtime interface client, or `""` where it isn't installed."""
    spec = importlib.util.find_spec("awslambdaric")
    return str(Path(spec.origin).parent.parent) if spec and spec.origin else ""


class Environment:
    """A process that handles one event at a time, for as long as it lives.

    It is not used again once `alive` is False: after a timeout, a crash or a failed start.
    """

    def __init__(self, function: DeployedFunction, place: Place) -> None:
        self._function = function
        self._place = place
        self._api = RuntimeApi()
        self._transport: asyncio.SubprocessTransport | None = None
        self.output = Output(self._api)
        self.log_stream = f"[{function.version}]{uuid.uuid4().hex}"
        self._killed = False

    @property
    def _name(self) -> str:
        """The function's name; at an edge it is `us-east-1.NAME`, as in its log group (CFDG/edge-functions-logs)."""
        replica = f"us-east-1.{self._function.name}"
        return replica if self._place.log_group.endswith(f"/{replica}") else self._function.name

    @property
    def alive(self) -> bool:
        """Whether it can handle another event."""
        return not (self._killed or self.output.ended)

    async def invoke(self, event: Any) -> Invocation:
        """Handle one event; starts the process if it isn't there yet."""
        loop = asyncio.get_running_loop()
        request_id, body = str(uuid.uuid4()), json.dumps(event).encode()
        if self._transport is None:
            started = await self._start(request_id)
            if started is not None:
                return started
        self.output.add(f"START RequestId: {request_id} Version: {self._function.version}")
        began, timeout, timed_out = loop.time(), self._function.timeout, False
        request = Request(request_id, body, self._function.arn, timeout)
        try:
            async with asyncio.timeout(timeout):
                outcome = await self._api.handle(request)
        except asyncio.CancelledError:  # nobody waits for the answer any more, but the process is still busy with it
            await self.kill()
            raise
        except TimeoutError:
            timed_out, outcome = True, _fail("Sandbox.Timedout", f"Error: Task timed out after {timeout:.2f} seconds")
        duration = loop.time() - began
        if timed_out or self.output.ended:
            await self.kill()
        return await self._report(request_id, outcome, duration, timed_out=timed_out)

    async def _start(self, request_id: str) -> Invocation | None:
        """Start the process and its runtime; what came of the request if that failed, else None."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        address = await self._api.start()
        settings = {
            "nameserver": self._place.nameserver,
            "task_root": str(self._place.task_root),
            "handler": self._function.handler,
            "runtime_folder": find_runtime_folder() if self._place.own_runtime else "",
        }
        # -I -S: nothing of this machine's Python but the standard library; -B: Lambda's /var/task can't be written to.
        flags = ("-I", "-S", "-B", "-u", "-X", "utf8")
        self._transport, _ = await loop.subprocess_exec(
            lambda: self.output,
            *(sys.executable, *flags, str(BOOTSTRAP), json.dumps(settings)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self._place.task_root,
            env=self._make_variables(address),
            **_apart(),
        )
        try:
            outcome = await asyncio.wait_for(asyncio.shield(self._api.ready), INIT_TIMEOUT)
        except TimeoutError:
            outcome = _fail("Sandbox.Timedout", f"Error: The function did not start within {INIT_TIMEOUT:g} seconds")
        if outcome.error is None:
            return None
        await self.kill()
        return await self._report(request_id, outcome, loop.time() - began, timed_out=False)

    async def _report(self, request_id: str, outcome: Outcome, duration: float, *, timed_out: bool) -> Invocation:
        """Collect what was written meanwhile, and end it as Lambda does."""
        await asyncio.sleep(0)  # what was written before the answer is in the pipe; let the loop read it
        if outcome.error and outcome.error.get("errorType") in ("Sandbox.Timedout", "Runtime.ExitError"):
            outcome.error["errorMessage"] = f"RequestId: {request_id} {outcome.error['errorMessage']}"
            self.output.add(outcome.error["errorMessage"])
        self.output.add(f"END RequestId: {request_id}")
        memory = self._function.memory_size
        self.output.add(f"REPORT RequestId: {request_id}\tDuration: {duration * 1000:.2f} ms\tMemory Size: {memory} MB")
        log = self.output.take()
        return Invocation(outcome.payload, outcome.error, timed_out, log, request_id, duration)

    async def kill(self) -> None:
        """End the process at once, and what it started. May be repeated."""
        self._killed = True
        if self._transport and not self.output.ended:
            with suppress(ProcessLookupError, PermissionError):
                _kill(self._transport)
            await self.output.exited
        if self._transport:
            self._transport.close()
        await self._api.stop()

    def _make_variables(self, address: str) -> dict[str, str]:
        """Lambda's reserved variables and nothing else; no credentials (LDG/configuration-envvars)."""
        function, place = self._function, self._place
        variables = {
            "AWS_DEFAULT_REGION": place.region,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
            "AWS_LAMBDA_FUNCTION_NAME": self._name,
            "AWS_LAMBDA_FUNCTION_VERSION": function.version,
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": place.log_group,
            "AWS_LAMBDA_LOG_STREAM_NAME": self.log_stream,
            "AWS_LAMBDA_RUNTIME_API": address,
            "AWS_REGION": place.region,
            "LAMBDA_TASK_ROOT": str(place.task_root),
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "_HANDLER": function.handler,
        }
        if "SYSTEMROOT" in os.environ:  # without it Windows has no sockets
            variables["SYSTEMROOT"] = os.environ["SYSTEMROOT"]
        return {**function.environment, **variables}


class Output(asyncio.SubprocessProtocol):
    """Collects the lines that a process writes, and notices its end."""

    def __init__(self, api: RuntimeApi) -> None:
        self.exited: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._api = api
        self._lines: list[str] = []
        self._rest = b""
        self._size = 0
        self._transport: Any = None

    @property
    def ended(self) -> bool:
        """Whether the process is gone."""
        return self.exited.done()

    def add(self, line: str) -> None:
        """A line that Lambda itself writes; what the function has not ended counts as a line before it."""
        if self._rest:
            self._lines.append(self._rest.decode("utf-8", "replace"))
            self._rest = b""
        self._lines.append(line)

    def take(self) -> list[str]:
        """The lines since the last time."""
        lines, self._lines, self._size = self._lines, [], 0
        return [line.replace("\r", "\n") for line in lines]  # AWS's runtime separates the lines of one message so

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio when the process runs."""
        self._transport = transport

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Called by asyncio with what the process wrote."""
        room = LARGEST_OUTPUT - self._size
        if room <= 0:
            return
        self._size += len(data)
        if len(data) > room:
            data = data[:room] + b"\n(more than 1 MB; the rest is not kept)\n"
        *whole, self._rest = (self._rest + data).split(b"\n")
        self._lines.extend(line.decode("utf-8", "replace") for line in whole)

    def process_exited(self) -> None:
        """Called by asyncio when the process is gone."""
        status = self._transport.get_returncode()
        reason = (
            f"exit status {status}" if status >= 0 else f"signal: {(signal.strsignal(-status) or str(-status)).lower()}"
        )
        if not self.exited.done():
            self.exited.set_result(None)
        self._api.fail(
            {"errorType": "Runtime.ExitError", "errorMessage": f"Error: Runtime exited with error: {reason}"}
        )


def _fail(error_type: str, message: str) -> Outcome:
    """An outcome that the sandbox itself decides, in Lambda's words."""
    return Outcome(error={"errorType": error_type, "errorMessage": message})


def _apart() -> dict[str, Any]:
    """A process group of its own, so that Ctrl-C in a terminal doesn't reach the function."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def _kill(transport: asyncio.SubprocessTransport) -> None:
    """Kill the process; on Unix also what it started."""
    pid = transport.get_pid()
    if pid and sys.platform != "win32":
        os.killpg(pid, signal.SIGKILL)
    else:
        transport.kill()
