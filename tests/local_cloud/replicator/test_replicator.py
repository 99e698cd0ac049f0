"""Replication: what becomes PENDING, what arrives, and what FAILED says."""

from __future__ import annotations

from typing import Any

import pytest

from local_cloud.faults import REPLICATION_PAUSED, S3_UNAVAILABLE
from local_cloud.object_store import find_version, object_store, replication_status
from tests.kits.s3 import (
    DESTINATION,
    KIT,
    REPLICATION_ACTIONS,
    ROLE_NAME,
    SOURCE,
    Kit,
    allow,
    keys,
    make_bucket,
    make_pair,
    make_role,
    put,
    put_rules,
    rule,
    set_versioning,
    status,
    without,
)

TAGS_ONLY = {"ID": "tagged", "DeleteMarkerReplication": {"Status": "Disabled"}}


@pytest.fixture
def kit() -> Kit:
    """S3 and IAM, with a source bucket, a destination bucket and a role that may replicate."""
    KIT.faults.end()
    KIT.replicator.reset()
    make_pair(KIT)
    return KIT


@pytest.fixture
def replicated(kit: Kit) -> Kit:
    """The same, with a rule that replicates everything."""
    put_rules(kit)
    return kit


def test_a_new_object_is_pending_until_its_replica_is_there(replicated: Kit) -> None:
    with replicated.real_time():
        put(replicated)

    assert status(replicated.ireland, SOURCE) == "PENDING"
    assert keys(replicated.singapore, DESTINATION) == set()
    replicated.replicator.reset()


def test_a_replicated_object_is_completed_and_its_twin_a_replica(replicated: Kit) -> None:
    put(replicated)
    replicated.settle()

    assert status(replicated.ireland, SOURCE) == "COMPLETED"
    assert status(replicated.singapore, DESTINATION) == "REPLICA"


def test_get_object_tells_the_replication_status_as_a_header(replicated: Kit) -> None:
    put(replicated)
    replicated.settle()

    answer = replicated.ireland.get_object(Bucket=SOURCE, Key="index.html")

    assert answer["ResponseMetadata"]["HTTPHeaders"]["x-amz-replication-status"] == "COMPLETED"


def test_a_replica_has_the_same_version_id_age_etag_metadata_and_tags(replicated: Kit) -> None:
    put(replicated, ContentType="text/html", CacheControl="max-age=60", Metadata={"by": "me"}, Tagging="a=b")
    replicated.settle()

    ours = replicated.ireland.get_object(Bucket=SOURCE, Key="index.html")
    theirs = replicated.singapore.get_object(Bucket=DESTINATION, Key="index.html")

    same = ("VersionId", "LastModified", "ETag", "ContentType", "CacheControl", "Metadata", "ServerSideEncryption")
    assert {name: theirs[name] for name in same} == {name: ours[name] for name in same}
    assert theirs["Body"].read() == b"page"
    tags = replicated.singapore.get_object_tagging(Bucket=DESTINATION, Key="index.html")["TagSet"]
    assert tags == [{"Key": "a", "Value": "b"}]


def test_an_object_from_before_the_rule_is_not_replicated_and_has_no_status(kit: Kit) -> None:
    put(kit, "before.html")
    put_rules(kit)
    put(kit, "after.html")
    kit.settle()

    assert keys(kit.singapore, DESTINATION) == {"after.html"}
    assert status(kit.ireland, SOURCE, "before.html") is None


def test_a_copy_in_place_replicates_an_object_from_before_the_rule(kit: Kit) -> None:
    put(kit)
    put_rules(kit)
    kit.ireland.copy_object(
        Bucket=SOURCE, Key="index.html", CopySource=f"{SOURCE}/index.html", MetadataDirective="REPLACE"
    )
    kit.settle()

    assert status(kit.singapore, DESTINATION) == "REPLICA"


def test_the_prefix_tax_copies_no_page(kit: Kit) -> None:
    put_rules(kit, rule(Filter={"Prefix": "Tax"}))
    put(kit, "index.html")
    put(kit, "Tax/2018.pdf")
    kit.settle()

    assert keys(kit.singapore, DESTINATION) == {"Tax/2018.pdf"}
    assert status(kit.ireland, SOURCE, "index.html") is None


