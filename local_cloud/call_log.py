"""The log of calls that the local cloud answered, in order; it is bounded in memory."""

from __future__ import annotations

import collections
import json
import os
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from local_cloud.call import Call, Response

_CODE = re.compile(rb"<Code>([^<]+)</Code>")
_LONGEST_TEXT = 120
_DEEPEST = 4


class CallLog:
    """Calls and their results.

    An entry is a dict with `number` (counts up from 1, never reused), `time` (seconds since the epoch), `service`,
    `operation`, `region`, `principal`, `status`, `error_code` (None after success), `parameters` (long texts are
    cut, bytes are replaced by their length) and `permissions`. These are the permissions that the caller needed, as
    lists of action, resource and condition keys: at most 20, and none for callers outside the account.

    Args:
        limit: Entries kept in memory; the oldest are removed first.
        file: Each entry is also appended to this file, one JSON object a line, and stays there.
        now: Seconds since the epoch; a seam for tests.
    """

    def __init__(self, *, limit: int = 5000, file: Path | None = None, now: Callable[[], float] = time.time) -> None:
        self._entries: collections.deque[tuple[int, str]] = collections.deque(maxlen=limit)
        """Number and JSON: one text in place of many small objects."""
        self._file = _open(file) if file else None
        self._now = now
        self._number = 0
        self._lock = threading.Lock()

    def add(self, call: Call, response: Response) -> None:
        """Log one call and its answer."""
        if not call.is_logged:
            return
        entry = {
            "time": self._now(),
            "service": call.service,
            "operation": call.operation,
            "region": call.region,
            "principal": call.principal,
            "status": response.status,
            "error_code": None if response.status < 300 else _error_code(response),
            "parameters": {name: _shorten(value) for name, value in call.parameters.items()},
            "permissions": [[action, resource, dict(context)] for action, resource, context in call.permissions[:20]],
        }
        self._append(entry)

    def note(
        self, operation: str, *, service: str, region: str, principal: str, error_code: str | None, **about: Any
    ) -> None:
        """Log an event that is not a call: a service wasn't allowed to act, such as to replicate an object, or a fault.

        Args:
            operation: The action of the service.
            service: The service that acts.
            region: The region in which it acts.
            principal: The role that the service uses; empty for none.
            error_code: AWS's error code; None if the action took place.
            **about: Details, which become the entry's `parameters`.
        """
        known = {"service": service, "operation": operation, "region": region, "principal": principal}
        parameters = {name: _shorten(value) for name, value in about.items()}
        ending = {"status": 403 if error_code else 200, "error_code": error_code}
        about = {"parameters": parameters, "permissions": []}
        self._append({"time": self._now(), **known, **ending, **about})

    def _append(self, entry: dict[str, Any]) -> None:
        with self._lock:
            self._number += 1
            text = json.dumps({"number": self._number, **entry})
            self._entries.append((self._number, text))
            if self._file:
                self._file.write(f"{text}\n")

    def since(self, number: int = 0) -> list[dict[str, Any]]:
        """The entries after the one with this number, oldest first."""
        with self._lock:
            texts = [text for entry, text in self._entries if entry > number]
        return [json.loads(text) for text in texts]

    def clear(self) -> None:
        """Remove the entries in memory. Numbers continue, so that `since` stays correct."""
        with self._lock:
            self._entries.clear()

    def close(self) -> None:
        """Close the file, if there is one."""
        with self._lock:
            if self._file:
                self._file.close()
            self._file = None


def _error_code(response: Response) -> str | None:
    kind = response.header("x-amzn-ErrorType")
    if kind:
        return kind.split(":")[0]
    found = _CODE.search(response.body)
    return found[1].decode() if found else None


def _shorten(value: Any, depth: int = 0) -> Any:
    """Shorten a parameter's value to one that fits in JSON."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return value if len(value) <= _LONGEST_TEXT else f"{value[:_LONGEST_TEXT]}…"
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if depth >= _DEEPEST:
        return "…"
    if isinstance(value, dict):
        return {str(name): _shorten(item, depth + 1) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_shorten(item, depth + 1) for item in value[:20]]
    return str(value)[:_LONGEST_TEXT]


def _open(file: Path) -> TextIO:
    """Open the file to append to it. A new one is for its owner only."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    return os.fdopen(handle, "a", encoding="utf-8", buffering=1)
