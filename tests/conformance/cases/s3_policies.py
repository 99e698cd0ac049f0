"""Bucket policies: which documents S3 accepts."""

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


def allow_everyone(bucket: str, condition: dict[str, Any]) -> str:
    """A policy that lets everyone read a bucket's objects, under a condition."""
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Condition": condition}]})


def is_kept(aws: Account, bucket: str, policy: str) -> None:
    """PutBucketPolicy accepts a policy, and GetBucketPolicy returns it."""
    aws.client("s3").put_bucket_policy(Bucket=bucket, Policy=policy)
    assert json.loads(aws.client("s3").get_bucket_policy(Bucket=bucket)["Policy"]) == json.loads(policy)


def is_kept_out(aws: Account, condition: dict[str, Any]) -> None:
    """A policy is public in spite of its condition, so a new bucket rejects it."""
    bucket = aws.create_bucket()
    policy = allow_everyone(bucket, condition)
    aws.refuses("AccessDenied", 403, None, aws.client("s3").put_bucket_policy, Bucket=bucket, Policy=policy)


@case("PutBucketPolicy rejects a text that isn't JSON (MalformedPolicy)", known_from=RECORDED, moto=GAP)
def json_only(aws: Account) -> None:
    put, text = aws.client("s3").put_bucket_policy, "Policies must be valid JSON and the first byte must be '{'"
    aws.refuses("MalformedPolicy", 400, text, put, Bucket=aws.create_bucket(), Policy="invalid json")


@case("A bucket policy's resources must belong to its bucket (MalformedPolicy)", known_from=GRAMMAR, moto=GAP)
def foreign_resource(aws: Account) -> None:
    refuses(aws, Resource="arn:aws:s3:::somebody-elses-bucket/*")


@case("A bucket policy rejects an action that doesn't exist (MalformedPolicy)", known_from=GRAMMAR, moto=GAP)
def unknown_action(aws: Account) -> None:
    refuses(aws, Action="s3:ReadObject")


@case(
    "A bucket policy rejects an AWS principal that is neither an ARN nor an account ID (MalformedPolicy)",
    known_from=GRAMMAR,
    moto=GAP,
)
def unknown_principal(aws: Account) -> None:
    refuses(aws, Principal={"AWS": "nobody"})


@case(
    "A bucket policy rejects the ARN of a user who doesn't exist (MalformedPolicy)",
    known_from=documented("re:Post, knowledge center, s3-invalid-principal-in-policy-error"),
    moto=GAP,
)
def missing_user(aws: Account) -> None:
    refuses(aws, Principal={"AWS": f"arn:aws:iam::{aws.account_id}:user/nobody-of-this-name"})


@case("A bucket policy rejects an Effect other than Allow or Deny (MalformedPolicy)", known_from=GRAMMAR, moto=GAP)
def unknown_effect(aws: Account) -> None:
    refuses(aws, Effect="Perhaps")


@case("A bucket policy's statement needs a Principal (MalformedPolicy)", known_from=GRAMMAR, moto=GAP)
def no_principal(aws: Account) -> None:
    refuses(aws, Principal=None)


@case(
    "A bucket policy rejects s3:GetObject on the bucket's own ARN, without a key (MalformedPolicy)",
    known_from=GRAMMAR,
    moto=GAP,
)
def bucket_as_object(aws: Account) -> None:
    bucket = aws.create_bucket()
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    aws.refuses("MalformedPolicy", 400, None, aws.client("s3").put_bucket_policy, Bucket=bucket, Policy=policy)


@case(
    "A bucket policy rejects s3:ListBucket if its only resource is BUCKET/* (MalformedPolicy)",
    known_from=QUOTED,
    moto=GAP,
)
def object_as_bucket(aws: Account) -> None:
    refuses(aws, "Action does not apply to any resource(s) in statement", Action=["s3:GetObject", "s3:ListBucket"])


