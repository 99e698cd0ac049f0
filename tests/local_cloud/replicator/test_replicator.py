"""What arrives in the destination, and what the statuses of an object and its replica say."""

from __future__ import annotations

import pytest

from tests.kits.s3 import (
    DESTINATION,
    ROLE_NAME,
    SOURCE,
    Kit,
    keys,
    put,
    rule,
    status,
)


def test_a_new_object_is_pending_until_its_replica_is_there(replicated: Kit) -> None:
    with replicated.real_time():
        put(replicated)

    assert status(replicated.ireland, SOURCE) == "PENDING"
    assert keys(replicated.singapore, DESTINATION) == set()
    replicated.replicator.reset()


def test_a_replicated_object_is_completed_and_its_twin_a_replica(replicated: Kit) -> None:
    put(replicated)
    replicated.settle()

    assert status(replicated.ireland, SOURCE) == "COMPLETED"
    assert status(replicated.singapore, DESTINATION) == "REPLICA"


def test_get_object_tells_the_replication_status_as_a_header(replicated: Kit) -> None:
    put(replicated)
    replicated.settle()

    answer = replicated.ireland.get_object(Bucket=SOURCE, Key="index.html")

    assert answer["ResponseMetadata"]["HTTPHeaders"]["x-amz-replication-status"] == "COMPLETED"


def test_a_replica_has_the_same_version_id_age_etag_metadata_and_tags(replicated: Kit) -> None:
    put(replicated, ContentType="text/html", CacheControl="max-age=60", Metadata={"by": "me"}, Tagging="a=b")
    replicated.settle()

    ours = replicated.ireland.get_object(Bucket=SOURCE, Key="index.html")
    theirs = replicated.singapore.get_object(Bucket=DESTINATION, Key="index.html")

    same = ("VersionId", "LastModified", "ETag", "ContentType", "CacheControl", "Metadata", "ServerSideEncryption")
    assert {name: theirs[name] for name in same} == {name: ours[name] for name in same}
    assert theirs["Body"].read() == b"page"
    tags = replicated.singapore.get_object_tagging(Bucket=DESTINATION, Key="index.html")["TagSet"]
    assert tags == [{"Key": "a", "Value": "b"}]


def test_a_multipart_upload_is_replicated_with_its_etag_and_its_parts(replicated: Kit) -> None:
    upload = replicated.ireland.create_multipart_upload(Bucket=SOURCE, Key="film.mp4")["UploadId"]
    part = replicated.ireland.upload_part(Bucket=SOURCE, Key="film.mp4", UploadId=upload, PartNumber=1, Body=b"scene")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    replicated.ireland.complete_multipart_upload(Bucket=SOURCE, Key="film.mp4", UploadId=upload, MultipartUpload=parts)
    replicated.settle()

    replica = replicated.singapore.head_object(Bucket=DESTINATION, Key="film.mp4", PartNumber=1)
    assert replica["ETag"].endswith('-1"')
    assert replica["PartsCount"] == 1
    assert replica["ReplicationStatus"] == "REPLICA"


def test_versions_arrive_in_their_order(replicated: Kit) -> None:
    written = [put(replicated, body=str(number).encode()) for number in range(5)]
    replicated.settle()

    current = replicated.singapore.get_object(Bucket=DESTINATION, Key="index.html")
    assert current["VersionId"] == written[-1]
    assert current["Body"].read() == b"4"


def test_replicas_are_not_replicated_further(replicated: Kit) -> None:
    back = {"Role": f"arn:aws:iam::123456789012:role/{ROLE_NAME}", "Rules": [rule()]}
    back["Rules"][0]["Destination"] = {"Bucket": f"arn:aws:s3:::{SOURCE}"}
    replicated.singapore.put_bucket_replication(Bucket=DESTINATION, ReplicationConfiguration=back)
    put(replicated)
    replicated.settle()

    assert status(replicated.singapore, DESTINATION) == "REPLICA"
    assert len(replicated.ireland.list_object_versions(Bucket=SOURCE)["Versions"]) == 1


def test_bucket_settings_are_not_replicated(replicated: Kit) -> None:
    cors = {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}
    replicated.ireland.put_bucket_cors(Bucket=SOURCE, CORSConfiguration=cors)
    replicated.settle()

    with pytest.raises(replicated.singapore.exceptions.ClientError, match="NoSuchCORSConfiguration"):
        replicated.singapore.get_bucket_cors(Bucket=DESTINATION)


def test_tags_put_on_a_replicated_object_reach_its_replica(replicated: Kit) -> None:
    put(replicated)
    replicated.settle()

    tags = {"TagSet": [{"Key": "seen", "Value": "yes"}]}
    replicated.ireland.put_object_tagging(Bucket=SOURCE, Key="index.html", Tagging=tags)
    replicated.settle()

    found = replicated.singapore.get_object_tagging(Bucket=DESTINATION, Key="index.html")
    assert found["TagSet"] == tags["TagSet"]
