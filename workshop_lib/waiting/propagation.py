"""Waits for changes that AWS knows late, and has no status for. What may have been too early is tried again."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from workshop_lib.delays import Delay, read_delays_of_aws
from workshop_lib.errors import CheckFailed, StepOutOfOrder, TookTooLong
from workshop_lib.guards import is_loopback
from workshop_lib.polling import Sleep, choose_intervals, draw_progress

if TYPE_CHECKING:
    from botocore.client import BaseClient
    from mypy_boto3_s3 import S3Client

T = TypeVar("T")

TOO_EARLY = (CheckFailed, StepOutOfOrder, TookTooLong)
"""How a step or a check fails if AWS doesn't know an earlier change yet."""


def wait_for_propagation(
    client: BaseClient, *, what: str, seconds: float | None = None, sleep: Sleep = time.sleep
) -> None:
    """On AWS, wait until a change should be known everywhere. AWS has no status for it. Locally, return at once.

    It proves nothing. What follows may still be too early, so use `try_again` there.

    Args:
        client: The client that made the change. Its endpoint tells which cloud it uses.
        what: What was changed, as the beginning of a sentence.
        seconds: How long to wait on AWS. The default is `WORKSHOP_PROPAGATION_SECONDS`, or 15.
        sleep: Seam for tests.
    """
    if is_loopback(client.meta.endpoint_url):
        return
    if seconds is None:
        seconds = read_delays_of_aws(os.environ).permissions.least
    with draw_progress(f"{what}: waiting until AWS knows it everywhere", seconds) as bar:
        for passed in range(math.ceil(seconds)):
            sleep(min(1, seconds - passed))
            bar.update(1)


def wait_for_versioning(
    s3: S3Client, *, bucket: str, delay: Delay, sleep: Sleep = time.sleep, now: Callable[[], float] = time.time
) -> None:
    """Wait until a bucket's versioning is old enough that S3 no longer answers 404 at times. May be repeated.

    Its age is that of the oldest object version. S3 doesn't say when versioning was enabled. In the local cloud, and
    some time later on AWS, it returns at once. Source: S3 API Reference, PutBucketVersioning.

    Args:
        s3: Client in the bucket's region.
        bucket: The bucket. Without objects there is nothing to wait for.
        delay: From `cloud.delays.versioning`.
        sleep: Seam for tests.
        now: Seconds since the epoch. A seam for tests.
    """
    if not delay.most:
        return
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket)
    written = [version["LastModified"].timestamp() for page in pages for version in page.get("Versions", [])]
    left = math.ceil(min(written) + delay.most - now()) if written else 0
    if left <= 0:
        return
    with draw_progress(f"Versioning of {bucket}: waiting until S3 answers without 404", left) as bar:
        for _ in range(left):
            sleep(1)
            bar.update(1)


def try_again(
    check: Callable[[], T],
    act: Callable[[], object] = lambda: None,
    *,
    what: str,
    delay: Delay,
    sleep: Sleep = time.sleep,
    now: Callable[[], float] = time.monotonic,
) -> T:
    """Check what may have been too early. While it fails, act once more and check again.

    The local cloud knows every change at once. There, the first failure is final. On AWS, `act` may run many times, so
    it must be safe to repeat. A check that fails for another reason says so only when the time is over.

    Args:
        check: Returns a verdict or anything else, or fails as checks and waits do.
        act: What to do again before each further check. By default nothing: looking again is enough.
        what: What AWS may not know yet, as the beginning of a sentence.
        delay: How long it may take until AWS knows it, from `cloud.delays`. A try that runs then may end later.
        sleep: Seam for tests.
        now: Seam for tests.

    Returns:
        What the check returned.

    Raises:
        CheckFailed, StepOutOfOrder, TookTooLong: The last failure, when the time is over.
    """
    started = now()
    try:
        return check()
    except TOO_EARLY:
        if not delay.most:
            raise
    with draw_progress(f"{what}: AWS may not know it yet, trying again", delay.most) as bar:
        for interval in choose_intervals(1.0):
            sleep(interval)
            bar.n = min(now() - started, delay.most)
            bar.refresh()
            try:
                act()
                return check()
            except TOO_EARLY:
                if now() - started >= delay.most:
                    raise
    raise AssertionError("choose_intervals never ends")
