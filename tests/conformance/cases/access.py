"""Permissions: what the policies of users, groups, roles, sessions and buckets allow.

Each case makes its own users and roles, with their own keys. On AWS new keys and policies take some seconds to become
visible everywhere, so each case retries.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.conformance.case import GAP, SAME, Account, captured, case, documented

SERVICE = "iam"

EVALUATION = documented("IAM User Guide, Policy evaluation logic")
BOUNDARIES = captured("quoted by users of AWS, and in IAM User Guide, Permissions boundaries")
VARIABLES = documented("IAM User Guide, IAM policy elements: Variables and tags")
SENTENCES = documented("IAM User Guide, Troubleshoot access denied error messages")

Statement = dict[str, Any]


def allow(action: str | list[str], resource: str = "*", **more: Any) -> Statement:
    """A statement that allows something."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: str, resource: str = "*", **more: Any) -> Statement:
    """A statement that forbids something."""
    return allow(action, resource, **more) | {"Effect": "Deny"}


def write(*statements: Statement) -> str:
    """A policy of these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


class Principal:
    """A user or a role's session: makes clients with its own credentials.

    Attributes:
        arn: Who it is, as policies name it: a user, or the role of a session.
    """

    def __init__(self, aws: Account, arn: str, credentials: dict[str, Any]) -> None:
        self._aws, self.arn, self._credentials = aws, arn, credentials

    def client(self, service: str, region: str = "eu-west-1") -> Any:
        """A client that tries once."""
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self._aws.url,
            aws_access_key_id=self._credentials["AccessKeyId"],
            aws_secret_access_key=self._credentials["SecretAccessKey"],
            aws_session_token=self._credentials.get("SessionToken"),
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )


def make_user(aws: Account, *statements: Statement, boundary: str | None = None) -> Principal:
    """A user who may do what the statements say, and nothing else, within a permissions boundary if there is one."""
    iam, name = aws.client("iam"), aws.name("user")
    limited = {"PermissionsBoundary": boundary} if boundary else {}
    arn = iam.create_user(UserName=name, **limited)["User"]["Arn"]
    aws.clean_up(iam.delete_user, UserName=name)
    if statements:
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=write(*statements))
        aws.clean_up(iam.delete_user_policy, UserName=name, PolicyName="own")
    key = iam.create_access_key(UserName=name)["AccessKey"]
    aws.clean_up(iam.delete_access_key, UserName=name, AccessKeyId=key["AccessKeyId"])
    return Principal(aws, arn, key)


def make_session(
    aws: Account, *statements: Statement, boundary: str | None = None, policy: str | None = None
) -> Principal:
    """A session of a role that may do what the statements say. The role trusts a new user, who assumes it.

    Args:
        aws: The account.
        *statements: What the role may do.
        boundary: ARN of the role's permissions boundary.
        policy: The session's own policy.
    """
    user, iam, name = make_user(aws), aws.client("iam"), aws.name("role")
    trust = write({"Effect": "Allow", "Principal": {"AWS": user.arn}, "Action": "sts:AssumeRole"})
    limited = {"PermissionsBoundary": boundary} if boundary else {}
    made = again(aws, lambda: iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust, **limited))
    aws.clean_up(iam.delete_role, RoleName=name)
    if statements:
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=write(*statements))
        aws.clean_up(iam.delete_role_policy, RoleName=name, PolicyName="own")
    arn = made["Role"]["Arn"]
    own = {"Policy": policy} if policy else {}
    session = again(aws, lambda: user.client("sts").assume_role(RoleArn=arn, RoleSessionName="me", **own))
    return Principal(aws, arn, session["Credentials"])


def make_boundary(aws: Account, *statements: Statement) -> str:
    """A managed policy to use as a permissions boundary. Returns its ARN."""
    iam = aws.client("iam")
    arn: str = iam.create_policy(PolicyName=aws.name("boundary"), PolicyDocument=write(*statements))["Policy"]["Arn"]
    aws.clean_up(iam.delete_policy, PolicyArn=arn)
    return arn


def again(aws: Account, call: Callable[[], Any]) -> Any:
    """What a call answers, as soon as it isn't refused any more."""

    def check() -> Any:
        try:
            return call()
        except ClientError as error:
            raise AssertionError(str(error)) from error

    return aws.eventually(check)


