"""Everything that the workshop raises on purpose.

WorkshopError
├── InvalidName                a name or region that AWS would refuse
├── InvalidNumber              an impossible weight, TTL, interval, share or count
├── StepOutOfOrder             a step ran before the step that it builds on
│   └── VersioningNotEnabled   a bucket has no versioning, which replication needs
├── RoleNotBounded             a role lacks the permissions boundary
├── NamesInUse                 other names would lose what exists under the saved ones
├── TookTooLong                a wait timed out; carries what was last seen
├── FaultRefused               a fault that this cloud can't cause
├── NotUndone                  a drill could not be ended
├── CheckFailed                the cloud is not as the step should have left it
└── CloudProblem               the cloud is unclear, unsafe or unreachable
    ├── AmbiguousCloud         the environment names no cloud, or two at once
    ├── NotTheLocalCloud       a request would leave this machine, or another program answers
    ├── CloudNotReachable      nothing answers
    │   └── ServiceNotReachable   a service of AWS doesn't answer; others may
    ├── CostNotAccepted        a call would change a real AWS account, and the cost isn't accepted yet
    ├── CredentialsRefused     there are no usable AWS credentials, or AWS doesn't accept them
    ├── RegionNotEnabled       a region isn't enabled for the AWS account
    └── AccountChanged         the credentials belong to another AWS account than before

A notebook shows them as one short paragraph without a traceback. Papermill still fails the cell.
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
        """Return what IPython shows: the message and its notes, without the stack, which doesn't help a learner."""
        return [f"\x1b[1;31m{type(self).__name__}\x1b[0m: {self}", *getattr(self, "__notes__", ())]


class InvalidName(WorkshopError, ValueError):
    """A name or region that AWS would refuse, or a city without an edge location in the local cloud."""


class InvalidNumber(WorkshopError, ValueError):
    """An impossible weight, TTL, interval, share or count."""


class StepOutOfOrder(WorkshopError):
    """A step ran before the step that it builds on."""


class VersioningNotEnabled(StepOutOfOrder):
    """A bucket has no versioning, which replication needs.

    Args:
        bucket: The bucket, kept as `.bucket`.
    """

    def __init__(self, bucket: str) -> None:
        self.bucket = bucket
        super().__init__(
            f"Versioning is not enabled on {bucket!r}, and S3 replicates object versions. "
            f"Run {STEPS['versioning']} first."
        )


class RoleNotBounded(WorkshopError):
    """A role lacks the permissions boundary. Earlier versions made roles without one.

    Args:
        role_name: The role.
        boundary_arn: The boundary that it should have.
    """

    def __init__(self, role_name: str, *, boundary_arn: str) -> None:
        super().__init__(
            f"The role {role_name!r} doesn't have the permissions boundary {boundary_arn.rpartition('/')[2]!r}. "
            "An earlier version of the workshop made it. Run this in a terminal, then run the step again:\n"
            f"  aws iam put-role-permissions-boundary --role-name {role_name} --permissions-boundary {boundary_arn}\n"
            "If AWS refuses it, show the line to whoever granted you the learner's policies."
        )


class NamesInUse(WorkshopError):
    """Other names would lose what exists under the saved ones, or it can't be seen whether something does."""


class TookTooLong(WorkshopError):
    """A wait timed out.

    Args:
        what: The event that did not happen in time.
        seconds: The timeout.
        last: What was seen last, kept as `.last`.
    """

    def __init__(self, what: str, *, seconds: float, last: Any) -> None:
        self.last = last
        super().__init__(
            f"{what} took longer than {seconds:g} seconds. Last seen: {last}. "
            "Nothing is lost. Run the cell again to keep waiting."
        )


class FaultRefused(WorkshopError, ValueError):
    """A fault that this cloud can't cause: there is no such fault, or the cloud is AWS."""


class NotUndone(WorkshopError):
    """A drill could not be ended.

    Args:
        problem: Why not.
        timeline: What was recorded until then, kept as `.timeline`. None if nothing was.
    """

    def __init__(self, problem: Exception, *, timeline: Any) -> None:
        self.timeline = timeline
        kept = " What was recorded until then is kept in sys.last_value.timeline." if timeline else ""
        super().__init__(
            f"The drill could not be ended, so a health check may still be inverted. {problem} First of all, run "
            f"{STEPS['health check']}: it restores the health checks.{kept}"
        )


class CheckFailed(WorkshopError):
    """The cloud is not as the step should have left it.

    Args:
        found: A sentence that says what is wrong.
        fix: What to do, by notebook and step. It begins in lower case, after "To fix it:".
    """

    def __init__(self, found: str, *, fix: str) -> None:
        self.found, self.fix = found, fix
        super().__init__(f"✘ {found}\n  To fix it: {fix}")


class CloudProblem(WorkshopError):
    """The cloud is unclear, unsafe or unreachable."""


class AmbiguousCloud(CloudProblem):
    """The environment names no cloud, or two at once."""


class NotTheLocalCloud(CloudProblem):
    """A request would leave this machine, or another program answers instead of the local cloud."""