def test_a_rule_with_a_tag_takes_objects_that_have_the_tag_when_they_are_put(kit: Kit) -> None:
    put_rules(kit, rule(**TAGS_ONLY, Filter={"Tag": {"Key": "publish", "Value": "yes"}}))
    put(kit, "yes.html", Tagging="publish=yes")
    put(kit, "late.html")
    tags = {"TagSet": [{"Key": "publish", "Value": "yes"}]}
    kit.ireland.put_object_tagging(Bucket=SOURCE, Key="late.html", Tagging=tags)
    kit.settle()

    assert keys(kit.singapore, DESTINATION) == {"yes.html"}


def test_a_rule_with_prefix_and_tags_asks_for_all_of_them(kit: Kit) -> None:
    both = {"And": {"Prefix": "site/", "Tags": [{"Key": "publish", "Value": "yes"}]}}
    put_rules(kit, rule(**TAGS_ONLY, Filter=both))
    put(kit, "site/a.html", Tagging="publish=yes")
    put(kit, "site/b.html")
    put(kit, "c.html", Tagging="publish=yes")
    kit.settle()

    assert keys(kit.singapore, DESTINATION) == {"site/a.html"}


def test_a_disabled_rule_replicates_nothing(kit: Kit) -> None:
    put_rules(kit, rule(Status="Disabled"))
    put(kit)
    kit.settle()

    assert status(kit.ireland, SOURCE) is None


def test_of_two_rules_for_one_destination_the_one_of_higher_priority_decides(kit: Kit) -> None:
    low = rule(ID="low", Priority=1, Destination={"Bucket": f"arn:aws:s3:::{DESTINATION}", "StorageClass": "STANDARD"})
    rare = {"Bucket": f"arn:aws:s3:::{DESTINATION}", "StorageClass": "STANDARD_IA"}
    put_rules(kit, low, rule(ID="high", Priority=2, Filter={"Prefix": "old/"}, Destination=rare))
    put(kit, "old/a.html")
    kit.settle()

    assert kit.singapore.head_object(Bucket=DESTINATION, Key="old/a.html")["StorageClass"] == "STANDARD_IA"


def test_an_object_with_two_destinations_is_completed_only_when_both_have_it(kit: Kit) -> None:
    make_bucket(kit.singapore, "second", versioned=True)
    allow(kit.iam, REPLICATION_ACTIONS | {"s3:ReplicateObject": f"arn:aws:s3:::{DESTINATION}/*"})
    put_rules(kit, rule(), rule(ID="b", Priority=2, Destination={"Bucket": "arn:aws:s3:::second"}))
    put(kit)
    kit.settle()

    assert status(kit.ireland, SOURCE) == "FAILED"
    assert status(kit.singapore, DESTINATION) == "REPLICA"
    assert [failure.destination for failure in kit.replicator.failures] == ["second"]


def test_a_multipart_upload_is_replicated_with_its_etag_and_its_parts(replicated: Kit) -> None:
    upload = replicated.ireland.create_multipart_upload(Bucket=SOURCE, Key="film.mp4")["UploadId"]
    part = replicated.ireland.upload_part(Bucket=SOURCE, Key="film.mp4", UploadId=upload, PartNumber=1, Body=b"scene")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    replicated.ireland.complete_multipart_upload(Bucket=SOURCE, Key="film.mp4", UploadId=upload, MultipartUpload=parts)
    replicated.settle()

    replica = replicated.singapore.head_object(Bucket=DESTINATION, Key="film.mp4", PartNumber=1)
    assert replica["ETag"].endswith('-1"')
    assert replica["PartsCount"] == 1
    assert replica["ReplicationStatus"] == "REPLICA"


def test_versions_arrive_in_their_order(replicated: Kit) -> None:
    written = [put(replicated, body=str(number).encode()) for number in range(5)]
    replicated.settle()

    current = replicated.singapore.get_object(Bucket=DESTINATION, Key="index.html")
    assert current["VersionId"] == written[-1]
    assert current["Body"].read() == b"4"


def test_replicas_are_not_replicated_further(replicated: Kit) -> None:
    back = {"Role": f"arn:aws:iam::123456789012:role/{ROLE_NAME}", "Rules": [rule()]}
    back["Rules"][0]["Destination"] = {"Bucket": f"arn:aws:s3:::{SOURCE}"}
    replicated.singapore.put_bucket_replication(Bucket=DESTINATION, ReplicationConfiguration=back)
    put(replicated)
    replicated.settle()

    assert status(replicated.singapore, DESTINATION) == "REPLICA"
    assert len(replicated.ireland.list_object_versions(Bucket=SOURCE)["Versions"]) == 1


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


