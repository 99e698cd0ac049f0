"""The control API below `/_local_cloud/`: requests that AWS doesn't have, such as `reset`."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from typing import Any, Protocol

from local_cloud.call import Response
from local_cloud.call_log import CallLog
from local_cloud.clock import Clock
from local_cloud.faults import Faults
from local_cloud.services.lambda_functions import LambdaService

LONGEST_SETTLE = 3600.0
"""Seconds that `settle` waits at most."""


class Controlled(Protocol):
    """The parts of the cloud that the control API uses."""

    call_log: CallLog
    clock: Clock
    faults: Faults
    functions: LambdaService
    lock: threading.RLock
    stop_requested: threading.Event

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables of a program that uses this cloud."""

    def reset(self) -> None:
        """Delete everything."""

    def settle(self, timeout: float) -> None:
        """Wait until all background work is done."""


class Control:
    """Answers the control API.

    `GET health`, `GET environment`, `GET speed`, `GET calls?since=N`, `POST reset`, `POST settle?timeout=SECONDS`,
    `POST stop`, and `GET`, `POST` and `DELETE faults`. All return JSON. `stop` returns first, and then the process
    ends.

    Args:
        cloud: The cloud to control.
    """

    def __init__(self, cloud: Controlled) -> None:
        self._cloud = cloud

    def answer(self, method: str, path: str, query: Mapping[str, str]) -> Response:
        """Answer one request: method, path below `CONTROL_PREFIX`, and query."""
        name = path.strip("/")
        handler = getattr(self, f"_{method.lower()}_{name}", None) if name.isidentifier() else None
        if handler is None:
            return _json({"error": f"The control API has no {method} {name}."}, 404)
        try:
            result = handler(query)
            return result if isinstance(result, Response) else _json(result)
        except ValueError as error:
            return _json({"error": str(error)}, 400)
        except TimeoutError as error:
            return _json({"error": str(error)}, 504)

    def _get_health(self, query: Mapping[str, str]) -> dict[str, Any]:
        return {"status": "ok", "pid": os.getpid()}

    def _get_environment(self, query: Mapping[str, str]) -> dict[str, str]:
        return self._cloud.environment

    def _get_calls(self, query: Mapping[str, str]) -> list[dict[str, Any]]:
        return self._cloud.call_log.since(int(query.get("since", 0)))

    def _get_code(self, query: Mapping[str, str]) -> Response:
        """The zip file of a function. `GetFunction` returns its URL, which works without a signature, as on AWS."""
        with self._cloud.lock:
            found = self._cloud.functions.find_version(query.get("function", ""))
        if found is None:
            raise ValueError("This function doesn't exist.")
        return Response(200, [("Content-Type", "application/zip")], found.code)

    def _get_speed(self, query: Mapping[str, str]) -> dict[str, float]:
        return {"speed": self._cloud.clock.speed}

    def _get_faults(self, query: Mapping[str, str]) -> list[dict[str, Any]]:
        described = map(self._cloud.faults.describe, self._cloud.faults.in_force)
        return [fault for fault in described if fault["ends_in"] > 0]

    def _post_faults(self, query: Mapping[str, str]) -> dict[str, Any]:
        numbers = {name: _number(query, name) for name in ("seconds", "delay") if name in query}
        fault = self._cloud.faults.cause(query.get("kind", ""), region=query.get("region"), **numbers)
        return self._cloud.faults.describe(fault)

    def _delete_faults(self, query: Mapping[str, str]) -> list[dict[str, Any]]:
        return [self._cloud.faults.describe(fault) for fault in self._cloud.faults.end(query.get("id"))]

    def _post_reset(self, query: Mapping[str, str]) -> dict[str, Any]:
        self._cloud.reset()
        return {"status": "ok"}

    def _post_settle(self, query: Mapping[str, str]) -> dict[str, Any]:
        timeout = float(query.get("timeout", 30))
        if not 0 <= timeout <= LONGEST_SETTLE:  # rejects `nan` too
            raise ValueError(f"timeout must be from 0 to {LONGEST_SETTLE:g} seconds")
        self._cloud.settle(timeout)
        return {"status": "ok"}

    def _post_stop(self, query: Mapping[str, str]) -> dict[str, Any]:
        self._cloud.stop_requested.set()
        return {"status": "stopping"}


def _number(query: Mapping[str, str], name: str) -> float:
    try:
        return float(query[name])
    except ValueError:
        raise ValueError(f"{name} must be a number, not {query[name]!r}.") from None


def _json(value: Any, status: int = 200) -> Response:
    return Response(status, [("Content-Type", "application/json")], (json.dumps(value) + "\n").encode())
