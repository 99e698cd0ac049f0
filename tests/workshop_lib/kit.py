"""What is in a bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def keys(s3: S3Client, bucket: str) -> set[str]:
    """The keys of a bucket's objects."""
    return {item["Key"] for item in s3.list_objects_v2(Bucket=bucket).get("Contents", [])}


def count_versions(s3: S3Client, bucket: str) -> int:
    """How many versions a bucket holds."""
    return len(s3.list_object_versions(Bucket=bucket).get("Versions", []))
