"""Bucket policies: which documents S3 takes."""

from __future__ import annotations

import json
from typing import Any

from tests.conformance.case import GAP, SAME, Account, captured, case, documented, unverified

SERVICE = "s3"

RECORDED = captured("LocalStack's test_s3 snapshots")
RECALLED = unverified("believed to be among LocalStack's recordings of AWS, but not looked up there")
GRAMMAR = documented("IAM User Guide, Grammar of the IAM JSON policy language; code MalformedPolicy")
QUOTED = captured("quoted by users of AWS, and in Zenko CloudServer's policy validator")
BLOCK = documented("S3 User Guide, Blocking public access")


def refuses(aws: Account, message: str | None = None, /, **changes: Any) -> None:
    """A statement with these changes is malformed; None leaves a member out."""
    bucket = aws.create_bucket()
    whole = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    statement = {name: value for name, value in {**whole, **changes}.items() if value is not None}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    aws.refuses("MalformedPolicy", 400, message, aws.client("s3").put_bucket_policy, Bucket=bucket, Policy=policy)


@case("A policy is JSON", known_from=RECORDED, moto=GAP)
def json_only(aws: Account) -> None:
    put, text = aws.client("s3").put_bucket_policy, "Policies must be valid JSON and the first byte must be '{'"
    aws.refuses("MalformedPolicy", 400, text, put, Bucket=aws.create_bucket(), Policy="invalid json")


@case("A policy speaks of its own bucket", known_from=GRAMMAR, moto=GAP)
def foreign_resource(aws: Account) -> None:
    refuses(aws, Resource="arn:aws:s3:::somebody-elses-bucket/*")


@case("A policy speaks of actions that there are", known_from=GRAMMAR, moto=GAP)
def unknown_action(aws: Account) -> None:
    refuses(aws, Action="s3:ReadObject")


@case("A policy speaks of principals that can be", known_from=GRAMMAR, moto=GAP)
def unknown_principal(aws: Account) -> None:
    refuses(aws, Principal={"AWS": "nobody"})


@case(
    "A policy can't name a user who doesn't exist",
    known_from=documented("re:Post, knowledge center, s3-invalid-principal-in-policy-error"),
    moto=GAP,
)
def missing_user(aws: Account) -> None:
    refuses(aws, Principal={"AWS": f"arn:aws:iam::{aws.account_id}:user/nobody-of-this-name"})


@case("A policy says Allow or Deny", known_from=GRAMMAR, moto=GAP)
def unknown_effect(aws: Account) -> None:
    refuses(aws, Effect="Perhaps")


@case("A bucket's policy names a principal", known_from=GRAMMAR, moto=GAP)
def no_principal(aws: Account) -> None:
    refuses(aws, Principal=None)


@case("An action on objects needs a resource below the bucket", known_from=GRAMMAR, moto=GAP)
def bucket_as_object(aws: Account) -> None:
    bucket = aws.create_bucket()
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    aws.refuses("MalformedPolicy", 400, None, aws.client("s3").put_bucket_policy, Bucket=bucket, Policy=policy)


@case("A new bucket keeps public policies out", known_from=BLOCK, moto=GAP)
def public_policy(aws: Account) -> None:
    bucket = aws.create_bucket()
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    aws.refuses("AccessDenied", 403, None, aws.client("s3").put_bucket_policy, Bucket=bucket, Policy=policy)


@case(
    "A bucket without a policy has none to get",
    known_from=captured("LocalStack's test_s3_api snapshot, test_bucket_policy_crud"),
    moto=SAME,
)
def no_policy(aws: Account) -> None:
    aws.refuses("NoSuchBucketPolicy", 404, None, aws.client("s3").get_bucket_policy, Bucket=aws.create_bucket())


@case("A policy's version is one of two", known_from=captured("api error MalformedPolicy, quoted by users"), moto=GAP)
def unknown_version(aws: Account) -> None:
    bucket = aws.create_bucket()
    who = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    policy = json.dumps({"Version": "2020-01-01", "Statement": [who]})
    put, said = aws.client("s3").put_bucket_policy, "The policy must contain a valid version string"
    aws.refuses("MalformedPolicy", 400, said, put, Bucket=bucket, Policy=policy)


@case("A policy names services that there are", known_from=QUOTED, moto=GAP)
def unknown_service(aws: Account) -> None:
    refuses(aws, "Invalid principal in policy", Principal={"Service": "cloudfrnt.amazonaws.com"})


@case("A policy asks for condition keys that S3 has", known_from=QUOTED, moto=GAP)
def unknown_condition_key(aws: Account) -> None:
    refuses(aws, "Policy has an invalid condition key", Condition={"StringEquals": {"s3:x-acl": "private"}})
