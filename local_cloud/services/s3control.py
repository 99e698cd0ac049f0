"""S3 Control: Batch Operations jobs that replicate existing objects. moto does access points and the rest."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from local_cloud.call import Call
from local_cloud.clock import Clock
from local_cloud.constants import ACCOUNT_ID
from local_cloud.engines.replicator import Replicator
from local_cloud.engines.replicator.batch import BatchReplication, Job
from local_cloud.errors import AwsError
from local_cloud.object_store import find_bucket
from local_cloud.services.constraints import check_constraints
from local_cloud.services.service import Service

_LONGEST_PAGE = 1000


class S3ControlService(Service):
    """S3 Control in front of moto's, which has no jobs.

    Args:
        replicator: Runs the jobs.
        clock: The cloud's clock.
    """

    name = "s3control"

    def __init__(self, *, replicator: Replicator, clock: Clock) -> None:
        self._clock = clock
        self._batch = BatchReplication(replicator)
        self._jobs: dict[tuple[str, str], Job] = {}
        self._job_of_token: dict[str, Job] = {}

    def reset(self) -> None:
        """Remove all jobs."""
        self._jobs.clear()
        self._job_of_token.clear()

    def refuse(self, call: Call) -> None:
        """Refuse other accounts, missing parameters, and jobs that break the model."""
        shape = call.model.input_shape
        missing = [name for name in (shape.required_members if shape else ()) if name not in call.parameters]
        if missing:
            raise AwsError("InvalidRequest", f"Missing required parameter: {missing[0]}")
        if call.parameters.get("AccountId", ACCOUNT_ID) != ACCOUNT_ID:
            raise AwsError("AccessDenied", "Access Denied", 403)
        if call.operation == "CreateJob":
            check_constraints(call, code="InvalidRequest")

    def answer_create_job(self, call: Call) -> dict[str, Any]:
        """Create a job. The same request with the same ClientRequestToken returns the same job."""
        token = call.parameters["ClientRequestToken"]
        known = self._job_of_token.get(token)
        if known and known.request != call.parameters:
            raise AwsError("IdempotencyException", f"The token {token} was used for another job.")
        if known is None:
            known = _make_job(call)
            self._job_of_token[token] = self._jobs[call.region, known.job_id] = known
            self._batch.start(known)
        return {"JobId": known.job_id}

    def answer_describe_job(self, call: Call) -> dict[str, Any]:
        """Describe a job."""
        job = self._find(call)
        request = job.request
        described = {
            **_summary(job),
            "ConfirmationRequired": job.needs_confirmation,
            "JobArn": f"arn:aws:s3:{call.region}:{ACCOUNT_ID}:job/{job.job_id}",
            "Operation": request["Operation"],
            "Report": request["Report"],
            "RoleArn": job.role,
            "ManifestGenerator": request["ManifestGenerator"],
        }
        if job.status == "Suspended":
            described["SuspendedCause"] = "AwaitingConfirmation"
        if job.failure:
            described["FailureReasons"] = [{"FailureCode": job.failure[0], "FailureReason": job.failure[1]}]
        return {"Job": described}

    def answer_list_jobs(self, call: Call) -> dict[str, Any]:
        """The jobs of the region, newest first."""
        wanted = call.parameters.get("JobStatuses")
        known = call.model.service_model.shape_for("JobStatus").enum  # type: ignore[attr-defined]
        if set(wanted or ()) - set(known):
            raise AwsError("InvalidRequest", "A job status is not one that jobs have")
        found = [
            job
            for (region, _), job in self._jobs.items()
            if region == call.region and (not wanted or job.status in wanted)
        ]
        return _page(call, [{**_summary(job), "Operation": "S3ReplicateObject"} for job in reversed(found)])

    def answer_update_job_priority(self, call: Call) -> dict[str, Any]:
        """Change the priority of a job that hasn't ended."""
        job, priority = self._find(call), _priority(call)
        if job.is_over:
            raise AwsError("InvalidRequest", f"The priority of a job that is {job.status} can't be changed")
        job.priority = priority
        return {"JobId": job.job_id, "Priority": job.priority}

    def answer_update_job_status(self, call: Call) -> dict[str, Any]:
        """Confirm a suspended job (`Ready`), or end one (`Cancelled`)."""
        job, wanted = self._find(call), call.parameters["RequestedJobStatus"]
        if wanted not in ("Ready", "Cancelled"):
            raise AwsError("InvalidRequest", f"A job can be asked to be Ready or Cancelled, not {wanted}")
        if wanted == "Ready" and job.status == "Suspended":
            self._batch.confirm(job)
        elif wanted == "Cancelled" and not job.is_over:
            self._batch.cancel(job)
        else:
            message = f"Requested job status {wanted} isn't allowed while the job is {job.status}"
            raise AwsError("JobStatusException", message)
        return {"JobId": job.job_id, "Status": job.status}

    def _find(self, call: Call) -> Job:
        job = self._jobs.get((call.region, call.parameters["JobId"]))
        if job is None:
            raise AwsError("NoSuchJob", "The specified job does not exist.", 404)
        return job


