"""One environment: a process in which a function lives, its Runtime API and its output."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import uuid
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import orjson

from local_cloud.engines.sandbox.bootstrap import end_group, end_marked, end_tree
from local_cloud.engines.sandbox.model import DeployedFunction, Invocation
from local_cloud.engines.sandbox.output import Output
from local_cloud.engines.sandbox.runtime_api import Outcome, Request, RuntimeApi

BOOTSTRAP = Path(__file__).with_name("bootstrap.py")
INIT_TIMEOUT = 10.0
"""Seconds that Lambda gives a function to start (LDG/lambda-runtime-environment)."""


@dataclass(frozen=True)
class Place:
    """Where and how environments run.

    Attributes:
        task_root: Folder with the unpacked zip; `/var/task` on Lambda.
        folder: The environment's own folder, for its output and its temporary files. It ends with the environment.
        nameserver: Where look-ups end up.
        region: The region that the function is told.
        log_group: Where its output goes.
        own_runtime: Use AWS's runtime interface client, where it is installed.
    """

    task_root: Path
    folder: Path
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
        self._runtime_folder = find_runtime_folder() if place.own_runtime else ""
        self._api = RuntimeApi(is_secret=not self._runtime_folder)
        self._transport: asyncio.SubprocessTransport | None = None
        self._exit = Exit(self._api)
        self._output = Output(place.folder / "output")
        self.log_stream = f"[{function.version}]{uuid.uuid4().hex}"
        self._killed = False

    @property
    def _name(self) -> str:
        """The function's name; at an edge it is `us-east-1.NAME`, as in its log group (CFDG/edge-functions-logs)."""
        replica = f"us-east-1.{self._function.name}"
        return replica if self._place.log_group.endswith(f"/{replica}") else self._function.name

    @property
    def _has_ended(self) -> bool:
        return self._exit.noticed.done()

    @property
    def alive(self) -> bool:
        """Whether it can handle another event."""
        return not (self._killed or self._has_ended)

    async def invoke(self, event: Any) -> Invocation:
        """Handle one event; starts the process if it isn't there yet."""
        loop = asyncio.get_running_loop()
        request_id, body = str(uuid.uuid4()), _to_json(event)
        if self._transport is None:
            try:
                started = await self._start(request_id)
            except BaseException:  # the process could not be made, or its caller has gone
                await self.kill()
                raise
            if started is not None:
                return started
        self._output.add(f"START RequestId: {request_id} Version: {self._function.version}")
        began, timeout = loop.time(), self._function.timeout
        request = Request(request_id, body, self._function.arn, timeout)
        late = _fail("Sandbox.Timedout", f"Error: Task timed out after {timeout:.2f} seconds")
        self._timer = loop.call_later(min(timeout, 1.0), self._watch, began + timeout, late)
        try:
            outcome = await self._api.handle(request)
        except asyncio.CancelledError:  # nobody waits for the answer any more, but the process is still busy with it
            await self.kill()
            raise
        finally:
            self._timer.cancel()
        timed_out = outcome is late
        duration = loop.time() - began
        if timed_out or self._has_ended:
            await self.kill()
        return await self._report(request_id, outcome, duration, timed_out=timed_out)

    def _watch(self, deadline: float, late: Outcome) -> None:
        """Once a second look after an event that is being handled; at its deadline, give it up."""
        loop = asyncio.get_running_loop()
        if loop.time() >= deadline:
            self._api.give_up(late)
        else:
            self._output.bound()
            self._timer = loop.call_at(min(deadline, loop.time() + 1.0), self._watch, deadline, late)

    async def _start(self, request_id: str) -> Invocation | None:
        """Start the process and its runtime; what came of the request if that failed, else None."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        address = await self._api.start()
        settings = {
            "nameserver": self._place.nameserver,
            "task_root": str(self._place.task_root),
            "handler": self._function.handler,
            "runtime_folder": self._runtime_folder,
        }
        # -I -S: nothing of this machine's Python but the standard library; -B: Lambda's /var/task can't be written to.
        flags = ("-I", "-S", "-B", "-u", "-X", "utf8")
        self._transport, _ = await loop.subprocess_exec(
            lambda: self._exit,
            *(sys.executable, *flags, str(BOOTSTRAP), json.dumps(settings)),
            stdin=subprocess.PIPE,
            stdout=self._output.file,
            stderr=subprocess.STDOUT,
            cwd=self._place.task_root,
            env=self._make_variables(address),
            **_apart(),
        )
        if self._killed:  # meanwhile
            await self.kill()
        try:
            outcome = await asyncio.wait_for(asyncio.shield(self._api.ready), INIT_TIMEOUT)
        except TimeoutError:
            outcome = _fail("Sandbox.Timedout", f"Error: The function did not start within {INIT_TIMEOUT:g} seconds")
        if outcome.error is None:
            self._output.read()  # what it wrote at its start comes before the first event's lines
            return None
        await self.kill()
        return await self._report(request_id, outcome, loop.time() - began, timed_out=False)

    async def _report(self, request_id: str, outcome: Outcome, duration: float, *, timed_out: bool) -> Invocation:
        """Collect what was written meanwhile, and end it as Lambda does."""
        self._output.read()
        if outcome.error and outcome.error.get("errorType") in ("Sandbox.Timedout", "Runtime.ExitError"):
            outcome.error["errorMessage"] = f"RequestId: {request_id} {outcome.error['errorMessage']}"
            self._output.add(outcome.error["errorMessage"])
        self._output.add(f"END RequestId: {request_id}")
        took, memory = f"{duration * 1000:.2f} ms", self._function.memory_size
        self._output.add(f"REPORT RequestId: {request_id}\tDuration: {took}\tMemory Size: {memory} MB")
        log = self._output.take()
        return Invocation(outcome.payload, outcome.error, timed_out, log, request_id, duration)

    async def kill(self) -> None:
        """End the process at once, and what it started. May be repeated."""
        self._killed = True
        in_thread = partial(asyncio.get_running_loop().run_in_executor, None)
        if self._transport and not self._has_ended:
            await in_thread(end_tree, self._exit.pid)
            with suppress(ProcessLookupError):
                self._transport.kill()
            await self._exit.noticed
        if self._transport:
            await in_thread(end_marked, "AWS_LAMBDA_LOG_STREAM_NAME", self.log_stream)
            self._transport.close()
        await self._api.stop()
        self._output.close()
        await in_thread(partial(shutil.rmtree, self._place.folder, ignore_errors=True))

    def _make_variables(self, address: str) -> dict[str, str]:
        """Lambda's reserved variables, and where temporary files go; no credentials (LDG/configuration-envvars)."""
        function, place = self._function, self._place
        temporary = place.folder / "tmp"
        temporary.mkdir(exist_ok=True)
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
            "TMPDIR": str(temporary),  # on Lambda, each environment has a /tmp of its own
            "TZ": ":UTC",
            "_HANDLER": function.handler,
        }
        if "SYSTEMROOT" in os.environ:  # without it Windows has no sockets
            variables |= {"SYSTEMROOT": os.environ["SYSTEMROOT"], "TEMP": str(temporary)}
        return {**function.environment, **variables}