class CloudNotReachable(CloudProblem):
    """Nothing answers at the cloud's address."""


class ServiceNotReachable(CloudNotReachable):
    """A service of AWS doesn't answer in a region. Others may."""


class CostNotAccepted(CloudProblem):
    """A call would change a real AWS account, and the cost isn't accepted yet."""


class CredentialsRefused(CloudProblem):
    """There are no usable AWS credentials, or AWS doesn't accept them."""


class RegionNotEnabled(CloudProblem):
    """A region isn't enabled for the AWS account.

    Args:
        region: The region.
    """

    def __init__(self, region: str) -> None:
        super().__init__(
            f"AWS knows your access key, but not in {region}. This region isn't enabled for your account. Enable it on "
            f"the console's page Account, under AWS Regions, or choose another region in step 4 of notebook 00."
        )


class AccountChanged(CloudProblem):
    """The credentials belong to another AWS account than before."""


def get_error_code(error: ClientError) -> str:
    """Return AWS's code of an error, such as `"NoSuchBucket"`.

    An answer to a HEAD request has no body, so its code is the HTTP status.
    """
    return str(error.response.get("Error", {}).get("Code", ""))


STEPS = {
    "names": "step 6 of notebook 00 (save_names)",
    "learner name": "step 3 of notebook 00 (widgets.learner_picker)",
    "bucket names": "step 5 of notebook 00 (widgets.bucket_picker)",
    "costs": "step 7 of notebook 00 (accept_costs)",
    "permissions boundary": "step 8 of notebook 00 (boundaries.create_permissions_boundary)",
    "bucket": "steps 1 and 2 of notebook 01 (replication.create_bucket)",
    "versioning": "steps 1 and 2 of notebook 01 (replication.enable_versioning)",
    "replication role": "step 3 of notebook 01 (replication.create_replication_role)",
    "replication permissions": "step 3 of notebook 01 (replication.put_replication_policy)",
    "region marker": "step 4 of notebook 01 (replication.put_region_marker)",
    "replication rule": "step 5 of notebook 01 (replication.put_replication)",
    "website": "step 6 of notebook 01 (replication.publish_website)",
    "wait for replication": "step 6 of notebook 01 (waiting.wait_until_replicated)",
    "batch job": "step 7 of notebook 01 (batch_replication.create_batch_replication_job)",
    "delete markers": "step 8 of notebook 01 (replication.put_replication)",
    "package": "step 4 of notebook 02 (packaging.package_edge_function)",
    "edge role": "step 5 of notebook 02 (lambda_edge.create_edge_role)",
    "function": "step 6 of notebook 02 (lambda_edge.create_edge_function)",
    "function version": "step 7 of notebook 02 (lambda_edge.publish_version)",
    "wait for the function": "step 7 of notebook 02 (waiting.wait_until_function_active)",
    "origin access identity": "step 1 of notebook 03 (distribution.create_origin_access_identity)",
    "bucket policy": "step 1 of notebook 03 (distribution.put_bucket_policy)",
    "hosted zone": "step 2 of notebook 03 (dns_records.create_hosted_zone)",
    "TXT record": "step 3 of notebook 03 (dns_records.put_txt_record)",
    "distribution": "step 4 of notebook 03 (distribution.create_distribution)",
    "wait for the distribution": "step 4 of notebook 03 (waiting.wait_until_deployed)",
    "log": "step 7 of notebook 03 (edge_logs.wait_for_log)",
    "weights": "step 1 of notebook 04 (dns_records.put_weighted_records)",
    "record sets": "step 1 of notebook 04 (observe.list_record_sets)",
    "health check": "step 1 of notebook 05 (health_checks.create_health_check)",
    "wait for health": "step 1 of notebook 05 (waiting.wait_until_health)",
    "weights that follow health": "step 2 of notebook 05 (dns_records.put_weighted_records)",
    "inverted health check": "step 4 of notebook 05 (health_checks.invert_health_check)",
    "clean-up": "step 2 of notebook 06 (clean_up.delete_resources)",
}
"""What errors send the learner to: the step that makes each thing, and the call in it."""

CODES = {
    "NoSuchBucket": "bucket",
    "NoSuchEntity": "replication role",
    "ResourceNotFoundException": "function version",
    "NoSuchHostedZone": "hosted zone",
    "NoSuchDistribution": "distribution",
    "NoSuchHealthCheck": "health check",
}
"""AWS's error codes for something missing, and the key in `STEPS` of what is missing."""


def describe_missing(what: str, name: str | None = None) -> str:
    """Say what is missing, and which step to run first.

    Args:
        what: A key of `STEPS`.
        name: Which one is missing.
    """
    return f"There is no {f'{what} {name!r}' if name else f'such {what}'}. Run {STEPS[what]} first."


@contextmanager
def name_missed_step(code: str, name: str | None = None) -> Iterator[None]:
    """Replace one of AWS's errors by one that names the missed step.

    Args:
        code: AWS's code, such as `"NoSuchBucket"`. It must be a key of `CODES`.
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
