"""One background thread that runs tasks when they are due."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)

Task = Callable[[], None]


class Worker:
    """Runs tasks when they are due, one after the other. Tasks due at the same time run in the order they came.

    The thread starts with the first task, holds the lock only while a task runs, and never polls.

    Args:
        lock: Held while a task runs.
        now: Monotonic seconds; a seam for tests.
    """

    def __init__(self, *, lock: threading.RLock, now: Callable[[], float] = time.monotonic) -> None:
        self._lock = lock
        self._now = now
        self._changed = threading.Condition()
        self._heap: list[tuple[float, int, Task]] = []
        self._held: list[Task] = []
        self._order = itertools.count()
        self._busy = False
        self._stopping = False
        self._thread: threading.Thread | None = None

    def do(self, task: Task, *, after: float = 0.0) -> None:
        """Run a task `after` so many real seconds."""
        with self._changed:
            heapq.heappush(self._heap, (self._now() + after, next(self._order), task))
            if self._thread is None and not self._stopping:
                self._thread = threading.Thread(target=self._run, name="replicator", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def hold(self, task: Task) -> None:
        """Hold a task until `resume`."""
        with self._changed:
            self._held.append(task)

    def resume(self) -> None:
        """Run the held tasks now, in their order."""
        with self._changed:
            held, self._held = self._held, []
            for task in held:
                self.do(task)

    def settle(self, timeout: float) -> None:
        """Wait until no task is left, including held tasks and those that tasks add.

        Raises:
            TimeoutError: Tasks are left after `timeout` seconds.
        """
        with self._changed:
            if self._changed.wait_for(lambda: not (self._heap or self._busy or self._held), timeout):
                return
            why = f", {len(self._held)} of them for a fault to end" if self._held else ""
            waiting = len(self._heap) + len(self._held)
            raise TimeoutError(f"{waiting} replication tasks are still waiting after {timeout:g} s{why}")

    def clear(self) -> None:
        """Remove all waiting tasks."""
        with self._changed:
            self._heap.clear()
            self._held.clear()
            self._changed.notify_all()

    def stop(self) -> None:
        """End the thread. May be repeated. Don't hold the lock, as a running task may wait for it."""
        with self._changed:
            self._stopping = True
            self._heap.clear()
            self._changed.notify_all()
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout=10)

    def _run(self) -> None:
        while (task := self._wait_for_task()) is not None:
            try:
                with self._lock:
                    task()
            except Exception:
                logger.exception("A replication task failed")
            finally:
                with self._changed:
                    self._busy = False
                    self._changed.notify_all()

    def _wait_for_task(self) -> Task | None:
        """The next task that is due, or None if the worker stops."""
        with self._changed:
            while not self._stopping:
                wait = self._heap[0][0] - self._now() if self._heap else None
                if wait is not None and wait <= 0:
                    self._busy = True
                    return heapq.heappop(self._heap)[2]
                self._changed.wait(wait)
        return None
