"""STS: the caller's identity, and which roles a caller may assume."""

from __future__ import annotations

import json
from typing import Any

import boto3
from botocore.config import Config

from tests.conformance.case import GAP, SAME, Account, captured, case, documented

SERVICE = "sts"

STS = captured("LS test_sts")


def make_role(aws: Account, **settings: Any) -> str:
    """A role that trusts the account, so that any user with the permission may assume it; its ARN."""
    iam, name = aws.client("iam"), aws.name("role")
    statement = {"Effect": "Allow", "Principal": {"AWS": aws.account_id}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document, **settings)["Role"]["Arn"]
    aws.clean_up(iam.delete_role, RoleName=name)
    return arn


def become(aws: Account, credentials: dict[str, Any]) -> Any:
    """A client of STS with the credentials of a session."""
    return boto3.client(
        "sts",
        region_name="us-east-1",
        endpoint_url=aws.url,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials.get("SessionToken"),
        config=Config(retries={"total_max_attempts": 1}),
    )


def assume(aws: Account, arn: str, **settings: Any) -> dict[str, Any]:
    """Assume a role; on AWS, once it is known everywhere."""
    answers: list[dict[str, Any]] = []

    def check() -> None:
        try:
            answers.append(aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="me", **settings))
        except aws.client("sts").exceptions.ClientError as error:
            raise AssertionError(str(error)) from error

    aws.eventually(check)
    return answers[-1]


@case(
    "AssumeRole returns AccessDenied (403) for a role that doesn't trust the caller",
    known_from=documented("IAM User Guide"),
    moto=GAP,
)
def not_trusted(aws: Account) -> None:
    arn = aws.create_role(service="s3.amazonaws.com")
    message = f"is not authorized to perform: sts:AssumeRole on resource: {arn}"
    aws.refuses("AccessDenied", 403, message, aws.client("sts").assume_role, RoleArn=arn, RoleSessionName="me")


@case(
    "AssumeRole returns AccessDenied (403), not 404, for a role that doesn't exist",
    known_from=documented("IAM User Guide"),
    moto=GAP,
)
def no_such_role(aws: Account) -> None:
    arn = f"arn:aws:iam::{aws.account_id}:role/nothing-of-this-name"
    aws.refuses("AccessDenied", 403, arn, aws.client("sts").assume_role, RoleArn=arn, RoleSessionName="me")


@case("AssumeRole rejects a RoleArn that isn't an ARN (ValidationError)", known_from=STS, moto=GAP)
def malformed_arn(aws: Account) -> None:
    wrong = "nothing-valid-in-here"
    assume_role = aws.client("sts").assume_role
    aws.refuses("ValidationError", 400, f"{wrong} is invalid", assume_role, RoleArn=wrong, RoleSessionName="me")


@case("AssumeRole rejects a RoleSessionName with a colon (ValidationError)", known_from=STS, moto=GAP)
def session_name(aws: Account) -> None:
    arn = make_role(aws)
    message = "1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to satisfy constraint: "
    message += "Member must satisfy regular expression pattern: [\\w+=,.@-]*"
    assume_role = aws.client("sts").assume_role
    aws.refuses("ValidationError", 400, message, assume_role, RoleArn=arn, RoleSessionName="Session1:2")


@case("AssumeRole rejects a RoleSessionName of more than 64 characters (ValidationError)", known_from=STS, moto=GAP)
def long_session_name(aws: Account) -> None:
    arn = make_role(aws)
    message = "failed to satisfy constraint: Member must have length less than or equal to 64"
    aws.refuses("ValidationError", 400, message, aws.client("sts").assume_role, RoleArn=arn, RoleSessionName="s" * 65)


@case(
    "AssumeRole rejects DurationSeconds above 43200, which is 12 hours (ValidationError)",
    known_from=documented("botocore roleDurationSecondsType"),
    moto=GAP,
)
def long_session(aws: Account) -> None:
    arn, assume_role = make_role(aws), aws.client("sts").assume_role
    aws.refuses("ValidationError", 400, None, assume_role, RoleArn=arn, RoleSessionName="me", DurationSeconds=43201)


