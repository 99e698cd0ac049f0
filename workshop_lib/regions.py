"""Questions to all regions at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

from workshop_lib.errors import CloudNotReachable, RegionNotEnabled, ServiceNotReachable

T = TypeVar("T")

FAILURES = (ClientError, HTTPClientError, NoConnection, ServiceNotReachable, RegionNotEnabled)
"""What one call can fail with, while others may still succeed: a refusal, throttling, a connection that breaks."""

AT_ONCE = 8
PATIENCE = 60.0
"""Seconds in which all regions must have answered."""


def ask_regions(
    regions: Sequence[str], ask: Callable[[str], T], *, patience: float = PATIENCE
) -> dict[str, T | Exception]:
    """Ask many regions at the same time, and wait for all of them, but not for long.

    Args:
        regions: From `cloud.regions`.
        ask: Makes the calls to one region. It may run in any thread.
        patience: Seconds. Regions that haven't answered by then have failed.

    Returns:
        Region → its answer, or one of `FAILURES`, or CloudNotReachable. Regions that the account hasn't enabled are
        left out, because nothing can be there.

    Raises:
        Exception: What else was raised, or what every region failed with if none is enabled or answers.
    """
    found: dict[str, T | Exception] = {}
    places = threading.Semaphore(AT_ONCE)

    def run(region: str) -> None:
        with places:
            try:
                found[region] = ask(region)
            except Exception as error:  # the thread that waits raises it
                found[region] = error

    threads = [threading.Thread(target=run, args=(region,), daemon=True) for region in regions]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + patience
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    silence = CloudNotReachable(f"It hasn't answered within {patience:g} seconds.")
    answers = {region: found.get(region, silence) for region in regions}
    useless = [one for one in answers.values() if isinstance(one, CloudNotReachable | RegionNotEnabled)]
    if len(useless) == len(answers):
        raise useless[0]  # type: ignore[misc]
    for answer in answers.values():
        if isinstance(answer, Exception) and not isinstance(answer, (*FAILURES, CloudNotReachable)):
            raise answer
    return {region: answer for region, answer in answers.items() if not isinstance(answer, RegionNotEnabled)}
