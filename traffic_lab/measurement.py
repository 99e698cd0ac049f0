"""What a viewer saw over time: a sample for each request, a mark for each important moment.

Nothing here sends a request. `timeline.record_timeline` makes a timeline, on AWS and in the local cloud.
"""

from __future__ import annotations

import csv
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

from workshop_lib.errors import WorkshopError

NO_ANSWER = 0
"""The status of a request without an answer, for which HTTP has no number."""

ROUNDING = 1e-9
"""Tolerance for rounding errors: 0.28 * 25 is a little more than 7."""


LONG_CALL = 1.0
"""Seconds. How long an action took is told from this on."""


class Sample(NamedTuple):
    """The answer to one request."""

    time: float
    """When it was sent, in seconds since the recording began."""
    status: int
    """The HTTP status, or 0 without an answer."""
    region: str | None
    """The region that answered. None if the answer names none, as an error page does."""
    x_cache: str
    age: int

    @property
    def failed(self) -> bool:
        """Whether the viewer saw a server error: a status of 500 or more, or no answer."""
        return self.status == NO_ANSWER or self.status >= 500


class Mark(NamedTuple):
    """A moment with a name: an action had returned, or a watched value had changed."""

    time: float
    label: str
    began: float | None = None
    """When the action began. Its effect came between then and `time`."""

    def __str__(self) -> str:
        took = 0.0 if self.began is None else self.time - self.began
        return f"{self.time:.1f} s {self.label}" + (f" (took {took:.1f} s)" if took >= LONG_CALL else "")


class Shares(NamedTuple):
    """How requests were shared among regions, in time bins."""

    times: list[float]
    """The beginning of each bin, in seconds."""
    share: dict[str, list[float]]
    """Shares of all requests of each bin, failed ones included. NaN in a bin without requests."""

    @property
    def regions(self) -> list[str]:
        """The regions that answered."""
        return list(self.share)

    def get_share(self, region: str) -> list[float]:
        """The share of one region, by bin."""
        return self.share[region]


@dataclass(frozen=True, repr=False)
class Timeline:
    """The result of a recording. Its repr describes it in words.

    Attributes:
        samples: One for each request, in the order of sending.
        marks: The actions and changes, in order.
        seconds: How long the recording took.
        notes: What could not be seen, one sentence for each watched value.
        beside: The timelines of the other pages of the same recording.
    """

    samples: tuple[Sample, ...]
    marks: tuple[Mark, ...]
    seconds: float
    notes: tuple[str, ...] = ()
    beside: tuple[Timeline, ...] = ()

    @property
    def failed(self) -> tuple[Sample, ...]:
        """The failed requests: with a status of 500 or more, or without an answer."""
        return tuple(sample for sample in self.samples if sample.failed)

    @property
    def regions(self) -> list[str]:
        """The regions that answered, in the order of their first answers."""
        return list(dict.fromkeys(sample.region for sample in self.samples if sample.region))

    def time_of(self, label: str) -> float:
        """Return when an action had returned, or a watched value had changed, in seconds since the recording began.

        Args:
            label: A mark's label. For something watched, its name is enough. If there are several, the first counts.

        Raises:
            WorkshopError: There is no such mark. The action was not done, or the watched value did not change.
        """
        return self._find_mark(label).time

    def beginning_of(self, label: str) -> float:
        """Return when an action began. It had no effect before. For anything watched, it is the same as `time_of`.

        Args:
            label: As for `time_of`.

        Raises:
            WorkshopError: As for `time_of`.
        """
        mark = self._find_mark(label)
        return mark.time if mark.began is None else mark.began

    def _find_mark(self, label: str) -> Mark:
        for mark in self.marks:
            if mark.label == label or mark.label.startswith(f"{label}: "):
                return mark
        raise WorkshopError(
            f"This recording has no mark {label!r}. Its marks: {self._describe_marks() or 'none'}. "
            "If you watched this value, it did not change. Record for longer."
        )

    def moved_at(
        self, region: str, *, share: float, since: float = 0.0, until: float | None = None, window: float = 1.0
    ) -> float | None:
        """Return how long it took until a region answered at least this share of all requests, permanently.

        A window of `window` seconds begins at each request. The result is the time of the first request that `region`
        answered and from which on every window holds: `region` answered at least `share` of its requests. Failed
        requests count as not answered. Windows that reach beyond the end of the recording are left out, so it doesn't
        see a move in the last second.

        Args:
            region: The region that the traffic moves to.
            share: From 0 to 1.
            since: Where to begin, in seconds since the recording began. Usually `time_of(…)` the cause.
            until: Where to stop. The default is the end of the recording.
            window: Seconds. Shorter windows are stricter.

        Returns:
            Seconds after `since`. None if it never happened.
        """
        end = self.seconds if until is None else until
        samples = [sample for sample in self.samples if since <= sample.time < end]
        times = [sample.time for sample in samples]
        answered = [0, *accumulate(sample.region == region for sample in samples)]
        moved = None
        for first in reversed(range(bisect_left(times, end - window))):
            beyond = bisect_left(times, times[first] + window - ROUNDING)
            if answered[beyond] - answered[first] < share * (beyond - first) - ROUNDING:
                break
            if samples[first].region == region:
                moved = times[first] - since
        return moved

    def shares(self, bin_seconds: float) -> Shares:
        """Return the share of each region in the requests of each time bin.

        Args:
            bin_seconds: The length of a bin in seconds.
        """
        bins = range(max(1, round(self.seconds / bin_seconds)))
        totals = Counter(int(sample.time / bin_seconds) for sample in self.samples)
        answered = Counter((int(sample.time / bin_seconds), sample.region) for sample in self.samples)

        def get_share(bin_: int, region: str) -> float:
            return answered[bin_, region] / totals[bin_] if totals[bin_] else float("nan")

        return Shares(
            [bin_ * bin_seconds for bin_ in bins],
            {region: [get_share(bin_, region) for bin_ in bins] for region in self.regions},
        )

    def to_csv(self, path: Path | str) -> None:
        """Write a table with a row for each request and each mark, in the order of time.

        Args:
            path: The file. An existing one is replaced.
        """
        rows: list[Sequence[Any]] = [(*sample, None) for sample in self.samples]
        rows += [(mark.time, None, None, None, None, mark.label) for mark in self.marks]
        rows.sort(key=lambda row: row[0])
        with Path(path).open("w", newline="", encoding="utf-8") as file:
            table = csv.writer(file)
            table.writerow((*Sample._fields, "mark"))
            table.writerows(rows)

    def _describe_marks(self) -> str:
        return "; ".join(map(str, self.marks))

    def __repr__(self) -> str:
        total, by_region = len(self.samples), Counter(sample.region for sample in self.samples)
        parts = [f"{region} {by_region[region] / total:.0%}".replace("%", " %") for region in self.regions]
        unnamed = by_region[None] - sum(sample.region is None for sample in self.failed)
        parts += [f"{unnamed} named no region"] if unnamed else []
        marks = [f"marks: {self._describe_marks()}"] if self.marks else []
        seen = f"{total} requests in {self.seconds:.3g} s: {', '.join([*parts, f'{len(self.failed)} failed'])}"
        return "\n".join([seen, *marks, *self.notes])
