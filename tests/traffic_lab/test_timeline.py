"""A recording asks at a steady rate whatever happens, marks what happens, and loses nothing."""

from __future__ import annotations

from concurrent.futures import Executor, Future, ThreadPoolExecutor
from itertools import count
from math import inf, nan
from threading import Event, Semaphore
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from traffic_lab.measurement import Mark, Sample
from traffic_lab.model.prediction import predict_switch
from traffic_lab.recording import SPARE, TICKS, Action, AllFrom
from traffic_lab.timeline import record_timeline
from workshop_lib.errors import CheckFailed, CloudNotReachable, CredentialsRefused, NotTheLocalCloud, WorkshopError
from workshop_lib.observe import Page
from workshop_lib.watches import Watch

if TYPE_CHECKING:
    from collections.abc import Callable

    from traffic_lab.measurement import Timeline

URL = "http://d1.cloudfront.localhost/region.json"
IRELAND, SINGAPORE = "eu-west-1", "ap-southeast-1"
TICK = 1 / TICKS


class AtOnce(Executor):
    """Threads that have done their work before they are asked twice; without threads."""

    def __init__(self, size: int) -> None:
        self.size = size

    def submit(self, work: Callable[..., Any], /, *args: Any, **options: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(work(*args, **options))
        except BaseException as error:
            future.set_exception(error)
        return future


class World:
    """A clock that passes only when somebody sleeps, and a distribution that reads from one region."""

    def __init__(self) -> None:
        self.time, self.region, self.status = 0.0, IRELAND, 200
        self.asked: list[float] = []
        self.changes_at = inf

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds

    def move(self) -> None:
        self.region = SINGAPORE

    def return_home(self) -> None:
        self.region = IRELAND

    def fetch(self, url: str) -> Page:
        assert url == URL
        self.asked.append(self.time)
        if self.time >= self.changes_at:
            self.move()
        return Page(url, self.status, {"x-cache": "Miss from cloudfront"}, f'{{"region": "{self.region}"}}')

    def record(self, **changes: Any) -> Timeline:
        """Record for two seconds, ten requests in each."""
        seams = {"fetch": self.fetch, "now": self.now, "sleep": self.sleep, "start_threads": AtOnce}
        return record_timeline(URL, **{"seconds": 2, "rate": 10, "show_progress": False, **seams, **changes})


@pytest.fixture
def world() -> World:
    """A world of the test's own."""
    return World()


def test_requests_are_sent_at_a_steady_rate(world: World) -> None:
    timeline = world.record()

    assert [sample.time for sample in timeline.samples] == pytest.approx([count / 10 for count in range(20)])
    assert timeline.samples[0] == Sample(0.0, 200, IRELAND, "Miss from cloudfront", 0)
    assert world.time == pytest.approx(2)


def test_slow_answers_delay_no_request(world: World) -> None:
    answer, asked = Event(), Semaphore(0)

    def hang(url: str) -> Page:
        asked.release()
        assert answer.wait(10)
        return world.fetch(url)

    def give_the_answers_once_all_are_asked() -> None:
        assert all(asked.acquire(timeout=10) for _ in range(20))
        answer.set()

    timeline = world.record(
        fetch=hang,
        start_threads=ThreadPoolExecutor,
        actions=[Action(0, "wait", give_the_answers_once_all_are_asked)],
    )

    assert len(timeline.samples) == 20


def test_a_request_that_had_to_wait_until_the_end_is_not_sent(world: World) -> None:
    def take_a_second(url: str) -> Page:
        world.sleep(1)
        return world.fetch(url)

    timeline = world.record(fetch=take_a_second)

    assert [sample.time for sample in timeline.samples] == [0, 1]


def test_a_request_that_nobody_answers_is_a_sample(world: World) -> None:
    def refuse(url: str) -> Page:
        raise CloudNotReachable("Connection refused")

    timeline = world.record(fetch=refuse)

    assert set(timeline.samples) == {Sample(sample.time, 0, None, "", 0) for sample in timeline.samples}
    assert len(timeline.failed) == 20


def test_an_action_is_done_at_its_second_and_marked(world: World) -> None:
    timeline = world.record(actions=[Action(1, "weights change", world.move)])

    assert timeline.marks == (Mark(pytest.approx(1.0), "weights change", pytest.approx(1.0)),)
    assert [sample.region for sample in timeline.samples] == [IRELAND] * 10 + [SINGAPORE] * 10


def test_a_mark_stands_where_the_call_returned_and_keeps_when_it_began(world: World) -> None:
    def move_slowly() -> None:
        world.sleep(0.5)
        world.move()
        world.sleep(0.5)

    timeline = world.record(actions=[Action(0.2, "weights change", move_slowly)])

    assert timeline.time_of("weights change") == pytest.approx(1.2)
    assert timeline.beginning_of("weights change") == pytest.approx(0.2)
    assert "marks: 1.2 s weights change (took 1.0 s)" in repr(timeline)


def test_an_action_counts_its_seconds_from_the_return_of_the_one_before(world: World) -> None:
    actions = [Action(0.2, "slow", lambda: world.sleep(0.5)), Action(0.3, "next", world.move)]

    assert world.record(actions=actions).time_of("next") == pytest.approx(1.0)


def test_a_mark_is_set_when_what_is_watched_changes(world: World) -> None:
    timeline = world.record(
        actions=[Action(1, "weights change", world.move)],
        watch={"DNS": Watch(lambda: world.region, TICK), "healthy": Watch(lambda: world.time < 1.45, TICK)},
    )

    assert [mark.label for mark in timeline.marks] == ["weights change", f"DNS: {SINGAPORE}", "healthy: no"]
    assert timeline.time_of("DNS") == pytest.approx(1.0, abs=0.11)
    assert timeline.time_of("healthy") == pytest.approx(1.5)


def test_a_change_is_marked_although_the_first_look_was_slow(world: World) -> None:
    seen = iter([IRELAND])

    def look() -> str:
        world.sleep(1.5)
        return next(seen, SINGAPORE)

    timeline = world.record(watch={"DNS": Watch(look, TICK)})

    assert timeline.marks == (Mark(pytest.approx(1.6), f"DNS: {SINGAPORE}"),)


def test_a_mistake_in_a_watch_is_raised_before_anything_is_asked(world: World) -> None:
    with pytest.raises(ZeroDivisionError):
        world.record(watch={"DNS": Watch(lambda: 1 / 0)})

    assert world.asked == []


def test_pages_beside_the_first_are_asked_at_the_same_times(world: World) -> None:
    timeline = world.record(beside=[URL, URL], actions=[Action(1, "weights change", world.move)])

    assert len(timeline.beside) == 2
    for other in timeline.beside:
        assert other.samples == timeline.samples
        assert (other.marks, other.seconds) == (timeline.marks, timeline.seconds)


def test_a_look_that_nobody_answers_is_a_change_too(world: World) -> None:
    def look() -> str:
        if 0.5 < world.time < 1:
            raise CloudNotReachable("No name server answers")
        return IRELAND

    timeline = world.record(watch={"DNS": Watch(look, TICK)})

    assert [mark.label for mark in timeline.marks] == ["DNS: no answer", f"DNS: {IRELAND}"]


@pytest.mark.parametrize(("every", "looks"), [(TICK, 20), (0.5, 4), (1.0, 2), (5.0, 1)])
def test_a_value_is_looked_at_no_more_often_than_its_watch_says(world: World, every: float, looks: int) -> None:
    seen: list[float] = []

    world.record(watch={"health check": Watch(lambda: seen.append(world.time), every)})

    assert len(seen) == looks


def throttle() -> None:
    raise ClientError({"Error": {"Code": "Throttling", "Message": "Rate exceeded"}}, "GetHealthCheck")


def test_a_throttled_look_is_skipped_and_told(world: World) -> None:
    def look() -> bool:
        if world.time < 0.85:
            throttle()
        return world.time < 1.45

    timeline = world.record(watch={"healthy": Watch(look, 0.4)})

    assert timeline.marks == (Mark(pytest.approx(1.2), "healthy: yes"), Mark(pytest.approx(1.6), "healthy: no"))
    assert timeline.notes == (
        "healthy: 3 of 5 looks saw nothing, so a change may be marked late. The last reason: ClientError: An error "
        "occurred (Throttling) when calling the GetHealthCheck operation: Rate exceeded",
    )
    assert timeline.notes[0] in repr(timeline)


def test_an_error_of_a_look_loses_nothing_and_is_told(world: World, caplog: pytest.LogCaptureFixture) -> None:
    def look() -> bool:
        if world.time > 0.95:
            raise CredentialsRefused("Your AWS credentials have expired.")
        return True

    timeline = world.record(watch={"healthy": Watch(look, 0.5)})

    assert len(timeline.samples) == 20
    assert [mark.label for mark in timeline.marks] == ["healthy: can't be seen"]
    assert "2 of 4 looks saw nothing" in timeline.notes[0]
    assert "Your AWS credentials have expired." in timeline.notes[0]
    assert caplog.messages == list(timeline.notes)


def test_a_recording_ends_when_all_requests_have_come_from_the_region_for_long_enough(world: World) -> None:
    def change() -> None:
        world.changes_at = world.time + 0.5

    timeline = world.record(
        seconds=None, actions=[Action(1, "weights change", change, AllFrom(SINGAPORE, settled=0.8, within=60))]
    )

    assert timeline.seconds == pytest.approx(1 + 0.5 + 0.8, abs=0.11)
    assert timeline.moved_at(SINGAPORE, share=1.0, since=1, window=0.7) == pytest.approx(0.5, abs=0.11)


def test_that_nothing_came_from_elsewhere_is_not_enough(world: World) -> None:
    until = AllFrom(SINGAPORE, settled=1, within=60)
    actions = [Action(0.1, "weights change", world.move, until)]

    assert SINGAPORE in world.record(seconds=None, rate=0.5, actions=actions).regions


def test_one_request_from_elsewhere_begins_the_wait_anew(world: World) -> None:
    def flicker(url: str) -> Page:
        world.region = IRELAND if world.time == pytest.approx(0.6) else SINGAPORE
        return world.fetch(url)

    until = AllFrom(SINGAPORE, settled=0.8, within=60)
    timeline = world.record(seconds=None, fetch=flicker, actions=[Action(0, "weights change", world.move, until)])

    assert timeline.seconds == pytest.approx(1.4, abs=0.21)


def test_a_recording_ends_when_the_time_is_over_although_nothing_moved(world: World) -> None:
    until = AllFrom(SINGAPORE, settled=1, within=3)
    timeline = world.record(seconds=None, actions=[Action(1, "weights change", lambda: world.sleep(5), until)])

    assert timeline.seconds == pytest.approx(1 + 5 + 3, abs=0.11)
    assert timeline.regions == [IRELAND]


def test_the_way_back_begins_when_the_way_there_was_observed(world: World) -> None:
    there, back = (AllFrom(region, settled=0.5, within=60) for region in (SINGAPORE, IRELAND))
    timeline = world.record(
        seconds=None,
        actions=[Action(1, "drill begins", world.move, there), Action(0, "drill ends", world.return_home, back)],
    )

    assert timeline.time_of("drill ends") == pytest.approx(1.5, abs=0.11)
    assert timeline.seconds == pytest.approx(2.0, abs=0.21)


def test_a_request_that_is_still_open_may_come_from_elsewhere(world: World) -> None:
    answer, requests = Event(), count()

    def hang_once(url: str) -> Page:
        if next(requests) == 0:
            assert answer.wait(10)
            return Page(url, 200, {}, f'{{"region": "{IRELAND}"}}')
        return world.fetch(url)

    def tell_the_time() -> float:
        if world.time > 2:
            answer.set()
        return world.time

    until = AllFrom(SINGAPORE, settled=0.5, within=60)
    timeline = world.record(
        seconds=None,
        fetch=hang_once,
        now=tell_the_time,
        start_threads=ThreadPoolExecutor,
        actions=[Action(0, "weights change", world.move, until)],
    )

    assert timeline.seconds > 2


def test_a_recording_lasts_no_longer_than_the_worst_case_and_no_shorter_than_two_rounds_of_the_clocks() -> None:
    predicted = predict_switch(dns_ttl=4, dns_change=(0.0, 60.0), trials=20)

    until = AllFrom.predicted(SINGAPORE, predicted)

    latest = predicted.moved[1.0].latest
    assert until == AllFrom(SINGAPORE, pytest.approx(1 + 2 * (latest - 60)), latest + SPARE)
    assert 64 <= latest < 65


def test_an_error_in_an_action_ends_the_recording_at_once_and_loses_nothing(world: World) -> None:
    def fail() -> None:
        raise CheckFailed("The record set is gone.", fix="make it again.")

    with pytest.raises(CheckFailed) as caught:
        world.record(actions=[Action(1, "weights change", fail), Action(0.5, "later", world.move)])

    timeline = caught.value.timeline  # type: ignore[attr-defined]
    assert [mark.label for mark in timeline.marks] == ["weights change: CheckFailed"]
    assert 10 <= len(timeline.samples) <= 11
    assert "kept in sys.last_value.timeline: 1" in "\n".join(caught.value._render_traceback_())
    assert world.region == IRELAND
    assert world.time < 1.2


def test_an_interrupt_ends_the_recording_at_once_and_loses_nothing(world: World) -> None:
    def interrupt(seconds: float) -> None:
        world.sleep(seconds)
        if world.time > 0.95:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        world.record(sleep=interrupt)

    assert len(caught.value.timeline.samples) == 10  # type: ignore[attr-defined]
    assert caught.value.timeline.seconds == pytest.approx(1)  # type: ignore[attr-defined]


def test_nothing_is_sent_or_done_after_an_interrupt(world: World) -> None:
    pools: list[ThreadPoolExecutor] = []
    answer, busy, done = Event(), Event(), Event()

    def start(size: int) -> ThreadPoolExecutor:
        pools.append(ThreadPoolExecutor(1))
        return pools[-1]

    def hang(url: str) -> Page:
        busy.set()
        assert answer.wait(10)
        return world.fetch(url)

    def interrupt(seconds: float) -> None:
        assert busy.wait(10)
        world.sleep(seconds)
        if world.time > 1:
            raise KeyboardInterrupt

    actions = [Action(0, "hang", lambda: answer.wait(10)), Action(0.5, "never", done.set)]
    with pytest.raises(KeyboardInterrupt) as caught:
        world.record(fetch=hang, sleep=interrupt, start_threads=start, actions=actions)
    answer.set()
    for pool in pools:
        pool.shutdown(wait=True)

    assert len(world.asked) == 1
    assert not done.is_set()
    assert [mark.label for mark in caught.value.timeline.marks] == ["hang: not returned"]  # type: ignore[attr-defined]


def test_a_mistake_in_the_url_is_no_sample(world: World) -> None:
    def refuse(url: str) -> Page:
        raise NotTheLocalCloud("It leaves this machine.")

    with pytest.raises(NotTheLocalCloud):
        world.record(fetch=refuse)
    assert world.time < 0.2


def test_an_error_of_the_last_answer_is_raised_too(world: World) -> None:
    over = Event()

    def refuse(url: str) -> Page:
        assert over.wait(10)
        raise NotTheLocalCloud("It leaves this machine.")

    def tell_the_time() -> float:
        if world.time >= 2:
            over.set()
        return world.time

    with pytest.raises(NotTheLocalCloud):
        world.record(fetch=refuse, now=tell_the_time, start_threads=ThreadPoolExecutor)
    assert world.time == pytest.approx(2)


@pytest.mark.parametrize("at", [-1, 2, 40])
def test_an_action_outside_of_the_recording_is_refused_before_anything_is_asked(world: World, at: float) -> None:
    with pytest.raises(WorkshopError, match=r"'Ireland fails' is planned for second -?\d+, .* from 0 to 2"):
        world.record(actions=[Action(at, "Ireland fails", world.move)])

    assert world.asked == []


def test_the_seconds_of_actions_add_up(world: World) -> None:
    with pytest.raises(WorkshopError, match=r"'drill ends' is planned for second 2\.5"):
        world.record(actions=[Action(1, "drill begins", world.move), Action(1.5, "drill ends", world.return_home)])


def test_something_must_end_a_recording(world: World) -> None:
    with pytest.raises(WorkshopError, match="Nothing says how long to record"):
        world.record(seconds=None, actions=[Action(1, "weights change", world.move)])

    assert world.asked == []


@pytest.mark.parametrize("length", [{"seconds": 0}, {"rate": 0}, {"seconds": -1}])
def test_a_recording_of_nothing_is_refused(world: World, length: dict[str, float]) -> None:
    with pytest.raises(WorkshopError, match="no recording"):
        world.record(**length)


@pytest.mark.parametrize("length", [{"seconds": nan}, {"seconds": inf}, {"rate": inf}, {"rate": nan}])
def test_a_recording_that_would_never_end_is_refused(world: World, length: dict[str, float]) -> None:
    with pytest.raises(WorkshopError, match="no recording"):
        world.record(**length)


@pytest.mark.parametrize("wrong", [{"rate": -1}, {"after": -1}, {"after": nan}])
def test_a_recording_that_ends_by_what_it_sees_needs_possible_numbers_too(
    world: World, wrong: dict[str, float]
) -> None:
    moved = Action(wrong.pop("after", 1), "weights change", world.move, AllFrom("ap-southeast-1", 1, 2))

    with pytest.raises(WorkshopError, match=r"no recording|is planned for second"):
        world.record(seconds=None, actions=[moved], **wrong)


def test_the_progress_bar_tells_the_last_region_and_the_errors(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.status = 503

    world.record(show_progress=True)

    shown = capsys.readouterr().err
    assert "Asking" in shown
    assert f"{IRELAND}, 20 failed" in shown
