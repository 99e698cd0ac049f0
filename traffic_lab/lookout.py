"""Looks at one value again and again during a recording. Its changes become marks, and what it can't see is told."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future

from botocore.exceptions import ClientError

from traffic_lab.measurement import Mark
from workshop_lib.errors import CloudNotReachable, get_error_code
from workshop_lib.watches import Watch

EARLY = 0.05
"""Seconds by which a look may come early: half of the time between two moments at which a recording starts looks."""

THROTTLED = ("Throttling", "ThrottlingException", "PriorRequestNotComplete")
"""Codes with which Route 53 refuses a call that comes too soon after others."""


class Lookout:
    """Looks at one value, never twice at the same time. It looks first when it is made, so that it knows each change.

    Args:
        label: What the marks begin with.
        watch: What to look at.

    Raises:
        Exception: The first look failed, other than by throttling or without an answer. Nothing is recorded yet.
    """

    def __init__(self, label: str, watch: Watch) -> None:
        self._label, self._watch = label, watch
        self._next = watch.every
        self._job: Future[None] | None = None
        self._looks = 0
        self._missed: list[str] = []
        self._seen = self._see()

    def look(self, passed: Callable[[], float], marks: list[Mark], threads: Executor) -> None:
        """Start a look, if one is due and none is running.

        Args:
            passed: Tells the seconds since the recording began.
            marks: Gets a mark if the value has changed.
            threads: Where to look.
        """
        if passed() >= self._next - EARLY and (self._job is None or self._job.done()):
            self._next = passed() + self._watch.every
            self._job = threads.submit(self._mark_change, passed, marks)

    def _mark_change(self, passed: Callable[[], float], marks: list[Mark]) -> None:
        try:
            seen = self._see()
        except Exception:  # `tell_missed` says so; a recording goes on
            seen = "can't be seen"
        if seen not in (None, self._seen):
            marks.append(Mark(passed(), f"{self._label}: {seen}"))
            self._seen = seen

    def _see(self) -> str | None:
        """Return what a look sees, in words. None if it was throttled."""
        self._looks += 1
        try:
            value = self._watch.look()
        except Exception as error:
            self._missed.append(f"{type(error).__name__}: {error}")
            if isinstance(error, ClientError) and get_error_code(error) in THROTTLED:
                return None
            if isinstance(error, CloudNotReachable):
                return "no answer"
            raise
        return ("no", "yes")[value] if isinstance(value, bool) else str(value)

    def tell_missed(self) -> str:
        """Say in a sentence what could not be seen. Empty if every look saw something."""
        if not self._missed:
            return ""
        return (
            f"{self._label}: {len(self._missed)} of {self._looks} looks saw nothing, so a change may be marked late. "
            f"The last reason: {self._missed[-1]}"
        )
