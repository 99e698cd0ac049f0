"""S3's own condition keys (Service Authorization Reference, "Condition keys for Amazon S3")."""

from __future__ import annotations

_KEYS = """
    AccessGrantsInstanceArn AccessPointNetworkOrigin AccessPointTag/ BucketTag/ DataAccessPointAccount
    DataAccessPointArn ExistingJobOperation ExistingJobPriority ExistingObjectTag/ InventoryAccessibleOptionalFields
    JobSuspendedCause ObjectCreationOperation RequestJobOperation RequestJobPriority RequestObjectTag/
    RequestObjectTagKeys ResourceAccount TlsVersion authType delimiter if-match if-none-match
    isReplicationPauseRequest locationconstraint max-keys object-lock-legal-hold object-lock-mode
    object-lock-remaining-retention-days object-lock-retain-until-date prefix signatureAge signatureversion versionid
    x-amz-acl x-amz-bucket-namespace x-amz-content-sha256 x-amz-copy-source x-amz-grant-full-control x-amz-grant-read
    x-amz-grant-read-acp x-amz-grant-write x-amz-grant-write-acp x-amz-metadata-directive x-amz-object-ownership
    x-amz-server-side-encryption x-amz-server-side-encryption-aws-kms-key-id
    x-amz-server-side-encryption-customer-algorithm x-amz-storage-class x-amz-website-redirect-location
    """
_KNOWN = frozenset(f"s3:{name}".lower() for name in _KEYS.split())


def is_known_key(key: str) -> bool:
    """Whether S3 has a condition key. Keys without the prefix `s3:` count as known."""
    name, slash, _ = key.lower().partition("/")
    return not name.startswith("s3:") or f"{name}{slash}" in _KNOWN
