"""Uploads in chunks that are broken, halves of requests, and distributions that many change at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.exceptions import ClientError

from local_cloud.cloud import LocalCloud
from tests.local_cloud.front.junk import request_of

BROKEN = {
    "no size": b"\r\nhello\r\n0\r\n\r\n",
    "no hexadecimal": b"zz\r\nhello\r\n0\r\n\r\n",
    "negative size": b"-5\r\nhello\r\n0\r\n\r\n",
    "negative size of the rest": b"-1\r\nhello",
    "signed size": b"+5\r\nhello\r\n0\r\n\r\n",
    "underscore": b"0_5\r\nhello\r\n0\r\n\r\n",
    "too large": b"ffffffffffffffffffff\r\nhello\r\n0\r\n\r\n",
    "too long": b"3\r\nhello\r\n0\r\n\r\n",
    "too short": b"9\r\nhello\r\n0\r\n\r\n",
    "no end": b"5\r\nhello\r\n",
    "nothing": b"",
    "thousands of digits": b"f" * 5000 + b"\r\nhello\r\n0\r\n\r\n",
    "chunks that are none": b"hello",
    "NUL": b"5\0\r\nhello\r\n0\r\n\r\n",
}
SOUND = {
    "a signature of no form": b"5;chunk-signature=zz\r\nhello\r\n0;chunk-signature=\r\n\r\n",
    "an extension nobody knows": b"5;a=b;c\r\nhello\r\n0\r\n\r\n",
}
TRAILERS = {
    "no base64": b"x-amz-checksum-crc32:%%%\r\n",
    "another's sum": b"x-amz-checksum-crc32:AAAAAA==\r\n",
    "a short sum": b"x-amz-checksum-sha256:AA==\r\n",
}
HEADERS = {"X-Amz-Content-Sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "Content-Encoding": "aws-chunked"}


def upload(cloud: LocalCloud, body: bytes, **headers: str) -> tuple[int, int]:
    """The status of an upload in chunks, and that of a HEAD of its object afterwards."""
    sent = HEADERS | {name.replace("_", "-"): value for name, value in headers.items()}
    put = cloud.gateway.respond(request_of("PUT", "/site/chunked", headers=sent, body=body, signed="s3"))
    return put.status, cloud.gateway.respond(request_of("HEAD", "/site/chunked", signed="s3")).status


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_an_upload_whose_chunks_are_broken_is_refused_and_not_kept(
    cloud: LocalCloud, furnished: object, body: bytes
) -> None:
    assert upload(cloud, body) == (400, 404)


@pytest.mark.parametrize("body", SOUND.values(), ids=SOUND)
def test_what_a_chunk_says_beside_its_size_is_passed_over(cloud: LocalCloud, furnished: object, body: bytes) -> None:
    assert upload(cloud, body) == (200, 200)


@pytest.mark.parametrize("trailer", TRAILERS.values(), ids=TRAILERS)
def test_an_upload_whose_trailer_is_wrong_is_refused_and_not_kept(
    cloud: LocalCloud, furnished: object, trailer: bytes
) -> None:
    assert upload(cloud, b"5\r\nhello\r\n0\r\n" + trailer + b"\r\n") == (400, 404)


def test_an_upload_of_another_length_than_it_says_is_refused_and_not_kept(cloud: LocalCloud, furnished: object) -> None:
    body = b"5\r\nhello\r\n0\r\n\r\n"

    assert upload(cloud, body, X_Amz_Decoded_Content_Length="6") == (400, 404)


def test_changes_to_distributions_at_once_leave_one_of_each_and_no_internal_error(
    cloud: LocalCloud, client: Callable[..., Any], furnished: dict[str, list[str]]
) -> None:
    cloudfront = client("cloudfront")
    held = cloudfront.get_distribution_config(Id=furnished["Id"][0])
    config = held["DistributionConfig"]

    def change(number: int) -> list[int]:
        mine = config | {"CallerReference": f"shared-{number % 4}", "Comment": str(number), "Enabled": False}
        return [
            status_of(cloudfront.create_distribution, DistributionConfig=mine | {"Comment": ""}),
            status_of(
                cloudfront.update_distribution,
                Id=furnished["Id"][0],
                IfMatch=held["ETag"],
                DistributionConfig=config | {"Comment": str(number)},
            ),
            status_of(cloudfront.delete_distribution, Id=furnished["Id"][0], IfMatch=held["ETag"]),
        ]

    with ThreadPoolExecutor(8) as pool:
        statuses = [status for done in pool.map(change, range(16)) for status in done]

    listed = cloudfront.list_distributions()["DistributionList"]["Items"]
    assert len(listed) == 1 + 4
    assert sum(one["Comment"] != "" for one in listed) == 1
    assert set(statuses) <= {200, 201, 409, 412}


def status_of(method: Callable[..., Any], **parameters: Any) -> int:
    """The HTTP status of a call, whatever came of it."""
    try:
        answer = method(**parameters)
    except ClientError as error:
        answer = error.response
    return int(answer["ResponseMetadata"]["HTTPStatusCode"])


@pytest.mark.parametrize("body", [b"null", b"[]", b"1", b'"x"', b"true", b"{", b"[" * 20_000 + b"]" * 20_000])
@pytest.mark.parametrize("service", ["lambda", "logs", "tagging"])
def test_a_body_that_is_no_json_object_is_refused(cloud: LocalCloud, service: str, body: bytes) -> None:
    path, target = "/", {"logs": "Logs_20140328.DescribeLogGroups"}
    if service == "lambda":
        path = "/2015-03-31/functions"
    operation = target.get(service, "ResourceGroupsTaggingAPI_20170126.GetResources")
    headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": operation} if path == "/" else {}

    answer = cloud.gateway.respond(request_of("POST", path, headers=headers, body=body, signed=service))

    assert (answer.status, b"SerializationException" in answer.body) == (400, True)


@pytest.mark.parametrize("depth", [100, 900, 3000, 20_000])
def test_a_policy_nested_too_deep_is_malformed(cloud: LocalCloud, depth: int) -> None:
    cloud.reset()
    place = b"<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>"
    cloud.gateway.respond(request_of("PUT", "/site", body=place, signed="s3"))
    policy = '{"Version": "2012-10-17", "Statement": %s}' % ("[" * depth + "]" * depth)
    role = {"Action": "CreateRole", "Version": "2010-05-08", "RoleName": "r", "AssumeRolePolicyDocument": policy}
    form = {"content-type": "application/x-www-form-urlencoded"}

    bucket = cloud.gateway.respond(request_of("PUT", "/site", "policy", body=policy.encode(), signed="s3"))
    trust = cloud.gateway.respond(request_of("POST", "/", headers=form, body=urlencode(role).encode(), signed="iam"))

    assert (bucket.status, b"MalformedPolicy" in bucket.body) == (400, True)
    assert (trust.status, b"MalformedPolicyDocument" in trust.body) == (400, True)
