"""Sandboxes, and the invocation of functions in them, under each runtime."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local_cloud.engines.sandbox import DeployedFunction, Invocation, Sandbox
from tests.local_cloud.sandbox.kit import RUNTIMES, Dns


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
