"""What is caused only for a while ends with its block, however the block ends: an error, Ctrl-C, or Jupyter's ■."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Any, Self, TypeVar

from workshop_lib.errors import NotUndone

T = TypeVar("T")

PATIENCE = 1.0
"""Seconds that Ctrl-C waits for a call that runs."""


class Episode:
    """Something that is caused for a while, such as a drill. As a context manager it ends with the block.

    `begin` and `end` may run in any thread. After the block nothing can begin any more, not even a `begin` that another
    thread is about to call. Safe to use again.

    Args:
        begin: Causes it.
        end: Undoes it. Called only if it has begun, even if `begin` raised an error.
    """

    def __init__(self, begin: Callable[[], object], end: Callable[[], object]) -> None:
        self._cause, self._undo = begin, end
        self._may_begin, self._has_begun = True, False
        self._lock = Lock()

    def begin(self) -> None:
        """Cause it, unless the block is over."""
        with self._lock:
            if self._may_begin:
                self._has_begun = True
                self._cause()

    def end(self) -> None:
        """Undo it, if it has begun. Safe to repeat."""
        with self._lock:
            if self._has_begun:
                self._undo()
                self._has_begun = False

    def __enter__(self) -> Self:
        self._may_begin = True
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        self._may_begin = False
        try:
            start(self.end).result()
        except Exception as problem:  # such as credentials that have expired
            raise NotUndone(problem, timeline=getattr(error, "timeline", None)) from problem


def start(call: Callable[..., T], *arguments: Any, **options: Any) -> Future[T]:
    """Start a call in a thread of its own, where Ctrl-C doesn't break it off. The program ends only after it."""
    thread = ThreadPoolExecutor(1)
    try:
        return thread.submit(call, *arguments, **options)
    finally:
        thread.shutdown(wait=False)


def cause(call: Callable[[], T], undo: Callable[[T], object]) -> T:
    """Make a call that is undone if Ctrl-C comes before it returns.

    Args:
        call: Causes something. It runs in a thread of its own.
        undo: Undoes it.

    Raises:
        KeyboardInterrupt: After `undo`, or after a second if the call takes longer. It is then undone later.
    """
    called = start(call)
    try:
        return called.result()
    except KeyboardInterrupt:
        start(lambda: undo(called.result())).exception(timeout=PATIENCE)
        raise
