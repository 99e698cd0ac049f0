"""Looking again and again: at first every few hundredths of a second, in the end every ten seconds.

The first suits the local cloud, the second AWS, so the same waits serve both.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from workshop_lib.errors import TookTooLong, get_error_code

log = logging.getLogger(__name__)

T = TypeVar("T")
Sleep = Callable[[float], None]

SHORTEST, LONGEST, GROWTH = 0.05, 10.0, 1.25


def choose_intervals() -> Iterator[float]:
    """Seconds between looks: 0.05, then a quarter more each time, 10 at most."""
    interval = SHORTEST
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
    """Look again and again until what is seen is good.

    Args:
        describe: Looks at the cloud.
        is_done: Whether that is what we wait for.
        what: What is waited for, as the beginning of a sentence.
        timeout: Seconds.
        sleep: Seam for tests.
        now: Seam for tests.
        show: What of it is shown beside the progress bar.
        show_progress: Whether a progress bar is drawn. It isn't if the first look is good.

    Returns:
        What was seen last.

    Raises:
        TookTooLong: With what was seen last.
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
    """A progress bar of the kind that suits where this runs; a context manager.

    Args:
        what: What is waited for.
        seconds: When the bar is full.
        show: Whether to draw it at all.
    """
    from tqdm.auto import tqdm  # here, because it takes 40 ms and many cells never wait

    return tqdm(total=seconds, desc=what, disable=not show, bar_format="{desc}: {bar} {elapsed}{postfix}")


def retry_while(
    call: Callable[[], T],
    transient: Mapping[str, str],
    *,
    what: str,
    timeout: float = 60,
    sleep: Sleep = time.sleep,
    now: Callable[[], float] = time.monotonic,
) -> T:
    """Repeat a call as long as AWS answers that something made a moment ago isn't known everywhere yet.

    botocore retries throttling and broken connections by itself; this is for the refusals that it takes for final.

    Args:
        call: The call; it must be safe to repeat.
        transient: Error code → part of the message by which such an answer is known.
        what: What is waited for, as the beginning of a sentence.
        timeout: Seconds.
        sleep: Seam for tests.
        now: Seam for tests.

    Returns:
        What the call returned.

    Raises:
        ClientError: Any other refusal, and the last one if the time is over.
    """
    started = now()
    for interval in choose_intervals():
        try:
            return call()
        except ClientError as error:
            part = transient.get(get_error_code(error))
            if part is None or part not in str(error) or now() - started >= timeout:
                raise
            log.info("%s; trying again", what)
            sleep(interval)
    raise AssertionError("choose_intervals never ends")
