"""IAM's names for what S3's operations do (Service Authorization Reference, "Amazon S3").

Mostly the operation's own name; here are those that differ, and on what the action is done.
"""

from __future__ import annotations

from functools import cache

from moto.core.utils import get_service_model

from local_cloud.access import matches_pattern
from local_cloud.call import Call

_DIFFERENT = {
    "AbortMultipartUpload": "AbortMultipartUpload",
    "CompleteMultipartUpload": "PutObject",
    "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "DeleteBucketCors": "PutBucketCORS",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "DeleteBucketReplication": "PutReplicationConfiguration",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeleteObjects": "DeleteObject",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketCors": "GetBucketCORS",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetBucketReplication": "GetReplicationConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListBuckets": "ListAllMyBuckets",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "ListParts": "ListMultipartUploadParts",
    "PutBucketCors": "PutBucketCORS",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "PutBucketReplication": "PutReplicationConfiguration",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
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
_WITHOUT_OPERATION = {
    "BypassGovernanceRetention", "GetObjectVersionForReplication", "GetObjectVersionTorrent", "InitiateReplication",
    "ObjectOwnerOverrideToBucketOwner", "PutInventoryConfiguration", "GetInventoryConfiguration", "ReplicateDelete",
    "ReplicateObject", "ReplicateTags", "PutMetricsConfiguration", "GetMetricsConfiguration", "CreateJob",
    "DescribeJob", "ListJobs", "UpdateJobPriority", "UpdateJobStatus", "GetAccelerateConfiguration",
    "PutAccelerateConfiguration", "GetAnalyticsConfiguration", "PutAnalyticsConfiguration",
    "GetIntelligentTieringConfiguration", "PutIntelligentTieringConfiguration", "GetBucketObjectLockConfiguration",
    "PutBucketObjectLockConfiguration", "GetAccountPublicAccessBlock", "PutAccountPublicAccessBlock",
}  # fmt: skip


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
        return "*"
    return f"arn:aws:s3:::{bucket}/{key}" if key is not None else f"arn:aws:s3:::{bucket}"


def is_known_action(pattern: str) -> bool:
    """Whether an action of a policy, maybe with wildcards, is one that S3 has."""
    return pattern == "*" or any(matches_pattern(pattern.lower(), action) for action in _known_actions())


def is_object_action(pattern: str) -> bool:
    """Whether an action without wildcards is done on objects, and so needs a resource `bucket/…`."""
    name = pattern.removeprefix("s3:")
    on_objects = ("Object", "ObjectVersion", "MultipartUpload", "Replicate")
    of_buckets = ("ListBucket", "GetBucketObjectLock", "PutBucketObjectLock")
    return "*" not in name and any(part in name for part in on_objects) and not name.startswith(of_buckets)


@cache
def _known_actions() -> frozenset[str]:
    operations = set(get_service_model("s3").operation_names)
    names = (operations - _DIFFERENT.keys()) | {*_DIFFERENT.values(), *_OF_A_VERSION.values()} | _WITHOUT_OPERATION
    return frozenset(f"s3:{name}".lower() for name in names)
