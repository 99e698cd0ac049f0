"""The bucket that a call names, checks of version ids, and errors for arguments."""

from __future__ import annotations

import re

from local_cloud.call import Call
from local_cloud.errors import AwsError
from local_cloud.object_store import Bucket, find_bucket

_VERSION_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|null")


def bucket_of(call: Call) -> Bucket:
    """The bucket that a call names.

    Raises:
        AwsError: The bucket doesn't exist (404 NoSuchBucket).
    """
    name = call.parameters["Bucket"]
    bucket = find_bucket(name)
    if bucket is None:
        raise AwsError("NoSuchBucket", "The specified bucket does not exist", 404, BucketName=name)
    return bucket


def check_version_id(given: str | None, bucket: Bucket | None = None) -> None:
    """Refuse a malformed version id. A bucket that never had versioning accepts only `null`.

    Raises:
        AwsError: InvalidArgument. A well-formed id of a version that doesn't exist isn't checked here.
    """
    has_one = bucket is not None and not bucket.is_versioned
    if given is not None and not (given == "null" if has_one else is_version_id(given)):
        raise invalid_argument("Invalid version id specified", "versionId", given)


def is_version_id(text: str) -> bool:
    """Whether a text has the form of a version id."""
    return bool(_VERSION_ID.fullmatch(text))


def invalid_argument(message: str, name: str, value: str) -> AwsError:
    """S3's error for one argument. It names the header or query parameter."""
    return AwsError("InvalidArgument", message, ArgumentName=name, ArgumentValue=value)
