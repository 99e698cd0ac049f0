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
PUBLIC = documented('S3 User Guide, Blocking public access, The meaning of "public"')
SIZE = unverified("S3 User Guide, Bucket policies, has the limit; the refusal's code is not known")
TEMPLATE = captured("Udagram's suggested bucket policy, as its users quote the refusal")


def refuses(aws: Account, message: str | None = None, /, **changes: Any) -> None:
    """A statement with these changes is malformed; None leaves a member out."""
    bucket = aws.create_bucket()
    whole = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    statement = {name: value for name, value in {**whole, **changes}.items() if value is not None}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    aws.refuses("MalformedPolicy", 400, message, aws.client("s3").put_bucket_policy, Bucket=bucket, Policy=policy)


def allow_everybody(bucket: str, condition: dict[str, Any]) -> str:
    """A policy by which everybody may read a bucket's objects, on a condition."""
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Condition": condition}]})


def is_kept(aws: Account, bucket: str, policy: str) -> None:
    """A bucket takes a policy, and gives it back."""
    aws.client("s3").put_bucket_policy(Bucket=bucket, Policy=policy)
    assert json.loads(aws.client("s3").get_bucket_policy(Bucket=bucket)["Policy"]) == json.loads(policy)


def is_kept_out(aws: Account, condition: dict[str, Any]) -> None:
    """A policy is as public with a condition as without, and a new bucket keeps it out."""
    bucket = aws.create_bucket()
    policy = allow_everybody(bucket, condition)
    aws.refuses("AccessDenied", 403, None, aws.client("s3").put_bucket_policy, Bucket=bucket, Policy=policy)


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


@case("An action on buckets needs the bucket as a resource", known_from=QUOTED, moto=GAP)
def object_as_bucket(aws: Account) -> None:
    refuses(aws, "Action does not apply to any resource(s) in statement", Action=["s3:GetObject", "s3:ListBucket"])


@case("Each action of a statement needs a resource that it is done on", known_from=TEMPLATE, moto=GAP)
def one_action_too_many(aws: Account) -> None:
    bucket = aws.create_bucket()
    actions = ["s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject"]
    statement = {"Effect": "Deny", "Principal": "*", "Action": actions, "Resource": f"arn:aws:s3:::{bucket}"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    put, text = aws.client("s3").put_bucket_policy, "Action does not apply to any resource(s) in statement"
    aws.refuses("MalformedPolicy", 400, text, put, Bucket=bucket, Policy=policy)


@case("An action with a star needs a resource that one of its actions is done on", known_from=GRAMMAR, moto=SAME)
def actions_with_a_star(aws: Account) -> None:
    bucket = aws.create_bucket()
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:Get*", "Resource": f"arn:aws:s3:::{bucket}"}
    statement["Condition"] = {"StringEquals": {"aws:PrincipalAccount": "111122223333"}}  # nobody is kept out

    is_kept(aws, bucket, json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


@case("A policy with an element that there is not is refused", known_from=QUOTED, moto=GAP)
def unknown_element(aws: Account) -> None:
    refuses(aws, "Unknown field Conditions", Conditions={})


@case("A policy's condition is an operator's keys and values", known_from=GRAMMAR, moto=GAP)
def condition_without_keys(aws: Account) -> None:
    refuses(aws, Condition={"StringEquals": "aws:SourceVpc"})


@case("A policy has at most 20 KB", known_from=SIZE, moto=GAP)
def long_policy(aws: Account) -> None:
    bucket = aws.create_bucket()
    resources = [f"arn:aws:s3:::{bucket}/{number:040}" for number in range(300)]
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": resources}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    assert len(policy) > 20 * 1024

    aws.refuses("MalformedPolicy", 400, None, aws.client("s3").put_bucket_policy, Bucket=bucket, Policy=policy)


@case("A condition that leaves somebody out still lets everybody in", known_from=PUBLIC, moto=GAP)
def public_but_for_some(aws: Account) -> None:
    is_kept_out(aws, {"StringNotEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}})


@case("A condition with a wildcard still lets everybody in", known_from=PUBLIC, moto=GAP)
def public_by_wildcard(aws: Account) -> None:
    is_kept_out(aws, {"StringLike": {"aws:SourceVpc": "vpc-*"}})


@case("Half of the internet is everybody", known_from=PUBLIC, moto=GAP)
def public_by_half(aws: Account) -> None:
    is_kept_out(aws, {"IpAddress": {"aws:SourceIp": "0.0.0.0/1"}})


@case("A condition on a fixed network lets not everybody in", known_from=PUBLIC, moto=SAME)
def narrow_network(aws: Account) -> None:
    bucket = aws.create_bucket()

    is_kept(aws, bucket, allow_everybody(bucket, {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}))


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
