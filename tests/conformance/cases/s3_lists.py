"""S3: lists of objects and of buckets, page by page."""

from __future__ import annotations

from typing import Any

from tests.conformance.case import GAP, SAME, Account, case, documented, unverified

SERVICE = "s3"
RECALLED = unverified("believed to be among LocalStack's recordings of AWS, but not looked up there")
ERRORS = documented("S3 API Reference, Error responses")
LISTS = documented("S3 API Reference, ListObjectsV2")
MARKERS = documented("S3 API Reference, ListObjects")


@case("A page of a list holds no fewer than 0 keys", known_from=ERRORS, moto=GAP)
def negative_page(aws: Account) -> None:
    aws.refuses("InvalidArgument", 400, None, aws.client("s3").list_objects_v2, Bucket=aws.create_bucket(), MaxKeys=-1)


@case("A continuation token is one that was given out", known_from=RECALLED, moto=GAP)
def wrong_token(aws: Account) -> None:
    ask = {"Bucket": aws.create_bucket(), "ContinuationToken": "nonsense"}
    aws.refuses("InvalidArgument", 400, None, aws.client("s3").list_objects_v2, **ask)


@case("The encoding of a list is url or none", known_from=ERRORS, moto=GAP)
def list_encoding(aws: Account) -> None:
    ask = {"Bucket": aws.create_bucket(), "EncodingType": "base64"}
    aws.refuses("InvalidArgument", 400, None, aws.client("s3").list_objects_v2, **ask)


@case("A list that is asked for 5,000 keys says that it holds at most 1,000", known_from=LISTS, moto=GAP)
def long_page(aws: Account) -> None:
    assert aws.client("s3").list_objects_v2(Bucket=aws.create_bucket(), MaxKeys=5000)["MaxKeys"] == 1000


@case("A page of buckets leads to the next", known_from=documented("S3 API Reference, ListBuckets"), moto=GAP)
def pages_of_buckets(aws: Account) -> None:
    made = sorted(aws.create_bucket() for _ in range(3))
    pages = aws.client("s3").get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": 1})
    assert [b["Name"] for page in pages for b in page["Buckets"] if b["Name"] in made] == made


@case(
    "Regions of buckets are told to who asks for something in particular",
    known_from=documented("botocore, shape Bucket: BucketRegion"),
    moto=GAP,
)
def region_of_buckets(aws: Account) -> None:
    s3, bucket = aws.client("s3"), aws.create_bucket("eu-west-1")
    assert [b.get("BucketRegion") for b in s3.list_buckets(Prefix=bucket)["Buckets"]] == ["eu-west-1"]
    assert {b.get("BucketRegion") for b in s3.list_buckets()["Buckets"]} == {None}


@case("A page has 10,000 buckets at most", known_from=documented("botocore, shape MaxBuckets"), moto=GAP)
def page_of_too_many_buckets(aws: Account) -> None:
    aws.refuses("InvalidArgument", 400, None, aws.client("s3").list_buckets, MaxBuckets=10_001)


def fill_folders(aws: Account) -> str:
    """A bucket with two pages, and folders before, between and behind them; the first is there itself."""
    bucket = aws.create_bucket()
    for key in ("a/", "a/1", "b", "c/1", "d", "e/1"):
        aws.client("s3").put_object(Bucket=bucket, Key=key, Body=b"")
    return bucket


@case("A page of the first kind of list holds keys and folders, and leads to the next", known_from=MARKERS, moto=GAP)
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


@case("The first kind of list tells a next marker with a delimiter only", known_from=MARKERS, moto=GAP)
def no_next_marker(aws: Account) -> None:
    page = aws.client("s3").list_objects(Bucket=fill_folders(aws), MaxKeys=2)
    assert (page["IsTruncated"], "NextMarker" in page) == (True, False)


@case("A marker is a key, whether there is such an object or not", known_from=MARKERS, moto=SAME)
def marker_of_nothing(aws: Account) -> None:
    page = aws.client("s3").list_objects(Bucket=fill_folders(aws), Marker="c")
    assert [one["Key"] for one in page["Contents"]] == ["c/1", "d", "e/1"]
