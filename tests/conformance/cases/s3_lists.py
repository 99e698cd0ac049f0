"""S3: lists of objects and of buckets, page by page."""

from __future__ import annotations

from typing import Any

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
