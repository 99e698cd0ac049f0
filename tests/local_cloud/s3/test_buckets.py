"""Buckets: names, regions, defaults, versioning and deletion."""

from __future__ import annotations

from typing import Any

import pytest

from local_cloud.errors import AwsError
from local_cloud.services.s3.buckets import check_bucket_name
from tests.kits.s3 import KIT, SOURCE, Kit, make_bucket, refused, set_versioning


@pytest.fixture
def kit() -> Kit:
    """S3 without buckets."""
    return KIT


@pytest.fixture
def bucket(kit: Kit) -> str:
    """A versioned bucket in Ireland."""
    return make_bucket(kit.ireland, SOURCE, versioned=True)


def put(kit: Kit, body: bytes = b"page", key: str = "index.html") -> str | None:
    """Put an object; returns its version id, if it has one."""
    return kit.ireland.put_object(Bucket=SOURCE, Key=key, Body=body).get("VersionId")


def versions(kit: Kit) -> list[str]:
    """The version ids of index.html, the current one first."""
    return [found["VersionId"] for found in kit.ireland.list_object_versions(Bucket=SOURCE).get("Versions", [])]


@pytest.mark.parametrize("name", ["Bad_Name", "192.168.0.1", "ab", "a" * 64, "-site", "site-", "a..b", "xn--site"])
def test_names_that_aws_refuses_are_refused(kit: Kit, name: str) -> None:
    with pytest.raises(AwsError, match="The specified bucket is not valid") as caught:
        check_bucket_name(name)

    assert (caught.value.code, caught.value.status) == ("InvalidBucketName", 400)


def test_a_deleted_encryption_setting_is_the_default_again(kit: Kit, bucket: str) -> None:
    kit.ireland.delete_bucket_encryption(Bucket=bucket)

    put(kit)
    assert kit.ireland.head_object(Bucket=bucket, Key="index.html")["ServerSideEncryption"] == "AES256"


def test_another_region_redirects_to_the_buckets_own(kit: Kit, bucket: str) -> None:
    host = f"{bucket}.s3.ap-southeast-1.amazonaws.com"
    response = kit.fetch("/index.html", host=host)

    assert response.status == 301
    assert response.header("x-amz-bucket-region") == "eu-west-1"
    assert b"<Code>PermanentRedirect</Code>" in response.body
    assert b"<Endpoint>site-source.s3.eu-west-1.amazonaws.com</Endpoint>" in response.body


@pytest.mark.parametrize("operation", ["head_object", "get_object"])
def test_botocore_follows_the_redirect(kit: Kit, bucket: str, operation: str) -> None:
    put(kit)

    found = getattr(kit.client("s3", "ap-southeast-1"), operation)(Bucket=bucket, Key="index.html")
    assert found["ContentLength"] == 4


def test_a_request_that_names_no_region_is_served(kit: Kit, bucket: str) -> None:
    assert kit.fetch(f"/{bucket}/index.html").status == 403


def test_a_suspended_bucket_has_one_null_version(kit: Kit, bucket: str) -> None:
    set_versioning(kit.ireland, bucket, "Suspended")
    put(kit, b"1")

    put(kit, b"2")

    assert versions(kit) == ["null"]


def test_versions_of_a_suspended_bucket_can_be_read_and_deleted_one_by_one(kit: Kit, bucket: str) -> None:
    old = put(kit, b"1")
    set_versioning(kit.ireland, bucket, "Suspended")
    put(kit, b"2")

    assert kit.ireland.head_object(Bucket=bucket, Key="index.html", VersionId=old)["ContentLength"] == 1
    kit.ireland.delete_object(Bucket=bucket, Key="index.html", VersionId=old)
    assert versions(kit) == ["null"]


@pytest.mark.parametrize("operation", ["get_object", "delete_object"])
def test_a_version_id_that_is_none_is_refused(kit: Kit, bucket: str, operation: str) -> None:
    answer = refused(getattr(kit.ireland, operation), Bucket=bucket, Key="index.html", VersionId="bogus")
    assert answer == ("InvalidArgument", 400, "Invalid version id specified")


def test_an_empty_bucket_is_deleted(kit: Kit, bucket: str) -> None:
    kit.ireland.delete_bucket(Bucket=bucket)

    assert refused(kit.ireland.get_bucket_versioning, Bucket=bucket)[:2] == ("NoSuchBucket", 404)


@pytest.mark.parametrize("acl", ["public-read", "private"])
def test_acls_are_not_supported_where_the_owner_owns_everything(kit: Kit, bucket: str, acl: str) -> None:
    answer = refused(kit.ireland.put_object, Bucket=bucket, Key="index.html", Body=b"", ACL=acl)
    assert answer == ("AccessControlListNotSupported", 400, "The bucket does not allow ACLs")


def test_the_one_acl_that_changes_nothing_is_taken(kit: Kit, bucket: str) -> None:
    kit.ireland.put_object(Bucket=bucket, Key="index.html", Body=b"", ACL="bucket-owner-full-control")

    assert versions(kit)


def test_an_object_can_have_no_tags_again(kit: Kit, bucket: str) -> None:
    kit.ireland.put_object(Bucket=bucket, Key="index.html", Body=b"", Tagging="a=b")

    kit.ireland.put_object_tagging(Bucket=bucket, Key="index.html", Tagging={"TagSet": []})

    assert kit.ireland.get_object_tagging(Bucket=bucket, Key="index.html")["TagSet"] == []


def test_a_sub_resource_that_is_not_done_makes_no_bucket(kit: Kit) -> None:
    metrics: dict[str, Any] = {"Id": "all"}
    client = kit.client("s3", "us-east-1")
    answer = refused(client.put_bucket_metrics_configuration, Bucket="ghost", Id="all", MetricsConfiguration=metrics)

    assert answer[:2] == ("NotImplemented", 501)
    assert client.list_buckets()["Buckets"] == []


def test_the_regional_endpoint_redirects_anonymous_visitors_to_what_s3_is(kit: Kit) -> None:
    response = kit.fetch("/", host="s3.eu-west-1.amazonaws.com")

    assert response.status == 307
    assert response.header("Location") == "https://aws.amazon.com/s3/"


def test_what_was_said_of_the_upload_is_not_told_to_readers(kit: Kit, bucket: str) -> None:
    put(kit)

    headers = kit.ireland.head_object(Bucket=bucket, Key="index.html")["ResponseMetadata"]["HTTPHeaders"]
    assert "x-amz-content-sha256" not in headers


def test_nobody_is_told_of_events_and_whoever_asks_for_it_is_refused(kit: Kit, bucket: str) -> None:
    function = {
        "LambdaFunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:f",
        "Events": ["s3:ObjectCreated:*"],
    }
    put_notification = kit.ireland.put_bucket_notification_configuration

    for wanted in ({"LambdaFunctionConfigurations": [function]}, {"EventBridgeConfiguration": {}}):
        assert refused(put_notification, Bucket=bucket, NotificationConfiguration=wanted)[:2] == ("NotImplemented", 501)
    put_notification(Bucket=bucket, NotificationConfiguration={})
