"""S3 Batch Replication: existing objects, replicated by a job with a role of its own."""

from __future__ import annotations

import datetime
from typing import Any

import boto3
import pytest

from local_cloud.faults import REPLICATION_PAUSED
from tests.kits.credentials import KEYS
from tests.kits.s3 import (
    ACCOUNT,
    DESTINATION,
    KIT,
    REPLICATION_ACTIONS,
    SOURCE,
    Kit,
    allow,
    keys,
    make_bucket,
    make_pair,
    make_role,
    put,
    put_rules,
    refused,
    rule,
    status,
    without,
)

BATCH_ROLE = "batch"
BATCH_ACTIONS = {
    "s3:InitiateReplication": f"arn:aws:s3:::{SOURCE}/*",
    "s3:GetReplicationConfiguration": f"arn:aws:s3:::{SOURCE}",
    "s3:PutInventoryConfiguration": f"arn:aws:s3:::{SOURCE}",
}
ELIGIBLE = {"EligibleForReplication": True, "ObjectReplicationStatuses": ["NONE", "FAILED"]}


@pytest.fixture
def kit() -> Kit:
    """A page from before the rule, the rule, and a role for jobs."""
    KIT.faults.end()
    KIT.replicator.reset()
    make_pair(KIT)
    put(KIT, "before.html")
    put(KIT, "before.css")
    put_rules(KIT)
    make_role(KIT.iam, BATCH_ROLE, service="batchoperations.s3.amazonaws.com")
    allow(KIT.iam, BATCH_ACTIONS, role=BATCH_ROLE)
    return KIT


def create(kit: Kit, wanted: dict[str, Any] | None = None, **changes: Any) -> str:
    """Create a job that begins at once; returns its id."""
    generator = {
        "SourceBucket": f"arn:aws:s3:::{SOURCE}",
        "EnableManifestOutput": False,
        "Filter": ELIGIBLE if wanted is None else wanted,
    }
    parameters = {
        "AccountId": ACCOUNT,
        "ConfirmationRequired": False,
        "Operation": {"S3ReplicateObject": {}},
        "Report": {"Enabled": False},
        "Priority": 1,
        "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/{BATCH_ROLE}",
        "ManifestGenerator": {"S3JobManifestGenerator": generator},
        **changes,
    }
    return kit.client("s3control").create_job(**parameters)["JobId"]


def describe(kit: Kit, job_id: str) -> dict[str, Any]:
    return kit.client("s3control").describe_job(AccountId=ACCOUNT, JobId=job_id)["Job"]


