"""How late parts of the cloud are, for those who try what AWS's lateness does to a program."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Self


@dataclass(frozen=True)
class Delays:
    """Seconds that the speed doesn't shorten. With 0, which is the default, nothing is later than the speed says."""

    dns: float = 0.0
    """The nameserver knows of changes of records and of health. Up to 60 on AWS."""
    permissions: float = 0.0
    """Services know of roles, policies and origin access identities. IAM and CloudFront themselves know at once."""
    versioning: float = 0.0
    """After versioning was first enabled, every second GET or HEAD of an object answers 404. Up to 900 on AWS."""
    rule: float = 0.0
    """S3 follows a new replication configuration."""
    replication: float = 0.0
    """A replica is written."""
    invalidation: float = 0.0
    """The edges forget what was invalidated."""
    logs: float = 0.0
    """CloudWatch Logs shows what a function wrote."""
    edge_replicas: float = 0.0
    """A function that no distribution uses any more can be deleted."""

    @classmethod
    def parse(cls, given: Iterable[str]) -> Self:
        """Read texts such as `"edge-replicas=3600"`.

        Raises:
            ValueError: A name isn't known, or a value is no number of seconds.
        """
        known = [one.name.replace("_", "-") for one in fields(cls)]
        found: dict[str, float] = {}
        for text in given:
            name, _, value = text.partition("=")
            try:
                seconds = float(value)
            except ValueError:
                seconds = math.nan
            if name not in known or not 0 <= seconds < math.inf:
                raise ValueError(f"{text!r} is no delay. Write NAME=SECONDS. The names are {', '.join(known)}.")
            found[name.replace("-", "_")] = seconds
        return cls(**found)


QUICK = Delays()