class Exit(asyncio.SubprocessProtocol):
    """Notices the end of a process, and tells whoever waits for its answer."""

    def __init__(self, api: RuntimeApi) -> None:
        self.noticed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._api = api

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio when the process runs."""
        self._transport = cast(asyncio.SubprocessTransport, transport)  # uvloop's is another class
        self.pid = self._transport.get_pid()

    def process_exited(self) -> None:
        """Called by asyncio when the process is gone."""
        end_group(self.pid)
        status = self._transport.get_returncode() or 0
        reason = (
            f"exit status {status}" if status >= 0 else f"signal: {(signal.strsignal(-status) or str(-status)).lower()}"
        )
        if not self.noticed.done():
            self.noticed.set_result(None)
        self._api.fail(
            {"errorType": "Runtime.ExitError", "errorMessage": f"Error: Runtime exited with error: {reason}"}
        )


def _to_json(event: Any) -> bytes:
    """An event as JSON; orjson is many times faster, and refuses what few events hold, such as half a character."""
    try:
        return orjson.dumps(event)
    except TypeError:
        return json.dumps(event).encode()


def _fail(error_type: str, message: str) -> Outcome:
    """An outcome that the sandbox itself decides, in Lambda's words."""
    return Outcome(error={"errorType": error_type, "errorMessage": message})


def _apart() -> dict[str, Any]:
    """A process group of its own, so that Ctrl-C in a terminal doesn't reach the function."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}
