"""What S3 answers soon after versioning was enabled: 404 at times, for objects that are there.

Source: S3 API Reference, PutBucketVersioning. "While this change is propagating, you might encounter intermittent HTTP
404 NoSuchKey errors for requests to objects created or updated after enabling versioning." AWS asks to wait 15 minutes.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from local_cloud.call import Call
from local_cloud.errors import AwsError
from local_cloud.object_store import Bucket

TURN = 0.5
"""Seconds in which every look answers alike."""


class YoungVersioning:
    """Knows since when each bucket has versioning, and refuses looks at objects in every second turn.

    Args:
        seconds: For how long. 0 refuses nothing.
        now: Seconds on a clock that never goes back; a seam for tests.
    """

    def __init__(self, seconds: float = 0.0, *, now: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._now = seconds, now
        self._since: dict[Bucket, float] = {}

    def begin(self, bucket: Bucket) -> None:
        """Versioning was enabled. Only the first time counts."""
        if self._seconds:
            self._since.setdefault(bucket, self._now())

    def check(self, call: Call, bucket: Bucket | None) -> None:
        """Refuse a look at an object.

        Raises:
            AwsError: NoSuchKey.
        """
        if not self._seconds or bucket not in self._since:
            return
        passed = self._now() - self._since[bucket]
        if passed < self._seconds and int(passed / TURN) % 2 == 0:
            raise AwsError("NoSuchKey", "The specified key does not exist.", 404, Key=call.parameters["Key"])

    def clear(self) -> None:
        """Forget all buckets."""
        self._since.clear()
