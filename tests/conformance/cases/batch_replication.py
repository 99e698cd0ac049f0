"""S3 Batch Replication: jobs that are refused, and what can be done with one."""

from __future__ import annotations

from typing import Any

from tests.conformance.case import GAP, Account, case, documented, unverified

SERVICE = "s3control"

JOBS = documented("S3 API Reference, CreateJob, DescribeJob, ListJobs, UpdateJobStatus")
MODEL = unverified("the code; the rule is botocore's")
LOCAL = "a job costs money, and its role needs a policy"


def request(aws: Account, **changes: Any) -> dict[str, Any]:
    """What asks for a job that waits to be confirmed."""
    bucket = aws.create_bucket(versioned=True)
    generator = {
        "SourceBucket": f"arn:aws:s3:::{bucket}",
        "EnableManifestOutput": False,
        "Filter": {"EligibleForReplication": True},
    }
    return {
        "AccountId": aws.account_id,
        "ConfirmationRequired": True,
        "Operation": {"S3ReplicateObject": {}},
        "Report": {"Enabled": False},
        "ClientRequestToken": aws.name("token"),
        "Priority": 10,
        "RoleArn": aws.create_role("batchoperations.s3.amazonaws.com"),
        "ManifestGenerator": {"S3JobManifestGenerator": generator},
        **changes,
    }


def create(aws: Account, **changes: Any) -> str:
    """A job that waits to be confirmed; its id."""
    return str(aws.client(SERVICE).create_job(**request(aws, **changes))["JobId"])


@case(
    "DescribeJob returns a new job's Priority and ConfirmationRequired, and the status New, Preparing or Failed",
    known_from=JOBS,
    moto=GAP,
    on_aws=LOCAL,
)
def new(aws: Account) -> None:
    job = aws.client(SERVICE).describe_job(AccountId=aws.account_id, JobId=create(aws))["Job"]
    assert job["Status"] in ("New", "Preparing", "Failed")
    assert (job["Priority"], job["ConfirmationRequired"]) == (10, True)


@case(
    "UpdateJobPriority changes a job's priority, and DescribeJob returns the new one",
    known_from=JOBS,
    moto=GAP,
    on_aws=LOCAL,
)
def priority(aws: Account) -> None:
    job = {"AccountId": aws.account_id, "JobId": create(aws)}
    assert aws.client(SERVICE).update_job_priority(**job, Priority=42)["Priority"] == 42
    assert aws.client(SERVICE).describe_job(**job)["Job"]["Priority"] == 42


@case(
    "UpdateJobStatus with Cancelled sets a job's status to Cancelling or Cancelled",
    known_from=JOBS,
    moto=GAP,
    on_aws=LOCAL,
)
def cancelled(aws: Account) -> None:
    job = {"AccountId": aws.account_id, "JobId": create(aws)}
    aws.client(SERVICE).update_job_status(**job, RequestedJobStatus="Cancelled")
    assert aws.client(SERVICE).describe_job(**job)["Job"]["Status"] in ("Cancelling", "Cancelled")


@case("Cancelling a job again returns JobStatusException (400)", known_from=JOBS, moto=GAP, on_aws=LOCAL)
def cancelled_twice(aws: Account) -> None:
    job = {"AccountId": aws.account_id, "JobId": create(aws), "RequestedJobStatus": "Cancelled"}
    aws.client(SERVICE).update_job_status(**job)
    aws.refuses("JobStatusException", 400, None, aws.client(SERVICE).update_job_status, **job)


@case(
    "ListJobs with MaxResults returns a NextToken, and its pages together list all jobs",
    known_from=JOBS,
    moto=GAP,
    on_aws=LOCAL,
)
def pages(aws: Account) -> None:
    made, ask = {create(aws), create(aws)}, {"AccountId": aws.account_id, "MaxResults": 1}
    jobs: list[Any] = []
    answer = aws.client(SERVICE).list_jobs(**ask)
    while "NextToken" in answer:
        jobs += answer["Jobs"]
        answer = aws.client(SERVICE).list_jobs(**ask, NextToken=answer["NextToken"])
    assert made <= {job["JobId"] for job in jobs + answer["Jobs"]}


@case("ListJobs with JobStatuses leaves out jobs in other statuses", known_from=JOBS, moto=GAP, on_aws=LOCAL)
def by_status(aws: Account) -> None:
    job = create(aws)
    listed = aws.client(SERVICE).list_jobs(AccountId=aws.account_id, JobStatuses=["Active", "Complete"])["Jobs"]
    assert job not in [one["JobId"] for one in listed]


@case(
    "CreateJob called twice with the same request and ClientRequestToken returns the same job",
    known_from=JOBS,
    moto=GAP,
    on_aws=LOCAL,
)
def one_token(aws: Account) -> None:
    job = request(aws)
    first, again = (aws.client(SERVICE).create_job(**job)["JobId"] for _ in range(2))
    assert first == again


@case(
    "CreateJob rejects a used ClientRequestToken if the request differs (IdempotencyException)",
    known_from=unverified("the status; the code is botocore's, CreateJob"),
    moto=GAP,
    on_aws=LOCAL,
)
def token_of_another_job(aws: Account) -> None:
    job = request(aws)
    aws.client(SERVICE).create_job(**job)
    aws.refuses("IdempotencyException", 400, None, aws.client(SERVICE).create_job, **job | {"Priority": 11})


def refuses(aws: Account, **changes: Any) -> None:
    """Expect that a job with these changes is refused."""
    aws.refuses("InvalidRequest", 400, None, aws.client(SERVICE).create_job, **request(aws, **changes))


@case(
    "CreateJob rejects a role name in place of a role's ARN (InvalidRequest)", known_from=MODEL, moto=GAP, on_aws=LOCAL
)
def role_name(aws: Account) -> None:
    refuses(aws, RoleArn="batch-replication")


@case(
    "CreateJob rejects a Manifest beside a ManifestGenerator (InvalidRequest)", known_from=MODEL, moto=GAP, on_aws=LOCAL
)
def two_manifests(aws: Account) -> None:
    spec = {"Format": "S3BatchOperations_CSV_20180820", "Fields": ["Bucket", "Key"]}
    location = {"ObjectArn": "arn:aws:s3:::conformance-manifests/manifest.csv", "ETag": "60e460c9d1046e73"}
    refuses(aws, Manifest={"Spec": spec, "Location": location})


@case(
    "CreateJob rejects PENDING in ObjectReplicationStatuses (InvalidRequest)", known_from=MODEL, moto=GAP, on_aws=LOCAL
)
def no_status(aws: Account) -> None:
    bucket = aws.create_bucket(versioned=True)
    made = {"SourceBucket": f"arn:aws:s3:::{bucket}", "EnableManifestOutput": False}
    made |= {"Filter": {"ObjectReplicationStatuses": ["PENDING"]}}
    refuses(aws, ManifestGenerator={"S3JobManifestGenerator": made})