def refused(aws: Account, code: str, message: str | None, method: Callable[..., Any], **parameters: Any) -> None:
    """A call is refused with 403, once AWS knows the new credentials."""
    aws.eventually(lambda: aws.refuses(code, 403, message, method, **parameters))


def put_bucket_policy(aws: Account, bucket: str, *statements: Statement) -> None:
    """Give a bucket a policy; on AWS, once its principals are known."""
    again(aws, lambda: aws.client("s3").put_bucket_policy(Bucket=bucket, Policy=write(*statements)))


@case(
    "A user without policies gets AccessDenied (403), and S3's message names the action",
    known_from=captured("a guide to GitLab's toolbox, s3cmd ls"),
    moto=GAP,
)
def user_without_policies(aws: Account) -> None:
    message = "is not authorized to perform: s3:ListAllMyBuckets because no identity-based policy allows the "
    refused(aws, "AccessDenied", message, make_user(aws).client("s3").list_buckets)


@case(
    "GetCallerIdentity works even for a user whose policy denies every action",
    known_from=documented("STS GetCallerIdentity"),
    moto=SAME,
)
def caller_identity(aws: Account) -> None:
    user = make_user(aws, deny("*"))
    assert again(aws, user.client("sts").get_caller_identity)["Arn"] == user.arn


@case(
    'The AccessDeniedException (403) of lambda:ListFunctions says "on resource: *"',
    known_from=captured("RhinoSecurityLabs/cloudgoat#384"),
    moto=GAP,
)
def lambda_code(aws: Account) -> None:
    message = "is not authorized to perform: lambda:ListFunctions on resource: * because no identity-based policy"
    refused(aws, "AccessDeniedException", message, make_user(aws).client("lambda").list_functions)


@case(
    'The AccessDenied message of iam:GetRole names the role as "role NAME", without its ARN',
    known_from=captured("aws/aws-cdk#27067"),
    moto=GAP,
)
def role_without_arn(aws: Account) -> None:
    role = aws.create_role().rpartition("/")[2]
    message = f"is not authorized to perform: iam:GetRole on resource: role {role} because no identity-based policy"
    refused(aws, "AccessDenied", message, make_user(aws).client("iam").get_role, RoleName=role)


@case(
    "The AccessDenied messages for ListHostedZones and ListDistributions name no resource",
    known_from=captured("aws-amplify/amplify-cli#12892, aws/aws-cdk#33249"),
    moto=GAP,
)
def without_resource(aws: Account) -> None:
    user = make_user(aws)
    message = "is not authorized to perform: route53:ListHostedZones because no identity-based policy allows the"
    refused(aws, "AccessDenied", message, user.client("route53").list_hosted_zones)
    message = "is not authorized to perform: cloudfront:ListDistributions because no identity-based policy allows the"
    refused(aws, "AccessDenied", message, user.client("cloudfront").list_distributions)


@case(
    "A user may put objects into the bucket that the policy names, and gets AccessDenied in another bucket",
    known_from=captured("aws-samples/serverless-patterns#2457"),
    moto=GAP,
)
def allowed_in_one_bucket(aws: Account) -> None:
    mine, other = aws.create_bucket(), aws.create_bucket()
    s3 = make_user(aws, allow("s3:PutObject", f"arn:aws:s3:::{mine}/*")).client("s3")
    again(aws, lambda: s3.put_object(Bucket=mine, Key="page", Body=b"mine"))
    message = f'is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::{other}/page" because no identity'
    refused(aws, "AccessDenied", message, s3.put_object, Bucket=other, Key="page", Body=b"not mine")


@case(
    'An explicit deny overrides an allow, and the AccessDenied message says "with an explicit deny"',
    known_from=SENTENCES,
    moto=GAP,
)
def explicit_deny(aws: Account) -> None:
    user = make_user(aws, allow("s3:*"), deny("s3:ListAllMyBuckets"))
    message = "s3:ListAllMyBuckets with an explicit deny in an identity-based policy"
    refused(aws, "AccessDenied", message, user.client("s3").list_buckets)


