"""Sends requests to a distribution at a steady rate while something is done, and keeps every answer.

It works as a viewer does: it sees only what CloudFront sends, and no internal state of the cloud.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from heapq import merge
from itertools import count
from operator import attrgetter, itemgetter

from traffic_lab.lookout import Lookout
from traffic_lab.measurement import Timeline
from traffic_lab.recording import SHORTEST_SLEEP, TICKS, Action, Recording, Script
from workshop_lib.errors import WorkshopError
from workshop_lib.observe import Page, fetch_page
from workshop_lib.polling import Sleep, draw_progress
from workshop_lib.watches import Watch

log = logging.getLogger(__name__)

MOST_AT_ONCE = 64
"""Requests at the same time. At 20 per second, no request has to wait unless answers take longer than 3 s."""


def record_timeline(
    url: str,
    *,
    beside: Sequence[str] = (),
    seconds: float | None = None,
    rate: float = 20.0,
    actions: Sequence[Action] = (),
    watch: Mapping[str, Watch] | None = None,
    region_of: Callable[[Page], str | None] = attrgetter("region"),
    show_progress: bool = True,
    now: Callable[[], float] = time.monotonic,
    sleep: Sleep = time.sleep,
    fetch: Callable[[str], Page] = fetch_page,
    start_threads: Callable[[int], Executor] = ThreadPoolExecutor,
) -> Timeline:
    """Request a page at a steady rate, do actions meanwhile, and keep every answer.

    The rate is constant, as for real viewers: a slow answer delays no other request. A request without an answer is a
    sample too, with status 0. A mark is set when an action has returned, and when a watched value changes. A look that
    fails never ends a recording. The timeline says what could not be seen. Safe to repeat.

    Without `seconds` it ends when what the last action waits for was observed, or its time is over.

    It stops at once if it is interrupted, or if an action raises an error. Open requests and calls then end by
    themselves and are not recorded. The recording is not lost: the exception carries it as `.timeline`, and a notebook
    finds the exception in `sys.last_value`.

    Args:
        url: From `cloud.page_url`. Usually the region marker, `/region.json`, which names the region.
        beside: Other pages to request at the same times. The actions don't wait for their traffic.
        seconds: How long to send requests. The call takes longer only if the last answers do.
        rate: Requests per second.
        actions: The actions. They run one after the other, in a thread of their own.
        watch: Label → what to look at, such as `watches.watch_dns(…)`. True and false show as yes and no.
        region_of: Tells which region sent a page. For pages that are no region markers, use
            `observe.region_by_replication(…)`.
        show_progress: Whether a progress bar is drawn.
        now: Seam for tests.
        sleep: Seam for tests.
        fetch: Sends one request. A seam for tests.
        start_threads: Starts this many threads. A seam for tests.

    Returns:
        The timeline, after the last answer.

    Raises:
        WorkshopError: There is nothing to record, or an action would come after the end.
        Exception: An action, or the first look of a watch, raised it.
    """
    _check_arguments(seconds, rate, actions)
    lookouts = [Lookout(label, one) for label, one in (watch or {}).items()]
    urls = (url, *beside)
    recording = Recording(len(urls), now, lookouts, math.inf if seconds is None else seconds)
    sizes = (MOST_AT_ONCE * len(urls), 1, len(lookouts) or 1)
    viewers, actor, watching = pools = [start_threads(size) for size in sizes]
    script = Script(actions, recording, actor)

    def look_around() -> None:
        script.go_on()
        for lookout in lookouts:
            lookout.look(recording.passed, recording.marks, watching)

    def ask() -> None:
        for samples, page in zip(recording.samples, urls, strict=True):
            recording.jobs.add(viewers.submit(recording.ask, samples, partial(fetch, page), region_of))

    try:
        with draw_progress("Asking", seconds or _guess_seconds(actions), show=show_progress) as bar:
            for due, work in merge(_repeat(TICKS, look_around), _repeat(rate, ask), key=itemgetter(0)):
                recording.wait_until(min(due, recording.end), sleep, bar)
                if due > recording.end - SHORTEST_SLEEP:
                    break
                if seconds is None and script.is_over():
                    recording.end = recording.passed()
                    break
                work()
            recording.wait_for_jobs()
            bar.update(bar.total - bar.n)
    except BaseException as error:
        kept = error.timeline = recording.take(recording.passed())  # type: ignore[attr-defined]
        error.add_note(f"What was recorded until then is kept in sys.last_value.timeline: {kept}")
        raise
    finally:
        for threads in pools:
            threads.shutdown(wait=False, cancel_futures=True)
    timeline = recording.take(recording.end)
    for note in timeline.notes:
        log.warning(note)
    return timeline


def _repeat(rate: float, work: Callable[[], None]) -> Iterator[tuple[float, Callable[[], None]]]:
    return ((number / rate, work) for number in count())


def _guess_seconds(actions: Sequence[Action]) -> float:
    """The longest time that a recording takes, if its actions return at once."""
    return sum(action.after + (action.until.within if action.until else 0) for action in actions)


def _check_arguments(seconds: float | None, rate: float, actions: Sequence[Action]) -> None:
    if not all(0 < number < math.inf for number in (rate, 1 if seconds is None else seconds)):
        length = "A recording" if seconds is None else f"{seconds:g} seconds"
        raise WorkshopError(
            f"{length} at {rate:g} requests per second: this is no recording. Give numbers above 0 for both."
        )
    if seconds is None and not (actions and actions[-1].until):
        raise WorkshopError(
            "Nothing says how long to record. Give `seconds`, or an `until` to the last action, such as "
            "AllFrom.predicted(…)."
        )
    at = 0.0
    for action in actions:
        at += action.after
        end = math.inf if seconds is None else seconds
        if not action.after >= 0 or at >= end:
            raise WorkshopError(
                f"{action.label!r} is planned for second {at:g}, but the recording is from 0 to {end:g}. "
                "Record for longer, or plan it earlier."
            )