@case(
    "AssumeRole rejects DurationSeconds above the role's MaxSessionDuration, one hour by default (ValidationError)",
    known_from=documented("botocore AssumeRole"),
    moto=GAP,
)
def longer_than_the_role_allows(aws: Account) -> None:
    arn, assume_role = make_role(aws), aws.client("sts").assume_role
    assume(aws, arn)
    aws.refuses("ValidationError", 400, None, assume_role, RoleArn=arn, RoleSessionName="me", DurationSeconds=7200)


@case(
    "GetCallerIdentity with a session's credentials returns the ARN and ID that AssumeRole returned",
    known_from=STS,
    moto=SAME,
)
def session_identity(aws: Account) -> None:
    arn = make_role(aws)

    answer = assume(aws, arn)

    identity = become(aws, answer["Credentials"]).get_caller_identity()
    name = arn.rpartition("/")[2]
    assert identity["Arn"] == f"arn:aws:sts::{aws.account_id}:assumed-role/{name}/me"
    assert identity["Arn"] == answer["AssumedRoleUser"]["Arn"]
    assert identity["UserId"] == answer["AssumedRoleUser"]["AssumedRoleId"]
    assert identity["UserId"].endswith(":me")


@case("AssumeRole without a session policy returns no PackedPolicySize", known_from=STS, moto=GAP)
def no_packed_size(aws: Account) -> None:
    assert "PackedPolicySize" not in assume(aws, make_role(aws))


@case(
    "GetCallerIdentity with a user's access key returns the user's ARN and ID",
    known_from=STS,
    moto=SAME,
    on_aws="new keys take some seconds",
)
def user_identity(aws: Account) -> None:
    iam, name = aws.client("iam"), aws.name("user")
    user = iam.create_user(UserName=name)["User"]
    aws.clean_up(iam.delete_user, UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    aws.clean_up(iam.delete_access_key, UserName=name, AccessKeyId=key["AccessKeyId"])

    identity = become(aws, key).get_caller_identity()

    assert (identity["Arn"], identity["UserId"]) == (user["Arn"], user["UserId"])


@case(
    "A role that trusts the account can't be assumed by a user without a policy (AccessDenied)",
    known_from=documented("IAM User Guide, policy evaluation logic"),
    moto=GAP,
    on_aws="new keys take some seconds, and are refused with another code until then",
)
def trusted_account(aws: Account) -> None:
    iam, name, arn = aws.client("iam"), aws.name("user"), make_role(aws)
    iam.create_user(UserName=name)
    aws.clean_up(iam.delete_user, UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    aws.clean_up(iam.delete_access_key, UserName=name, AccessKeyId=key["AccessKeyId"])

    aws.refuses("AccessDenied", 403, arn, become(aws, key).assume_role, RoleArn=arn, RoleSessionName="me")


@case(
    "An inactive or deleted access key is rejected with InvalidClientTokenId (403)",
    known_from=documented("IAM User Guide, Managing access keys; STS API Reference, Common errors"),
    moto=GAP,
    on_aws="deleting a key takes some seconds",
)
def deleted_key(aws: Account) -> None:
    iam, name = aws.client("iam"), aws.name("user")
    iam.create_user(UserName=name)
    aws.clean_up(iam.delete_user, UserName=name)
    for end in ("inactive", "deleted"):
        key = iam.create_access_key(UserName=name)["AccessKey"]
        which = {"UserName": name, "AccessKeyId": key["AccessKeyId"]}
        if end == "inactive":
            iam.update_access_key(**which, Status="Inactive")
        else:
            iam.delete_access_key(**which)
        aws.refuses("InvalidClientTokenId", 403, "is invalid", become(aws, key).get_caller_identity)
        if end == "inactive":
            iam.delete_access_key(**which)


@case(
    "AssumeRole rejects a session policy that isn't JSON (MalformedPolicyDocument)",
    known_from=documented("botocore AssumeRole, MalformedPolicyDocument"),
    moto=GAP,
)
def malformed_session_policy(aws: Account) -> None:
    arn = make_role(aws)
    assume = aws.client("sts").assume_role
    aws.refuses("MalformedPolicyDocument", 400, None, assume, RoleArn=arn, RoleSessionName="me", Policy="{nope")