def test_bucket_settings_are_not_replicated(replicated: Kit) -> None:
    cors = {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}
    replicated.ireland.put_bucket_cors(Bucket=SOURCE, CORSConfiguration=cors)
    replicated.settle()

    with pytest.raises(replicated.singapore.exceptions.ClientError, match="NoSuchCORSConfiguration"):
        replicated.singapore.get_bucket_cors(Bucket=DESTINATION)


def test_tags_put_on_a_replicated_object_reach_its_replica(replicated: Kit) -> None:
    put(replicated)
    replicated.settle()

    tags = {"TagSet": [{"Key": "seen", "Value": "yes"}]}
    replicated.ireland.put_object_tagging(Bucket=SOURCE, Key="index.html", Tagging=tags)
    replicated.settle()

    found = replicated.singapore.get_object_tagging(Bucket=DESTINATION, Key="index.html")
    assert found["TagSet"] == tags["TagSet"]


@pytest.mark.parametrize(
    "action",
    [
        "s3:GetReplicationConfiguration",
        "s3:ListBucket",
        "s3:GetObjectVersionForReplication",
        "s3:GetObjectVersionAcl",
        "s3:ReplicateObject",
    ],
)
def test_without_one_of_the_needed_actions_replication_fails_and_says_which(replicated: Kit, action: str) -> None:
    allow(replicated.iam, without(action))
    put(replicated)
    replicated.settle()

    assert status(replicated.ireland, SOURCE) == "FAILED"
    [failure] = replicated.replicator.failures
    path = "/index.html" if "Object" in action else ""
    bucket = DESTINATION if action == "s3:ReplicateObject" else SOURCE
    assert (failure.action, failure.resource) == (action, f"arn:aws:s3:::{bucket}{path}")


def test_without_replicate_delete_only_deletions_fail(replicated: Kit) -> None:
    allow(replicated.iam, without("s3:ReplicateDelete"))
    put(replicated)
    replicated.ireland.delete_object(Bucket=SOURCE, Key="index.html")
    replicated.settle()

    assert keys(replicated.singapore, DESTINATION) == {"index.html"}
    assert [failure.action for failure in replicated.replicator.failures] == ["s3:ReplicateDelete"]


def test_a_role_that_may_not_read_tags_replicates_the_object_without_them(replicated: Kit) -> None:
    allow(replicated.iam, without("s3:GetObjectVersionTagging"))
    put(replicated, Tagging="a=b")
    replicated.settle()

    assert status(replicated.ireland, SOURCE) == "COMPLETED"
    assert replicated.singapore.get_object_tagging(Bucket=DESTINATION, Key="index.html")["TagSet"] == []


def test_a_failed_object_stays_failed_when_the_permission_is_mended(replicated: Kit) -> None:
    allow(replicated.iam, without("s3:ReplicateObject"))
    put(replicated)
    replicated.settle()
    allow(replicated.iam, REPLICATION_ACTIONS)
    put(replicated, "next.html")
    replicated.settle()

    assert status(replicated.ireland, SOURCE) == "FAILED"
    assert status(replicated.ireland, SOURCE, "next.html") == "COMPLETED"


def test_permissions_count_as_they_are_when_the_object_is_copied(replicated: Kit) -> None:
    with replicated.lock:
        put(replicated)
        allow(replicated.iam, without("s3:ReplicateObject"))
    replicated.settle()

    assert status(replicated.ireland, SOURCE) == "FAILED"


def test_an_explicit_deny_in_the_destinations_policy_fails_replication(replicated: Kit) -> None:
    role = f"arn:aws:iam::123456789012:role/{ROLE_NAME}"
    document = (
        f'{{"Statement": [{{"Effect": "Deny", "Principal": {{"AWS": "{role}"}}, "Action": "s3:ReplicateObject",'
        f'"Resource": "arn:aws:s3:::{DESTINATION}/*"}}]}}'
    )
    replicated.singapore.put_bucket_policy(Bucket=DESTINATION, Policy=document)
    put(replicated)
    replicated.settle()

    assert status(replicated.ireland, SOURCE) == "FAILED"


