"""IAM actions of S3's operations: SAR "Amazon S3"; User Guide, "Required permissions for S3 API operations".

Most actions have the operation's name. This module has the others, and the resources of actions.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote

from moto.core.utils import get_service_model
from moto.s3.models import FakeDeleteMarker

from local_cloud.access.permissions.permission import pass_role
from local_cloud.call import EVERYTHING, Call, Permission
from local_cloud.object_store import find_bucket, find_version
from local_cloud.wildcards import matches

_DIFFERENT = {
    "CompleteMultipartUpload": "PutObject",
    "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "DeleteBucketAnalyticsConfiguration": "PutAnalyticsConfiguration",
    "DeleteBucketCors": "PutBucketCORS",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketIntelligentTieringConfiguration": "PutIntelligentTieringConfiguration",
    "DeleteBucketInventoryConfiguration": "PutInventoryConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteBucketMetricsConfiguration": "PutMetricsConfiguration",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "DeleteBucketReplication": "PutReplicationConfiguration",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeleteObjects": "DeleteObject",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "GetBucketAnalyticsConfiguration": "GetAnalyticsConfiguration",
    "GetBucketCors": "GetBucketCORS",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketIntelligentTieringConfiguration": "GetIntelligentTieringConfiguration",
    "GetBucketInventoryConfiguration": "GetInventoryConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetBucketMetricsConfiguration": "GetMetricsConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetBucketReplication": "GetReplicationConfiguration",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListBucketAnalyticsConfigurations": "GetAnalyticsConfiguration",
    "ListBucketIntelligentTieringConfigurations": "GetIntelligentTieringConfiguration",
    "ListBucketInventoryConfigurations": "GetInventoryConfiguration",
    "ListBucketMetricsConfigurations": "GetMetricsConfiguration",
    "ListBuckets": "ListAllMyBuckets",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "ListParts": "ListMultipartUploadParts",
    "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
    "PutBucketAnalyticsConfiguration": "PutAnalyticsConfiguration",
    "PutBucketCors": "PutBucketCORS",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketIntelligentTieringConfiguration": "PutIntelligentTieringConfiguration",
    "PutBucketInventoryConfiguration": "PutInventoryConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "PutBucketMetricsConfiguration": "PutMetricsConfiguration",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "PutBucketReplication": "PutReplicationConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "SelectObjectContent": "GetObject",
    "UploadPart": "PutObject",
    "UploadPartCopy": "PutObject",
}
_OF_A_VERSION = {
    "DeleteObject": "DeleteObjectVersion",
    "GetObject": "GetObjectVersion",
    "GetObjectAcl": "GetObjectVersionAcl",
    "GetObjectAttributes": "GetObjectVersionAttributes",
    "GetObjectTagging": "GetObjectVersionTagging",
    "PutObjectAcl": "PutObjectVersionAcl",
    "PutObjectTagging": "PutObjectVersionTagging",
    "DeleteObjectTagging": "DeleteObjectVersionTagging",
}
_BESIDES = {
    "ACL": "PutObjectAcl",
    "Tagging": "PutObjectTagging",
    "ObjectLockMode": "PutObjectRetention",
    "ObjectLockLegalHoldStatus": "PutObjectLegalHold",
}
"""Parameter of an operation that writes an object → the action that it needs besides PutObject."""

_BESIDES_FOR_BUCKET = {
    "ACL": "PutBucketAcl",
    "ObjectLockEnabledForBucket": "PutBucketObjectLockConfiguration",
    "ObjectOwnership": "PutBucketOwnershipControls",
}
_WRITING = {"PutObject", "CopyObject", "CreateMultipartUpload"}
_COPYING = {"CopyObject", "UploadPartCopy"}
_WITHOUT_OPERATION = {
    "BypassGovernanceRetention", "GetObjectVersionForReplication", "GetObjectVersionTorrent", "InitiateReplication",
    "ObjectOwnerOverrideToBucketOwner", "ReplicateDelete", "ReplicateObject", "ReplicateTags", "CreateJob",
    "DescribeJob", "ListJobs", "UpdateJobPriority", "UpdateJobStatus", "GetAccountPublicAccessBlock",
    "PutAccountPublicAccessBlock",
}  # fmt: skip


def find_permissions(call: Call) -> Iterator[Permission]:
    """The call's own action, and those for its parameters: tags, ACLs, a source, a role."""
    operation, parameters = call.operation, call.parameters
    if operation == "DeleteObjects":
        yield from (permission for _, permission in find_deletions(call))
        return
    resource = resource_of(call)
    yield Permission(action_of(call), resource)
    if operation in ("GetObject", "HeadObject") and _is_missing(call):
        yield Permission("s3:ListBucket", resource.partition("/")[0])
    if operation in _COPYING:
        yield _find_source(str(parameters.get("CopySource", "")))
    if operation in _WRITING or operation == "CreateBucket":
        besides = _BESIDES if operation in _WRITING else _BESIDES_FOR_BUCKET
        yield from (Permission(f"s3:{action}", resource) for name, action in besides.items() if parameters.get(name))
    if operation == "CreateBucket" and (parameters.get("CreateBucketConfiguration") or {}).get("Tags"):
        yield Permission("s3:TagResource", resource)
    if operation == "GetObjectAttributes":
        yield Permission("s3:GetObjectVersion" if parameters.get("VersionId") else "s3:GetObject", resource)
    if operation == "PutBucketReplication":
        role = (parameters.get("ReplicationConfiguration") or {}).get("Role")
        yield pass_role(role, "s3.amazonaws.com")


