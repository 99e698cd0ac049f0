"""How slow the cloud is: for each kind of change, how long until it is true everywhere. Get it as `cloud.delays`.

Predictions, and waits that AWS gives no status for, read it here. Waits for a status have their time-outs beside them,
in `waiting`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import NamedTuple

from workshop_lib.guards import read_seconds

MINUTE, HOUR = 60.0, 3600.0


class Delay(NamedTuple):
    """How long something takes to be true, in seconds."""

    least: float
    """It is hardly ever true sooner. A wait that can't look waits so long."""
    most: float
    """It is true by then, or something is wrong. Until then, what may be too early is tried again."""

    def faster(self, speed: float) -> Delay:
        """Return it for a cloud that is so many times faster."""
        return Delay(self.least / speed, self.most / speed)


NONE = Delay(0.0, 0.0)


@dataclass(frozen=True)
class Delays:
    """How slow a cloud is. Next to each delay is where the number for AWS comes from.

    `D` is AWS's documentation, `R` is reported by users, `I` is inferred. The number is an assumption for R and I.
    """

    dns_change: Delay
    """A change of records → the name servers answer with it. D, Route 53 API, ChangeResourceRecordSets: 60 seconds."""
    health_change: Delay
    """A health check's new status, or its inversion → the name servers answer with it. I: seconds to a minute."""
    permissions: Delay
    """A new role, identity or policy → all services know it. R: mostly 10 to 20 seconds, at times minutes."""
    versioning: Delay
    """Versioning enabled → writes are safe. D, S3 API, PutBucketVersioning: wait 15 minutes, 404 at times before."""
    rule: Delay
    """A replication rule → S3 follows it. I: as long as permissions."""
    replication: Delay
    """An object is written → its replica is there. D: most objects within 15 minutes, without a promise."""
    distribution: Delay
    """A distribution is created or changed → all edge locations know it. R: 3 to 15 minutes."""
    invalidation: Delay
    """An invalidation → the caches are empty. R: mostly below 2 minutes."""
    logs: Delay
    """An edge function ran → CloudWatch shows its log. D, Lambda@Edge: best effort, may take minutes."""
    edge_replicas: Delay
    """No distribution uses a function → it can be deleted. D, Lambda@Edge: typically a few hours. R: 30 minutes."""


AWS = Delays(
    dns_change=Delay(0, MINUTE),
    health_change=Delay(0, MINUTE),
    permissions=Delay(15, 3 * MINUTE),
    versioning=Delay(0, 15 * MINUTE),
    rule=Delay(15, 3 * MINUTE),
    replication=Delay(0, 15 * MINUTE),
    distribution=Delay(3 * MINUTE, 15 * MINUTE),
    invalidation=Delay(0, 2 * MINUTE),
    logs=Delay(0, 5 * MINUTE),
    edge_replicas=Delay(0.5 * HOUR, 4 * HOUR),
)


def read_delays_of_aws(environ: Mapping[str, str]) -> Delays:
    """Return AWS's delays, unless the environment says otherwise.

    A shorter wait for permissions and rules doesn't shorten the time in which what is too early is tried again.

    Args:
        environ: `WORKSHOP_DNS_SECONDS` is the most that a change in DNS takes, of records and of health.
            `WORKSHOP_PROPAGATION_SECONDS` is the wait after changes of permissions and rules.
            `WORKSHOP_VERSIONING_SECONDS` is the time after which versioned objects can always be read.

    Raises:
        InvalidNumber: A value is no number of seconds.
    """
    dns = Delay(0.0, read_seconds(environ, "WORKSHOP_DNS_SECONDS", AWS.dns_change.most))
    propagation = read_seconds(environ, "WORKSHOP_PROPAGATION_SECONDS", AWS.permissions.least)
    known = Delay(propagation, max(propagation, AWS.permissions.most))
    versioning = Delay(0.0, read_seconds(environ, "WORKSHOP_VERSIONING_SECONDS", AWS.versioning.most))
    return replace(AWS, dns_change=dns, health_change=dns, permissions=known, rule=known, versioning=versioning)


def shorten_delays(speed: float) -> Delays:
    """Return the local cloud's delays. It shortens those that it imitates, and the others are none.

    Args:
        speed: How many times faster it is than AWS.
    """
    imitated = ("replication", "distribution", "invalidation", "edge_replicas")
    return Delays(
        **{one.name: getattr(AWS, one.name).faster(speed) if one.name in imitated else NONE for one in fields(Delays)}
    )
