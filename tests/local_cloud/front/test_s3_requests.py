"""Requests to S3 in every form: by path or by host, in chunks, unsigned."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from local_cloud.cloud import LocalCloud
from local_cloud.front.addressing import read_host
from tests.local_cloud.front.plain_http import Answer, Client, code_of


def test_metadata_names_come_back_in_lower_case(client: Client, bucket: str) -> None:
    client("s3").put_object(Bucket=bucket, Key="page", Body=b"x", Metadata={"Written-By": "me", "two_words": "yes"})

    head = client("s3").head_object(Bucket=bucket, Key="page")

    assert head["Metadata"] == {"written-by": "me", "two_words": "yes"}


@pytest.mark.parametrize("key", ["é/a b?x=1&q", "a%2Fb", "a//b", "/a", "a+b", "a/../b", "über#1", "dir/"])
def test_any_key_is_kept_as_it_is(client: Client, bucket: str, key: str) -> None:
    client("s3").put_object(Bucket=bucket, Key=key, Body=key.encode())

    assert client("s3").get_object(Bucket=bucket, Key=key)["Body"].read() == key.encode()
    assert [found["Key"] for found in client("s3").list_objects_v2(Bucket=bucket)["Contents"]] == [key]


@pytest.mark.parametrize(
    "host", ["site.s3.eu-west-1.amazonaws.com", "site.s3-eu-west-1.amazonaws.com", "site.localhost:4566"]
)
def test_a_bucket_may_be_named_by_the_host(ask: Callable[..., Answer], client: Client, bucket: str, host: str) -> None:
    client("s3").put_object(Bucket=bucket, Key="a%2Fb c", Body=b"found")

    assert ask("GET", "/a%252Fb%20c", Host=host).body == b"found"


def test_a_host_in_path_style_names_no_bucket(ask: Callable[..., Answer], client: Client, bucket: str) -> None:
    client("s3").put_object(Bucket=bucket, Key="page", Body=b"found")

    assert ask("GET", f"/{bucket}/page", Host="s3.eu-west-1.amazonaws.com").body == b"found"


def test_a_chunked_upload_arrives_whole(ask: Callable[..., Answer], client: Client, bucket: str) -> None:
    ask("PUT", f"/{bucket}/page", body=iter([b"one ", b"two"]), x_amz_content_sha256="UNSIGNED-PAYLOAD")

    assert client("s3").get_object(Bucket=bucket, Key="page")["Body"].read() == b"one two"


def test_an_aws_chunked_upload_is_stored_without_its_frame(
    ask: Callable[..., Answer], client: Client, bucket: str
) -> None:
    body = b"4\r\none \r\n3\r\ntwo\r\n0\r\n\r\n"
    headers = {"Content_Encoding": "aws-chunked", "x_amz_content_sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}

    ask("PUT", f"/{bucket}/page", body=body, **headers, x_amz_decoded_content_length="7")

    found = client("s3").get_object(Bucket=bucket, Key="page")
    assert found["Body"].read() == b"one two"
    assert "ContentEncoding" not in found


def test_an_aws_chunked_upload_that_breaks_off_is_refused(ask: Callable[..., Answer], bucket: str) -> None:
    answer = ask(
        "PUT", f"/{bucket}/page", body=b"ff\r\nshort", x_amz_content_sha256="STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    )

    assert (answer.status, code_of(answer)) == (400, "IncompleteBody")


def test_head_tells_the_length_and_sends_nothing(ask: Callable[..., Answer], client: Client, bucket: str) -> None:
    client("s3").put_object(Bucket=bucket, Key="page", Body=b"1234567", ContentType="text/html")

    answer = ask("HEAD", f"/{bucket}/page")

    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["Content-Length"] == "7"
    assert answer.headers["Content-Type"] == "text/html"


def test_an_unsigned_request_to_loopback_takes_the_region_of_the_bucket(
    ask: Callable[..., Answer], cloud: LocalCloud, bucket: str
) -> None:
    ask("GET", f"/{bucket}/page", signed="")

    assert cloud.calls[-1]["region"] == "eu-west-1"
    assert cloud.calls[-1]["principal"] is None


@pytest.mark.parametrize("resource", ["metrics&id=1", "requestPayment", "analytics&id=1", "intelligent-tiering&id=1"])
def test_a_bucket_resource_that_is_not_done_makes_no_bucket(
    ask: Callable[..., Answer], client: Client, resource: str
) -> None:
    answer = ask("PUT", f"/ghost?{resource}", body=b"<X/>")

    assert (answer.status, code_of(answer)) == (501, "NotImplemented")
    assert client("s3").list_buckets()["Buckets"] == []


def test_a_bucket_with_dots_is_read_from_the_host() -> None:
    assert read_host("my.site.s3.eu-west-1.amazonaws.com") == ("s3", "eu-west-1", "my.site")
