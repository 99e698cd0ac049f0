"""Lists of buckets, objects, versions and uploads, and their pages.

The messages for a wrong marker or encoding are S3's. The message for a wrong number is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from moto.s3.models import FakeDeleteMarker, FakeKey, FakeMultipart

from local_cloud.call import Call
from local_cloud.errors import AwsError
from local_cloud.object_store import object_store
from local_cloud.services.s3.lookups import bucket_of, invalid_argument
from local_cloud.services.service import Service

_MOST = 2**31 - 1
_LONGEST_PAGE = 1000
_MOST_BUCKETS = 10_000
_OWNER_ID = "bcaf1ffd86f41161ca5fb16fd081034f"  # moto's, as in ACLs


class ListingOperations(Service):
    """The list of buckets, and the four lists of a bucket's contents, which moto makes."""

    def answer_list_buckets(self, call: Call) -> dict[str, Any]:
        """List buckets by name, page by page. moto returns only one page.

        The answer has regions if the request has any parameter (botocore, shape Bucket).
        """
        asked = call.parameters
        most = asked.get("MaxBuckets", _MOST_BUCKETS)
        if not 1 <= most <= _MOST_BUCKETS:
            message = f"Argument max-buckets must be an integer between 1 and {_MOST_BUCKETS}"
            raise invalid_argument(message, "max-buckets", str(most))
        prefix, region, after = asked.get("Prefix") or "", asked.get("BucketRegion"), asked.get("ContinuationToken")
        found = sorted(object_store().buckets.values(), key=lambda bucket: str(bucket.name))
        found = [one for one in found if one.name.startswith(prefix) and region in (None, one.region_name)]
        found = [one for one in found if after is None or one.name > after]
        page = found[:most]
        buckets = [{"Name": one.name, "CreationDate": one.creation_date} for one in page]
        for described, one in zip(buckets, page, strict=True):
            described |= {"BucketRegion": one.region_name} if asked else {}
        answer = {"Buckets": buckets, "Owner": {"ID": _OWNER_ID}, "Prefix": asked.get("Prefix")}
        return answer | ({"ContinuationToken": page[-1].name} if len(page) < len(found) else {})

    def refuse_list_objects(self, call: Call) -> None:
        """Refuse invalid page sizes and unknown encodings."""
        _check_page(call, "MaxKeys", "max-keys")

    def answer_list_objects(self, call: Call) -> dict[str, Any]:
        """List objects by the first version of the operation. Its markers are keys; moto's aren't.

        Common prefixes count for the page size. NextMarker needs a delimiter (botocore, `ListObjects`).
        """
        asked, bucket = call.parameters, bucket_of(call)
        marker, delimiter, prefix = asked.get("Marker") or "", asked.get("Delimiter") or "", asked.get("Prefix") or ""
        current = {key.name: key for key in bucket.keys.values() if isinstance(key, FakeKey)}
        most = min(asked.get("MaxKeys", _LONGEST_PAGE), _LONGEST_PAGE)
        entries = _roll_up(sorted(current), prefix=prefix, delimiter=delimiter, after=marker)
        page = list(entries)[:most]
        is_truncated = 0 < len(page) < len(entries)
        write = quote if asked.get("EncodingType") == "url" else str
        answer = {
            "IsTruncated": is_truncated,
            "Marker": write(marker),
            "NextMarker": write(page[-1]) if is_truncated and delimiter else None,
            "Contents": [_describe(current[name]) | {"Key": write(name)} for name in page if not entries[name]],
            "Name": bucket.name,
            "Prefix": write(prefix),
            "Delimiter": write(delimiter) if delimiter else None,
            "MaxKeys": most,
            "CommonPrefixes": [{"Prefix": write(name)} for name in page if entries[name]],
            "EncodingType": asked.get("EncodingType"),
        }
        return {name: value for name, value in answer.items() if value is not None}

    def prepare_list_objects_v2(self, call: Call) -> None:
        """Limit the page size to 1,000."""
        _limit_page(call, "max-keys")

    def refuse_list_objects_v2(self, call: Call) -> None:
        """Refuse the same as ListObjects, and unknown continuation tokens."""
        _check_page(call, "MaxKeys", "max-keys")
        token = call.parameters.get("ContinuationToken")
        if token is not None and token not in _tokens():
            raise AwsError("InvalidArgument", "The continuation token provided is incorrect")

    def refuse_list_object_versions(self, call: Call) -> None:
        """Refuse the same as ListObjects, and a version marker without a key marker."""
        _check_page(call, "MaxKeys", "max-keys")
        version_id = call.parameters.get("VersionIdMarker")
        if version_id == "":
            raise invalid_argument("A version-id marker cannot be empty.", "version-id-marker", "")
        if version_id is not None and not call.parameters.get("KeyMarker"):
            message = "A version-id marker cannot be specified without a key marker."
            raise invalid_argument(message, "version-id-marker", version_id)

    def answer_list_object_versions(self, call: Call) -> dict[str, Any]:
        """List versions and delete markers as moto finds them. moto doesn't encode keys, and fails for some."""
        asked, bucket = call.parameters, bucket_of(call)
        marker, delimiter, prefix = (
            asked.get("KeyMarker") or "",
            asked.get("Delimiter") or "",
            asked.get("Prefix") or "",
        )
        most = min(asked.get("MaxKeys", _LONGEST_PAGE), _LONGEST_PAGE)
        versions, prefixes, markers, next_key, next_version = object_store().list_object_versions(
            bucket.name,
            delimiter=delimiter or None,
            key_marker=marker or None,
            max_keys=most,
            prefix=prefix,
            version_id_marker=asked.get("VersionIdMarker"),
        )
        write = quote if asked.get("EncodingType") == "url" else str
        answer = {
            "Name": bucket.name,
            "Prefix": write(prefix),
            "Delimiter": write(delimiter) if delimiter else None,
            "KeyMarker": write(marker),
            "VersionIdMarker": asked.get("VersionIdMarker") or "",
            "MaxKeys": most,
            "IsTruncated": next_key is not None,
            "NextKeyMarker": None if next_key is None else write(next_key),
            "NextVersionIdMarker": next_version,
            "Versions": [_describe(one) | _describe_version(one) | {"Key": write(one.name)} for one in versions],
            "DeleteMarkers": [_describe_version(one) | {"Key": write(one.name)} for one in markers],
            "CommonPrefixes": [{"Prefix": write(name)} for name in prefixes],
            "EncodingType": asked.get("EncodingType"),
        }
        return {name: value for name, value in answer.items() if value is not None}

    def refuse_list_multipart_uploads(self, call: Call) -> None:
        """Refuse invalid page sizes and unknown encodings."""
        _check_page(call, "MaxUploads", "max-uploads")

    def answer_list_multipart_uploads(self, call: Call) -> dict[str, Any]:
        """List unfinished uploads by key and upload ID, page by page. moto has one page and doesn't encode keys.

        An upload ID counts as a marker only together with a key (API Reference, ListMultipartUploads).
        """
        asked, bucket = call.parameters, bucket_of(call)
        marker, prefix = asked.get("KeyMarker") or "", asked.get("Prefix") or ""
        upload_marker = (asked.get("UploadIdMarker") or "") if marker else ""
        after = (marker, upload_marker or chr(0x10FFFF))
        most = min(asked.get("MaxUploads", _LONGEST_PAGE), _LONGEST_PAGE)
        write = quote if asked.get("EncodingType") == "url" else str
        found = {(upload.key_name, upload.id): upload for upload in bucket.multiparts.values()}
        listed = [each for each in sorted(found) if each[0].startswith(prefix) and (not marker or each > after)]
        page = listed[:most]
        answer = {
            "Bucket": bucket.name,
            "KeyMarker": write(marker),
            "UploadIdMarker": upload_marker,
            "Prefix": write(prefix),
            "MaxUploads": most,
            "IsTruncated": 0 < len(page) < len(listed),
            "Uploads": [_describe_upload(found[each]) | {"Key": write(each[0])} for each in page],
            "EncodingType": asked.get("EncodingType"),
        }
        if answer["IsTruncated"]:
            answer |= {"NextKeyMarker": write(page[-1][0]), "NextUploadIdMarker": page[-1][1]}
        return {name: value for name, value in answer.items() if value is not None}


