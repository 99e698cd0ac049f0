"""Versions that wait to be copied, and what becomes of them."""

from __future__ import annotations

import pytest

from local_cloud.faults import REPLICATION_PAUSED, S3_UNAVAILABLE
from tests.kits.s3 import (
    DESTINATION,
    SOURCE,
    Kit,
    allow,
    keys,
    put,
    put_rules,
    rule,
    status,
)


def test_a_version_that_is_deleted_before_it_is_copied_is_let_go(
    replicated: Kit, caplog: pytest.LogCaptureFixture
) -> None:
    with replicated.lock:
        version = put(replicated)
        replicated.ireland.delete_object(Bucket=SOURCE, Key="index.html", VersionId=version)
    replicated.settle()

    assert keys(replicated.singapore, DESTINATION) == set()
    assert not [record for record in caplog.records if record.name.startswith("local_cloud")]


def test_settle_gives_up_when_the_time_is_over(replicated: Kit) -> None:
    with replicated.real_time():
        put(replicated)

    with pytest.raises(TimeoutError, match="1 replication tasks are still waiting"):
        replicated.replicator.settle(timeout=0.01)
    replicated.replicator.reset()


def is_held_up(kit: Kit) -> bool:
    """Whether something waits for a fault to end."""
    try:
        kit.replicator.settle(0.2)
    except TimeoutError as late:
        return "for a fault to end" in str(late)
    return False


def test_a_version_also_waits_for_the_source_s_region(replicated: Kit) -> None:
    pause = replicated.faults.cause(REPLICATION_PAUSED)
    put(replicated)
    replicated.faults.cause(S3_UNAVAILABLE, region="eu-west-1")

    replicated.faults.end(pause.id)
    assert is_held_up(replicated)
    replicated.faults.end()
    replicated.settle()

    assert status(replicated.singapore, DESTINATION) == "REPLICA"


def test_a_change_of_a_replica_waits_too(kit: Kit) -> None:
    allow(kit.iam, {"s3:*": "*"})
    both_ways = {"SourceSelectionCriteria": {"ReplicaModifications": {"Status": "Enabled"}}}
    configuration = put_rules(kit, rule(**both_ways))
    back = [rule(Destination={"Bucket": f"arn:aws:s3:::{SOURCE}"}, **both_ways)]
    kit.singapore.put_bucket_replication(Bucket=DESTINATION, ReplicationConfiguration={**configuration, "Rules": back})
    put(kit)
    kit.settle()
    kit.faults.cause(S3_UNAVAILABLE, region="eu-west-1")
    page = {"Key": "index.html"}

    kit.singapore.put_object_tagging(Bucket=DESTINATION, **page, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    assert is_held_up(kit)
    kit.faults.end()
    kit.settle()

    assert kit.ireland.get_object_tagging(Bucket=SOURCE, **page)["TagSet"] == [{"Key": "a", "Value": "b"}]


def test_what_waits_is_forgotten_with_the_rest(replicated: Kit) -> None:
    replicated.faults.cause(REPLICATION_PAUSED)
    put(replicated)
    assert is_held_up(replicated)

    replicated.replicator.reset()

    replicated.settle()
