"""Who you are, and whether this machine's clock agrees with AWS's."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime

from workshop_lib.cloud import Cloud
from workshop_lib.doctor.findings import Finding

MOST_SKEW = 30.0
"""Seconds. AWS refuses requests at five minutes. Charts compare AWS's times with this machine's."""


def examine_identity(cloud: Cloud, *, now: Callable[[], float] = time.time) -> Iterator[Finding]:
    """Ask who the credentials belong to. This needs no permission.

    Args:
        cloud: The cloud.
        now: Seconds since the epoch. A seam for tests.

    Raises:
        WorkshopError: The credentials can't be used.
    """
    identity = cloud.sts.get_caller_identity()
    found = f"account {identity['Account']}, as {identity['Arn']}"
    is_root = identity["Arn"].endswith(":root")
    fix = "You are the root user, whom no policy limits. Sign in as an IAM user or role." if is_root else ""
    yield Finding("AWS" if not cloud.is_local else "Local cloud's account", found, fix)
    date = identity["ResponseMetadata"]["HTTPHeaders"].get("date")
    if date and not cloud.is_local:
        yield judge_clock(now() - parsedate_to_datetime(date).timestamp())


def judge_clock(skew: float) -> Finding:
    """Say whether this machine's clock is right.

    Args:
        skew: How many seconds it is ahead of AWS's.
    """
    if abs(skew) <= MOST_SKEW:
        return Finding("Clock", "agrees with AWS's")
    found = f"{abs(skew):.0f} seconds {'ahead of' if skew > 0 else 'behind'} AWS's"
    return Finding("Clock", found, "Set the clock of this machine. AWS refuses requests when it is minutes off.")
