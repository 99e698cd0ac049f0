"""Repeats a look, or a call, until it succeeds: first every 0.05 seconds, in the end every 10 seconds.

Short intervals suit the local cloud and long ones AWS, so the same waits serve both.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from workshop_lib.errors import TookTooLong, WorkshopError, get_error_code

T = TypeVar("T")
Sleep = Callable[[float], None]

SHORTEST, LONGEST, GROWTH = 0.05, 10.0, 1.25


def choose_intervals(shortest: float = SHORTEST) -> Iterator[float]:
    """Give the seconds between looks: 0.05, or another first one, then 25 % more each time, at most 10."""
    interval = shortest
    while True:
        yield interval
        interval = min(interval * GROWTH, LONGEST)


def wait_until(
    describe: Callable[[], T],
    is_done: Callable[[T], bool],
    *,
    what: str,
    timeout: float = 600,
    sleep: Sleep = time.sleep,
    now: Callable[[], float] = time.monotonic,
    show: Callable[[T], str] = str,
    show_progress: bool = True,
) -> T:
    """Look at the cloud repeatedly until `is_done` accepts what is seen.

    Args:
        describe: Looks at the cloud.
        is_done: Whether the wait is over.
        what: What the wait is for, as the beginning of a sentence.
        timeout: Seconds.
        sleep: Seam for tests.
        now: Seam for tests.
        show: The text beside the progress bar.
        show_progress: Whether a progress bar is drawn. There is none if the first look is enough.

    Returns:
        What was seen last.

    Raises:
        TookTooLong: The time is over. The error carries what was seen last.
    """
    started, seen = now(), describe()
    if is_done(seen):
        return seen
    with draw_progress(what, timeout, show=show_progress) as bar:
        for interval in choose_intervals():
            passed = now() - started
            bar.n = min(passed, timeout)
            bar.set_postfix_str(show(seen))
            if passed >= timeout:
                raise TookTooLong(what, seconds=timeout, last=seen)
            sleep(min(interval, timeout - passed))
            if is_done(seen := describe()):
                bar.n = timeout
                bar.set_postfix_str(show(seen))
                return seen
    raise AssertionError("choose_intervals never ends")


def draw_progress(what: str, seconds: float, *, show: bool = True) -> Any:
    """Make a progress bar, for a notebook or for a terminal. It is a context manager.

    Args:
        what: What the wait is for.
        seconds: When the bar is full.
        show: Whether to draw it.
    """
    from tqdm.auto import tqdm  # here, because it takes 40 ms and many cells never wait

    return tqdm(total=seconds, desc=what, disable=not show, bar_format="{desc}: {bar} {elapsed}{postfix}")


class StillRefused(ClientError, WorkshopError):  # noqa: N818 - named for what happened, as in errors.py
    """AWS still refuses what it should have accepted by now.

    Code can catch it as the ClientError that botocore raised. A notebook shows it without a traceback.

    Args:
        error: What botocore raised.
        what: What AWS doesn't know yet, as a sentence.
        seconds: For how long the call was tried.
    """

    def __init__(self, error: ClientError, *, what: str, seconds: float) -> None:
        super().__init__(error.response, error.operation_name)
        self._told = f"{what}, after {seconds:g} seconds. AWS's words: {error}. Run the cell again to keep trying."

    def __str__(self) -> str:
        return self._told


def retry_while(
    call: Callable[[], T],
    transient: Mapping[str, str],
    *,
    what: str,
    timeout: float = 180,
    sleep: Sleep = time.sleep,
    now: Callable[[], float] = time.monotonic,
) -> T:
    """Retry a call while AWS answers that a new resource isn't known everywhere yet.

    botocore itself retries throttling and broken connections. This retries errors that botocore considers final.

    Args:
        call: The call. It must be safe to repeat.
        transient: Error code → part of the message of an error that passes.
        what: What the wait is for, as the beginning of a sentence.
        timeout: Seconds. IAM mostly needs 20, and at times minutes.
        sleep: Seam for tests.
        now: Seam for tests.

    Returns:
        What the call returned.

    Raises:
        StillRefused: The time is over.
        ClientError: Any other error.
    """
    started = now()

    def check_passes(error: ClientError) -> None:
        part = transient.get(get_error_code(error))
        if part is None or part not in str(error):
            raise error
        if now() - started >= timeout:
            raise StillRefused(error, what=what, seconds=timeout) from error

    try:
        return call()
    except ClientError as error:
        check_passes(error)
    with draw_progress(f"{what}, trying again", timeout) as bar:
        for interval in choose_intervals():
            sleep(interval)
            bar.n = min(now() - started, timeout)
            bar.refresh()
            try:
                return call()
            except ClientError as error:
                check_passes(error)
    raise AssertionError("choose_intervals never ends")
