"""The marks on what the workshop makes. It never overwrites or deletes anything without them.

Nobody writes a mark by chance, and each names the learner. So a rerun recognizes what it made, and the account can be
searched for what was made under any name.

| mark | on |
|---|---|
| tag `two-region-workshop` with the learner as value | buckets, roles, distributions |
| caller reference that begins with `two-regions-LEARNER/` | hosted zones, health checks, origin access identities |
| value that names only the learner's buckets | TXT record sets |
| description | the edge function, for CloudFront's guide rules out tags (CFDG/edge-function-restrictions-all) |

A tag on a hosted zone needs a second call. A run that stops between the two would leave a zone that costs money and
has no mark. The caller reference is written with the zone, and can't be changed. AWS doesn't say when these three were
made, so the end of the reference does.
"""

from __future__ import annotations

import re
import string
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from workshop_lib.errors import get_error_code
from workshop_lib.names import S3Origin

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_s3 import S3Client

TAG = "two-region-workshop"
"""Key of the tag. Its value is the learner's name."""

EARLIER_SENTENCE = "Made by the two-region workshop."
EARLIER_TAG = {"Key": "made-by", "Value": "two-region-workshop"}
"""Marks of versions 0.1 and 0.2. They don't name the learner. The steps replace them, except on hosted zones."""

MADE_EARLIER = "made by version 0.1 or 0.2"

_REFERENCE = re.compile(r"two-regions-([a-z0-9-]+)/")
_STAMP = re.compile(r"/([m-z][a-z0-9]{7})$")
"""Earlier versions ended references with eight random digits of base 16, which never begin with these letters."""
_DIGITS = string.digits + string.ascii_lowercase
_DESCRIPTION = re.compile(r"Made by the two-region workshop for ([a-z0-9-]+)\.")


def make_tag(learner: str) -> dict[str, str]:
    """Make the tag of what one learner makes."""
    return {"Key": TAG, "Value": learner}


def make_reference(learner: str) -> str:
    """Make a caller reference that was never used before and names the learner. At most 41 characters."""
    return f"two-regions-{learner}/{make_stamp()}"


def make_stamp(milliseconds: int | None = None) -> str:
    """Write the time in eight characters, for the end of a caller reference. A health check's has no room for more.

    Args:
        milliseconds: Since the epoch; now by default. A seam for tests.
    """
    left, digits = time.time_ns() // 1_000_000 if milliseconds is None else milliseconds, ""
    while left:
        left, digit = divmod(left, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits


def read_stamp(reference: str) -> datetime | None:
    """Return when a caller reference was made, or None if it doesn't say so."""
    found = _STAMP.search(reference)
    return datetime.fromtimestamp(int(found[1], len(_DIGITS)) / 1000, UTC) if found else None


def make_description(learner: str) -> str:
    """Make the description of the learner's roles and function. AWS shows it in lists, which don't show tags."""
    return f"Made by the two-region workshop for {learner}."


def read_tags(tags: Iterable[Mapping[str, Any]]) -> str | None:
    """Return the learner whom the tags name, or None if the workshop's tag is missing."""
    return next((tag.get("Value", "") for tag in tags if tag["Key"] == TAG), None)


def read_reference(reference: str) -> str | None:
    """Return the learner whom a caller reference names, or None if it is not the workshop's."""
    found = _REFERENCE.match(reference)
    return found[1] if found else None


def read_description(description: str | None) -> str | None:
    """Return the learner whom a description names, or None if it is not the workshop's."""
    found = _DESCRIPTION.fullmatch(description or "")
    return found[1] if found else None


def names_only(record_set: Mapping[str, Any], origins: Iterable[S3Origin]) -> bool:
    """Whether a TXT record set names some of these buckets, and nothing else. Only then the workshop wrote it."""
    ours = {f'"{origin.domain_name}"' for origin in origins}
    values = {record["Value"] for record in record_set.get("ResourceRecords", [])}
    return record_set["Type"] == "TXT" and bool(values) and values <= ours


def list_bucket_tags(s3: S3Client, *, bucket: str) -> list[Any]:
    """List a bucket's tags. The list is empty if it has none.

    Args:
        s3: Client in the bucket's region.
        bucket: A bucket that exists.
    """
    try:
        return list(s3.get_bucket_tagging(Bucket=bucket)["TagSet"])
    except ClientError as error:
        if get_error_code(error) != "NoSuchTagSet":
            raise
        return []


def find_distribution_learner(cloudfront: CloudFrontClient, *, arn: str) -> str | None:
    """Return the learner whom a distribution's tags name, or None if the workshop's tag is missing."""
    return read_tags(cloudfront.list_tags_for_resource(Resource=arn)["Tags"].get("Items", []))


def find_identity_learner(cloudfront: CloudFrontClient, *, identity_id: str) -> str | None:
    """Return the learner whom an origin access identity's caller reference names."""
    return read_reference(get_identity_reference(cloudfront, identity_id=identity_id))


def get_identity_reference(cloudfront: CloudFrontClient, *, identity_id: str) -> str:
    """Return the caller reference of an origin access identity. Lists don't show it."""
    found = cloudfront.get_cloud_front_origin_access_identity(Id=identity_id)["CloudFrontOriginAccessIdentity"]
    return found["CloudFrontOriginAccessIdentityConfig"]["CallerReference"]


def describe_stranger(learner: str | None) -> str:
    """Say why something with one of the learner's names is kept: another learner's mark, or no mark."""
    return f"made by the learner {learner!r}" if learner else "without the workshop's mark"
