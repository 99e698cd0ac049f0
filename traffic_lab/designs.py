"""Compares ways to survive the loss of a region in the same test, and shows the results in one table.

Times, failures and function runs in the table are measured. Moving parts and limits are from AWS's documentation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from traffic_lab.measurement import Timeline
from traffic_lab.timeline import record_timeline
from workshop_lib.tables import Column, render_table

MILLION = 1_000_000
HIT = "Hit"
"""The beginning of X-Cache for a page from the cache. A `RefreshHit` is different: it has run the function."""


@dataclass(frozen=True)
class Design:
    """One way to serve a website from two regions.

    Attributes:
        name: Its name.
        moving_parts: The parts to set up and maintain.
        cannot: What it can't do.
        runs_function: Whether each cache miss runs a function, which costs money.
    """

    name: str
    moving_parts: str
    cannot: str
    runs_function: bool = True


DNS_AND_CACHE = Design(
    "TXT + Lambda@Edge",
    "record sets, health checks, one function for all distributions",
    "move a page before its time in the cache is over, unless you invalidate it",
)
ORIGIN_GROUP = Design(
    "origin group",
    "one distribution with two origins",  # CFDG/high_availability_origin_failover, also for its limits
    "send a share of the traffic, be switched by hand or by a health check, or help methods other than GET, HEAD and "
    "OPTIONS; each miss asks the failing region first",
    runs_function=False,
)
DNS_ALONE = Design(
    "DNS weights, nothing cached",
    "as the first design, with caching disabled",
    "hide an outage behind stale pages; every request waits for the function and costs a run of it",
)

ALL = (DNS_AND_CACHE, ORIGIN_GROUP, DNS_ALONE)
"""In the order in which the table shows them."""


@dataclass(frozen=True)
class Result:
    """The result of one design in the test.

    Attributes:
        recovered: Seconds from the cause to the last failed request. 0 if no request failed.
        moved: Seconds from the cause until the other region answered 95 % of the requests. None if it never did.
        failed: Failed requests.
        requests: All requests after the cause.
        function_runs: Function runs for a million requests, at this rate and with these pages.
    """

    design: Design
    recovered: float
    moved: float | None
    failed: int
    requests: int
    function_runs: int


class Results(Sequence[Result]):
    """One result for each design. Shows itself as a table."""

    HEAD = (
        *("design", "recovered after", "95 % moved after", "failed requests"),
        *("function runs per million requests", "moving parts", "what it can't do"),
    )

    def __init__(self, results: Sequence[Result]) -> None:
        self._results = tuple(results)

    def __getitem__(self, index: Any) -> Any:
        return self._results[index]

    def __len__(self) -> int:
        return len(self._results)

    def _rows(self) -> Iterator[tuple[str, ...]]:
        for result in self._results:
            yield (
                result.design.name,
                f"{result.recovered:.1f} s" if result.failed else "no request failed",
                "it did not move" if result.moved is None else f"{result.moved:.1f} s",
                f"{result.failed} of {result.requests}",
                f"{result.function_runs:,}",
                result.design.moving_parts,
                result.design.cannot,
            )

    def __repr__(self) -> str:
        return "\n\n".join(
            "\n".join(f"{name}: {text}" for name, text in zip(self.HEAD, row, strict=True)) for row in self._rows()
        )

    def _repr_html_(self) -> str:
        return render_table([Column(name) for name in self.HEAD], self._rows())


def record_side_by_side(urls: Mapping[Design, str], **recording: Any) -> dict[Design, Timeline]:
    """Record one page of several distributions at the same time, during the same actions.

    Args:
        urls: Design → page of its distribution. Put the design that moves last first: the actions wait for it.
        recording: The arguments of `record_timeline`.

    Returns:
        Design → its timeline.
    """
    first, *others = urls.values()
    timeline = record_timeline(first, beside=others, **recording)
    return dict(zip(urls, (timeline, *timeline.beside), strict=True))


def compare_designs(timelines: Mapping[Design, Timeline], *, region: str, cause: str) -> Results:
    """Summarize how each design handled the same fault.

    Args:
        timelines: From `record_side_by_side`.
        region: The region that should take over the traffic.
        cause: The label of the mark at which the fault began.
    """
    return Results(
        [_sum_up(design, timeline, region, timeline.time_of(cause)) for design, timeline in timelines.items()]
    )


def _sum_up(design: Design, timeline: Timeline, region: str, since: float) -> Result:
    after = [sample for sample in timeline.samples if sample.time >= since]
    failed = [sample.time for sample in after if sample.failed]
    misses = sum(not sample.x_cache.startswith(HIT) for sample in after)
    return Result(
        design=design,
        recovered=max(failed) - since if failed else 0.0,
        moved=timeline.moved_at(region, share=0.95, since=since),
        failed=len(failed),
        requests=len(after),
        function_runs=round(MILLION * misses / max(len(after), 1)) if design.runs_function else 0,
    )