def run(kit: Kit, wanted: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """Create a job and see it through; returns its description."""
    job_id = create(kit, wanted, **changes)
    kit.settle()
    return describe(kit, job_id)


def test_a_job_replicates_what_was_there_before_the_rule(kit: Kit) -> None:
    job = run(kit)

    assert job["Status"] == "Complete"
    assert keys(kit.singapore, DESTINATION) == {"before.html", "before.css"}
    assert status(kit.ireland, SOURCE, "before.html") == "COMPLETED"


def test_a_job_waits_while_a_fault_pauses_replication(kit: Kit) -> None:
    kit.faults.cause(REPLICATION_PAUSED)
    job_id = create(kit)
    with pytest.raises(TimeoutError, match="for a fault to end"):
        kit.replicator.settle(0.2)
    assert (describe(kit, job_id)["Status"], keys(kit.singapore, DESTINATION)) == ("Ready", set())

    kit.faults.end()
    kit.settle()

    assert describe(kit, job_id)["Status"] == "Complete"


def test_a_job_says_how_many_objects_it_replicated(kit: Kit) -> None:
    progress = run(kit)["ProgressSummary"]

    assert {
        name: progress[name] for name in ("TotalNumberOfTasks", "NumberOfTasksSucceeded", "NumberOfTasksFailed")
    } == {
        "TotalNumberOfTasks": 2,
        "NumberOfTasksSucceeded": 2,
        "NumberOfTasksFailed": 0,
    }


def test_a_new_job_is_new(kit: Kit) -> None:
    with kit.real_time():
        job_id = create(kit)

    assert describe(kit, job_id)["Status"] == "New"
    kit.replicator.reset()


def test_a_job_that_needs_confirmation_waits_for_it(kit: Kit) -> None:
    job_id = create(kit, ConfirmationRequired=True)
    kit.settle()

    assert describe(kit, job_id)["Status"] == "Suspended"
    assert keys(kit.singapore, DESTINATION) == set()


def test_a_confirmed_job_goes_on(kit: Kit) -> None:
    job_id = create(kit, ConfirmationRequired=True)
    kit.settle()

    kit.client("s3control").update_job_status(AccountId=ACCOUNT, JobId=job_id, RequestedJobStatus="Ready")
    kit.settle()

    assert describe(kit, job_id)["Status"] == "Complete"


def test_a_cancelled_job_replicates_nothing(kit: Kit) -> None:
    job_id = create(kit, ConfirmationRequired=True)
    kit.client("s3control").update_job_status(AccountId=ACCOUNT, JobId=job_id, RequestedJobStatus="Cancelled")
    kit.settle()

    assert describe(kit, job_id)["Status"] == "Cancelled"
    assert keys(kit.singapore, DESTINATION) == set()


def test_a_job_that_is_over_cannot_be_cancelled(kit: Kit) -> None:
    job_id = create(kit)
    kit.settle()

    change = kit.client("s3control").update_job_status
    answer = refused(change, AccountId=ACCOUNT, JobId=job_id, RequestedJobStatus="Cancelled")
    assert answer[:2] == ("JobStatusException", 400)


def test_a_job_mends_what_failed(kit: Kit) -> None:
    allow(kit.iam, without("s3:ReplicateObject"))
    put(kit, "failed.html")
    kit.settle()
    allow(kit.iam, REPLICATION_ACTIONS)

    run(kit, {"EligibleForReplication": True, "ObjectReplicationStatuses": ["FAILED"]})

    assert keys(kit.singapore, DESTINATION) == {"failed.html"}


def test_a_job_can_take_objects_by_suffix(kit: Kit) -> None:
    run(kit, ELIGIBLE | {"KeyNameConstraint": {"MatchAnySuffix": [".html"]}})

    assert keys(kit.singapore, DESTINATION) == {"before.html"}


@pytest.mark.parametrize(
    ("wanted", "total"),
    [
        ({"KeyNameConstraint": {"MatchAnyPrefix": ["before", "x"]}}, 2),
        ({"KeyNameConstraint": {"MatchAnySubstring": ["re.c"]}}, 1),
        ({"CreatedAfter": datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC)}, 0),
        ({"CreatedBefore": datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC)}, 2),
        ({"ObjectReplicationStatuses": ["REPLICA"]}, 0),
        ({"ObjectSizeGreaterThanBytes": 4}, 0),
    ],
)
def test_a_filter_selects(kit: Kit, wanted: dict[str, Any], total: int) -> None:
    assert run(kit, wanted)["ProgressSummary"]["TotalNumberOfTasks"] == total


def test_a_job_takes_only_what_a_rule_covers(kit: Kit) -> None:
    put_rules(kit, rule(Filter={"Prefix": "Tax"}))

    assert run(kit)["ProgressSummary"]["TotalNumberOfTasks"] == 0


def test_a_job_replicates_old_versions_without_making_them_current(kit: Kit) -> None:
    kit.ireland.delete_bucket_replication(Bucket=SOURCE)
    first = put(kit, "before.html", b"first")
    put_rules(kit)
    second = put(kit, "before.html", b"second")
    kit.settle()

    run(kit)

    found = kit.singapore.list_object_versions(Bucket=DESTINATION, Prefix="before.html")["Versions"]
    assert [one["VersionId"] for one in found][:2] == [second, first]
    assert kit.singapore.get_object(Bucket=DESTINATION, Key="before.html")["Body"].read() == b"second"


def test_a_job_role_that_s3_batch_operations_may_not_assume_fails_the_job(kit: Kit) -> None:
    make_role(kit.iam, "wrong")

    job = run(kit, RoleArn=f"arn:aws:iam::{ACCOUNT}:role/wrong")
    assert job["Status"] == "Failed"
    assert "batchoperations.s3.amazonaws.com" in job["FailureReasons"][0]["FailureReason"]


