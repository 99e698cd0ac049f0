"""Parts of multipart objects: reading one, describing all, and copying into one."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import Any

from moto.s3.models import FakeKey

from local_cloud.call import Call, Response
from local_cloud.errors import AwsError
from local_cloud.object_store import object_store, part_sizes, set_part_sizes
from local_cloud.services.s3.lookups import bucket_of, invalid_argument

_RANGE = re.compile(r"bytes=(\d+)-(\d+)")
_MOST_PARTS = 1000


def find_upload(call: Call) -> Any:
    """The multipart upload that a call names. It must belong to the call's key.

    Raises:
        AwsError: NoSuchUpload.
    """
    upload_id = call.parameters["UploadId"]
    upload: Any = bucket_of(call).multiparts.get(upload_id)
    if upload is None or upload.key_name != call.parameters["Key"]:
        text = "The specified upload does not exist. The upload ID may be invalid, or the upload may have been"
        raise AwsError("NoSuchUpload", f"{text} aborted or completed.", 404, UploadId=upload_id)
    return upload


def keep_parts(version: FakeKey, numbers: list[int]) -> None:
    """Store the sizes of an upload's parts, and remove the parts from moto."""
    upload = version.multipart
    if upload:
        set_part_sizes(version, tuple(upload.parts[number].contentsize for number in numbers))
        upload.dispose()
        version.multipart = None


def check_part(call: Call, version: FakeKey) -> None:
    """Refuse a part after the last, and a part number together with a range.

    Raises:
        AwsError: InvalidPartNumber or InvalidRequest.
    """
    number, sizes = call.parameters["PartNumber"], part_sizes(version)
    if call.request.headers.get("range"):
        raise AwsError("InvalidRequest", "Cannot specify both Range header and partNumber query parameter")
    if not 1 <= number <= max(1, len(sizes)):
        raise AwsError("InvalidPartNumber", "The requested partnumber is not satisfiable", 416)


def ask_for_whole(call: Call) -> None:
    """Make moto return the whole object. `cut_to_part` then cuts out the requested part."""
    call.rewrite(query=re.sub(r"(?<![^&])partNumber=\d+", "", call.request.query))


def cut_to_part(call: Call, response: Response, version: FakeKey) -> None:
    """Cut an answer with a whole object to the requested part (S3 API Reference, GetObject)."""
    sizes = part_sizes(version)
    if not sizes or response.status != 200:
        return
    end = list(accumulate(sizes))[call.parameters["PartNumber"] - 1]
    begin = end - sizes[call.parameters["PartNumber"] - 1]
    response.status, response.body = 206, response.body[begin:end]
    response.set_header("Content-Length", str(end - begin))
    response.set_header("Content-Range", f"bytes {begin}-{end - 1}/{version.size}")
    response.set_header("x-amz-mp-parts-count", str(len(sizes)))


def describe_object(call: Call, version: FakeKey) -> dict[str, Any]:
    """The answer of GetObjectAttributes, with the parts, which moto leaves out."""
    wanted = call.parameters["ObjectAttributes"]
    found = object_store().get_object_attributes(version, wanted)
    checksum = {f"Checksum{name}": value for name, value in (found["checksum"] or {}).items() if name != "type"}
    if found["checksum"] and "type" in found["checksum"]:
        checksum["ChecksumType"] = found["checksum"]["type"]
    answer = {
        "LastModified": version.last_modified,
        "VersionId": None if version.version_id == "null" else version.version_id,
        "ETag": found["etag"],
        "Checksum": checksum or None,
        "ObjectSize": found["size"],
        "StorageClass": found["storage_class"],
        "ObjectParts": _describe_parts(call, version) if "ObjectParts" in wanted else None,
    }
    return {name: value for name, value in answer.items() if value is not None}


def _describe_parts(call: Call, version: FakeKey) -> dict[str, Any] | None:
    """The number of parts. Only objects with a checksum also get a list of them (S3 API Reference)."""
    sizes = part_sizes(version)
    if not sizes:
        return None
    if version.checksum_algorithm is None:
        return {"TotalPartsCount": len(sizes)}
    after, most = call.parameters.get("PartNumberMarker") or 0, call.parameters.get("MaxParts") or _MOST_PARTS
    numbered = [(number, size) for number, size in enumerate(sizes, 1) if number > after]
    page = numbered[: min(most, _MOST_PARTS)]
    return {
        "TotalPartsCount": len(sizes),
        "PartNumberMarker": after,
        "NextPartNumberMarker": page[-1][0] if page else after,
        "MaxParts": most,
        "IsTruncated": len(page) < len(numbered),
        "Parts": [{"PartNumber": number, "Size": size} for number, size in page],
    }


def check_copied_range(call: Call, source: FakeKey) -> None:
    """Refuse to copy a range outside the source.

    Raises:
        AwsError: InvalidArgument.
    """
    given = call.parameters.get("CopySourceRange")
    if given is None:
        return
    asked = _RANGE.fullmatch(given)
    if asked is None or int(asked[1]) > int(asked[2]):
        form = "bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy"
        raise invalid_argument(
            f"The x-amz-copy-source-range value must be of the form {form}", "x-amz-copy-source-range", given
        )
    if int(asked[2]) >= source.size:
        message = f"Range specified is not valid for source object of size: {source.size}"
        raise invalid_argument(message, "x-amz-copy-source-range", given)