def test_a_role_that_does_not_trust_s3_fails_replication(kit: Kit) -> None:
    arn = make_role(kit.iam, "wrong", service="lambda.amazonaws.com")
    configuration = {"Role": arn, "Rules": [rule()]}
    kit.ireland.put_bucket_replication(Bucket=SOURCE, ReplicationConfiguration=configuration)
    put(kit)
    kit.settle()

    assert [failure.reason for failure in kit.replicator.failures] == ["AssumeRoleNotPermitted"]


def test_a_role_that_does_not_exist_is_found_out_by_the_first_object(kit: Kit) -> None:
    configuration = {"Role": "arn:aws:iam::123456789012:role/nobody", "Rules": [rule()]}
    kit.ireland.put_bucket_replication(Bucket=SOURCE, ReplicationConfiguration=configuration)
    put(kit)
    kit.settle()

    assert status(kit.ireland, SOURCE) == "FAILED"


def test_a_destination_that_is_gone_fails_replication(replicated: Kit) -> None:
    replicated.singapore.delete_bucket(Bucket=DESTINATION)
    put(replicated)
    replicated.settle()

    assert [failure.reason for failure in replicated.replicator.failures] == ["DstBucketNotFound"]


def test_objects_that_can_be_locked_go_only_where_they_can_be_locked(replicated: Kit) -> None:
    lock = {"ObjectLockEnabled": "Enabled"}
    replicated.ireland.put_object_lock_configuration(Bucket=SOURCE, ObjectLockConfiguration=lock)
    put(replicated)
    replicated.settle()

    assert [failure.reason for failure in replicated.replicator.failures] == ["DstBucketObjectLockConfigMissing"]


def test_a_destination_with_suspended_versioning_fails_replication(replicated: Kit) -> None:
    set_versioning(replicated.singapore, DESTINATION, "Suspended")
    put(replicated)
    replicated.settle()

    assert [failure.reason for failure in replicated.replicator.failures] == ["DstBucketUnversioned"]


def test_a_failure_reads_as_a_sentence(replicated: Kit) -> None:
    allow(replicated.iam, without("s3:ReplicateObject"))
    put(replicated)
    replicated.settle()

    role = f"arn:aws:iam::123456789012:role/{ROLE_NAME}"
    assert str(replicated.replicator.failures[0]) == (
        f"{SOURCE}/index.html was not replicated to {DESTINATION}: the role {role} "
        f"may not s3:ReplicateObject on arn:aws:s3:::{DESTINATION}/index.html"
    )


@pytest.mark.parametrize("change", ["delete", "disable"])
def test_a_rule_that_is_gone_when_the_object_is_copied_fails_replication(replicated: Kit, change: str) -> None:
    with replicated.lock:
        put(replicated)
        if change == "delete":
            replicated.ireland.delete_bucket_replication(Bucket=SOURCE)
        else:
            put_rules(replicated, rule(Status="Disabled"))
    replicated.settle()

    assert status(replicated.ireland, SOURCE) == "FAILED"
    assert keys(replicated.singapore, DESTINATION) == set()


def test_a_rule_that_is_added_later_does_not_take_what_is_pending(kit: Kit) -> None:
    make_bucket(kit.singapore, "second", versioned=True)
    put_rules(kit)
    with kit.lock:
        put(kit)
        put_rules(kit, rule(), rule(ID="b", Priority=2, Destination={"Bucket": "arn:aws:s3:::second"}))
    kit.settle()

    assert status(kit.ireland, SOURCE) == "COMPLETED"
    assert keys(kit.singapore, "second") == set()


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


def test_the_call_log_says_which_action_was_missing_on_which_resource(cloud: Any, client: Any) -> None:
    make_bucket(client("s3", "eu-west-1"), SOURCE, versioned=True)
    make_bucket(client("s3", "ap-southeast-1"), DESTINATION, versioned=True)
    role = make_role(client("iam", "us-east-1"))
    configuration = {"Role": role, "Rules": [rule()]}
    client("s3", "eu-west-1").put_bucket_replication(Bucket=SOURCE, ReplicationConfiguration=configuration)
    client("s3", "eu-west-1").put_object(Bucket=SOURCE, Key="index.html", Body=b"page")

    cloud.settle()

    [entry] = [one for one in cloud.calls if one["operation"] == "ReplicateObject"]
    assert (entry["principal"], entry["error_code"]) == (role, "SrcReplicationConfigNotPermitted")
    assert entry["parameters"]["MissingAction"] == "s3:GetReplicationConfiguration"
    assert entry["parameters"]["OnResource"] == f"arn:aws:s3:::{SOURCE}"


# While a fault holds replication up:


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
