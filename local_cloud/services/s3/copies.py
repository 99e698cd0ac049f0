"""Copies within S3: checks of their source, and of copies that change nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import unquote

from moto.s3.models import FakeDeleteMarker, FakeKey

from local_cloud.call import Call
from local_cloud.errors import AwsError
from local_cloud.object_store import find_bucket, find_version
from local_cloud.services.s3.buckets import check_acl
from local_cloud.services.s3.lookups import check_version_id, invalid_argument
from local_cloud.services.s3.parts import check_copied_range, find_upload
from local_cloud.services.s3.preconditions import check_write
from local_cloud.services.service import Service

_CHANGES = (
    "StorageClass", "WebsiteRedirectLocation", "ServerSideEncryption", "SSECustomerAlgorithm", "SSEKMSKeyId",
)  # fmt: skip


class CopyOperations(Service):
    """CopyObject and UploadPartCopy: the checks before moto copies."""

    def refuse_copy_object(self, call: Call) -> None:
        """Refuse a source that doesn't exist, and a copy of an object onto itself that changes nothing."""
        check_acl(call)
        bucket, key, version_id = check_source(call)
        check_write(call)
        replaces = call.parameters.get("MetadataDirective") == "REPLACE"
        same = (bucket, key, version_id) == (call.parameters["Bucket"], call.parameters["Key"], None)
        if same and not replaces and not any(call.parameters.get(name) for name in _CHANGES):
            message = (
                "This copy request is illegal because it is trying to copy an object to itself without changing the "
                "object's metadata, storage class, website redirect location or encryption attributes."
            )
            raise AwsError("InvalidRequest", message)

    def refuse_upload_part_copy(self, call: Call) -> None:
        """Refuse a source that doesn't exist, or a range outside it."""
        bucket_name, key, version_id = check_source(call)
        find_upload(call)
        bucket = find_bucket(bucket_name)
        source = bucket and find_version(bucket, key, version_id)
        if isinstance(source, FakeKey):
            check_copied_range(call, source)


def check_source(call: Call) -> tuple[str, str, str | None]:
    """Bucket, key and version id (None for the current one) of the source of a copy.

    Raises:
        AwsError: The header `x-amz-copy-source` names no object, or one that doesn't exist.
    """
    given = str(call.parameters.get("CopySource") or "")
    path, _, version = given.partition("?versionId=")
    name, _, key = unquote(path).removeprefix("/").partition("/")
    if not name or not key:
        raise invalid_argument("Invalid copy source object key", "x-amz-copy-source", given)
    check_version_id(version or None)
    bucket = find_bucket(name)
    if bucket is None:
        raise AwsError("NoSuchBucket", "The specified bucket does not exist", 404, BucketName=name)
    found = find_version(bucket, key, version or None)
    if found is None and version:
        raise AwsError("NoSuchVersion", "The specified version does not exist.", 404, Key=key, VersionId=version)
    if isinstance(found, FakeDeleteMarker) and version:
        message = "The source of a copy request may not specifically refer to a delete marker by version id."
        raise AwsError("InvalidRequest", message)
    if found is None or isinstance(found, FakeDeleteMarker):
        raise AwsError("NoSuchKey", "The specified key does not exist.", 404, Key=key)
    _check_conditions(call, found)
    return name, key, version or None


def _check_conditions(call: Call, source: FakeKey) -> None:
    """Refuse to copy if a condition on the source's ETag or date fails (S3 API Reference, "CopyObject")."""
    asked, tag, changed = call.parameters, source.etag.strip('"'), source.last_modified.replace(microsecond=0)
    match, none_match = asked.get("CopySourceIfMatch"), asked.get("CopySourceIfNoneMatch")
    since, unless = asked.get("CopySourceIfModifiedSince"), asked.get("CopySourceIfUnmodifiedSince")
    fails = {
        "x-amz-copy-source-If-Match": match is not None and match.strip('"') not in (tag, "*"),
        "x-amz-copy-source-If-None-Match": none_match is not None and none_match.strip('"') in (tag, "*"),
        "x-amz-copy-source-If-Modified-Since": none_match is None and since is not None and changed <= _plain(since),
        "x-amz-copy-source-If-Unmodified-Since": match is None and unless is not None and changed > _plain(unless),
    }
    for condition in (name for name, failed in fails.items() if failed):
        message = "At least one of the pre-conditions you specified did not hold"
        raise AwsError("PreconditionFailed", message, 412, Condition=condition)


def _plain(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
