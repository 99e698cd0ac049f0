"""IAM: names, tags, boundaries and the deletion of roles."""

from __future__ import annotations

from tests.conformance.case import GAP, SAME, Account, captured, case, documented, unverified
from tests.conformance.iam_made import make_policy, make_role, permissions, trust

SERVICE = "iam"
ROLES = captured("LS test_iam_roles")
CONFLICT = "Cannot delete entity, must {} first."


@case(
    "CreateRole rejects a name with a space (ValidationError)", known_from=documented("botocore roleNameType"), moto=GAP
)
def role_name(aws: Account) -> None:
    iam = aws.client("iam")
    aws.refuses("ValidationError", 400, None, iam.create_role, RoleName="my role", AssumeRolePolicyDocument=trust())


@case(
    "CreateRole rejects a path that doesn't begin and end with a slash (ValidationError)",
    known_from=documented("botocore pathType"),
    moto=GAP,
)
def path(aws: Account) -> None:
    iam, name = aws.client("iam"), aws.name("role")
    document = trust()
    aws.refuses(
        "ValidationError", 400, None, iam.create_role, RoleName=name, Path="app", AssumeRolePolicyDocument=document
    )


@case("CreateRole rejects a name that a role already has (EntityAlreadyExists, 409)", known_from=ROLES, moto=SAME)
def role_exists(aws: Account) -> None:
    iam, name = aws.client("iam"), make_role(aws)
    message = f"Role with name {name} already exists."
    aws.refuses("EntityAlreadyExists", 409, message, iam.create_role, RoleName=name, AssumeRolePolicyDocument=trust())


@case(
    "CreateRole rejects a name that differs from an existing one only in case (EntityAlreadyExists, 409)",
    known_from=documented("botocore CreateRole.RoleName"),
    moto=GAP,
)
def role_exists_in_another_case(aws: Account) -> None:
    iam, name = aws.client("iam"), make_role(aws)
    aws.refuses(
        "EntityAlreadyExists", 409, None, iam.create_role, RoleName=name.upper(), AssumeRolePolicyDocument=trust()
    )


@case(
    'For a missing role, GetRole returns NoSuchEntity (404) and says "The role with name NAME cannot be found"',
    known_from=ROLES,
    moto=GAP,
)
def no_such_role(aws: Account) -> None:
    name = aws.name("role")
    message = f"The role with name {name} cannot be found."
    aws.refuses("NoSuchEntity", 404, message, aws.client("iam").get_role, RoleName=name)


@case("DeleteRole rejects a role with an inline policy (DeleteConflict, 409)", known_from=ROLES, moto=SAME)
def role_with_inline_policy(aws: Account) -> None:
    iam, name = aws.client("iam"), make_role(aws)
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=permissions())
    aws.clean_up(iam.delete_role_policy, RoleName=name, PolicyName="p")
    aws.refuses("DeleteConflict", 409, CONFLICT.format("delete policies"), iam.delete_role, RoleName=name)


@case("DeleteRole rejects a role with an attached policy (DeleteConflict, 409)", known_from=ROLES, moto=SAME)
def role_with_attached_policy(aws: Account) -> None:
    iam, name, arn = aws.client("iam"), make_role(aws), make_policy(aws)
    iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    aws.clean_up(iam.detach_role_policy, RoleName=name, PolicyArn=arn)
    aws.refuses("DeleteConflict", 409, CONFLICT.format("detach all policies"), iam.delete_role, RoleName=name)


@case("TagRole rejects two tag keys that differ only in case (InvalidInput)", known_from=ROLES, moto=SAME)
def tag_keys(aws: Account) -> None:
    iam, name = aws.client("iam"), make_role(aws)
    tags = [{"Key": "Team", "Value": "1"}, {"Key": "team", "Value": "2"}]
    message = "Duplicate tag keys found. Please note that Tag keys are case insensitive."
    aws.refuses("InvalidInput", 400, message, iam.tag_role, RoleName=name, Tags=tags)


@case("TagRole rejects a key of more than 128 characters (ValidationError)", known_from=ROLES, moto=GAP)
def long_tag_key(aws: Account) -> None:
    iam, name = aws.client("iam"), make_role(aws)
    message = "Value at 'tags.1.member.key' failed to satisfy constraint: Member must have length less than or equal "
    tags = [{"Key": "k" * 129, "Value": ""}]
    aws.refuses("ValidationError", 400, message + "to 128", iam.tag_role, RoleName=name, Tags=tags)


@case(
    "TagRole rejects a key that begins with aws: (InvalidInput)",
    known_from=unverified("the code; the rule is documented"),
    moto=GAP,
)
def reserved_tag_key(aws: Account) -> None:
    iam, name = aws.client("iam"), make_role(aws)
    aws.refuses("InvalidInput", 400, None, iam.tag_role, RoleName=name, Tags=[{"Key": "aws:team", "Value": "1"}])


@case(
    "CreateRole returns NoSuchEntity (404) for a permissions boundary that doesn't exist",
    known_from=captured("quoted by users of rosa"),
    moto=GAP,
)
def missing_boundary(aws: Account) -> None:
    name = aws.name("role")
    boundary = f"arn:aws:iam::{aws.account_id}:policy/nobody-of-this-name"
    create, text = aws.client("iam").create_role, f"Scope ARN: {boundary} does not exist or is not attachable."
    role = {"RoleName": name, "AssumeRolePolicyDocument": trust(), "PermissionsBoundary": boundary}
    aws.refuses("NoSuchEntity", 404, text, create, **role)


@case(
    "DeletePolicy rejects a policy that is a role's permissions boundary (DeleteConflict, 409)",
    known_from=captured("gruntwork-io/cloud-nuke#972"),
    moto=GAP,
)
def boundary_in_use(aws: Account) -> None:
    iam, name = aws.client("iam"), aws.name("role")
    boundary = make_policy(aws)
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(), PermissionsBoundary=boundary)
    aws.clean_up(iam.delete_role, RoleName=name)

    aws.refuses("DeleteConflict", 409, "attached to", iam.delete_policy, PolicyArn=boundary)


@case(
    "CreateRole stores Tags and Description. GetRole returns both, and ListRoles returns no Tags",
    known_from=documented("IAM API Reference, ListRoles"),
    moto=SAME,
)
def tags_of_role(aws: Account) -> None:
    iam, name, tags = aws.client("iam"), aws.name("role"), [{"Key": "team", "Value": "ferries"}]
    path = f"/{aws.name('path')}/"
    iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=trust(), Description="A role.", Tags=tags)
    aws.clean_up(iam.delete_role, RoleName=name)
    role = iam.get_role(RoleName=name)["Role"]
    assert (role["Tags"], role["Description"]) == (tags, "A role.")
    (listed,) = iam.list_roles(PathPrefix=path)["Roles"]
    assert ("Tags" in listed, listed["Description"]) == (False, "A role.")
