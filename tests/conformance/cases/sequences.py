"""What is left after a deletion, and in which order things go: facts that take several calls."""

from __future__ import annotations

import json

from tests.conformance.case import GAP, SAME, Account, captured, case, documented

SERVICE = "s3"

DELETION = documented("S3 User Guide, Deleting a general purpose bucket")


@case(
    "DeleteBucket returns BucketNotEmpty (409) until all versions and delete markers are deleted, then succeeds",
    known_from=DELETION,
    moto=SAME,
)
def versions_first(aws: Account) -> None:
    s3, bucket = aws.client("s3"), aws.create_bucket(versioned=True)
    version = s3.put_object(Bucket=bucket, Key="page", Body=b"1")["VersionId"]
    marker = s3.delete_object(Bucket=bucket, Key="page")["VersionId"]
    s3.delete_object(Bucket=bucket, Key="page", VersionId=version)
    aws.refuses("BucketNotEmpty", 409, None, s3.delete_bucket, Bucket=bucket)
    s3.delete_object(Bucket=bucket, Key="page", VersionId=marker)
    s3.delete_bucket(Bucket=bucket)
    aws.refuses("404", 404, None, s3.head_bucket, Bucket=bucket)


@case(
    "A bucket that is deleted and created again has none of its earlier tags or versioning",
    known_from=DELETION,
    moto=GAP,
    on_aws="a bucket's name may stay taken for hours",
)
def created_again(aws: Account) -> None:
    s3, bucket = aws.client("s3"), aws.create_bucket(versioned=True)
    tags = {"TagSet": [{"Key": "made-by", "Value": "a case"}]}
    s3.put_bucket_tagging(Bucket=bucket, Tagging=tags)
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == tags["TagSet"]
    s3.delete_bucket(Bucket=bucket)
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    aws.refuses("NoSuchTagSet", 404, None, s3.get_bucket_tagging, Bucket=bucket)
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)


@case(
    "PutBucketVersioning can suspend a source bucket's versioning after DeleteBucketReplication",
    known_from=captured("LocalStack's test_s3 snapshots: the refusal names this way out"),
    moto=GAP,
)
def replication_first(aws: Account) -> None:
    s3 = aws.client("s3")
    source, destination = aws.create_bucket(versioned=True), aws.create_bucket(versioned=True)
    role = aws.create_role("s3.amazonaws.com")
    rule = {
        "Status": "Enabled",
        "Priority": 1,
        "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": f"arn:aws:s3:::{destination}"},
    }
    s3.put_bucket_replication(Bucket=source, ReplicationConfiguration={"Role": role, "Rules": [rule]})
    suspended = {"Status": "Suspended"}
    suspend = s3.put_bucket_versioning
    aws.refuses("InvalidBucketState", 409, None, suspend, Bucket=source, VersioningConfiguration=suspended)
    s3.delete_bucket_replication(Bucket=source)
    suspend(Bucket=source, VersioningConfiguration=suspended)
    assert s3.get_bucket_versioning(Bucket=source)["Status"] == "Suspended"


@case(
    "DeleteBucketPolicy removes the policy, and calling it again succeeds",
    known_from=documented("S3 API Reference, DeleteBucketPolicy"),
    moto=SAME,
)
def policy_twice(aws: Account) -> None:
    s3, bucket = aws.client("s3"), aws.create_bucket()
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/secret",
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"]
    s3.delete_bucket_policy(Bucket=bucket)
    s3.delete_bucket_policy(Bucket=bucket)
    aws.refuses("NoSuchBucketPolicy", 404, None, s3.get_bucket_policy, Bucket=bucket)
