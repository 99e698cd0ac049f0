"""Empties a bucket of all versions, delete markers and unfinished uploads, while others may still write to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from botocore.exceptions import ClientError

from workshop_lib.refusals import REFUSALS, AccessRefused

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Version = tuple[str, str]
"""Key and version id."""

ROUNDS = 3
"""How often it lists again, because replication may write while it deletes."""

BATCH = 1000
"""Most versions that one DeleteObjects takes."""

NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that XML 1.0 can't hold. DeleteObjects sends keys as XML, DeleteObject in the URL."""


def empty_bucket(s3: S3Client, bucket: str) -> None:
    """Delete all versions, delete markers and unfinished uploads that may be deleted.

    One version that may not be deleted doesn't stop it. Safe to repeat.

    Args:
        s3: Client in the bucket's region.
        bucket: The bucket.

    Raises:
        AccessRefused: You may not delete some of them. The others are deleted.
        ClientError: Some were not deleted for another reason. The others are deleted.
    """
    errors: dict[Version, dict[str, str]] = {}
    for _ in range(ROUNDS):
        refused = {version: error for version, error in errors.items() if error["Code"] in REFUSALS}
        versions = [version for version in list_versions(s3, bucket) if version not in refused]
        errors = refused
        if not versions:
            break
        for start in range(0, len(versions), BATCH):
            errors |= _delete_versions(s3, bucket, versions[start : start + BATCH])
    for key, upload_id in list(_list_uploads(s3, bucket)):
        s3.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload_id)
    if errors:
        first, error = next(iter(errors.items()))
        kind = AccessRefused if error["Code"] in REFUSALS else ClientError
        message = f"{len(errors)} version(s) can't be deleted, such as {first[0]!r}: {error['Message']}"
        raise kind({"Error": {"Code": error["Code"], "Message": message}}, "DeleteObjects")


def list_versions(s3: S3Client, bucket: str) -> Iterator[Version]:
    """List all versions and delete markers. botocore asks for keys in URL encoding and decodes them."""
    for version in describe_versions(s3, bucket):
        yield version["Key"], version["VersionId"]


def describe_versions(s3: S3Client, bucket: str) -> Iterator[Any]:
    """List all versions and delete markers, as S3 describes them."""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        yield from [*page.get("Versions", []), *page.get("DeleteMarkers", [])]


def _delete_versions(s3: S3Client, bucket: str, versions: list[Version]) -> dict[Version, dict[str, str]]:
    """Delete up to 1,000 versions, and return the errors of the rest. AWS reports them in an answer with status 200."""
    plain = [version for version in versions if not NOT_IN_XML.search(version[0])]
    refused: dict[Version, dict[str, str]] = {}
    if plain:
        listed: Any = [{"Key": key, "VersionId": version_id} for key, version_id in plain]
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": listed, "Quiet": True})
        for error in answer.get("Errors", []):
            refused[error["Key"], error.get("VersionId", "null")] = _shorten(error)
    for key, version_id in versions:
        if NOT_IN_XML.search(key):
            try:
                s3.delete_object(Bucket=bucket, Key=key, VersionId=version_id)
            except ClientError as error:
                refused[key, version_id] = _shorten(error.response["Error"])
    return {version: error for version, error in refused.items() if error["Code"] != "NoSuchVersion"}


def _shorten(error: Any) -> dict[str, str]:
    return {"Code": error.get("Code", ""), "Message": error.get("Message", "")}


def _list_uploads(s3: S3Client, bucket: str) -> Iterator[tuple[str, str]]:
    """List unfinished uploads: key and upload id. botocore doesn't ask for the URL encoding here, so this does."""
    position: Any = {}
    while position is not None:
        page = s3.list_multipart_uploads(Bucket=bucket, EncodingType="url", **position)
        decode = unquote_plus if page.get("EncodingType") == "url" else str
        for upload in page.get("Uploads", []):
            yield decode(upload["Key"]), upload["UploadId"]
        following = {"KeyMarker": decode(page.get("NextKeyMarker", ""))}
        following |= {"UploadIdMarker": page.get("NextUploadIdMarker", "")}
        position = following if page.get("IsTruncated") else None
