"""IAM: users and groups."""

from __future__ import annotations

from tests.conformance.case import GAP, Account, captured, case, documented

SERVICE = "iam"
USERS = captured("LS test_iam_users")


def make_user(aws: Account) -> str:
    """A user; its name."""
    iam, name = aws.client("iam"), aws.name("user")
    iam.create_user(UserName=name)
    aws.clean_up(iam.delete_user, UserName=name)
    return name


@case("CreateUser rejects a name that a user already has (EntityAlreadyExists, 409)", known_from=USERS, moto=GAP)
def user_exists(aws: Account) -> None:
    name = make_user(aws)
    message = f"User with name {name} already exists."
    aws.refuses("EntityAlreadyExists", 409, message, aws.client("iam").create_user, UserName=name)


@case(
    "GetUser returns the permissions boundary that CreateUser or PutUserPermissionsBoundary set, until "
    "DeleteUserPermissionsBoundary",
    known_from=documented("botocore GetUser, PutUserPermissionsBoundary, DeleteUserPermissionsBoundary"),
    moto=GAP,
)
def boundary_of_a_user(aws: Account) -> None:
    iam, name, boundary = aws.client("iam"), aws.name("user"), "arn:aws:iam::aws:policy/ReadOnlyAccess"
    other = "arn:aws:iam::aws:policy/PowerUserAccess"
    iam.create_user(UserName=name, PermissionsBoundary=boundary)
    aws.clean_up(iam.delete_user, UserName=name)

    def returned() -> str | None:
        found: dict[str, str] = iam.get_user(UserName=name)["User"].get("PermissionsBoundary", {})
        return found.get("PermissionsBoundaryArn")

    assert returned() == boundary
    iam.put_user_permissions_boundary(UserName=name, PermissionsBoundary=other)
    assert returned() == other
    iam.delete_user_permissions_boundary(UserName=name)
    assert returned() is None


@case(
    "DeletePolicy rejects a policy that is a user's permissions boundary (DeleteConflict, 409)",
    known_from=documented("IAM User Guide, Permissions boundaries; botocore DeletePolicy"),
    moto=GAP,
)
def boundary_in_use(aws: Account) -> None:
    iam, name = aws.client("iam"), aws.name("user")
    document = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}'
    policy = iam.create_policy(PolicyName=aws.name("policy"), PolicyDocument=document)["Policy"]["Arn"]
    aws.clean_up(iam.delete_policy, PolicyArn=policy)
    iam.create_user(UserName=name, PermissionsBoundary=policy)
    aws.clean_up(iam.delete_user, UserName=name)
    aws.refuses("DeleteConflict", 409, "attached to", iam.delete_policy, PolicyArn=policy)


@case(
    "DeleteUser rejects a user with an access key (DeleteConflict, 409)",
    known_from=documented("botocore DeleteUser"),
    moto=GAP,
)
def user_with_keys(aws: Account) -> None:
    iam, name = aws.client("iam"), make_user(aws)
    key = iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"]
    aws.clean_up(iam.delete_access_key, UserName=name, AccessKeyId=key)
    aws.refuses("DeleteConflict", 409, None, iam.delete_user, UserName=name)


@case(
    "DeleteGroup rejects a group with a user (DeleteConflict, 409)",
    known_from=documented("botocore DeleteGroup"),
    moto=GAP,
)
def group_in_use(aws: Account) -> None:
    iam, user, group = aws.client("iam"), aws.name("user"), aws.name("group")
    for create, delete, which in (
        (iam.create_user, iam.delete_user, {"UserName": user}),
        (iam.create_group, iam.delete_group, {"GroupName": group}),
    ):
        create(**which)
        aws.clean_up(delete, **which)
    iam.add_user_to_group(UserName=user, GroupName=group)
    aws.clean_up(iam.remove_user_from_group, UserName=user, GroupName=group)
    aws.refuses("DeleteConflict", 409, None, iam.delete_group, GroupName=group)
