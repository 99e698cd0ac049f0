"""Which design when: ways to survive a region, put to the same test, and one table of what came of it.

What a table row says of time, failures and function runs was measured; moving parts and limits are AWS's documented
ones, with the page they are from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from traffic_lab.measurement import Timeline
from traffic_lab.timeline import Action, record_timeline
from workshop_lib.tables import Column, render_table

MILLION = 1_000_000
HIT = "Hit"
"""What X-Cache begins with when nobody was asked; a `RefreshHit` has run the function, too."""


@dataclass(frozen=True)
class Design:
    """One way to serve a website from two regions.

    Attributes:
        name: What it is called.
        moving_parts: What there is to set up and to keep in order.
        cannot: What it can't do.
        runs_function: Whether a function runs, and is paid for, at each cache miss.
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
    "one distribution with two origins",  # CFDG/high_availability_origin_failover, also for what it cannot do
    "send a share of the traffic, or be switched by hand; help methods other than GET, HEAD and OPTIONS; and each "
    "miss asks the failing region first",
    runs_function=False,
)
DNS_ALONE = Design(
    "DNS weights, nothing cached",
    "as the first one, with caching disabled",
    "hide an outage behind stale pages; every request waits for the function, and pays for it",
)

ALL = (DNS_AND_CACHE, ORIGIN_GROUP, DNS_ALONE)
"""In the order in which the table shows them."""


@dataclass(frozen=True)
class Result:
    """What came of one design in the test.

    Attributes:
        recovered: Seconds from the cause to the last failed request; 0 if no viewer noticed anything.
        moved: Seconds from the cause until 95 % of the requests came from the other region; None if they never did.
        failed: Requests that failed.
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
    """The results, one a design. Shows itself as a table."""

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
                f"{result.recovered:.1f} s" if result.failed else "no one noticed",
                "never" if result.moved is None else f"{result.moved:.1f} s",
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


def record_side_by_side(
    urls: Mapping[Design, str],
    *,
    actions: Sequence[Action],
    watch: Mapping[str, Callable[[], object]] | None = None,
    **recording: Any,
) -> dict[Design, Timeline]:
    """Record one page of several distributions at the same time, while the same thing happens to all of them.

    Args:
        urls: Design → page of its distribution.
        actions: As for `record_timeline`; they are done once.
        watch: As for `record_timeline`; watched once.
        recording: The other arguments of `record_timeline`.

    Returns:
        Design → what was recorded. All have the marks of the first.
    """
    first, *others = urls
    with ThreadPoolExecutor(max_workers=len(urls)) as pool:
        quiet = [pool.submit(record_timeline, urls[one], **recording, show_progress=False) for one in others]
        leading = record_timeline(urls[first], actions=actions, watch=watch, **recording)
        marked = [replace(future.result(), marks=leading.marks) for future in quiet]
        return {first: leading, **dict(zip(others, marked, strict=True))}


def compare_designs(timelines: Mapping[Design, Timeline], *, region: str, cause: str) -> Results:
    """Sum up what each design made of the same fault.

    Args:
        timelines: From `record_side_by_side`.
        region: Where the traffic should go.
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
