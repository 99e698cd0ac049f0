"""What is caused ends with its block, whatever happens in between."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from workshop_lib.episodes import Episode, cause
from workshop_lib.errors import CredentialsRefused, NotUndone


def log_episode() -> tuple[Episode, list[str]]:
    """An episode, and what happened to it."""
    log: list[str] = []
    return Episode(lambda: log.append("begin"), lambda: log.append("end")), log


def test_an_episode_ends_with_its_block() -> None:
    episode, log = log_episode()

    with episode:
        episode.begin()

    assert log == ["begin", "end"]


def test_an_episode_that_ended_is_not_ended_again() -> None:
    episode, log = log_episode()

    with episode:
        episode.begin()
        episode.end()

    assert log == ["begin", "end"]


def test_what_never_began_is_not_ended() -> None:
    episode, log = log_episode()

    with episode:
        pass

    assert log == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, SystemExit])
def test_an_episode_ends_however_its_block_ends(error: type[BaseException]) -> None:
    episode, log = log_episode()

    def hold() -> None:
        with episode:
            episode.begin()
            raise error

    with pytest.raises(error):
        hold()
    assert log == ["begin", "end"]


def test_an_episode_that_failed_to_begin_is_ended_too() -> None:
    log: list[str] = []

    def fail() -> None:
        raise ValueError("no answer, though AWS may have done it")

    with pytest.raises(ValueError, match="no answer"), Episode(fail, lambda: log.append("end")) as episode:
        episode.begin()

    assert log == ["end"]


def test_after_its_block_nothing_begins() -> None:
    episode, log = log_episode()

    with episode:
        pass
    episode.begin()

    assert log == []


def test_an_episode_can_be_held_again() -> None:
    episode, log = log_episode()

    for _ in range(2):
        with episode:
            episode.begin()

    assert log == ["begin", "end"] * 2


def test_what_is_just_beginning_in_a_thread_ends_after_it_has_begun() -> None:
    log: list[str] = []
    begins, may_go_on = threading.Event(), threading.Event()

    def begin() -> None:
        begins.set()
        may_go_on.wait(10)
        log.append("begin")

    with ThreadPoolExecutor(1) as thread, Episode(begin, lambda: log.append("end")) as episode:
        thread.submit(episode.begin)
        begins.wait(10)
        threading.Timer(0.05, may_go_on.set).start()

    assert log == ["begin", "end"]


def test_the_error_of_an_end_is_not_hidden() -> None:
    def fail() -> None:
        raise ValueError("Rate exceeded")

    with pytest.raises(NotUndone, match="Rate exceeded"), Episode(lambda: None, fail) as episode:
        episode.begin()


def test_what_is_caused_is_returned() -> None:
    assert cause(lambda: 7, undo=lambda _: None) == 7


def test_an_error_of_a_cause_is_raised() -> None:
    def fail() -> int:
        raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"):
        cause(fail, undo=lambda _: None)


def test_a_drill_that_cannot_be_ended_says_so_and_keeps_the_recording() -> None:
    def fail() -> None:
        raise CredentialsRefused("Your AWS credentials have expired. Sign in again, then run this again.")

    interrupted = CredentialsRefused("Your AWS credentials have expired.")
    interrupted.timeline = "the recording"  # type: ignore[attr-defined]

    def drill() -> None:
        with Episode(lambda: None, fail) as episode:
            episode.begin()
            raise interrupted

    with pytest.raises(NotUndone, match=r"may still be inverted.*expired.*step 1 of notebook 05") as stuck:
        drill()

    assert stuck.value.timeline == "the recording"
    assert "kept in sys.last_value.timeline" in str(stuck.value)
