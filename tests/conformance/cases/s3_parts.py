"""S3: uploads in parts, and objects read by part."""

from __future__ import annotations

from typing import Any

from tests.conformance.case import GAP, SAME, Account, case, documented, unverified
from tests.conformance.s3_made import put, upload

SERVICE = "s3"
RECALLED = unverified("believed to be among LocalStack's recordings of AWS, but not looked up there")
ERRORS = documented("S3 API Reference, Error responses")
PART = documented("S3 API Reference, GetObject and HeadObject, partNumber")
COMPLETE = documented("S3 API Reference, CompleteMultipartUpload")
FIVE_MIB = 5 * 2**20


@case(
    "GetObject returns InvalidPartNumber (416) for part 9 of an object that was not uploaded in parts",
    known_from=RECALLED,
    moto=GAP,
)
def no_such_part(aws: Account) -> None:
    aws.refuses("InvalidPartNumber", 416, None, aws.client("s3").get_object, **put(aws), PartNumber=9)


@case(
    "CompleteMultipartUpload rejects a part of less than 5 MB that isn't the last (EntityTooSmall)",
    known_from=ERRORS,
    moto=SAME,
)
def small_part(aws: Account) -> None:
    where, parts = upload(aws, b"a", b"b")
    complete = aws.client("s3").complete_multipart_upload
    aws.refuses("EntityTooSmall", 400, None, complete, **where, MultipartUpload={"Parts": parts})


@case(
    "CompleteMultipartUpload rejects parts that are not in ascending order (InvalidPartOrder)",
    known_from=RECALLED,
    moto=GAP,
)
def part_order(aws: Account) -> None:
    where, parts = upload(aws, b"a", b"b")
    complete = aws.client("s3").complete_multipart_upload
    aws.refuses("InvalidPartOrder", 400, None, complete, **where, MultipartUpload={"Parts": parts[::-1]})


@case("CompleteMultipartUpload rejects a part that was not uploaded (InvalidPart)", known_from=ERRORS, moto=SAME)
def invalid_part(aws: Account) -> None:
    where, parts = upload(aws, b"a")
    complete, other = aws.client("s3").complete_multipart_upload, [{**parts[0], "PartNumber": 2}]
    aws.refuses("InvalidPart", 400, None, complete, **where, MultipartUpload={"Parts": other})


@case("UploadPart rejects part number 0 (InvalidArgument)", known_from=RECALLED, moto=GAP)
def part_zero(aws: Account) -> None:
    where, _ = upload(aws)
    aws.refuses("InvalidArgument", 400, None, aws.client("s3").upload_part, **where, PartNumber=0, Body=b"")


@case("UploadPart returns NoSuchUpload (404) for an upload ID that doesn't exist", known_from=ERRORS, moto=GAP)
def unknown_upload(aws: Account) -> None:
    where = {"Bucket": aws.create_bucket(), "Key": "big", "UploadId": "unknown"}
    aws.refuses("NoSuchUpload", 404, None, aws.client("s3").upload_part, **where, PartNumber=1, Body=b"")


def upload_two_parts(aws: Account) -> dict[str, Any]:
    """An object in two parts: five MiB of a, and `bb`. Its place."""
    where, parts = upload(aws, b"a" * FIVE_MIB, b"unused", b"bb")
    aws.client("s3").complete_multipart_upload(**where, MultipartUpload={"Parts": [parts[0], parts[2]]})
    del where["UploadId"]
    return where


@case(
    "GetObject and HeadObject with a PartNumber return that part; a number beyond the last returns "
    "InvalidPartNumber (416)",
    known_from=PART,
    moto=GAP,
)
def read_part(aws: Account) -> None:
    s3, where = aws.client("s3"), upload_two_parts(aws)
    answer = s3.get_object(**where, PartNumber=2)
    assert (answer["Body"].read(), answer["ResponseMetadata"]["HTTPStatusCode"]) == (b"bb", 206)
    assert answer["ContentRange"] == f"bytes {FIVE_MIB}-{FIVE_MIB + 1}/{FIVE_MIB + 2}"
    head = s3.head_object(**where, PartNumber=1)
    assert (head["ContentLength"], head["PartsCount"], head["ETag"]) == (FIVE_MIB, 2, answer["ETag"])
    aws.refuses("InvalidPartNumber", 416, None, s3.get_object, **where, PartNumber=3)


@case("GetObject rejects a PartNumber beside a Range (InvalidRequest)", known_from=RECALLED, moto=GAP)
def part_and_range(aws: Account) -> None:
    aws.refuses("InvalidRequest", 400, None, aws.client("s3").get_object, **put(aws), PartNumber=1, Range="bytes=0-1")


@case(
    "GetObjectAttributes returns TotalPartsCount for a multipart object, and no ObjectParts for another",
    known_from=documented("API Reference, GetObjectAttributes"),
    moto=GAP,
)
def attributes_of_parts(aws: Account) -> None:
    s3, where = aws.client("s3"), upload_two_parts(aws)
    found = s3.get_object_attributes(**where, ObjectAttributes=["ObjectParts", "ObjectSize"])
    assert (found["ObjectParts"]["TotalPartsCount"], found["ObjectSize"]) == (2, FIVE_MIB + 2)
    assert "ObjectParts" not in s3.get_object_attributes(**put(aws), ObjectAttributes=["ObjectParts", "ObjectSize"])


@case(
    "UploadPartCopy rejects a range that goes beyond the source's end or has no end (InvalidArgument)",
    known_from=RECALLED,
    moto=GAP,
)
def part_beyond_the_end(aws: Account) -> None:
    (where, _), copy = upload(aws), aws.client("s3").upload_part_copy
    source = {"CopySource": put(aws), "PartNumber": 1}
    for wrong in ("bytes=5-10", "bytes=5-"):
        aws.refuses("InvalidArgument", 400, None, copy, **where, **source, CopySourceRange=wrong)


@case(
    "CompleteMultipartUpload rejects an MpuObjectSize that isn't the object's size (InvalidRequest)",
    known_from=COMPLETE,
    moto=GAP,
)
def upload_of_another_size(aws: Account) -> None:
    where, parts = upload(aws, b"a")
    complete = aws.client("s3").complete_multipart_upload
    aws.refuses("InvalidRequest", 400, None, complete, **where, MultipartUpload={"Parts": parts}, MpuObjectSize=7)


@case(
    "UploadPart, ListParts and AbortMultipartUpload return NoSuchUpload (404) for an upload ID of another key",
    known_from=ERRORS,
    moto=GAP,
)
def upload_of_another_key(aws: Account) -> None:
    where, _ = upload(aws)
    other, s3 = {**where, "Key": "other"}, aws.client("s3")
    aws.refuses("NoSuchUpload", 404, None, s3.upload_part, **other, PartNumber=1, Body=b"")
    aws.refuses("NoSuchUpload", 404, None, s3.list_parts, **other)
    aws.refuses("NoSuchUpload", 404, None, s3.abort_multipart_upload, **other)
