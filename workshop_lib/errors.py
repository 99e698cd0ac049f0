"""Everything that the workshop raises on purpose.

WorkshopError
├── InvalidName                a name or region that AWS would refuse
├── InvalidNumber              a weight, a TTL, an interval, a share or a count that cannot be
├── StepOutOfOrder             a step was run before the one it builds on
│   └── VersioningNotEnabled   a bucket has no versions, so there is nothing to replicate
├── TookTooLong                a wait ended; carries what was last seen
├── FaultRefused               a fault that this cloud can't cause
├── CheckFailed                a check found something else than the step should have left
└── CloudProblem               it isn't clear, or not safe, to talk to the cloud
    ├── AmbiguousCloud         the environment names no cloud, or two at once
    ├── NotTheLocalCloud       a request was about to leave this machine, or something else answers there
    ├── CloudNotReachable      nothing answers
    └── CostNotAccepted        a call would change a real AWS account, and nobody has agreed to pay

In a notebook these show as one short paragraph instead of a traceback; papermill still fails the cell.
"""

# ruff: noqa: N818 - errors are named for what happened

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.exceptions import ClientError


class WorkshopError(Exception):
    """Base of everything that the workshop raises on purpose."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows instead of a traceback: the sentence is for the learner, the stack is not."""
        return [f"\x1b[1;31m{type(self).__name__}\x1b[0m: {self}"]


class InvalidName(WorkshopError, ValueError):
    """A name or region that AWS would refuse; or a city in which the local cloud has no edge location."""


class InvalidNumber(WorkshopError, ValueError):
    """A weight, a TTL, an interval, a share or a count that cannot be."""


class StepOutOfOrder(WorkshopError):
    """A step was run before the one it builds on."""


class VersioningNotEnabled(StepOutOfOrder):
    """A bucket has no versions, so there is nothing to replicate.

    Args:
        bucket: The bucket; kept as `.bucket`.
    """

    def __init__(self, bucket: str) -> None:
        self.bucket = bucket
        super().__init__(
            f"Versioning is not enabled on {bucket!r}. Run replication.enable_versioning(s3, bucket={bucket!r}) first."
        )


class TookTooLong(WorkshopError):
    """A wait ended before what it waited for.

    Args:
        what: What was waited for.
        seconds: How long.
        last: What was seen last; kept as `.last`.
    """

    def __init__(self, what: str, *, seconds: float, last: Any) -> None:
        self.last = last
        super().__init__(
            f"{what} took longer than {seconds:g} seconds. Last seen: {last}. "
            "Nothing is lost: run the cell again to wait on."
        )


class FaultRefused(WorkshopError, ValueError):
    """A fault that this cloud can't cause: it is none, or the cloud is AWS."""


class CheckFailed(WorkshopError):
    """A check found something else than the step should have left.

    Args:
        found: A sentence that says what is wrong.
        fix: The step that fixes it.
    """

    def __init__(self, found: str, *, fix: str) -> None:
        self.found, self.fix = found, fix
        super().__init__(f"✘ {found}\n  To fix it: {fix}")


class CloudProblem(WorkshopError):
    """It isn't clear, or not safe, to talk to the cloud."""


class AmbiguousCloud(CloudProblem):
    """The environment names no cloud, or two at once."""


class NotTheLocalCloud(CloudProblem):
    """A request was about to leave this machine, or something else than the local cloud answers there."""


class CloudNotReachable(CloudProblem):
    """Nothing answers where the cloud should be."""


class CostNotAccepted(CloudProblem):
    """A call would change a real AWS account, and nobody has agreed to pay."""


def get_error_code(error: ClientError) -> str:
    """AWS's code of an error, such as `"NoSuchBucket"`; for a HEAD request, which has no body, the HTTP status."""
    return str(error.response.get("Error", {}).get("Code", ""))


STEPS = {
    "bucket": "steps 1 and 2 of notebook 01 (replication.create_bucket)",
    "replication role": "step 3 of notebook 01 (replication.create_replication_role)",
    "function": "step 6 of notebook 02 (lambda_edge.create_edge_function)",
    "function version": "step 7 of notebook 02 (lambda_edge.publish_version)",
    "origin access identity": "step 1 of notebook 03 (distribution.create_origin_access_identity)",
    "hosted zone": "step 2 of notebook 03 (dns_records.create_hosted_zone)",
    "distribution": "step 4 of notebook 03 (distribution.create_distribution)",
    "health check": "step 1 of notebook 05 (health_checks.create_health_check)",
}
"""What later steps build on, and the step that makes it."""

CODES = {
    "NoSuchBucket": "bucket",
    "NoSuchEntity": "replication role",
    "ResourceNotFoundException": "function version",
    "NoSuchHostedZone": "hosted zone",
    "NoSuchDistribution": "distribution",
    "NoSuchHealthCheck": "health check",
}
"""AWS's code of an error, and what is missing then."""


def describe_missing(what: str, name: str | None = None) -> str:
    """Say what is missing, and which step to run first.

    Args:
        what: A key of `STEPS`.
        name: Which one is missing.
    """
    return f"There is no {f'{what} {name!r}' if name else f'such {what}'}. Run {STEPS[what]} first."


@contextmanager
def name_missed_step(code: str, name: str | None = None) -> Iterator[None]:
    """Turn one of AWS's refusals into the step that was missed.

    Args:
        code: AWS's code, such as `"NoSuchBucket"`; a key of `CODES`.
        name: The name of what is missing, if it is known.

    Raises:
        StepOutOfOrder: AWS answered with that code.
    """
    from botocore.exceptions import ClientError  # here, so that names and errors load without botocore

    try:
        yield
    except ClientError as error:
        if get_error_code(error) != code:
            raise
        raise StepOutOfOrder(describe_missing(CODES[code], name)) from error