def _page(call: Call, jobs: list[dict[str, Any]]) -> dict[str, Any]:
    """One page of a list of jobs, with a token for the next page, if any."""
    size, token = call.parameters.get("MaxResults", _LONGEST_PAGE), call.parameters.get("NextToken")
    if not 1 <= size <= _LONGEST_PAGE:
        raise AwsError("InvalidRequest", f"MaxResults is a number from 1 to {_LONGEST_PAGE}")
    ids = [job["JobId"] for job in jobs]
    if token is not None and token not in ids:
        raise AwsError("InvalidNextToken", "The NextToken is not one that was given out")
    begin = ids.index(token) if token else 0
    page: dict[str, Any] = {"Jobs": jobs[begin : begin + size]}
    if begin + size < len(jobs):
        page["NextToken"] = ids[begin + size]
    return page


def _priority(call: Call) -> int:
    given = call.parameters["Priority"]
    if not 0 <= given < 2**31:
        raise AwsError("InvalidRequest", f"A job's priority is a number from 0 to {2**31 - 1}")
    return int(given)


def _refuse_undone(parameters: Mapping[str, Any], generator: dict[str, Any]) -> None:
    """Refuse a job with features that aren't implemented. It must not run without them."""
    asked = {
        "write reports of batch operations": parameters["Report"].get("Enabled"),
        "write manifests of batch operations": generator.get("EnableManifestOutput"),
        "tag batch operations": parameters.get("Tags"),
    }
    for what in (what for what, wanted in asked.items() if wanted):
        raise AwsError("NotImplemented", f"The local cloud doesn't {what}.", 501)


def _make_job(call: Call) -> Job:
    """A job from a CreateJob request.

    Raises:
        AwsError: The request is invalid, or not implemented.
    """
    if set(call.parameters["Operation"]) != {"S3ReplicateObject"}:
        raise AwsError("NotImplemented", "The local cloud implements only the batch operation S3ReplicateObject.", 501)
    generator = (call.parameters.get("ManifestGenerator") or {}).get("S3JobManifestGenerator")
    if generator and call.parameters.get("Manifest"):
        raise AwsError("InvalidRequest", "A job has either a manifest or a manifest generator, not both")
    if not generator:
        raise AwsError("NotImplemented", "The local cloud generates manifests. It can't read existing ones.", 501)
    _refuse_undone(call.parameters, generator)
    name = generator["SourceBucket"].rsplit(":", 1)[-1]
    bucket = find_bucket(name)
    if bucket is not None and bucket.region_name != call.region:
        message = f"The job has to be in the region of its source bucket, {bucket.region_name}"
        raise AwsError("InvalidRequest", message)
    return Job(
        job_id=str(uuid.uuid4()),
        priority=_priority(call),
        bucket_name=name,
        role=call.parameters["RoleArn"],
        expected_owner=generator.get("ExpectedBucketOwner") or ACCOUNT_ID,
        filter=generator.get("Filter") or {},
        needs_confirmation=call.parameters.get("ConfirmationRequired") is not False,
        request=call.parameters,
    )


def _summary(job: Job) -> dict[str, Any]:
    progress = {
        "TotalNumberOfTasks": job.total,
        "NumberOfTasksSucceeded": job.succeeded,
        "NumberOfTasksFailed": job.failed,
    }
    summary = {
        "JobId": job.job_id,
        "Description": job.request.get("Description", ""),
        "Priority": job.priority,
        "Status": job.status,
        "CreationTime": job.created,
        "ProgressSummary": progress,
    }
    if job.ended:
        summary["TerminationDate"] = job.ended
    return summary
