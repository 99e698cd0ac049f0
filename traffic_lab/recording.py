"""A running recording: its clock, its actions, its samples and marks so far, and its open jobs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Executor, Future, wait
from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from traffic_lab.lookout import Lookout
from traffic_lab.measurement import NO_ANSWER, Mark, Sample, Timeline
from workshop_lib.errors import CloudNotReachable
from workshop_lib.observe import Page
from workshop_lib.polling import Sleep

if TYPE_CHECKING:
    from traffic_lab.model.prediction import SwitchPrediction

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
        """Wait for what is predicted, and at most 2 seconds longer than in the worst case.

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


class Recording:
    """What a recording has seen and done so far.

    Args:
        pages: How many pages are requested. The actions wait for the first one.
        now: The clock.
        lookouts: What is looked at meanwhile.
        end: From then on no request is sent.
    """

    def __init__(self, pages: int, now: Callable[[], float], lookouts: Sequence[Lookout], end: float) -> None:
        self._now, self._began, self._lookouts = now, now(), lookouts
        self.end = end
        """From then on no request is sent."""
        self.samples: list[list[Sample]] = [[] for _ in range(pages)]
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

    def ask(self, samples: list[Sample], fetch: Callable[[], Page], region_of: Callable[[Page], str | None]) -> None:
        """Send one request, unless slow answers have used up the time."""
        sent, me = self.passed(), object()
        if sent >= self.end:
            return
        self._open[me] = sent
        try:
            page = fetch()
        except CloudNotReachable:
            samples.append(Sample(sent, NO_ANSWER, None, "", 0))
        else:
            samples.append(Sample(sent, page.status, region_of(page), page.x_cache, page.age))
        finally:
            del self._open[me]

    def act(self, action: Action) -> None:
        """Do an action, and mark when it has returned. From then on its effect counts.

        Raises:
            BaseException: What the action raised. The mark then names the error.
        """
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
        if self.passed() - self.returned >= until.within:
            return True
        times = {sample.time: sample.region for sample in list(self.samples[0])}
        newest = min([max(times, default=0.0), *self._open.copy().values()])  # an open request may come from elsewhere
        elsewhere = (time for time, region in times.items() if region != until.region)
        return newest - max([self.returned, *elsewhere]) >= until.settled

    def wait_until(self, due: float, sleep: Sleep, bar: Any) -> None:
        """Wait until a time. Errors of jobs are noticed within a tick."""
        while True:
            self._raise_errors()
            passed, samples = self.passed(), self.samples[0]
            last = samples[-1].region if samples else None
            bar.set_postfix_str(f"{last or '–'}, {sum(sample.failed for sample in samples)} failed", refresh=False)
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
        rest = (tuple(sorted(marks, key=by_time)), seconds, notes)
        first, *others = (Timeline(tuple(sorted(samples, key=by_time)), *rest) for samples in self.samples)
        return replace(first, beside=tuple(others))


class Script:
    """The actions: one begins when the one before has returned, and what that waits for was observed."""

    def __init__(self, actions: Sequence[Action], recording: Recording, actor: Executor) -> None:
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
