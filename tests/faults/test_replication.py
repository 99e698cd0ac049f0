"""What becomes of replication while a fault is in force."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local_cloud.cloud import LocalCloud
from local_cloud.faults import (
    REPLICATION_PAUSED,
    S3_REFUSES,
    S3_UNAVAILABLE,
)
from tests.faults.kit import IRELAND, SINGAPORE, Client


@pytest.fixture
def replicated(cloud: LocalCloud, client: Client, ireland: Any, singapore: Any) -> Any:
    """S3 in Ireland, where all of `site` is replicated to `twin`."""
    trust = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}
    everything = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    document, policy = (json.dumps({"Version": "2012-10-17", "Statement": [one]}) for one in (trust, everything))
    role = client("iam").create_role(RoleName="replication", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    client("iam").put_role_policy(RoleName="replication", PolicyName="all", PolicyDocument=policy)
    for s3, bucket in ((ireland, "site"), (singapore, "twin")):
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    rule = {"Status": "Enabled", "Priority": 1, "Filter": {"Prefix": ""}}
    rule = {**rule, "DeleteMarkerReplication": {"Status": "Enabled"}, "Destination": {"Bucket": "arn:aws:s3:::twin"}}
    ireland.put_bucket_replication(Bucket="site", ReplicationConfiguration={"Role": role, "Rules": [rule]})
    cloud.call_log.clear()
    return ireland


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize(
    ("kind", "region"),
    [
        (REPLICATION_PAUSED, None),
        (REPLICATION_PAUSED, IRELAND),
        (S3_UNAVAILABLE, SINGAPORE),
        (S3_REFUSES, SINGAPORE),
    ],
)
def test_what_is_written_meanwhile_stays_pending_and_is_replicated_afterwards(
    cloud: LocalCloud, replicated: Any, client: Client, kind: str, region: str | None
) -> None:
    cloud.faults.cause(kind, region=region)
    replicated.put_object(Bucket="site", Key="new.html", Body=b"new")
    with pytest.raises(TimeoutError, match="for a fault to end"):
        cloud.settle(0.2)
    assert replicated.head_object(Bucket="site", Key="new.html")["ReplicationStatus"] == "PENDING"

    cloud.faults.end()
    cloud.settle()

    assert replicated.head_object(Bucket="site", Key="new.html")["ReplicationStatus"] == "COMPLETED"
    assert client("s3", SINGAPORE).head_object(Bucket="twin", Key="new.html")["ReplicationStatus"] == "REPLICA"


@pytest.mark.usefixtures("hurried")
def test_replication_goes_on_when_the_fault_ends_by_itself(cloud: LocalCloud, replicated: Any) -> None:
    cloud.faults.cause(REPLICATION_PAUSED, seconds=0.2)
    replicated.put_object(Bucket="site", Key="new.html", Body=b"new")

    cloud.settle()

    assert cloud.faults.in_force == ()
    assert replicated.head_object(Bucket="site", Key="new.html")["ReplicationStatus"] == "COMPLETED"


@pytest.mark.usefixtures("hurried")
def test_a_pause_in_one_region_lets_other_sources_replicate(cloud: LocalCloud, replicated: Any) -> None:
    cloud.faults.cause(REPLICATION_PAUSED, region=SINGAPORE)
    replicated.put_object(Bucket="site", Key="new.html", Body=b"new")

    cloud.settle()

    assert replicated.head_object(Bucket="site", Key="new.html")["ReplicationStatus"] == "COMPLETED"


@pytest.mark.usefixtures("hurried")
def test_a_reset_forgets_what_a_fault_held_back(cloud: LocalCloud, replicated: Any) -> None:
    cloud.faults.cause(REPLICATION_PAUSED)
    replicated.put_object(Bucket="site", Key="new.html", Body=b"new")
    with pytest.raises(TimeoutError):
        cloud.settle(0.1)

    cloud.reset()

    cloud.settle(1)
