"""Copies one version to one destination, and checks the role's permissions for it."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from moto.s3.models import FakeDeleteMarker, FakeKey

from local_cloud.access.identities import Permissions
from local_cloud.engines.replicator.rules import Rule
from local_cloud.object_store import (
    Bucket,
    Version,
    find_bucket,
    find_version,
    insert_version,
    object_store,
    part_sizes,
    set_part_sizes,
    set_replication_status,
)


@dataclass(frozen=True)
class Failure:
    """Why a version was not replicated.

    Attributes:
        bucket: The source bucket.
        key: The object.
        version_id: Its version.
        destination: The destination bucket.
        reason: AWS's code (S3 User Guide, "Amazon S3 replication failure reasons").
        role: ARN of the replication role.
        action: The action that the role may not do, if that is the reason.
        resource: ARN of the resource of that action.
    """

    bucket: str
    key: str
    version_id: str
    destination: str
    reason: str
    role: str
    action: str | None = None
    resource: str | None = None

    def __str__(self) -> str:
        why = f"the role {self.role} may not {self.action} on {self.resource}" if self.action else self.reason
        return f"{self.bucket}/{self.key} was not replicated to {self.destination}: {why}"


def bucket_name(arn: str) -> str:
    """The name in a bucket's ARN."""
    return arn.rsplit(":", 1)[-1]


def transfer(source: Bucket, version: Version, rule: Rule, *, role: Permissions) -> Failure | None:
    """Replicate a version by a rule, if the role may.

    May be repeated. If the destination has the version already, only its tags and ACL are updated.

    Returns:
        The reason for a failure, or None if the replica exists.
    """
    destination = find_bucket(bucket_name(rule["Destination"]["Bucket"]))
    if failure := _find_obstacle(source, version, rule, destination, role):
        return failure
    assert destination is not None
    if isinstance(version, FakeDeleteMarker):
        _copy_marker(version, destination)
    else:
        path = f"{source.arn}/{version.name}"
        with_tags = role.may("s3:GetObjectVersionTagging", path, policy=source.policy)
        _copy_object(version, destination, rule, with_tags=with_tags)
    return None


def _find_obstacle(
    source: Bucket, version: Version, rule: Rule, destination: Bucket | None, role: Permissions
) -> Failure | None:
    target = bucket_name(rule["Destination"]["Bucket"])
    about = (source.name, version.name, version.version_id, target)
    if not role.may_be_used_by("s3.amazonaws.com"):
        return Failure(*about, "AssumeRoleNotPermitted", role.role_arn, "sts:AssumeRole", role.role_arn)
    if destination is None:
        return Failure(*about, "DstBucketNotFound", role.role_arn)
    if destination.versioning_status != "Enabled":
        return Failure(*about, "DstBucketUnversioned", role.role_arn)
    if source.object_lock_enabled and not destination.object_lock_enabled:
        return Failure(*about, "DstBucketObjectLockConfigMissing", role.role_arn)
    for action, bucket, suffix, reason in _needed(source, version, destination):
        if not role.may(action, bucket.arn + suffix, policy=bucket.policy):
            return Failure(*about, reason, role.role_arn, action, bucket.arn + suffix)
    return None


def _needed(source: Bucket, version: Version, destination: Bucket) -> list[tuple[str, Bucket, str, str]]:
    """Actions, their resources, and AWS's codes if missing (S3 User Guide, "Permissions for live replication")."""
    path = f"/{version.name}"
    bucket_actions = [
        ("s3:GetReplicationConfiguration", source, "", "SrcReplicationConfigNotPermitted"),
        ("s3:ListBucket", source, "", "SrcListBucketNotPermitted"),
    ]
    if isinstance(version, FakeDeleteMarker):
        return [*bucket_actions, ("s3:ReplicateDelete", destination, path, "DstDelObjNotPermitted")]
    return [
        *bucket_actions,
        ("s3:GetObjectVersionForReplication", source, path, "SrcGetObjectNotPermitted"),
        ("s3:GetObjectVersionAcl", source, path, "SrcGetObjectNotPermitted"),
        ("s3:ReplicateObject", destination, path, "DstPutObjectNotPermitted"),
    ]


def _copy_marker(marker: FakeDeleteMarker, destination: Bucket) -> None:
    if find_version(destination, marker.name, marker.version_id) is None:
        replica = copy.copy(marker)
        set_replication_status(replica, "REPLICA")
        insert_version(destination, marker.name, replica)


def _copy_object(version: FakeKey, destination: Bucket, rule: Rule, *, with_tags: bool) -> None:
    replica = find_version(destination, version.name, version.version_id)
    if not isinstance(replica, FakeKey):
        replica = _make_replica(version, destination, rule)
        insert_version(destination, version.name, replica)
    elif rule.get("Destination", {}).get("AccessControlTranslation") is None:
        replica.acl = version.acl
    tagger = object_store().tagger
    if with_tags:
        tagger.delete_all_tags_for_resource(replica.arn)
        tagger.copy_tags(version.arn, replica.arn)


def _make_replica(version: FakeKey, destination: Bucket, rule: Rule) -> FakeKey:
    """A replica with the same version id, date, ETag and metadata. The API couldn't copy these."""
    replica = FakeKey(
        name=version.name,
        bucket_name=destination.name,
        value=version.value,
        account_id=version.account_id,
        region_name=version.region_name,
        storage=rule["Destination"].get("StorageClass") or version.storage_class,
        etag=version.etag.strip('"'),
        is_versioned=True,
        version_id=version.version_id,
    )
    for name in _SAME:
        setattr(replica, name, getattr(version, name))
    replica._metadata = copy.copy(version._metadata)
    set_part_sizes(replica, part_sizes(version))
    set_replication_status(replica, "REPLICA")
    return replica


_SAME: tuple[str, ...] = (
    "last_modified", "acl", "website_redirect_location", "checksum_algorithm", "checksum_value", "checksum_type",
    "checksum_parts", "encryption", "kms_key_id", "bucket_key_enabled", "lock_mode", "lock_legal_status", "lock_until",
)  # fmt: skip


def tags_of(version: Any) -> dict[str, str]:
    """The tags of a version. Delete markers have none."""
    if isinstance(version, FakeDeleteMarker):
        return {}
    return object_store().tagger.get_tag_dict_for_resource(version.arn)  # type: ignore[no-any-return]
