"""The operations of S3 that the local cloud implements."""

from __future__ import annotations

_NAMES = """
    AbortMultipartUpload CompleteMultipartUpload CopyObject CreateBucket CreateMultipartUpload DeleteBucket
    DeleteBucketCors DeleteBucketEncryption DeleteBucketLifecycle DeleteBucketOwnershipControls DeleteBucketPolicy
    DeleteBucketReplication DeleteBucketTagging DeleteBucketWebsite DeleteObject DeleteObjectTagging DeleteObjects
    DeletePublicAccessBlock GetBucketAccelerateConfiguration GetBucketAcl GetBucketCors GetBucketEncryption
    GetBucketInventoryConfiguration GetBucketLifecycleConfiguration GetBucketLocation GetBucketLogging
    GetBucketNotificationConfiguration GetBucketOwnershipControls GetBucketPolicy GetBucketPolicyStatus
    GetBucketReplication GetBucketTagging GetBucketVersioning GetBucketWebsite GetObject GetObjectAcl
    GetObjectAttributes GetObjectLegalHold GetObjectLockConfiguration GetObjectTagging GetPublicAccessBlock
    HeadBucket HeadObject ListBucketInventoryConfigurations ListBuckets ListMultipartUploads ListObjectVersions
    ListObjects ListObjectsV2 ListParts PutBucketAccelerateConfiguration PutBucketAcl PutBucketCors
    PutBucketEncryption PutBucketInventoryConfiguration PutBucketLifecycleConfiguration PutBucketLogging
    PutBucketNotificationConfiguration PutBucketOwnershipControls PutBucketPolicy PutBucketReplication
    PutBucketTagging PutBucketVersioning PutBucketWebsite PutObject PutObjectAcl PutObjectLegalHold
    PutObjectLockConfiguration PutObjectRetention PutObjectTagging PutPublicAccessBlock RestoreObject UploadPart
    UploadPartCopy
    """
OPERATIONS = frozenset(_NAMES.split())
"""moto 5.2.5 implements these. It would mistake others for these, such as a PUT for CreateBucket."""
