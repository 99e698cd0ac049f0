"""What makes replication fail, and how a failure reads."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kits.s3 import (
    DESTINATION,
    REPLICATION_ACTIONS,
    ROLE_NAME,
    SOURCE,
    Kit,
    allow,
    keys,
    make_bucket,
    make_role,
    put,
    put_rules,
    rule,
    set_versioning,
    status,
    without,
)


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
