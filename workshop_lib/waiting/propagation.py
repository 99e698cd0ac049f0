"""Waits for changes that AWS knows late, and has no status for."""

from __future__ import annotations

import math
import os
import time
from typing import TYPE_CHECKING

from workshop_lib.guards import is_loopback, read_seconds
from workshop_lib.polling import Sleep, draw_progress

if TYPE_CHECKING:
    from botocore.client import BaseClient


PROPAGATION_SECONDS = 15.0
"""How long `wait_for_propagation` waits on AWS, unless `WORKSHOP_PROPAGATION_SECONDS` says otherwise."""


def wait_for_propagation(
    client: BaseClient, *, what: str, seconds: float | None = None, sleep: Sleep = time.sleep
) -> None:
    """On AWS, wait until a change should be known everywhere. AWS has no status for it. Locally, return at once.

    Args:
        client: The client that made the change. Its endpoint tells which cloud it uses.
        what: What was changed, as the beginning of a sentence.
        seconds: How long to wait on AWS. The default is `WORKSHOP_PROPAGATION_SECONDS`, or 15.
        sleep: Seam for tests.
    """
    if is_loopback(client.meta.endpoint_url):
        return
    if seconds is None:
        seconds = read_seconds(os.environ, "WORKSHOP_PROPAGATION_SECONDS", PROPAGATION_SECONDS)
    with draw_progress(f"{what}: waiting until AWS knows it everywhere", seconds) as bar:
        for passed in range(math.ceil(seconds)):
            sleep(min(1, seconds - passed))
            bar.update(1)
