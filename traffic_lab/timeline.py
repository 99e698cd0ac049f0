"""Sends requests to a distribution at a steady rate while something is done, and keeps every answer.

It works as a viewer does: it sees only what CloudFront sends, and no internal state of the cloud.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Executor, Future, ThreadPoolExecutor, wait
from functools import partial
from heapq import merge
from itertools import count
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from traffic_lab.lookout import Lookout
from traffic_lab.measurement import NO_ANSWER, Mark, Sample, Timeline
from workshop_lib.errors import CloudNotReachable, WorkshopError
from workshop_lib.observe import Page, fetch_page
from workshop_lib.polling import Sleep, draw_progress
from workshop_lib.watches import Watch

if TYPE_CHECKING:
    from traffic_lab.model.prediction import SwitchPrediction

log = logging.getLogger(__name__)

MOST_AT_ONCE = 64
"""Requests at the same time. At 20 per second, no request has to wait unless answers take longer than 3 s."""

SHORTEST_SLEEP = 1e-6
"""Seconds. A shorter time may be below the resolution of the clock."""

TICKS = 10
"""So many times a second the recording looks whether an action or a look is due, and updates the progress bar."""

SPARE = 2.0
"""Seconds for which a recording goes on after the predicted worst case, so that a late move is seen, too."""


class AllFrom(NamedTuple):
    """What a recording waits for after an action: all requests come from one region, for a while."""

    region: str
    settled: float
    """For how many seconds. They begin at the last request that came from elsewhere."""
    within: float
    """The wait ends so many seconds after the action returned, whatever was observed."""

    @classmethod
    def predicted(cls, region: str, prediction: SwitchPrediction) -> Self:
        """Wait for what is predicted, no longer than in the worst case.

        The traffic has settled when everything that remembers an old answer has had the time to forget it twice.
        """
        latest = prediction.moved[1.0].latest
        return cls(region, 1 + 2 * (latest - prediction.dns_changed.latest), latest + SPARE)


class Action(NamedTuple):
    """An action to do while a recording runs."""

    after: float
    """Seconds to wait before it: after the recording began, or after the action before it has had its time."""
    label: str
    do: Callable[[], object]
    until: AllFrom | None = None
    """What to wait for when it has returned, before the next action or the end."""


def record_timeline(
    url: str,
    *,
    seconds: float | None = None,
    rate: float = 20.0,
    actions: Sequence[Action] = (),
    watch: Mapping[str, Watch] | None = None,
    region_of: Callable[[Page], str | None] = attrgetter("region"),
    is_over: Callable[[], bool] | None = None,
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
        seconds: How long to send requests. The call takes longer only if the last answers do.
        rate: Requests per second.
        actions: The actions. They run one after the other, in a thread of their own.
        watch: Label → what to look at, such as `watches.watch_dns(…)`. True and false show as yes and no.
        region_of: Tells which region sent a page. For pages that are no region markers, use
            `observe.region_by_replication(…)`.
        is_over: Ends the recording when it returns true.
        show_progress: Whether a progress bar is drawn.
        now: Seam for tests.
        sleep: Seam for tests.
        fetch: Sends one request. A seam for tests.
        start_threads: Starts this many threads. A seam for tests.

    Returns:
        The timeline, after the last answer.

    Raises:
        WorkshopError: There is nothing to record, or an action would come after the end.
        Exception: An action raised it.
    """
    _check_arguments(seconds, rate, actions, is_over)
    lookouts = [Lookout(label, one) for label, one in (watch or {}).items()]
    recording = _Recording(now, lookouts, math.inf if seconds is None else seconds)
    viewers, actor, watching = pools = [start_threads(size) for size in (MOST_AT_ONCE, 1, len(lookouts) or 1)]
    script = _Script(actions, recording, actor)
    ends = is_over or (script.is_over if seconds is None else lambda: False)

    def look_around() -> None:
        script.go_on()
        for lookout in lookouts:
            lookout.look(recording.passed, recording.marks, watching)

    def ask() -> None:
        recording.jobs.add(viewers.submit(recording.ask, partial(fetch, url), region_of))

    try:
        with draw_progress("Asking", seconds or _guess_seconds(actions) or 1, show=show_progress) as bar:
            for due, work in merge(_repeat(TICKS, look_around), _repeat(rate, ask), key=itemgetter(0)):
                recording.wait_until(min(due, recording.end), sleep, bar)
                if due > recording.end - SHORTEST_SLEEP:
                    break
                if ends():
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


