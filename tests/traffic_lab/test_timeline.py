"""A recording asks at a steady rate whatever happens, marks what happens, and loses nothing."""

from __future__ import annotations

from concurrent.futures import Executor, Future, ThreadPoolExecutor
from threading import Event, Semaphore
from typing import TYPE_CHECKING, Any

import pytest

from traffic_lab.measurement import Mark, Sample
from traffic_lab.timeline import Action, record_timeline
from workshop_lib.errors import CheckFailed, CloudNotReachable, NotTheLocalCloud, WorkshopError
from workshop_lib.observe import Page

if TYPE_CHECKING:
    from collections.abc import Callable

    from traffic_lab.measurement import Timeline

URL = "http://d1.cloudfront.localhost/region.json"
IRELAND, SINGAPORE = "eu-west-1", "ap-southeast-1"


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

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds

    def move(self) -> None:
        self.region = SINGAPORE

    def fetch(self, url: str) -> Page:
        assert url == URL
        self.asked.append(self.time)
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

    assert timeline.marks == (Mark(pytest.approx(1.0), "weights change"),)
    assert [sample.region for sample in timeline.samples] == [IRELAND] * 10 + [SINGAPORE] * 10


def test_a_mark_is_set_when_what_is_watched_changes(world: World) -> None:
    timeline = world.record(
        actions=[Action(1, "weights change", world.move)],
        watch={"DNS": lambda: world.region, "healthy": lambda: world.time < 1.45},
    )

    assert [mark.label for mark in timeline.marks] == ["weights change", f"DNS: {SINGAPORE}", "healthy: no"]
    assert timeline.time_of("DNS") == pytest.approx(1.0, abs=0.11)
    assert timeline.time_of("healthy") == pytest.approx(1.5)


def test_a_change_is_marked_although_the_first_look_was_slow(world: World) -> None:
    seen = iter([IRELAND])

    def look() -> str:
        world.sleep(1.5)
        return next(seen, SINGAPORE)

    timeline = world.record(watch={"DNS": look})

    assert timeline.marks == (Mark(pytest.approx(1.5), f"DNS: {SINGAPORE}"),)


def test_a_look_that_nobody_answers_is_a_change_too(world: World) -> None:
    def look() -> str:
        if 0.5 < world.time < 1:
            raise CloudNotReachable("No name server answers")
        return IRELAND

    assert [mark.label for mark in world.record(watch={"DNS": look}).marks] == ["DNS: no answer", f"DNS: {IRELAND}"]


def test_a_slow_look_is_followed_by_a_longer_rest(world: World) -> None:
    looks: list[float] = []

    def look() -> None:
        looks.append(world.time)
        world.sleep(0.1)

    world.record(watch={"health check": look})

    assert len(looks) <= 5  # a look of 0.1 s and a rest of 0.4 s: four times in two seconds


def test_an_error_in_an_action_ends_the_recording_at_once_and_loses_nothing(world: World) -> None:
    def fail() -> None:
        raise CheckFailed("The record set is gone.", fix="make it again.")

    with pytest.raises(CheckFailed) as caught:
        world.record(actions=[Action(1, "weights change", fail), Action(1.5, "later", world.move)])

    timeline = caught.value.timeline  # type: ignore[attr-defined]
    assert [mark.label for mark in timeline.marks] == ["weights change"]
    assert 10 <= len(timeline.samples) <= 11
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
    with pytest.raises(KeyboardInterrupt):
        world.record(fetch=hang, sleep=interrupt, start_threads=start, actions=actions)
    answer.set()
    for pool in pools:
        pool.shutdown(wait=True)

    assert len(world.asked) == 1
    assert not done.is_set()


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


@pytest.mark.parametrize("length", [{"seconds": 0}, {"rate": 0}, {"seconds": -1}])
def test_a_recording_of_nothing_is_refused(world: World, length: dict[str, float]) -> None:
    with pytest.raises(WorkshopError, match="no recording"):
        world.record(**length)


def test_the_progress_bar_tells_the_last_region_and_the_errors(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.status = 503

    world.record(show_progress=True)

    shown = capsys.readouterr().err
    assert "Asking" in shown
    assert f"{IRELAND}, 20 failed" in shown
