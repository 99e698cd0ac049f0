"""Values that readers see later than writers."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Late(Generic[T]):
    """A value whose changes are seen some seconds late. Any thread may read it without a lock; one writes at a time.

    Args:
        value: The first value, which is seen at once.
        seconds: How late. With 0, changes are seen at once.
        now: Seconds on a clock that never goes back; a seam for tests.
    """

    def __init__(self, value: T, *, seconds: float = 0.0, now: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._now = seconds, now
        self._newest = value
        self._past: tuple[tuple[float, T], ...] = ((-math.inf, value),)

    def put(self, value: T) -> None:
        """Change the value."""
        self._newest = value
        if self._seconds:
            seen = max(at for at, _ in self._past if at <= self._now() - self._seconds)
            self._past = (*(one for one in self._past if one[0] >= seen), (self._now(), value))

    def get(self) -> T:
        """The value as it was so many seconds ago."""
        if not self._seconds:
            return self._newest
        until = self._now() - self._seconds
        return next(value for at, value in reversed(self._past) if at <= until)
