"""The prober: asks the endpoint of every health check at its interval, and keeps the status of each check."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from local_cloud.clock import Clock
from local_cloud.engines.prober.probes import Observation, Respond, probe
from local_cloud.engines.prober.status import Checker, HealthCheck, get_statuses
from local_cloud.late import Late

logger = logging.getLogger(__name__)

SHORTEST_INTERVAL = 0.02
"""Seconds between two probes of a checker at least, at any speed of the clock."""
PROBES_AT_A_TIME = 16
"""Each checker of an endpoint that hangs occupies one of them. The other checks continue."""

_RESTARTING = ("Type", "Regions", "Disabled")
"""A change of these restarts the checkers. Other changes keep their counts."""


class Prober:
    """Probes the endpoints of health checks.

    A new check is healthy until 18 % or less of its checkers see it healthy. A checker sees it unhealthy after
    `FailureThreshold` failures in a row. The threads start with the first check, and sleep while there is none.

    Args:
        clock: Shortens the intervals.
        late: Seconds after which `is_healthy` and `generation`, which the nameserver reads, know a new status.
        respond: Asks the gateway in this process, for endpoints of S3.
        probe: Asks an endpoint once; a seam for tests.
    """

    def __init__(
        self, *, clock: Clock, respond: Respond, late: float = 0.0, probe: Callable[..., Observation] = probe
    ) -> None:
        self._clock = clock
        self._respond = respond
        self._probe = probe
        self._statuses: dict[str, bool] = {}
        self._known = Late((0, self._statuses), seconds=late)
        self._changes = 0
        self._checks: dict[str, HealthCheck] = {}
        self._changed = threading.Condition()
        self._due: list[tuple[float, int, str, Checker]] = []
        self._tie = itertools.count()
        self._is_stopping = False
        self._thread: threading.Thread | None = None
        self._workers = ThreadPoolExecutor(PROBES_AT_A_TIME, thread_name_prefix="prober")

    @property
    def generation(self) -> int:
        """Another number after every change of a status."""
        return self._known.get()[0]

    def is_healthy(self, health_check_id: str) -> bool:
        """The status of a check, without a lock. A check that doesn't exist is healthy."""
        return self._known.get()[1].get(health_check_id, True)

    def observations(self, health_check_id: str) -> list[dict[str, Any]]:
        """Each checker's last observation, in botocore's shape. Empty before the first probe or without an endpoint."""
        return [checker.report(checker.last) for checker in self._checkers(health_check_id) if checker.last]

    def last_failures(self, health_check_id: str) -> list[dict[str, Any]]:
        """The last failure of each checker."""
        return [
            checker.report(checker.last_failure) for checker in self._checkers(health_check_id) if checker.last_failure
        ]

    def put(self, health_check_id: str, config: dict[str, Any]) -> None:
        """Add a check, or change one. `Inverted` and `Disabled`, which need no probe, apply at once.

        Args:
            health_check_id: The check's id.
            config: In botocore's shape, with defaults filled in.
        """
        with self._changed:
            old = self._checks.get(health_check_id)
            if old and all(old.config.get(member) == config.get(member) for member in _RESTARTING):
                old.config = config
            else:
                self._checks[health_check_id] = check = HealthCheck(config)
                self._schedule(health_check_id, check)
            self._evaluate()
            self._ensure_thread()
            self._changed.notify()

    def remove(self, health_check_id: str) -> None:
        """Remove a check. May be repeated."""
        with self._changed:
            self._checks.pop(health_check_id, None)
            self._evaluate()

    def reset(self) -> None:
        """Remove all checks. `generation` continues."""
        with self._changed:
            self._checks.clear()
            self._evaluate()

    def stop(self) -> None:
        """Stop probing, and wait for the threads to end. Don't hold a lock that an endpoint needs. May be repeated."""
        with self._changed:
            self._is_stopping = True
            self._changed.notify()
        if self._thread:
            self._thread.join()
        self._workers.shutdown(wait=True, cancel_futures=True)

    def _checkers(self, health_check_id: str) -> list[Checker]:
        with self._changed:
            check = self._checks.get(health_check_id)
            return check.checkers if check else []

    def _schedule(self, health_check_id: str, check: HealthCheck) -> None:
        """Start the checkers, spread over the first interval, as real ones are not synchronized."""
        if check.config.get("Disabled"):
            return
        now = time.monotonic()
        for number, checker in enumerate(check.checkers):
            begin = now + number * self._interval_of(check) / len(check.checkers)
            heapq.heappush(self._due, (begin, next(self._tie), health_check_id, checker))

    def _interval_of(self, check: HealthCheck) -> float:
        return max(self._clock.scaled(check.config["RequestInterval"]), SHORTEST_INTERVAL)

    def _evaluate(self) -> None:
        """Publish the statuses. Readers see the old table or the new one."""
        statuses = get_statuses(self._checks)
        if statuses != self._statuses:
            self._statuses = statuses
            self._changes += 1
            self._known.put((self._changes, statuses))

    def _ensure_thread(self) -> None:
        if self._thread is None and not self._is_stopping:
            self._thread = threading.Thread(target=self._run, name="prober", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        with self._changed:
            while not self._is_stopping:
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is None or wait > 0:
                    self._changed.wait(wait)
                else:
                    self._start_probe()

    def _start_probe(self) -> None:
        due, _, health_check_id, checker = heapq.heappop(self._due)
        check = self._checks.get(health_check_id)
        if check is None or checker not in check.checkers:  # removed or restarted
            return
        following = max(due + self._interval_of(check), time.monotonic())
        heapq.heappush(self._due, (following, next(self._tie), health_check_id, checker))
        if not checker.is_busy:
            checker.is_busy = True
            self._workers.submit(self._observe, check, checker)

    def _observe(self, check: HealthCheck, checker: Checker) -> None:
        try:
            observation = self._probe(check.config, respond=self._respond)
        except Exception as error:
            logger.exception("A probe failed by itself, not by its endpoint")
            observation = Observation(False, f"Failure: the prober itself failed: {error}")
        with self._changed:
            checker.is_busy = False
            checker.see(observation, threshold=check.config["FailureThreshold"], now=self._clock.now())
            self._evaluate()
