"""S3: presigned URLs."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from typing import Any

from tests.conformance.case import GAP, Account, captured, case, documented
from tests.conformance.s3_made import put

SERVICE = "s3"
QUERY = documented("S3 API Reference, Authenticating Requests: Using Query Parameters")
SEOUL = "ap-northeast-2"  # knows Signature Version 4 only


def fetch(url: str) -> tuple[int, bytes]:
    """What a browser gets: status and body."""
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as refused:
        with refused:  # Python 3.14 warns of one that is left open
            return refused.code, refused.read()


def presign(aws: Account, **more: Any) -> str:
    """A URL of Signature Version 4, for an object that doesn't exist."""
    where = {"Bucket": aws.create_bucket(SEOUL), "Key": "page.html"}
    return str(aws.client("s3", SEOUL).generate_presigned_url("get_object", Params=where, **more))


@case(
    'An expired presigned URL returns 403 with "Request has expired"',
    known_from=captured("aws/aws-sdk-js#3820"),
    moto=GAP,
)
def presigned_url_expires(aws: Account) -> None:
    url = aws.client("s3").generate_presigned_url("get_object", Params=put(aws), ExpiresIn=1)

    def check() -> None:
        status, text = fetch(url)
        assert (status, b"<Message>Request has expired</Message>" in text) == (403, True)

    aws.eventually(check)


@case("A presigned URL with X-Amz-Expires above 604800, a week, returns 400", known_from=QUERY, moto=GAP)
def presigned_for_too_long(aws: Account) -> None:
    status, text = fetch(presign(aws, ExpiresIn=604_801))
    assert (status, b"X-Amz-Expires must be less than a week" in text) == (400, True)


@case(
    "A presigned URL without one of its X-Amz parameters returns 400; one without an access key returns "
    "AccessDenied (403)",
    known_from=QUERY,
    moto=GAP,
)
def incomplete_presigned_url(aws: Account) -> None:
    url = presign(aws)
    for name in ("X-Amz-Date", "X-Amz-Expires", "X-Amz-Credential", "X-Amz-Algorithm", "X-Amz-SignedHeaders"):
        status, text = fetch(re.sub(f"{name}=[^&]*&?", "", url))
        assert (status, b"Query-string authentication version 4 requires" in text) == (400, True)
    status, text = fetch(f"{url.partition('?')[0]}?Signature=x&Expires=4102444800")
    assert (status, b"<Code>AccessDenied</Code>" in text) == (403, True)


@case(
    "A URL presigned for another region returns an error that names the bucket's region",
    known_from=captured("aws/aws-cli#4338"),
    moto=GAP,
)
def presigned_url_of_another_region(aws: Account) -> None:
    _, text = fetch(aws.client("s3", SEOUL).generate_presigned_url("get_object", Params=put(aws)))
    assert b"the region 'ap-northeast-2' is wrong; expecting 'eu-west-1'" in text