def find_deletions(call: Call) -> Iterator[tuple[dict[str, Any], Permission]]:
    """Each object in DeleteObjects, with the permission to delete it. S3 decides on each object separately."""
    for item in (call.parameters.get("Delete") or {}).get("Objects") or []:
        action = "s3:DeleteObjectVersion" if item.get("VersionId") else "s3:DeleteObject"
        yield item, Permission(action, f"{resource_of(call)}/{item.get('Key')}")


def _is_missing(call: Call) -> bool:
    """Whether the object doesn't exist. Callers that may not list the bucket get 403, not 404 (API Reference)."""
    bucket = find_bucket(call.parameters.get("Bucket", ""))
    if bucket is None:
        return False
    version = find_version(bucket, call.parameters["Key"], call.parameters.get("VersionId"))
    return version is None or isinstance(version, FakeDeleteMarker)


def _find_source(source: str) -> Permission:
    """The permission to read a copy's source: `bucket/key`, percent-encoded, maybe with a version or a first slash."""
    path, _, query = source.removeprefix("/").partition("?")
    action = "s3:GetObjectVersion" if "versionId" in parse_qs(query) else "s3:GetObject"
    return Permission(action, f"arn:aws:s3:::{unquote(path)}")


def action_of(call: Call) -> str:
    """The IAM action of a call, such as `"s3:GetObject"` for HeadObject."""
    name = _DIFFERENT.get(call.operation, call.operation)
    if call.parameters.get("VersionId"):
        name = _OF_A_VERSION.get(name, name)
    return f"s3:{name}"


def resource_of(call: Call) -> str:
    """The ARN of the bucket or object that a call is about."""
    bucket, key = call.parameters.get("Bucket"), call.parameters.get("Key")
    if not bucket:
        return EVERYTHING
    return f"arn:aws:s3:::{bucket}/{key}" if key is not None else f"arn:aws:s3:::{bucket}"


def is_known_action(pattern: str) -> bool:
    """Whether S3 has an action that a policy names, maybe with wildcards."""
    return pattern == "*" or any(matches(pattern.lower(), action) for action in _known_actions())


def applies_to(pattern: str, *, objects: bool) -> bool:
    """Whether a policy's action, maybe with wildcards, applies to objects (or to buckets, without `objects`)."""
    return any(
        _is_object_action(action) is objects
        for action in _known_actions()
        if pattern == "*" or matches(pattern.lower(), action)
    )


def _is_object_action(action: str) -> bool:
    name = action.removeprefix("s3:")
    on_objects = ("object", "multipartupload", "replicate", "initiatereplication", "bypassgovernance")
    of_buckets = ("listbucket", "getbucket", "putbucket")
    return any(part in name for part in on_objects) and not name.startswith(of_buckets)


@cache
def _known_actions() -> frozenset[str]:
    operations = set(get_service_model("s3").operation_names)
    names = (operations - _DIFFERENT.keys()) | {*_DIFFERENT.values(), *_OF_A_VERSION.values()} | _WITHOUT_OPERATION
    return frozenset(f"s3:{name}".lower() for name in names)
