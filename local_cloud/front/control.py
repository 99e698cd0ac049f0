"""The control API below `/_local_cloud/`: requests that AWS doesn't have, such as `reset`.

Its requests are signed as for AWS, with the cloud's own access key. The secret itself is never sent, so another program
at the port of a cloud that has ended can't learn it.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from typing import Any, Protocol

from local_cloud.access.identities import LEARNER
from local_cloud.call import HttpRequest, Response
from local_cloud.call_log import CallLog
from local_cloud.clock import Clock
from local_cloud.errors import AwsError
from local_cloud.faults import Faults
from local_cloud.front.signatures import read_signature
from local_cloud.front.verification import Verifier, check_body_hash
from local_cloud.services.lambda_functions import LambdaService

HEALTH = ("GET", "health")
"""The one request that needs no signature. It returns what others see anyway: that a process listens."""
CODE = ("GET", "code")
"""The one request that may be signed in its URL. `GetFunction` returns such a URL, as on AWS."""
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

    @property
    def regions(self) -> list[str]:
        """The regions in which something may be."""

    def reset(self) -> None:
        """Delete everything."""

    def renew_secret(self) -> None:
        """Change the secret."""

    def settle(self, timeout: float) -> None:
        """Wait until all background work is done."""


class Control:
    """Answers the control API.

    `GET health`, `GET environment`, `GET speed`, `GET regions`, `GET calls?since=N`, `POST reset`,
    `POST secret`, `POST settle?timeout=SECONDS`, `POST stop`, and `GET`, `POST` and `DELETE faults`. All return
    JSON. `stop` returns first, and then the process ends.

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
        """The zip file of a function. `GetFunction` returns its URL, which is presigned, as on AWS."""
        with self._cloud.lock:
            found = self._cloud.functions.find_version(query.get("function", ""))
        if found is None:
            raise ValueError("This function doesn't exist.")
        return Response(200, [("Content-Type", "application/zip")], found.code)

    def _get_speed(self, query: Mapping[str, str]) -> dict[str, float]:
        return {"speed": self._cloud.clock.speed}

    def _get_regions(self, query: Mapping[str, str]) -> list[str]:
        return self._cloud.regions

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

    def _post_secret(self, query: Mapping[str, str]) -> dict[str, Any]:
        self._cloud.renew_secret()
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


def check_owner(request: HttpRequest, verifier: Verifier, *, by_url: bool) -> None:
    """Refuse a request to the control API that isn't signed with the cloud's own key.

    Args:
        request: The request.
        verifier: Verifies its signature.
        by_url: Whether its URL may hold the signature.

    Raises:
        AwsError: Its signature is missing or wrong, or another key has made it.
    """
    signature = read_signature(request)
    if signature is None or (signature.in_query and not by_url):
        text = "Sign requests to the control API with the local cloud's access key, in the Authorization header."
        raise AwsError("MissingAuthenticationToken", text, 403)
    if verifier.verify(request, signature, "s3").principal != LEARNER:
        raise AwsError("AccessDenied", "Only the local cloud's own access key may control it.", 403)
    check_body_hash(request)


def render_control_error(error: AwsError) -> Response:
    """A refusal in the form of the control API."""
    return _json({"error": error.message, "code": error.code}, error.status)


def _number(query: Mapping[str, str], name: str) -> float:
    try:
        return float(query[name])
    except ValueError:
        raise ValueError(f"{name} must be a number, not {query[name]!r}.") from None


def _json(value: Any, status: int = 200) -> Response:
    return Response(status, [("Content-Type", "application/json")], (json.dumps(value) + "\n").encode())