def _roll_up(names: Iterable[str], *, prefix: str, delimiter: str, after: str) -> dict[str, bool]:
    """Names with a prefix. Names with a delimiter after it are merged into a common prefix, which maps to True."""
    rolled: dict[str, bool] = {}
    for name in names:
        if name.startswith(prefix) and name > after:
            end = name.find(delimiter, len(prefix)) if delimiter else -1
            rolled[name if end < 0 else name[: end + len(delimiter)]] = end >= 0
    rolled.pop(after, None)
    return rolled


def _describe(key: FakeKey) -> dict[str, Any]:
    """An object as a list returns it."""
    described = {
        "LastModified": key.last_modified,
        "ETag": key.etag,
        "Size": key.size,
        "StorageClass": key.storage_class,
        "Owner": {"ID": _OWNER_ID},
    }
    return described | ({"ChecksumAlgorithm": [key.checksum_algorithm]} if key.checksum_algorithm else {})


def _describe_version(version: FakeKey | FakeDeleteMarker) -> dict[str, Any]:
    """What the lists of versions and of delete markers have in common."""
    return {
        "VersionId": version.version_id if version.version_id is not None else "null",
        "IsLatest": getattr(version, "is_latest", False),
        "LastModified": version.last_modified,
        "Owner": {"ID": _OWNER_ID},
    }


def _describe_upload(upload: FakeMultipart) -> dict[str, Any]:
    """An unfinished upload as a list returns it. moto doesn't keep when it was begun, so it says 2010, as moto does."""
    return {
        "UploadId": upload.id,
        "StorageClass": upload.storage or "STANDARD",
        "Owner": {"ID": _OWNER_ID},
        "Initiator": {"ID": _OWNER_ID},
        "Initiated": "2010-11-10T20:48:33.000Z",
    }


def _check_page(call: Call, member: str, name: str) -> None:
    """Refuse an invalid page size or encoding."""
    size, encoding = call.parameters.get(member), call.parameters.get("EncodingType")
    if size is not None and not 0 <= size <= _MOST:
        raise invalid_argument(f"{name} must be an integer from 0 to {_MOST}", name, str(size))
    if encoding not in (None, "url"):
        raise invalid_argument("Invalid Encoding Method specified in Request", "encoding-type", encoding)


def _limit_page(call: Call, name: str) -> None:
    """Limit the page size to 1,000. S3 returns 1,000 if more are asked for; moto would return more."""
    asked = re.compile(rf"(?<![^&]){name}=(\d+)")
    call.rewrite(query=asked.sub(lambda size: f"{name}={min(int(size[1]), _LONGEST_PAGE)}", call.request.query))


def _tokens() -> Any:
    return object_store()._pagination_tokens