@pytest.mark.parametrize("action", ["s3:GetReplicationConfiguration", "s3:PutInventoryConfiguration"])
def test_a_job_role_that_may_not_make_the_manifest_fails_the_job(kit: Kit, action: str) -> None:
    allow(kit.iam, {name: where for name, where in BATCH_ACTIONS.items() if name != action}, role=BATCH_ROLE)

    assert action in run(kit)["FailureReasons"][0]["FailureReason"]


def test_a_job_role_that_may_not_initiate_replication_fails_every_task(kit: Kit) -> None:
    allow(kit.iam, {name: where for name, where in BATCH_ACTIONS.items() if "Initiate" not in name}, role=BATCH_ROLE)

    assert run(kit)["ProgressSummary"]["NumberOfTasksFailed"] == 2
    assert {failure.action for failure in kit.replicator.failures} == {"s3:InitiateReplication"}


def test_the_replication_role_counts_in_a_job_too(kit: Kit) -> None:
    allow(kit.iam, without("s3:ReplicateObject"))

    assert run(kit)["ProgressSummary"]["NumberOfTasksFailed"] == 2


def test_the_same_token_gives_the_same_job(kit: Kit) -> None:
    assert create(kit, ClientRequestToken="once") == create(kit, ClientRequestToken="once")


def test_jobs_are_listed_in_their_region(kit: Kit) -> None:
    job_id = create(kit)

    listed = kit.client("s3control").list_jobs(AccountId=ACCOUNT)["Jobs"]
    assert [(job["JobId"], job["Operation"]) for job in listed][:1] == [(job_id, "S3ReplicateObject")]
    assert kit.client("s3control", "ap-southeast-1").list_jobs(AccountId=ACCOUNT)["Jobs"] == []


def test_a_job_belongs_in_the_region_of_its_source_bucket(kit: Kit) -> None:
    make_bucket(kit.singapore, "far", versioned=True)
    generator = {"SourceBucket": "arn:aws:s3:::far", "EnableManifestOutput": False}

    answer = refused(create, kit=kit, ManifestGenerator={"S3JobManifestGenerator": generator})
    assert answer[:2] == ("InvalidRequest", 400)


def test_a_job_that_does_not_exist_is_not_found(kit: Kit) -> None:
    assert refused(kit.client("s3control").describe_job, AccountId=ACCOUNT, JobId="nothing")[1] == 404


def generator(**changes: Any) -> dict[str, Any]:
    """Parameters of a job whose manifest is made in this way."""
    made = {"SourceBucket": f"arn:aws:s3:::{SOURCE}", "EnableManifestOutput": False, "Filter": ELIGIBLE, **changes}
    return {"ManifestGenerator": {"S3JobManifestGenerator": made}}


def test_a_source_bucket_of_another_owner_than_expected_fails_the_job(kit: Kit) -> None:
    job = run(kit, **generator(ExpectedBucketOwner="111122223333"))

    assert (job["Status"], job["FailureReasons"][0]["FailureCode"]) == ("Failed", "AccessDenied")


@pytest.mark.parametrize(
    "changes",
    [generator(EnableManifestOutput=True), {"Report": {"Enabled": True}}, {"Tags": [{"Key": "kit", "Value": "two"}]}],
    ids=["manifest", "report", "tags"],
)
def test_a_job_that_asks_for_what_is_not_done_is_refused(kit: Kit, changes: dict[str, Any]) -> None:
    assert refused(create, kit=kit, **changes)[:2] == ("NotImplemented", 501)


def test_an_operation_that_is_not_replication_is_not_done(kit: Kit) -> None:
    answer = refused(create, kit=kit, Operation={"S3DeleteObjectTagging": {}})
    assert answer[:2] == ("NotImplemented", 501)


def test_the_plain_sdk_reaches_s3_control_by_the_environment(cloud: Any) -> None:
    session = boto3.Session(**KEYS, region_name="eu-west-1")
    s3control = session.client("s3control", endpoint_url=cloud.environment["AWS_ENDPOINT_URL_S3_CONTROL"])

    assert s3control.list_jobs(AccountId="123456789012")["Jobs"] == []
