"""Which tags of buckets and objects S3 accepts."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from local_cloud.call import Call
from local_cloud.errors import AwsError
from local_cloud.services.s3.lookups import bucket_of, invalid_argument
from local_cloud.services.service import Service

MOST_OBJECT_TAGS, MOST_BUCKET_TAGS = 10, 50
_TEXT = re.compile(r"[\w\s.:/=+@-]*")


class BucketTagOperations(Service):
    """The operation that tags a bucket. moto gets and deletes the tags."""

    def refuse_put_bucket_tagging(self, call: Call) -> None:
        """Refuse too many tags, duplicate keys, keys that begin with `aws:`, and invalid characters."""
        bucket_of(call)
        check_tags((call.parameters.get("Tagging") or {}).get("TagSet") or [], most=MOST_BUCKET_TAGS)


def check_tagging_header(call: Call) -> None:
    """Refuse tags in a header that is malformed, or whose tags S3 doesn't accept.

    Raises:
        AwsError: InvalidArgument, or what `check_tags` raises.
    """
    given = call.parameters.get("Tagging")
    if not isinstance(given, str) or not given:
        return
    pairs = parse_qsl(given, keep_blank_values=True)
    if len(dict(pairs)) < len(pairs):
        message = (
            "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters "
            "without tag name duplicates."
        )
        raise invalid_argument(message, "x-amz-tagging", given)
    check_tags([{"Key": key, "Value": value} for key, value in pairs])


def check_tags(tags: list[dict[str, Any]], *, most: int = MOST_OBJECT_TAGS) -> dict[str, str]:
    """A tag set as a dict.

    Raises:
        AwsError: Too many tags, a duplicate key, a key that begins with `aws:`, or invalid characters.
    """
    found = {tag["Key"]: tag.get("Value") or "" for tag in tags}
    if len(tags) > most:
        what = "Object tags" if most == MOST_OBJECT_TAGS else "Bucket tag count"
        raise AwsError("BadRequest", f"{what} cannot be greater than {most}")
    if len(found) < len(tags):
        raise AwsError("InvalidTag", "Cannot provide multiple Tags with the same key")
    if key := next((key for key in found if key.startswith("aws:")), None):
        of_object, of_bucket = (
            "Your TagKey cannot be prefixed with aws:",
            "System tags cannot be added/updated by requester",
        )
        raise AwsError("InvalidTag", of_object if most == MOST_OBJECT_TAGS else of_bucket, TagKey=key)
    for key, value in found.items():
        if not 1 <= len(key) <= 128 or not _TEXT.fullmatch(key):
            raise AwsError("InvalidTag", "The TagKey you have provided is invalid", TagKey=key)
        if len(value) > 256 or not _TEXT.fullmatch(value):
            raise AwsError("InvalidTag", "The TagValue you have provided is invalid", TagKey=key, TagValue=value)
    return found
