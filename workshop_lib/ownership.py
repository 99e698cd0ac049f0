"""The marks on the workshop's resources. It never overwrites or deletes anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from workshop_lib.errors import get_error_code

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MADE_BY = "Made by the two-region workshop."
"""Comment or description of the workshop's hosted zones, roles and functions."""

BUCKET_TAG = {"Key": "made-by", "Value": "two-region-workshop"}
"""Tag of the workshop's buckets, because buckets have no description."""


def is_made_by_us(s3: S3Client, *, bucket: str) -> bool:
    """Whether a bucket has the workshop's tag, so that clean-up may empty it.

    Args:
        s3: Client in the bucket's region.
        bucket: A bucket that exists.
    """
    try:
        tags = s3.get_bucket_tagging(Bucket=bucket)["TagSet"]
    except ClientError as error:
        if get_error_code(error) != "NoSuchTagSet":
            raise
        return False
    return BUCKET_TAG in tags
