"""S3: lists of objects and of buckets, page by page."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote_plus

from tests.conformance.case import GAP, SAME, Account, case, documented, unverified

SERVICE = "s3"
RECALLED = unverified("believed to be among LocalStack's recordings of AWS, but not looked up there")
ERRORS = documented("S3 API Reference, Error responses")
LISTS = documented("S3 API Reference, ListObjectsV2")
MARKERS = documented("S3 API Reference, ListObjects")


@case("ListObjectsV2 rejects a negative MaxKeys (InvalidArgument)", known_from=ERRORS, moto=GAP)
def negative_page(aws: Account) -> None:
    aws.refuses("InvalidArgument", 400, None, aws.client("s3").list_objects_v2, Bucket=aws.create_bucket(), MaxKeys=-1)


@case("ListObjectsV2 rejects an invalid ContinuationToken (InvalidArgument)", known_from=RECALLED, moto=GAP)
def wrong_token(aws: Account) -> None:
    ask = {"Bucket": aws.create_bucket(), "ContinuationToken": "nonsense"}
    aws.refuses("InvalidArgument", 400, None, aws.client("s3").list_objects_v2, **ask)


@case("ListObjectsV2 rejects an EncodingType other than url (InvalidArgument)", known_from=ERRORS, moto=GAP)
def list_encoding(aws: Account) -> None:
    ask = {"Bucket": aws.create_bucket(), "EncodingType": "base64"}
    aws.refuses("InvalidArgument", 400, None, aws.client("s3").list_objects_v2, **ask)


@case("ListObjectsV2 with MaxKeys 5000 answers with MaxKeys 1000", known_from=LISTS, moto=GAP)
def long_page(aws: Account) -> None:
    assert aws.client("s3").list_objects_v2(Bucket=aws.create_bucket(), MaxKeys=5000)["MaxKeys"] == 1000


@case(
    "The pages of ListBuckets together list each bucket exactly once",
    known_from=documented("S3 API Reference, ListBuckets"),
    moto=GAP,
)
def pages_of_buckets(aws: Account) -> None:
    made = sorted(aws.create_bucket() for _ in range(3))
    pages = aws.client("s3").get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": 1})
    assert [b["Name"] for page in pages for b in page["Buckets"] if b["Name"] in made] == made


@case(
    "ListBuckets returns BucketRegion for a request with a Prefix, and not for one without parameters",
    known_from=documented("botocore, shape Bucket: BucketRegion"),
    moto=GAP,
)
def region_of_buckets(aws: Account) -> None:
    s3, bucket = aws.client("s3"), aws.create_bucket("eu-west-1")
    assert [b.get("BucketRegion") for b in s3.list_buckets(Prefix=bucket)["Buckets"]] == ["eu-west-1"]
    assert {b.get("BucketRegion") for b in s3.list_buckets()["Buckets"]} == {None}


@case(
    "ListBuckets rejects MaxBuckets above 10,000 (InvalidArgument)",
    known_from=documented("botocore, shape MaxBuckets"),
    moto=GAP,
)
def page_of_too_many_buckets(aws: Account) -> None:
    aws.refuses("InvalidArgument", 400, None, aws.client("s3").list_buckets, MaxBuckets=10_001)


def fill_folders(aws: Account) -> str:
    """A bucket with two pages, and folders before, between and behind them; the first is there itself."""
    bucket = aws.create_bucket()
    for key in ("a/", "a/1", "b", "c/1", "d", "e/1"):
        aws.client("s3").put_object(Bucket=bucket, Key=key, Body=b"")
    return bucket


@case(
    "ListObjects with a delimiter counts keys and common prefixes together, and NextMarker continues after both",
    known_from=MARKERS,
    moto=GAP,
)
def folders_by_page(aws: Account) -> None:
    asked: dict[str, Any] = {"Bucket": fill_folders(aws), "Delimiter": "/", "MaxKeys": 2}
    seen = []
    while True:
        page = aws.client("s3").list_objects(**asked)
        names = [one["Key"] for one in page.get("Contents", [])]
        seen.append(sorted(names + [one["Prefix"] for one in page.get("CommonPrefixes", [])]))
        if not page["IsTruncated"]:
            break
        asked["Marker"] = page["NextMarker"]
    assert seen == [["a/", "b"], ["c/", "d"], ["e/"]]


@case("ListObjects returns NextMarker only if the request has a delimiter", known_from=MARKERS, moto=GAP)
def no_next_marker(aws: Account) -> None:
    page = aws.client("s3").list_objects(Bucket=fill_folders(aws), MaxKeys=2)
    assert (page["IsTruncated"], "NextMarker" in page) == (True, False)


@case(
    "ListObjects accepts a Marker that isn't an existing key, and lists the keys after it",
    known_from=MARKERS,
    moto=SAME,
)
def marker_of_nothing(aws: Account) -> None:
    page = aws.client("s3").list_objects(Bucket=fill_folders(aws), Marker="c")
    assert [one["Key"] for one in page["Contents"]] == ["c/1", "d", "e/1"]


@case(
    "ListObjectVersions with EncodingType url returns keys and markers percent-encoded",
    known_from=documented("S3 API Reference, ListObjectVersions, encoding-type"),
    moto=GAP,
)
def encoded_versions(aws: Account) -> None:
    s3, bucket, keys = aws.client("s3"), aws.create_bucket(), ["a\nb", "c %+d", "e\rf"]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
        aws.clean_up(s3.delete_object, Bucket=bucket, Key=key)
    page = s3.list_object_versions(Bucket=bucket, EncodingType="url", MaxKeys=2)
    assert page["EncodingType"] == "url"
    assert [unquote_plus(version["Key"]) for version in page["Versions"]] == keys[:2]
    assert "a\nb" not in [version["Key"] for version in page["Versions"]]
    assert unquote_plus(page["NextKeyMarker"]) == keys[1]


@case(
    "ListMultipartUploads with EncodingType url returns keys and markers percent-encoded",
    known_from=documented("S3 API Reference, ListMultipartUploads, encoding-type"),
    moto=GAP,
)
def encoded_uploads(aws: Account) -> None:
    bucket, keys = aws.create_bucket(), ["a\nb", "c %+d", "e\rf"]
    for key in keys:
        begin_upload(aws, bucket, key)
    page = aws.client("s3").list_multipart_uploads(Bucket=bucket, EncodingType="url", MaxUploads=2)
    assert page["EncodingType"] == "url"
    assert [unquote_plus(upload["Key"]) for upload in page["Uploads"]] == keys[:2]
    assert "a\nb" not in [upload["Key"] for upload in page["Uploads"]]
    assert unquote_plus(page["NextKeyMarker"]) == keys[1]


@case(
    "ListMultipartUploads continues after KeyMarker and UploadIdMarker, also among uploads of one key",
    known_from=documented("S3 API Reference, ListMultipartUploads, upload-id-marker"),
    moto=GAP,
)
def pages_of_uploads(aws: Account) -> None:
    s3, bucket = aws.client("s3"), aws.create_bucket()
    begun = sorted(begin_upload(aws, bucket, key) for key in ("a", "a", "b"))
    found: list[str] = []
    position: Any = {}
    while position is not None:
        page = s3.list_multipart_uploads(Bucket=bucket, MaxUploads=1, **position)
        assert len(page["Uploads"]) == 1
        found += [upload["UploadId"] for upload in page["Uploads"]]
        after = {"KeyMarker": page.get("NextKeyMarker"), "UploadIdMarker": page.get("NextUploadIdMarker")}
        position = after if page["IsTruncated"] else None
    assert sorted(found) == begun


def begin_upload(aws: Account, bucket: str, key: str) -> str:
    """An unfinished upload; its id."""
    s3 = aws.client("s3")
    upload_id: str = s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
    aws.clean_up(s3.abort_multipart_upload, Bucket=bucket, Key=key, UploadId=upload_id)
    return upload_id
