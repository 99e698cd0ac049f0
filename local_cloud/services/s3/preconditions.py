"""Conditional writes and deletions (S3 User Guide, "Conditional requests")."""

from __future__ import annotations

from collections.abc import Iterable

from moto.s3.models import FakeKey

from local_cloud.call import Call
from local_cloud.errors import AwsError
from local_cloud.object_store import Bucket, find_bucket, find_version

_OF_DIRECTORY_BUCKETS = {
    "IfMatchLastModifiedTime": "x-amz-if-match-last-modified-time",
    "IfMatchSize": "x-amz-if-match-size",
    "WriteOffsetBytes": "x-amz-write-offset-bytes",
}
"""Parameters for directory buckets only, which the local cloud doesn't have."""


def check_write(call: Call) -> None:
    """Refuse a write whose condition on the existing object fails.

    Raises:
        AwsError: PreconditionFailed, NoSuchKey, or NotImplemented for a condition that S3 doesn't know.
    """
    no_match, match = call.parameters.get("IfNoneMatch"), call.parameters.get("IfMatch")
    if no_match not in (None, "*"):
        raise _unknown("If-None-Match")
    if match == "*":
        raise _unknown("If-Match")
    bucket = find_bucket(call.parameters["Bucket"])
    found = bucket and find_version(bucket, call.parameters["Key"])
    if no_match and isinstance(found, FakeKey):
        raise _failed("If-None-Match")
    if match and bucket:
        check_match(bucket, call.parameters["Key"], match)


def check_delete(call: Call) -> None:
    """Refuse a deletion whose condition on the ETag fails. `*` matches any object.

    Raises:
        AwsError: PreconditionFailed or NoSuchKey.
    """
    match, bucket = call.parameters.get("IfMatch"), find_bucket(call.parameters["Bucket"])
    if match and bucket:
        check_match(bucket, call.parameters["Key"], match)


def take_match(call: Call) -> None:
    """Remove the condition on the ETag from the request for moto. It has been checked already."""
    headers = call.request.headers
    call.rewrite(headers={name: value for name, value in headers.items() if name != "if-match"})


def check_match(bucket: Bucket, key: str, tag: str) -> None:
    """Refuse if the current object has another ETag, or doesn't exist.

    Raises:
        AwsError: PreconditionFailed or NoSuchKey.
    """
    found = find_version(bucket, key)
    if not isinstance(found, FakeKey):
        raise AwsError("NoSuchKey", "The specified key does not exist.", 404, Key=key)
    if tag != "*" and tag.strip('"') != found.etag.strip('"'):
        raise _failed("If-Match")


def check_not_of_directory_buckets(call: Call) -> None:
    """Refuse features of directory buckets. moto would do something else.

    Raises:
        AwsError: NotImplemented.
    """
    asked: Iterable[str] = (name for name in _OF_DIRECTORY_BUCKETS if call.parameters.get(name) is not None)
    if name := next(iter(asked), None):
        raise _unknown(_OF_DIRECTORY_BUCKETS[name])


def _failed(condition: str) -> AwsError:
    message = "At least one of the pre-conditions you specified did not hold"
    return AwsError("PreconditionFailed", message, 412, Condition=condition)


def _unknown(header: str) -> AwsError:
    message = "A header you provided implies functionality that is not implemented"
    return AwsError("NotImplemented", message, 501, Header=header)