class _Recording:
    """A running recording: its clock, its samples and marks so far, and its open jobs."""

    def __init__(self, now: Callable[[], float], lookouts: Sequence[Lookout], end: float) -> None:
        self._now, self._began, self._lookouts = now, now(), lookouts
        self.end = end
        """From then on no request is sent."""
        self.samples: list[Sample] = []
        self.marks: list[Mark] = []
        self.jobs: set[Future[None]] = set()
        self._open: dict[object, float] = {}
        """When each request without an answer so far was sent."""
        self._doing: tuple[Action, float] | None = None
        self.returned = 0.0
        """When the last action returned, or when the recording began."""

    def passed(self) -> float:
        """Seconds since the beginning."""
        return self._now() - self._began

    def ask(self, fetch: Callable[[], Page], region_of: Callable[[Page], str | None]) -> None:
        """Send one request, unless slow answers have used up the time."""
        sent, me = self.passed(), object()
        if sent >= self.end:
            return
        self._open[me] = sent
        try:
            page = fetch()
        except CloudNotReachable:
            self.samples.append(Sample(sent, NO_ANSWER, None, "", 0))
        else:
            self.samples.append(Sample(sent, page.status, region_of(page), page.x_cache, page.age))
        finally:
            del self._open[me]

    def act(self, action: Action) -> None:
        """Do an action, and mark when it has returned. From then on its effect counts."""
        self._doing = action, self.passed()
        error = ""
        try:
            action.do()
        except BaseException as raised:
            error = f": {type(raised).__name__}"
            raise
        finally:
            self.returned = self.passed()
            self.marks.append(Mark(self.returned, f"{action.label}{error}", self._doing[1]))
            self._doing = None

    def has_seen(self, until: AllFrom) -> bool:
        """Whether the wait of the last action is over."""
        passed = self.passed()
        if passed - self.returned >= until.within:
            return True
        elsewhere = (sample.time for sample in list(self.samples) if sample.region != until.region)
        all_answered = min([passed, *self._open.copy().values()])
        return all_answered - max([self.returned, *elsewhere]) >= until.settled

    def wait_until(self, due: float, sleep: Sleep, bar: Any) -> None:
        """Wait until a time. Errors of jobs are noticed within a tick."""
        while True:
            self._raise_errors()
            passed = self.passed()
            last = self.samples[-1].region if self.samples else None
            bar.set_postfix_str(f"{last or '–'}, {sum(sample.failed for sample in self.samples)} failed", refresh=False)
            bar.update(min(passed, bar.total) - bar.n)
            if due - passed < SHORTEST_SLEEP:
                return
            sleep(min(due - passed, 1 / TICKS))

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
        """Return the recording so far."""
        by_time, doing = attrgetter("time"), self._doing
        marks = [*self.marks, *([Mark(seconds, f"{doing[0].label}: not returned", doing[1])] if doing else [])]
        notes = tuple(note for lookout in self._lookouts if (note := lookout.tell_missed()))
        return Timeline(tuple(sorted(self.samples, key=by_time)), tuple(sorted(marks, key=by_time)), seconds, notes)


class _Script:
    """The actions: one begins when the one before has returned, and what that waits for was observed."""

    def __init__(self, actions: Sequence[Action], recording: _Recording, actor: Executor) -> None:
        self._left, self._recording, self._actor = list(actions), recording, actor
        self._job: Future[None] | None = None
        self._until: AllFrom | None = None
        self._since = 0.0
        """When the last action had had its time."""

    def go_on(self) -> None:
        """Begin the next action if it is due."""
        if self._job:
            if not self._job.done():
                return
            self._job, self._since = None, self._recording.returned
        if self._until:
            if not self._recording.has_seen(self._until):
                return
            self._until, self._since = None, self._recording.passed()
        if self._left and self._recording.passed() - self._since > self._left[0].after - SHORTEST_SLEEP:
            action = self._left.pop(0)
            self._until = action.until
            self._job = self._actor.submit(self._recording.act, action)
            self._recording.jobs.add(self._job)

    def is_over(self) -> bool:
        """Whether nothing is left to do or to wait for."""
        return not (self._left or self._job or self._until)


def _repeat(rate: float, work: Callable[[], None]) -> Iterator[tuple[float, Callable[[], None]]]:
    return ((number / rate, work) for number in count())


def _guess_seconds(actions: Sequence[Action]) -> float:
    """The longest time that a recording takes, if its actions return at once."""
    return sum(action.after + (action.until.within if action.until else 0) for action in actions)


def _check_arguments(
    seconds: float | None, rate: float, actions: Sequence[Action], is_over: Callable[[], bool] | None
) -> None:
    if rate <= 0 or (seconds is not None and seconds <= 0):
        raise WorkshopError(
            f"{seconds:g} seconds at {rate:g} requests per second are no recording. Give numbers above 0 for both."
        )
    if seconds is None and is_over is None and not (actions and actions[-1].until):
        raise WorkshopError(
            "Nothing says how long to record. Give `seconds`, or an `until` to the last action, such as "
            "AllFrom.predicted(…)."
        )
    at = 0.0
    for action in actions:
        at += action.after
        if action.after < 0 or (seconds is not None and at >= seconds):
            raise WorkshopError(
                f"{action.label!r} is planned for second {at:g}, but the recording is from 0 to {seconds:g}. "
                "Record for longer, or plan it earlier."
            )