@case(
    "A bucket policy rejects object actions beside s3:ListBucket if the bucket is the only resource (MalformedPolicy)",
    known_from=TEMPLATE,
    moto=GAP,
)
def one_action_too_many(aws: Account) -> None:
    bucket = aws.create_bucket()
    actions = ["s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject"]
    statement = {"Effect": "Deny", "Principal": "*", "Action": actions, "Resource": f"arn:aws:s3:::{bucket}"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    put, text = aws.client("s3").put_bucket_policy, "Action does not apply to any resource(s) in statement"
    aws.refuses("MalformedPolicy", 400, text, put, Bucket=bucket, Policy=policy)


@case(
    "A bucket policy accepts s3:Get* on the bucket's ARN, as some of these actions apply to buckets",
    known_from=GRAMMAR,
    moto=SAME,
)
def actions_with_a_star(aws: Account) -> None:
    bucket = aws.create_bucket()
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:Get*", "Resource": f"arn:aws:s3:::{bucket}"}
    statement["Condition"] = {
        "StringEquals": {"aws:PrincipalAccount": "111122223333"}
    }  # an account that sends no requests here

    is_kept(aws, bucket, json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


@case("A bucket policy rejects an unknown element, such as Conditions (MalformedPolicy)", known_from=QUOTED, moto=GAP)
def unknown_element(aws: Account) -> None:
    refuses(aws, "Unknown field Conditions", Conditions={})


@case("A condition operator needs keys and values, not a string (MalformedPolicy)", known_from=GRAMMAR, moto=GAP)
def condition_without_keys(aws: Account) -> None:
    refuses(aws, Condition={"StringEquals": "aws:SourceVpc"})


@case("PutBucketPolicy rejects a policy of more than 20 KB (MalformedPolicy)", known_from=SIZE, moto=GAP)
def long_policy(aws: Account) -> None:
    bucket = aws.create_bucket()
    resources = [f"arn:aws:s3:::{bucket}/{number:040}" for number in range(300)]
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": resources}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    assert len(policy) > 20 * 1024

    aws.refuses("MalformedPolicy", 400, None, aws.client("s3").put_bucket_policy, Bucket=bucket, Policy=policy)


@case(
    "Block Public Access rejects an Allow for everyone except one VPC endpoint (AccessDenied)",
    known_from=PUBLIC,
    moto=GAP,
)
def public_but_for_some(aws: Account) -> None:
    is_kept_out(aws, {"StringNotEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}})


@case(
    "Block Public Access rejects an Allow for everyone with a wildcard in aws:SourceVpc (AccessDenied)",
    known_from=PUBLIC,
    moto=GAP,
)
def public_by_wildcard(aws: Account) -> None:
    is_kept_out(aws, {"StringLike": {"aws:SourceVpc": "vpc-*"}})


@case("Block Public Access rejects an Allow for everyone from 0.0.0.0/1 (AccessDenied)", known_from=PUBLIC, moto=GAP)
def public_by_half(aws: Account) -> None:
    is_kept_out(aws, {"IpAddress": {"aws:SourceIp": "0.0.0.0/1"}})


@case("Block Public Access accepts an Allow for everyone from 192.0.2.0/24", known_from=PUBLIC, moto=SAME)
def narrow_network(aws: Account) -> None:
    bucket = aws.create_bucket()

    is_kept(aws, bucket, allow_everyone(bucket, {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}))


@case("A new bucket rejects a policy that lets everyone read its objects (AccessDenied)", known_from=BLOCK, moto=GAP)
def public_policy(aws: Account) -> None:
    bucket = aws.create_bucket()
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    aws.refuses("AccessDenied", 403, None, aws.client("s3").put_bucket_policy, Bucket=bucket, Policy=policy)


@case(
    "GetBucketPolicy returns NoSuchBucketPolicy (404) if the bucket has no policy",
    known_from=captured("LocalStack's test_s3_api snapshot, test_bucket_policy_crud"),
    moto=SAME,
)
def no_policy(aws: Account) -> None:
    aws.refuses("NoSuchBucketPolicy", 404, None, aws.client("s3").get_bucket_policy, Bucket=aws.create_bucket())


@case(
    "A bucket policy rejects a Version that doesn't exist, such as 2020-01-01 (MalformedPolicy)",
    known_from=captured("api error MalformedPolicy, quoted by users"),
    moto=GAP,
)
def unknown_version(aws: Account) -> None:
    bucket = aws.create_bucket()
    who = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    policy = json.dumps({"Version": "2020-01-01", "Statement": [who]})
    put, said = aws.client("s3").put_bucket_policy, "The policy must contain a valid version string"
    aws.refuses("MalformedPolicy", 400, said, put, Bucket=bucket, Policy=policy)


@case("A bucket policy rejects a service principal that doesn't exist (MalformedPolicy)", known_from=QUOTED, moto=GAP)
def unknown_service(aws: Account) -> None:
    refuses(aws, "Invalid principal in policy", Principal={"Service": "cloudfrnt.amazonaws.com"})


@case("A bucket policy rejects an s3: condition key that doesn't exist (MalformedPolicy)", known_from=QUOTED, moto=GAP)
def unknown_condition_key(aws: Account) -> None:
    refuses(aws, "Policy has an invalid condition key", Condition={"StringEquals": {"s3:x-acl": "private"}})