@case("A user has the permissions of their group's inline policy", known_from=EVALUATION, moto=SAME)
def by_group(aws: Account) -> None:
    iam, user, group = aws.client("iam"), make_user(aws), aws.name("group")
    iam.create_group(GroupName=group)
    aws.clean_up(iam.delete_group, GroupName=group)
    iam.put_group_policy(GroupName=group, PolicyName="own", PolicyDocument=write(allow("s3:ListAllMyBuckets")))
    aws.clean_up(iam.delete_group_policy, GroupName=group, PolicyName="own")
    member = {"GroupName": group, "UserName": user.arn.rpartition("/")[2]}
    iam.add_user_to_group(**member)
    aws.clean_up(iam.remove_user_from_group, **member)
    again(aws, user.client("s3").list_buckets)


@case(
    "Without s3:ListBucket, GetObject returns AccessDenied (403) for a key that doesn't exist",
    known_from=documented("S3 API Reference, GetObject"),
    moto=GAP,
)
def missing_object(aws: Account) -> None:
    bucket = aws.create_bucket()
    s3 = make_user(aws, allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*")).client("s3")
    refused(aws, "AccessDenied", None, s3.get_object, Bucket=bucket, Key="nothing")


@case(
    "CreateFunction needs iam:PassRole for the function's role (AccessDeniedException, 403)",
    known_from=captured("mozilla-iam/cis#33; the reason: alphagov/govuk-infrastructure#2439"),
    moto=GAP,
)
def pass_role(aws: Account) -> None:
    role, archive = aws.create_role(), io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr("handler.py", "def handler(event, context): return event\n")
    function = {"FunctionName": aws.name("function"), "Role": role, "Runtime": "python3.13"}
    code = {"Handler": "handler.handler", "Code": {"ZipFile": archive.getvalue()}}
    create = make_user(aws, allow("lambda:CreateFunction")).client("lambda", "us-east-1").create_function
    message = f"is not authorized to perform: iam:PassRole on resource: {role} because no identity-based policy"
    aws.clean_up(aws.client("lambda", "us-east-1").delete_function, FunctionName=function["FunctionName"])
    refused(aws, "AccessDeniedException", message, create, **function, **code)


@case(
    "A role session has only its role's permissions, and the AccessDenied message names the assumed role",
    known_from=EVALUATION,
    moto=GAP,
)
def session(aws: Account) -> None:
    bucket = aws.create_bucket()
    s3 = make_session(aws, allow("s3:ListBucket", f"arn:aws:s3:::{bucket}")).client("s3")
    again(aws, lambda: s3.list_objects_v2(Bucket=bucket))
    message = ":assumed-role/"
    refused(aws, "AccessDenied", message, s3.put_object, Bucket=bucket, Key="page", Body=b"no")


@case("A bucket policy that denies a role also denies the role's sessions", known_from=SENTENCES, moto=GAP)
def bucket_denies_role(aws: Account) -> None:
    bucket = aws.create_bucket()
    session = make_session(aws, allow("s3:*"))
    put_bucket_policy(aws, bucket, deny("s3:ListBucket", f"arn:aws:s3:::{bucket}", Principal={"AWS": session.arn}))
    message = "with an explicit deny in a resource-based policy"
    refused(aws, "AccessDenied", message, session.client("s3").list_objects_v2, Bucket=bucket)


@case("If a bucket policy allows a user, the user needs no identity-based policy", known_from=EVALUATION, moto=SAME)
def bucket_allows_user(aws: Account) -> None:
    bucket, user = aws.create_bucket(), make_user(aws)
    put_bucket_policy(aws, bucket, allow("s3:ListBucket", f"arn:aws:s3:::{bucket}", Principal={"AWS": user.arn}))
    again(aws, lambda: user.client("s3").list_objects_v2(Bucket=bucket))


@case(
    "A bucket policy that allows the account's root doesn't by itself allow the account's users (AccessDenied)",
    known_from=documented("IAM User Guide, Principal: AWS account principals"),
    moto=GAP,
)
def bucket_allows_account(aws: Account) -> None:
    bucket, user = aws.create_bucket(), make_user(aws)
    account = {"AWS": f"arn:aws:iam::{aws.account_id}:root"}
    put_bucket_policy(aws, bucket, allow("s3:ListBucket", f"arn:aws:s3:::{bucket}", Principal=account))
    refused(aws, "AccessDenied", "s3:ListBucket", user.client("s3").list_objects_v2, Bucket=bucket)


@case(
    "If the condition key route53:ChangeResourceRecordSetsRecordTypes allows only TXT, creating an A "
    "record returns AccessDenied",
    known_from=documented("R53DG/specifying-conditions-route53"),
    moto=GAP,
)
def only_txt_records(aws: Account) -> None:
    zone = f"{aws.name('zone')}.conformance-{aws.name('of')}.test"
    admin = aws.client("route53")
    zone_id = admin.create_hosted_zone(Name=zone, CallerReference=zone)["HostedZone"]["Id"]
    aws.clean_up(admin.delete_hosted_zone, Id=zone_id)
    only_txt = {"ForAllValues:StringEquals": {"route53:ChangeResourceRecordSetsRecordTypes": "TXT"}}
    user = make_user(aws, allow("route53:ChangeResourceRecordSets", Condition=only_txt))
    record = {"Name": f"www.{zone}", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}
    batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    change = user.client("route53").change_resource_record_sets
    refused(aws, "AccessDenied", None, change, HostedZoneId=zone_id, ChangeBatch=batch)


@case(
    "A role can't do what its permissions boundary doesn't allow, and the AccessDenied message names the boundary",
    known_from=BOUNDARIES,
    moto=GAP,
)
def permissions_boundary(aws: Account) -> None:
    bucket, boundary = aws.create_bucket(), make_boundary(aws, allow("s3:ListBucket"))
    session = make_session(aws, allow("s3:*"), boundary=boundary)

    again(aws, lambda: session.client("s3").list_objects_v2(Bucket=bucket))

    message = "because no permissions boundary allows the s3:GetBucketTagging action"
    refused(aws, "AccessDenied", message, session.client("s3").get_bucket_tagging, Bucket=bucket)


@case(
    "A user can't do what its permissions boundary doesn't allow, and the AccessDenied message names the boundary",
    known_from=BOUNDARIES,
    moto=GAP,
)
def boundary_of_a_user(aws: Account) -> None:
    bucket, boundary = aws.create_bucket(), make_boundary(aws, allow("s3:ListBucket"))
    user = make_user(aws, allow("s3:*"), boundary=boundary)

    again(aws, lambda: user.client("s3").list_objects_v2(Bucket=bucket))

    message = "because no permissions boundary allows the s3:GetBucketTagging action"
    refused(aws, "AccessDenied", message, user.client("s3").get_bucket_tagging, Bucket=bucket)


@case(
    "A bucket policy that names a role allows its session nothing beyond the role's permissions boundary "
    "(AccessDenied), and one that names the session does",
    known_from=documented("IAM User Guide, How AWS enforcement code logic evaluates requests to allow or deny access"),
    moto=GAP,
)
def bucket_policy_and_boundary(aws: Account) -> None:
    bucket, boundary = aws.create_bucket(), make_boundary(aws, allow("s3:ListBucket"))
    session = make_session(aws, boundary=boundary)
    account, role = session.arn.split(":")[4], session.arn.rpartition("/")[2]
    list_objects, put = session.client("s3").list_objects_v2, aws.client("s3").put_bucket_policy
    read = session.client("s3").get_bucket_tagging

    def let(who: str) -> None:
        statement = allow(["s3:ListBucket", "s3:GetBucketTagging"], f"arn:aws:s3:::{bucket}", Principal={"AWS": who})
        put(Bucket=bucket, Policy=write(statement))

    let(session.arn)
    again(aws, lambda: list_objects(Bucket=bucket))
    refused(aws, "AccessDenied", None, read, Bucket=bucket)
    let(f"arn:aws:sts::{account}:assumed-role/{role}/me")
    aws.eventually(lambda: aws.refuses("NoSuchTagSet", 404, None, read, Bucket=bucket))


BOUNDED = documented("IAM User Guide, Permissions boundaries for IAM entities; SAR/iam")


@case(
    "With the condition iam:PermissionsBoundary, CreateRole without that boundary or with another one returns "
    "AccessDenied",
    known_from=BOUNDED,
    moto=GAP,
)
def roles_must_be_bounded(aws: Account) -> None:
    boundary, other, name = make_boundary(aws, allow("s3:*")), make_boundary(aws, allow("*")), aws.name("role")
    only_bounded = {"StringEquals": {"iam:PermissionsBoundary": boundary}}
    user = make_user(aws, allow("iam:CreateRole", Condition=only_bounded))
    trust = write({"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"})
    create, role = user.client("iam").create_role, {"RoleName": name, "AssumeRolePolicyDocument": trust}

    again(aws, lambda: create(**role, PermissionsBoundary=boundary))
    aws.clean_up(aws.client("iam").delete_role, RoleName=name)

    refused(aws, "AccessDenied", "iam:CreateRole", create, **role)
    refused(aws, "AccessDenied", "iam:CreateRole", create, **role, PermissionsBoundary=other)


@case(
    "With the condition iam:PermissionsBoundary, PutRolePolicy and AttachRolePolicy on a role without that boundary "
    "return AccessDenied",
    known_from=BOUNDED,
    moto=GAP,
)
def only_bounded_roles(aws: Account) -> None:
    iam, boundary, bounded = aws.client("iam"), make_boundary(aws, allow("s3:*")), aws.name("bounded")
    actions = ["iam:PutRolePolicy", "iam:AttachRolePolicy"]
    user = make_user(aws, allow(actions, Condition={"StringEquals": {"iam:PermissionsBoundary": boundary}}))
    trust = write({"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"})
    iam.create_role(RoleName=bounded, AssumeRolePolicyDocument=trust, PermissionsBoundary=boundary)
    aws.clean_up(iam.delete_role, RoleName=bounded)
    unbounded, theirs = aws.create_role().rpartition("/")[2], user.client("iam")
    put, attach = theirs.put_role_policy, theirs.attach_role_policy
    inline = {"PolicyName": "own", "PolicyDocument": write(allow("*"))}
    managed = "arn:aws:iam::aws:policy/AdministratorAccess"

    again(aws, lambda: put(RoleName=bounded, **inline))
    aws.clean_up(iam.delete_role_policy, RoleName=bounded, PolicyName="own")

    refused(aws, "AccessDenied", "iam:PutRolePolicy", put, RoleName=unbounded, **inline)
    refused(aws, "AccessDenied", "iam:AttachRolePolicy", attach, RoleName=unbounded, PolicyArn=managed)


@case("A deny in a permissions boundary overrides the role's allow (AccessDenied)", known_from=SENTENCES, moto=GAP)
def boundary_denies(aws: Account) -> None:
    bucket, boundary = aws.create_bucket(), make_boundary(aws, allow("s3:*"), deny("s3:GetBucketTagging"))
    session = make_session(aws, allow("s3:*"), boundary=boundary)

    message = "with an explicit deny in a permissions boundary"
    refused(aws, "AccessDenied", message, session.client("s3").get_bucket_tagging, Bucket=bucket)


@case(
    "A session can't do what its session policy doesn't allow, and the AccessDenied message names the session policy",
    known_from=SENTENCES,
    moto=GAP,
)
def session_policy(aws: Account) -> None:
    bucket = aws.create_bucket()
    session = make_session(aws, allow("s3:*"), policy=write(allow("s3:ListBucket")))

    again(aws, lambda: session.client("s3").list_objects_v2(Bucket=bucket))

    message = "because no session policy allows the s3:GetBucketTagging action"
    refused(aws, "AccessDenied", message, session.client("s3").get_bucket_tagging, Bucket=bucket)


@case(
    "A policy resource with ${aws:username} allows only the keys below the user's own name",
    known_from=VARIABLES,
    moto=GAP,
)
def own_folder(aws: Account) -> None:
    bucket = aws.create_bucket()
    user = make_user(aws, allow("s3:PutObject", f"arn:aws:s3:::{bucket}/${{aws:username}}/*"))
    put, name = user.client("s3").put_object, user.arn.rpartition("/")[2]

    again(aws, lambda: put(Bucket=bucket, Key=f"{name}/page.html", Body=b""))

    refused(aws, "AccessDenied", "s3:PutObject", put, Bucket=bucket, Key="somebody/page.html", Body=b"")
