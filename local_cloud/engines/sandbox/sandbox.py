"""Several environments for each function version, as at real edges; each handles one event at a time."""

from __future__ import annotations

import asyncio
import io
import random
import shutil
import uuid
import zipfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from local_cloud.engines.sandbox.environment import Environment, Place
from local_cloud.engines.sandbox.model import DeployedFunction, Invocation
from local_cloud.engines.sandbox.workspace import Workspace, sweep

_ENDED = {"errorType": "Runtime.ExitError", "errorMessage": "Error: The local cloud was reset."}

KeepLog = Callable[[str, str, str, list[str]], None]
"""Stores log lines: group, region, stream, lines."""


class Sandbox:
    """Runs functions. All methods belong to one event loop.

    Args:
        nameserver: Where the functions' look-ups end up, whatever server they ask.
        keep_log: Called with what each invocation wrote, before it is answered; it must not wait for anything.
        environments: How many environments each function version has in each region; they start when first chosen.
        idle_seconds: How long a function version's environments stay when nobody invokes it; Lambda keeps them for
            some minutes too.
        choose: Chooses among idle environments; a seam for tests.
        own_runtime: Use AWS's runtime interface client, where it is installed, instead of the plain one.
        unpack: Unpacks a zip into a new folder; a seam for tests.
    """

    def __init__(
        self,
        *,
        nameserver: tuple[str, int],
        keep_log: KeepLog,
        environments: int = 2,
        idle_seconds: float = 600.0,
        choose: Callable[[Sequence[Any]], Any] = random.choice,
        own_runtime: bool = True,
        unpack: Callable[[bytes], Path] | None = None,
    ) -> None:
        self._nameserver = nameserver
        self._keep_log = keep_log
        self._environments = environments
        self._idle_seconds = idle_seconds
        self._choose = choose
        self._own_runtime = own_runtime
        self._workspace = Workspace()
        self._unpack = unpack or (lambda code: _unpack(code, self._workspace.make_folder("code")))
        self._pools: dict[tuple[str, str, str], Pool] = {}
        self._retiring: dict[Pool, asyncio.Task[None]] = {}

    async def start(self) -> None:
        """Remove what killed clouds left. Environments start when they are first needed."""
        sweep()

    async def stop(self) -> None:
        """End all environments; invocations under way fail. May be repeated."""
        await self.reset()
        self._workspace.close()

    async def reset(self) -> None:
        """Forget all functions, ending their environments; the sandbox can be used again at once."""
        pools, self._pools = [*self._pools.values(), *self._retiring], {}
        await asyncio.gather(*(pool.close() for pool in pools))
        await asyncio.gather(*self._retiring.values())

    async def forget(self, arn: str) -> None:
        """End the environments of a function, or of one of its versions, in all regions.

        Invocations under way end first.
        """
        gone = [key for key in self._pools if key[0] == arn or key[0].startswith(f"{arn}:")]
        await asyncio.gather(*(self._retire(self._pools.pop(key)) for key in gone))

    async def invoke(
        self, function: DeployedFunction, event: Any, *, region: str = "us-east-1", log_group: str | None = None
    ) -> Invocation:
        """Run a function version once; waits its turn if all environments are busy.

        Args:
            function: The version. If its code or configuration is not that of the last time, it starts afresh.
                Invocations under way still end in their own environments.
            event: Any JSON value.
            region: Where it runs, and logs.
            log_group: By default `/aws/lambda/NAME`.

        Returns:
            What came of it. A function that fails is no exception here.
        """
        group = log_group or f"/aws/lambda/{function.name}"
        key = (function.arn, region, group)
        pool = self._pools.get(key)
        if pool is None or pool.function != function:
            self._pools[key], old = Pool(function, self._environments, self._choose, self._unpack), pool
            pool = self._pools[key]
            self._end_when_idle(key, pool)
            if old:
                self._retire(old)
        invocation, stream = await pool.invoke(event, self._make_place(region, group))
        self._keep_log(group, region, stream, invocation.log)
        return invocation

    def _end_when_idle(self, key: tuple[str, str, str], pool: Pool) -> None:
        """End the pool's environments once nobody has used them for long enough; look again until then."""
        if self._pools.get(key) is not pool:
            return
        loop = asyncio.get_running_loop()
        left = self._idle_seconds - pool.idle_for
        if left > 0:
            pool.timer = loop.call_later(left, self._end_when_idle, key, pool)
        else:
            del self._pools[key]
            self._retire(pool)

    def _retire(self, pool: Pool) -> asyncio.Task[None]:
        """Close a pool as soon as its last invocation has ended."""
        task = self._retiring[pool] = asyncio.get_running_loop().create_task(pool.retire())
        task.add_done_callback(lambda _: self._retiring.pop(pool, None))
        return task

    def _make_place(self, region: str, log_group: str) -> Callable[[Path], Place]:
        return lambda task_root: Place(
            task_root,
            self._workspace.make_folder("environment"),
            self._nameserver,
            region,
            log_group,
            self._own_runtime,
        )


