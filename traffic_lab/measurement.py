"""What a viewer saw in the course of time: a sample for each request, a mark for each moment that matters.

Nothing here asks the cloud. `timeline.record_timeline` makes one, on AWS as in the local cloud.
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
"""The status of a request that nobody answered; HTTP has no number for that."""

ROUNDING = 1e-9
"""0.28 * 25 is a little more than 7."""


class Sample(NamedTuple):
    """What one request got."""

    time: float
    """When it was sent, in seconds since the recording began."""
    status: int
    """The HTTP status; 0 if nobody answered."""
    region: str | None
    """The region that answered; None where the answer names none, as an error page does."""
    x_cache: str
    age: int

    @property
    def failed(self) -> bool:
        """Whether a viewer would have seen an error of ours: a status of 500 or more, or no answer at all."""
        return self.status == NO_ANSWER or self.status >= 500


class Mark(NamedTuple):
    """A moment with a name: something was done, or was seen to have changed."""

    time: float
    label: str


class Shares(NamedTuple):
    """How requests were shared among regions, in bins of time."""

    times: list[float]
    """Where the bins begin, in seconds."""
    share: dict[str, list[float]]
    """Of all requests of each bin, failed ones too; NaN in a bin without requests."""

    @property
    def regions(self) -> list[str]:
        """The regions that answered."""
        return list(self.share)

    def get_share(self, region: str) -> list[float]:
        """The share of one region, by bin."""
        return self.share[region]


@dataclass(frozen=True, repr=False)
class Timeline:
    """What a recording saw. Its repr says it in words.

    Attributes:
        samples: One for each request, in the order they were sent.
        marks: What was done and what changed, in order.
        seconds: How long the recording took.
    """

    samples: tuple[Sample, ...]
    marks: tuple[Mark, ...]
    seconds: float

    @property
    def failed(self) -> tuple[Sample, ...]:
        """The requests that a viewer would call failed: a status of 500 or more, or no answer."""
        return tuple(sample for sample in self.samples if sample.failed)

    @property
    def regions(self) -> list[str]:
        """The regions that answered, in the order of their first answers."""
        return list(dict.fromkeys(sample.region for sample in self.samples if sample.region))

    def time_of(self, label: str) -> float:
        """When something was done or changed, in seconds since the recording began; the first time, if several.

        Args:
            label: A mark's label; of something watched, its name alone will do.

        Raises:
            WorkshopError: There is no such mark: it wasn't done, or what was watched did not change.
        """
        for mark in self.marks:
            if mark.label == label or mark.label.startswith(f"{label}: "):
                return mark.time
        raise WorkshopError(
            f"Nothing is marked {label!r} in this recording. Marked are: {self._describe_marks() or 'no moments'}. "
            "If you watched it, it did not change: record for longer."
        )

    def moved_at(
        self, region: str, *, share: float, since: float = 0.0, until: float | None = None, window: float = 1.0
    ) -> float | None:
        """How long it took until a region answered at least this share of all requests, for good.

        That is the moment of the first request that `region` answered and from which on every window holds: of the
        requests sent within `window` seconds from it, and from each later one until the end, at least `share` were
        answered by `region`. Failed requests count as not answered by it. Windows that the recording ends within are
        not judged, so a move in its last second is not seen.

        Args:
            region: The region that the traffic moves to.
            share: From 0 to 1.
            since: When to begin to count, in seconds since the recording began; usually `time_of(…)` the cause.
            until: Where to stop looking; otherwise the end of the recording.
            window: Seconds. Shorter ones are stricter.

        Returns:
            Seconds after `since`; None if it never did.
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
        """Of all requests in each bin of time, the share that each region answered.

        Args:
            bin_seconds: How long a bin is, in seconds.
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
        """Write a table: a row for each request and for each mark, in the order of time.

        Args:
            path: The file; one that is there is replaced.
        """
        rows: list[Sequence[Any]] = [(*sample, None) for sample in self.samples]
        rows += [(mark.time, None, None, None, None, mark.label) for mark in self.marks]
        rows.sort(key=lambda row: row[0])
        with Path(path).open("w", newline="", encoding="utf-8") as file:
            table = csv.writer(file)
            table.writerow((*Sample._fields, "mark"))
            table.writerows(rows)

    def _describe_marks(self) -> str:
        return "; ".join(f"{mark.time:.1f} s {mark.label}" for mark in self.marks)

    def __repr__(self) -> str:
        total, by_region = len(self.samples), Counter(sample.region for sample in self.samples)
        parts = [f"{region} {by_region[region] / total:.0%}".replace("%", " %") for region in self.regions]
        unnamed = by_region[None] - sum(sample.region is None for sample in self.failed)
        parts += [f"{unnamed} named no region"] if unnamed else []
        marks = f"\nmarks: {self._describe_marks()}" if self.marks else ""
        return f"{total} requests in {self.seconds:.3g} s: {', '.join([*parts, f'{len(self.failed)} failed'])}{marks}"
