"""Replication configurations: what AWS refuses, in its words, and what it gives back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kits.s3 import (
    DESTINATION,
    KIT,
    SOURCE,
    Kit,
    make_bucket,
    make_pair,
    put_rules,
    refused,
    rule,
    set_versioning,
)

ROLE = "arn:aws:iam::123456789012:role/replication"
GUIDE = "Please refer to S3 Developer Guide for more information."
TAG = {"Key": "publish", "Value": "yes"}


@pytest.fixture
def kit() -> Kit:
    """A source bucket, a destination bucket and a role, without a rule."""
    KIT.replicator.reset()
    make_pair(KIT)
    return KIT


def put_refused(kit: Kit, *rules: dict[str, Any], role: str = ROLE, bucket: str = SOURCE) -> tuple[str, int, str]:
    """How a replication configuration is refused."""
    configuration = {"Role": role, "Rules": list(rules)}
    return refused(kit.ireland.put_bucket_replication, Bucket=bucket, ReplicationConfiguration=configuration)


def test_a_source_without_versioning_is_refused(kit: Kit) -> None:
    make_bucket(kit.ireland, "plain")

    message = "Versioning must be 'Enabled' on the bucket to apply a replication configuration"
    assert put_refused(kit, rule(), bucket="plain") == ("InvalidRequest", 400, message)


@pytest.mark.parametrize("name", ["plain", "nowhere"])
def test_a_destination_without_versioning_and_one_that_is_not_there_are_refused_alike(kit: Kit, name: str) -> None:
    make_bucket(kit.singapore, "plain")

    answer = put_refused(kit, rule(Destination={"Bucket": f"arn:aws:s3:::{name}"}))
    assert answer == ("InvalidRequest", 400, "Destination bucket must have versioning enabled.")


@pytest.mark.parametrize("wanted", [{"Tag": TAG}, {"And": {"Prefix": "a", "Tags": [TAG]}}])
def test_a_rule_by_tag_cannot_replicate_delete_markers(kit: Kit, wanted: dict[str, Any]) -> None:
    message = f"Delete marker replication is not supported if any Tag filter is specified. {GUIDE}"
    assert put_refused(kit, rule(Filter=wanted)) == ("InvalidRequest", 400, message)


@pytest.mark.parametrize("wanted", [{"Prefix": "a", "Tag": TAG}, {"And": {"Prefix": "a"}}])
def test_a_filter_is_one_thing_or_an_and_of_two(kit: Kit, wanted: dict[str, Any]) -> None:
    markers = {"Status": "Disabled"}
    assert put_refused(kit, rule(Filter=wanted, DeleteMarkerReplication=markers))[0] == "MalformedXML"


def test_replication_time_control_needs_metrics(kit: Kit) -> None:
    timed = {"Status": "Enabled", "Time": {"Minutes": 15}}
    destination = {"Bucket": f"arn:aws:s3:::{DESTINATION}", "ReplicationTime": timed}
    message = "Replication destination must contain both ReplicationTime and Metrics or neither."
    assert put_refused(kit, rule(Destination=destination)) == ("InvalidRequest", 400, message)


def test_the_role_is_an_arn(kit: Kit) -> None:
    assert put_refused(kit, rule(), role="IAM-role-ARN")[:2] == ("InvalidArgument", 400)


def test_the_destination_is_an_arn(kit: Kit) -> None:
    assert put_refused(kit, rule(Destination={"Bucket": DESTINATION}))[:2] == ("InvalidArgument", 400)


def test_what_was_put_comes_back_unchanged(kit: Kit) -> None:
    timed = {
        "Bucket": f"arn:aws:s3:::{DESTINATION}",
        "StorageClass": "STANDARD_IA",
        "ReplicationTime": {"Status": "Enabled", "Time": {"Minutes": 15}},
        "Metrics": {"Status": "Enabled", "EventThreshold": {"Minutes": 15}},
    }
    both = {"And": {"Prefix": "a/", "Tags": [TAG]}}
    modifications = {"ReplicaModifications": {"Status": "Enabled"}}
    put = put_rules(
        kit,
        rule(ID="a", Priority=3, Filter={"Prefix": ""}, SourceSelectionCriteria=modifications),
        rule(ID="b", Priority=2, Filter=both, DeleteMarkerReplication={"Status": "Disabled"}, Destination=timed),
        rule(ID="c", Priority=1, Filter={"Tag": TAG}, DeleteMarkerReplication={"Status": "Disabled"}),
    )

    assert kit.ireland.get_bucket_replication(Bucket=SOURCE)["ReplicationConfiguration"] == put


def test_a_rule_of_the_first_schema_comes_back_as_it_was_put(kit: Kit) -> None:
    put = put_rules(kit, rule(Filter=None, Priority=None, DeleteMarkerReplication=None, Prefix="Tax"))

    assert kit.ireland.get_bucket_replication(Bucket=SOURCE)["ReplicationConfiguration"] == put


def test_an_id_is_filled_in(kit: Kit) -> None:
    put_rules(kit, rule(ID=None))

    found = kit.ireland.get_bucket_replication(Bucket=SOURCE)["ReplicationConfiguration"]["Rules"][0]
    assert found["ID"]


def test_a_configuration_can_be_deleted_twice(kit: Kit) -> None:
    put_rules(kit)
    kit.ireland.delete_bucket_replication(Bucket=SOURCE)
    kit.ireland.delete_bucket_replication(Bucket=SOURCE)

    assert refused(kit.ireland.get_bucket_replication, Bucket=SOURCE)[1] == 404


def test_versioning_of_a_source_bucket_can_be_suspended_once_the_configuration_is_deleted(kit: Kit) -> None:
    put_rules(kit)
    kit.ireland.delete_bucket_replication(Bucket=SOURCE)
    set_versioning(kit.ireland, SOURCE, "Suspended")

    assert kit.ireland.get_bucket_versioning(Bucket=SOURCE)["Status"] == "Suspended"
