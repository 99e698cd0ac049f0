"""Which deletions are replicated."""

from __future__ import annotations

from local_cloud.object_store import find_version, object_store, replication_status
from tests.kits.s3 import (
    DESTINATION,
    SOURCE,
    Kit,
    keys,
    put,
    put_rules,
    rule,
    status,
)


def test_a_deletion_is_replicated_as_the_same_delete_marker(replicated: Kit) -> None:
    put(replicated)
    marker = replicated.ireland.delete_object(Bucket=SOURCE, Key="index.html")["VersionId"]
    replicated.settle()

    found = replicated.singapore.list_object_versions(Bucket=DESTINATION)
    assert [one["VersionId"] for one in found["DeleteMarkers"]] == [marker]
    assert keys(replicated.singapore, DESTINATION) == set()
    replica = find_version(object_store().buckets[DESTINATION], "index.html")
    assert replica is not None
    assert replication_status(replica) == "REPLICA"


def test_deletions_in_one_call_are_replicated_too(replicated: Kit) -> None:
    put(replicated, "a.html")
    put(replicated, "b.html")
    gone = {"Objects": [{"Key": "a.html"}, {"Key": "b.html"}]}
    replicated.ireland.delete_objects(Bucket=SOURCE, Delete=gone)
    replicated.settle()

    assert keys(replicated.singapore, DESTINATION) == set()


def test_without_delete_marker_replication_a_deleted_page_stays_in_the_destination(kit: Kit) -> None:
    put_rules(kit, rule(DeleteMarkerReplication={"Status": "Disabled"}))
    put(kit)
    kit.ireland.delete_object(Bucket=SOURCE, Key="index.html")
    kit.settle()

    assert keys(kit.singapore, DESTINATION) == {"index.html"}


def test_a_rule_of_the_first_schema_replicates_delete_markers(kit: Kit) -> None:
    put_rules(kit, rule(Filter=None, Priority=None, DeleteMarkerReplication=None, Prefix=""))
    put(kit)
    kit.ireland.delete_object(Bucket=SOURCE, Key="index.html")
    kit.settle()

    assert keys(kit.singapore, DESTINATION) == set()


def test_the_deletion_of_a_version_is_not_replicated(replicated: Kit) -> None:
    put(replicated, body=b"old")
    version = put(replicated, body=b"new")
    replicated.settle()

    with replicated.real_time():
        replicated.ireland.delete_object(Bucket=SOURCE, Key="index.html", VersionId=version)

    assert status(replicated.ireland, SOURCE) == "COMPLETED"
    assert replicated.singapore.get_object(Bucket=DESTINATION, Key="index.html")["Body"].read() == b"new"