class Pool:
    """The environments of one function version in one region."""

    def __init__(
        self,
        function: DeployedFunction,
        size: int,
        choose: Callable[[Sequence[Any]], Any],
        unpack: Callable[[bytes], Path],
    ) -> None:
        self.function = function
        self._unpack_code = unpack
        self._choose = choose
        self._slots: list[Environment | None] = [None] * size
        self._idle = list(range(size))
        self._turn = asyncio.Semaphore(size)
        self._unpacking: asyncio.Future[Path] | None = None
        self._closed = False
        self._last_used = asyncio.get_running_loop().time()
        self.timer: asyncio.TimerHandle | None = None
        """Looks whether the pool is idle. It would keep a closed pool in memory for minutes."""

    @property
    def idle_for(self) -> float:
        """Seconds since the last event was handled; 0 while one is."""
        busy = len(self._idle) < len(self._slots)
        return 0.0 if busy else asyncio.get_running_loop().time() - self._last_used

    async def invoke(self, event: Any, make_place: Callable[[Path], Place]) -> tuple[Invocation, str]:
        """Handle an event in an idle environment, chosen at random; also returns the name of its log stream."""
        async with self._turn:
            if self._closed:  # a reset came first
                return Invocation(None, _ENDED, False, [], str(uuid.uuid4()), 0.0), f"[{self.function.version}]ended"
            slot = self._choose(self._idle)
            self._idle.remove(slot)
            try:
                environment = self._slots[slot]
                if environment is None or not environment.alive:
                    if environment:
                        await environment.kill()
                    environment = Environment(self.function, make_place(await self._unpack()))
                    self._slots[slot] = environment
                return await environment.invoke(event), environment.log_stream
            finally:
                self._idle.append(slot)
                self._last_used = asyncio.get_running_loop().time()

    async def _unpack(self) -> Path:
        """The folder with the unpacked zip; unpacked once. A failure, of a full disk perhaps, is not remembered."""
        if self._unpacking is None or (self._unpacking.done() and self._unpacking.exception()):
            loop = asyncio.get_running_loop()
            self._unpacking = loop.run_in_executor(None, self._unpack_code, self.function.code)
        return await asyncio.shield(self._unpacking)

    async def retire(self) -> None:
        """Wait until nothing is under way any more, then close. Raises nothing."""
        for _ in self._slots:
            await self._turn.acquire()
        await self.close()

    async def close(self) -> None:
        """End all environments and remove what was unpacked. Raises nothing, and may be repeated."""
        self._closed = True
        if self.timer:
            self.timer.cancel()
        await asyncio.gather(*(environment.kill() for environment in self._slots if environment))
        if self._unpacking:
            [folder] = await asyncio.gather(self._unpacking, return_exceptions=True)
            if isinstance(folder, Path):
                remove = partial(shutil.rmtree, folder, ignore_errors=True)
                await asyncio.get_running_loop().run_in_executor(None, remove)


def _unpack(code: bytes, folder: Path) -> Path:
    """Unpack a zip into a new folder."""
    try:
        with zipfile.ZipFile(io.BytesIO(code)) as archive:
            archive.extractall(folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder
