"""Asks a distribution at a steady rate while something is done to it, and keeps what every request got.

It asks as a viewer: it sees what CloudFront sends, and nothing of what the cloud knows about itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Executor, Future, ThreadPoolExecutor, wait
from functools import partial
from operator import attrgetter, itemgetter
from threading import Lock
from typing import Any, NamedTuple

from traffic_lab.measurement import NO_ANSWER, Mark, Sample, Timeline
from workshop_lib.errors import CloudNotReachable, WorkshopError
from workshop_lib.observe import Page, fetch_page
from workshop_lib.polling import Sleep, draw_progress

MOST_AT_ONCE = 64
"""Requests under way at once. At 20 a second none has to wait for another unless answers take longer than 3 s."""

SHORTEST_SLEEP = 1e-6
"""Seconds. Less is not worth a sleep, and may be less than the clock can tell."""

TICK = 0.1
"""Seconds between two glances at what is watched, at the progress bar, and for errors."""


class Action(NamedTuple):
    """Something to be done while a recording runs."""

    at: float
    """Seconds after the recording began."""
    label: str
    do: Callable[[], object]


def record_timeline(
    url: str,
    *,
    seconds: float,
    rate: float = 20.0,
    actions: Sequence[Action] = (),
    watch: Mapping[str, Callable[[], object]] | None = None,
    region_of: Callable[[Page], str | None] = attrgetter("region"),
    show_progress: bool = True,
    now: Callable[[], float] = time.monotonic,
    sleep: Sleep = time.sleep,
    fetch: Callable[[str], Page] = fetch_page,
    start_threads: Callable[[int], Executor] = ThreadPoolExecutor,
) -> Timeline:
    """Ask for a page at a steady rate, do things meanwhile, and keep what every request got.

    The rate is kept whatever the answers do, as viewers come whether or not those before them were served: a slow
    answer delays no other request. A request that nobody answers is a sample too, with status 0. A mark is set when an
    action begins, and when something that is watched looks different; a watched value that cannot be had, because
    nothing answers, reads "no answer". May be repeated.

    It stops at once if it is interrupted, or if an action raises an error. Requests and calls that are under way then
    end by themselves, unseen. What was recorded is not lost: the exception has it as `.timeline`, and a notebook finds
    the exception in `sys.last_value`.

    Args:
        url: From `cloud.page_url`; usually the region marker, `/region.json`, whose answers name their region.
        seconds: How long to ask. It takes longer only if the last answers do.
        rate: Requests a second.
        actions: What to do, and when. They are done one after the other, in a thread of their own.
        watch: Label → what to look at, a few times a second, such as `observe.get_health` of a health check or
            `observe.look_up_region`. True and false read as yes and no.
        region_of: Tells which region sent a page; for pages that are no region markers,
            `observe.region_by_replication(…)`.
        show_progress: Whether a progress bar is drawn.
        now: Seam for tests.
        sleep: Seam for tests.
        fetch: Asks once; a seam for tests.
        start_threads: Starts so many threads; a seam for tests.

    Returns:
        The timeline, once all that was asked in time is answered.

    Raises:
        WorkshopError: There is nothing to record, or an action would come after the end.
        Exception: What an action, or a look at what is watched, raised.
    """
    _check_arguments(seconds, rate, actions)
    watchers = [_Watcher(label, look) for label, look in (watch or {}).items()]
    recording = _Recording(now)
    ask = partial(recording.ask, partial(fetch, url), region_of, seconds)
    viewers, actor, lookouts = pools = [start_threads(size) for size in (MOST_AT_ONCE, 1, len(watchers) or 1)]
    plan: list[tuple[float, Executor, Callable[[], None]]] = [
        *((action.at, actor, partial(recording.act, action)) for action in actions),
        *(
            (count * TICK, lookouts, partial(watcher.look, recording))
            for count in range(int(seconds / TICK))
            for watcher in watchers
        ),
        *((count / rate, viewers, ask) for count in range(round(seconds * rate))),
    ]
    try:
        with draw_progress("Asking", seconds, show=show_progress) as bar:
            for due, threads, work in sorted(plan, key=itemgetter(0)):
                recording.wait_until(due, sleep, bar)
                recording.jobs.add(threads.submit(work))
            recording.wait_until(seconds, sleep, bar)
            recording.wait_for_jobs()
    except BaseException as error:
        error.timeline = recording.take(recording.passed())  # type: ignore[attr-defined]
        raise
    finally:
        for threads in pools:
            threads.shutdown(wait=False, cancel_futures=True)
    return recording.take(seconds)


class _Recording:
    """A recording under way: its clock, what was kept so far, and what still runs."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now, self._began = now, now()
        self.samples: list[Sample] = []
        self.marks: list[Mark] = []
        self.jobs: set[Future[None]] = set()

    def passed(self) -> float:
        """Seconds since the beginning."""
        return self._now() - self._began

    def ask(self, fetch: Callable[[], Page], region_of: Callable[[Page], str | None], until: float) -> None:
        """Ask once, unless so many answers were slow that the time is over."""
        sent = self.passed()
        if sent >= until:
            return
        try:
            page = fetch()
        except CloudNotReachable:
            self.samples.append(Sample(sent, NO_ANSWER, None, "", 0))
        else:
            self.samples.append(Sample(sent, page.status, region_of(page), page.x_cache, page.age))

    def act(self, action: Action) -> None:
        """Do what was planned, and mark when it began."""
        self.marks.append(Mark(self.passed(), action.label))
        action.do()

    def wait_until(self, due: float, sleep: Sleep, bar: Any) -> None:
        """Wait, but not longer than a moment without noticing an error."""
        while True:
            self._raise_errors()
            passed = self.passed()
            last = self.samples[-1].region if self.samples else None
            bar.set_postfix_str(f"{last or '–'}, {sum(sample.failed for sample in self.samples)} failed", refresh=False)
            bar.update(min(passed, bar.total) - bar.n)
            if due - passed < SHORTEST_SLEEP:
                return
            sleep(min(due - passed, TICK))

    def wait_for_jobs(self) -> None:
        """Wait for the last answers."""
        wait(self.jobs, return_when=FIRST_EXCEPTION)
        self._raise_errors()

    def _raise_errors(self) -> None:
        done = {job for job in self.jobs if job.done()}
        self.jobs -= done
        for job in done:
            job.result()

    def take(self, seconds: float) -> Timeline:
        """What was recorded until now."""
        by_time = attrgetter("time")
        return Timeline(tuple(sorted(self.samples, key=by_time)), tuple(sorted(self.marks, key=by_time)), seconds)


class _Watcher:
    """Looks at one thing, never twice at once; sets a mark when it looks different."""

    def __init__(self, label: str, look: Callable[[], object]) -> None:
        self._label, self._look = label, look
        self._seen = self._see()  # before the recording begins, so that its first change can be told
        self._rests_until = 0.0
        self._looking = Lock()

    def look(self, recording: _Recording) -> None:
        """Look, unless a look is under way or was a moment ago."""
        began = recording.passed()
        if began < self._rests_until or not self._looking.acquire(blocking=False):
            return
        seen, ended = self._see(), recording.passed()
        if seen != self._seen:
            recording.marks.append(Mark(ended, f"{self._label}: {seen}"))
        self._seen = seen
        # Rests longer than it looked: Route 53 answers an account no more than five calls a second.
        self._rests_until = ended + min(4 * (ended - began), 2.0)
        self._looking.release()

    def _see(self) -> str:
        try:
            return _say(self._look())
        except CloudNotReachable:
            return "no answer"


def _say(value: object) -> str:
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


def _check_arguments(seconds: float, rate: float, actions: Sequence[Action]) -> None:
    if seconds <= 0 or rate <= 0:
        raise WorkshopError(
            f"{seconds:g} seconds at {rate:g} requests a second are no recording; both must be above 0."
        )
    for action in actions:
        if not 0 <= action.at < seconds:
            raise WorkshopError(
                f"{action.label!r} is planned for second {action.at:g}, but the recording is from 0 to {seconds:g}. "
                "Record for longer, or do it earlier."
            )
