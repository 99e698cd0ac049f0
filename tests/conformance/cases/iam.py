"""IAM: documents, names, limits, and what can't be deleted yet."""

from __future__ import annotations

import json
from typing import Any

from tests.conformance.case import GAP, SAME, Account, captured, case, documented, unverified

SERVICE = "iam"

ROLES = captured("LS test_iam_roles")
POLICIES = captured("LS test_iam_policies")
USERS = captured("LS test_iam_users")
GRAMMAR = documented("IAM User Guide, Grammar of the IAM JSON policy language")
CONFLICT = "Cannot delete entity, must {} first."
NOWHERE = "arn:aws:iam::{}:policy/nothing-of-this-name"


def trust(**changes: Any) -> str:
    """A trust policy for Lambda, with changes; a None takes a member away."""
    good = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    statement = {name: value for name, value in {**good, **changes}.items() if value is not None}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def permissions(**changes: Any) -> str:
    """A permission policy, with changes."""
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **changes}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def make_role(aws: Account) -> str:
    """A role for Lambda; its name. (The ARN ends with it.)"""
    return aws.create_role(service="lambda.amazonaws.com").rpartition("/")[2]


def make_policy(aws: Account) -> str:
    """A managed policy; its ARN."""
    iam = aws.client("iam")
    arn: str = iam.create_policy(PolicyName=aws.name("policy"), PolicyDocument=permissions())["Policy"]["Arn"]
    aws.clean_up(iam.delete_policy, PolicyArn=arn)
    return arn


def make_user(aws: Account) -> str:
    """A user; its name."""
    iam, name = aws.client("iam"), aws.name("user")
    iam.create_user(UserName=name)
    aws.clean_up(iam.delete_user, UserName=name)
    return name


def refuses_trust(aws: Account, message: str | None, document: str) -> None:
    """Check that a role with this trust policy can't be made."""
    aws.refuses(
        *("MalformedPolicyDocument", 400, message),
        aws.client("iam").create_role,
        RoleName=aws.name("role"),
        AssumeRolePolicyDocument=document,
    )


@case("A trust policy must be JSON", known_from=ROLES, moto=GAP)
def trust_is_json(aws: Account) -> None:
    refuses_trust(aws, "This policy contains invalid Json", "{nope")


@case("A trust policy allows nothing but to assume the role", known_from=ROLES, moto=GAP)
def trust_has_sts_actions(aws: Account) -> None:
    message = "AssumeRole policy may only specify STS AssumeRole actions."
    refuses_trust(aws, message, trust(Action="s3:GetObject"))


@case("A trust policy has no Resource", known_from=ROLES, moto=GAP)
def trust_has_no_resource(aws: Account) -> None:
    refuses_trust(aws, "Has prohibited field Resource", trust(Resource="*"))


@case("A trust policy says whom it trusts", known_from=documented("IAM User Guide, policy grammar"), moto=GAP)
def trust_has_a_principal(aws: Account) -> None:
    refuses_trust(aws, None, trust(Principal=None))


@case(
    "A trust policy can't name a service that doesn't exist", known_from=captured("hashicorp/terraform#35086"), moto=GAP
)
def trust_in_a_real_service(aws: Account) -> None:
    name = "edgelamda.amazonaws.com"
    refuses_trust(aws, f'Invalid principal in policy: "SERVICE":"{name}"', trust(Principal={"Service": name}))


@case("A trust policy can't name a role that doesn't exist", known_from=captured("opstrace/opstrace#88"), moto=GAP)
def trust_in_a_real_role(aws: Account) -> None:
    name = f"arn:aws:iam::{aws.account_id}:role/nothing-of-this-name"
    refuses_trust(aws, f'Invalid principal in policy: "AWS":"{name}"', trust(Principal={"AWS": name}))


@case(
    "A trust policy may name a service in one Region",
    known_from=documented("IAM User Guide, AWS service principals; states.REGION.amazonaws.com is used by many"),
    moto=SAME,
)
def trust_in_a_service_of_a_region(aws: Account) -> None:
    iam, name = aws.client("iam"), aws.name("role")
    document = trust(Principal={"Service": "states.eu-west-1.amazonaws.com"})
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]
    aws.clean_up(iam.delete_role, RoleName=name)
    assert made["AssumeRolePolicyDocument"] == json.loads(document)


@case("A changed trust policy is checked as a new one is", known_from=ROLES, moto=SAME)
def changed_trust_is_checked(aws: Account) -> None:
    name = make_role(aws)
    aws.refuses(
        *("MalformedPolicyDocument", 400, "Has prohibited field Resource"),
        aws.client("iam").update_assume_role_policy,
        RoleName=name,
        PolicyDocument=trust(Resource="*"),
    )


@case("A trust policy has at most 2,048 characters", known_from=captured("kubeflow/kubeflow#6687"), moto=GAP)
def trust_is_short(aws: Account) -> None:
    condition = {"StringEquals": {"aws:SourceArn": ["a" * 100] * 25}}
    aws.refuses(
        *("LimitExceeded", 409, "Cannot exceed quota for ACLSizePerRole: 2048"),
        aws.client("iam").create_role,
        RoleName=aws.name("role"),
        AssumeRolePolicyDocument=trust(Condition=condition),
    )


@case("A role's name has no spaces", known_from=documented("botocore roleNameType"), moto=GAP)
def role_name(aws: Account) -> None:
    iam = aws.client("iam")
    aws.refuses("ValidationError", 400, None, iam.create_role, RoleName="my role", AssumeRolePolicyDocument=trust())


@case("A path begins and ends with a slash", known_from=documented("botocore pathType"), moto=GAP)
def path(aws: Account) -> None:
    iam, name = aws.client("iam"), aws.name("role")
    document = trust()
    aws.refuses(
        "ValidationError", 400, None, iam.create_role, RoleName=name, Path="app", AssumeRolePolicyDocument=document
    )


@case("A role's name is taken once", known_from=ROLES, moto=SAME)
def role_exists(aws: Account) -> None:
    iam, name = aws.client("iam"), make_role(aws)
    message = f"Role with name {name} already exists."
    aws.refuses("EntityAlreadyExists", 409, message, iam.create_role, RoleName=name, AssumeRolePolicyDocument=trust())


@case("Names that differ in case only are the same", known_from=documented("botocore CreateRole.RoleName"), moto=GAP)
def role_exists_in_another_case(aws: Account) -> None:
    iam, name = aws.client("iam"), make_role(aws)
    aws.refuses(
        "EntityAlreadyExists", 409, None, iam.create_role, RoleName=name.upper(), AssumeRolePolicyDocument=trust()
    )


@case("A role that isn't there is named in AWS's words", known_from=ROLES, moto=GAP)
def no_such_role(aws: Account) -> None:
    name = aws.name("role")
    message = f"The role with name {name} cannot be found."
    aws.refuses("NoSuchEntity", 404, message, aws.client("iam").get_role, RoleName=name)


@case("An inline policy that isn't there is named in AWS's words", known_from=ROLES, moto=GAP)
def no_such_inline_policy(aws: Account) -> None:
    iam, name = aws.client("iam"), make_role(aws)
    message = "The role policy with name none cannot be found."
    aws.refuses("NoSuchEntity", 404, message, iam.get_role_policy, RoleName=name, PolicyName="none")


@case("A permission policy has no Principal", known_from=captured("hashicorp/terraform#13449"), moto=GAP)
def no_principal_in_permissions(aws: Account) -> None:
    iam, name, document = aws.client("iam"), make_role(aws), permissions(Principal="*")
    message = "Policy document should not specify a principal."
    aws.refuses(
        *("MalformedPolicyDocument", 400, message),
        iam.put_role_policy,
        RoleName=name,
        PolicyName="p",
        PolicyDocument=document,
    )


@case("A permission policy has a Resource", known_from=documented("IAM User Guide, policy grammar"), moto=SAME)
def permissions_have_a_resource(aws: Account) -> None:
    iam = aws.client("iam")
    document = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject"}]})
    aws.refuses(
        "MalformedPolicyDocument", 400, None, iam.create_policy, PolicyName=aws.name("p"), PolicyDocument=document
    )


@case("Inline policies of a role have 10,240 characters", known_from=captured("awslabs/adf#474"), moto=GAP)
def inline_policies_are_short(aws: Account) -> None:
    name, resources = make_role(aws), [f"arn:aws:s3:::{'a' * 50}{number}" for number in range(200)]
    aws.refuses(
        *("LimitExceeded", 409, f"Maximum policy size of 10240 bytes exceeded for role {name}"),
        aws.client("iam").put_role_policy,
        RoleName=name,
        PolicyName="long",
        PolicyDocument=permissions(Resource=resources),
    )


@case("A managed policy has 6,144 characters", known_from=captured("cloud-platform-environments#14473"), moto=GAP)
def managed_policies_are_short(aws: Account) -> None:
    resources = [f"arn:aws:s3:::{'a' * 50}{number}" for number in range(100)]
    aws.refuses(
        *("LimitExceeded", 409, "Cannot exceed quota for PolicySize: 6144"),
        aws.client("iam").create_policy,
        PolicyName=aws.name("policy"),
        PolicyDocument=permissions(Resource=resources),
    )


@case("White space doesn't count in a policy's length", known_from=documented("IAM User Guide, quotas"), moto=SAME)
def white_space_is_free(aws: Account) -> None:
    iam, spaces = aws.client("iam"), " " * 7000
    arn = iam.create_policy(PolicyName=aws.name("policy"), PolicyDocument=permissions() + spaces)["Policy"]["Arn"]
    aws.clean_up(iam.delete_policy, PolicyArn=arn)


@case("A role with inline policies can't be deleted", known_from=ROLES, moto=SAME)
def role_with_inline_policy(aws: Account) -> None:
    iam, name = aws.client("iam"), make_role(aws)
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=permissions())
    aws.clean_up(iam.delete_role_policy, RoleName=name, PolicyName="p")
    aws.refuses("DeleteConflict", 409, CONFLICT.format("delete policies"), iam.delete_role, RoleName=name)


@case("A role with attached policies can't be deleted", known_from=ROLES, moto=SAME)
def role_with_attached_policy(aws: Account) -> None:
    iam, name, arn = aws.client("iam"), make_role(aws), make_policy(aws)
    iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    aws.clean_up(iam.detach_role_policy, RoleName=name, PolicyArn=arn)
    aws.refuses("DeleteConflict", 409, CONFLICT.format("detach all policies"), iam.delete_role, RoleName=name)


@case("A policy that is attached can't be deleted", known_from=documented("botocore DeletePolicy"), moto=GAP)
def attached_policy(aws: Account) -> None:
    iam, name, arn = aws.client("iam"), make_role(aws), make_policy(aws)
    iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    aws.clean_up(iam.detach_role_policy, RoleName=name, PolicyArn=arn)
    aws.refuses("DeleteConflict", 409, None, iam.delete_policy, PolicyArn=arn)


@case("A policy's name is taken once", known_from=POLICIES, moto=SAME)
def policy_exists(aws: Account) -> None:
    iam, name = aws.client("iam"), make_policy(aws).rpartition("/")[2]
    message = f"A policy called {name} already exists. Duplicate names are not allowed."
    aws.refuses("EntityAlreadyExists", 409, message, iam.create_policy, PolicyName=name, PolicyDocument=permissions())


@case("A policy's default version can't be deleted", known_from=POLICIES, moto=SAME)
def default_version(aws: Account) -> None:
    iam, arn = aws.client("iam"), make_policy(aws)
    message = "Cannot delete the default version of a policy."
    aws.refuses("DeleteConflict", 409, message, iam.delete_policy_version, PolicyArn=arn, VersionId="v1")


@case("A policy has five versions at most", known_from=POLICIES, moto=SAME)
def five_versions(aws: Account) -> None:
    iam, arn = aws.client("iam"), make_policy(aws)
    for number in range(2, 6):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=permissions())
        aws.clean_up(iam.delete_policy_version, PolicyArn=arn, VersionId=f"v{number}")
    message = "A managed policy can have up to 5 versions. Before you create a new version"
    aws.refuses("LimitExceeded", 409, message, iam.create_policy_version, PolicyArn=arn, PolicyDocument=permissions())


@case("A policy's version that isn't there is named with its policy", known_from=POLICIES, moto=GAP)
def no_such_version(aws: Account) -> None:
    arn = make_policy(aws)
    message = f"Policy {arn} version v9 does not exist or is not attachable."
    aws.refuses("NoSuchEntity", 404, message, aws.client("iam").get_policy_version, PolicyArn=arn, VersionId="v9")


@case("A version's id begins with v", known_from=POLICIES, moto=GAP)
def version_id(aws: Account) -> None:
    message = "1 validation error detected: Value at 'versionId' failed to satisfy constraint: Member must satisfy "
    aws.refuses(
        *("ValidationError", 400, message + "regular expression pattern: v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?"),
        aws.client("iam").get_policy_version,
        PolicyArn="arn:aws:iam::aws:policy/IAMUserChangePassword",
        VersionId="1",
    )


@case("A policy that isn't there can't be attached", known_from=ROLES, moto=SAME)
def attach_nothing(aws: Account) -> None:
    name, arn = make_role(aws), NOWHERE.format(aws.account_id)
    message = f"Policy {arn} does not exist or is not attachable."
    aws.refuses("NoSuchEntity", 404, message, aws.client("iam").attach_role_policy, RoleName=name, PolicyArn=arn)


@case("What is attached must be an ARN", known_from=ROLES, moto=GAP)
def attach_a_name(aws: Account) -> None:
    name, wrong = make_role(aws), "longpolicynamebutnoarn"
    message = f"ARN {wrong} is not valid."
    aws.refuses("ValidationError", 400, message, aws.client("iam").attach_role_policy, RoleName=name, PolicyArn=wrong)


@case("AWS's own policies can be attached", known_from=documented("Lambda Developer Guide, roles"), moto=GAP)
def attach_an_aws_policy(aws: Account) -> None:
    iam, name = aws.client("iam"), make_role(aws)
    arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    aws.clean_up(iam.detach_role_policy, RoleName=name, PolicyArn=arn)
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    assert attached == [{"PolicyName": "AWSLambdaBasicExecutionRole", "PolicyArn": arn}]
    document = iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]["Document"]
    assert "logs:PutLogEvents" in document["Statement"][0]["Action"]


@case("Tag keys of a role are the same in every case", known_from=ROLES, moto=SAME)
def tag_keys(aws: Account) -> None:
    iam, name = aws.client("iam"), make_role(aws)
    tags = [{"Key": "Team", "Value": "1"}, {"Key": "team", "Value": "2"}]
    message = "Duplicate tag keys found. Please note that Tag keys are case insensitive."
    aws.refuses("InvalidInput", 400, message, iam.tag_role, RoleName=name, Tags=tags)


@case("A role's tag has a key of at most 128 characters", known_from=ROLES, moto=GAP)
def long_tag_key(aws: Account) -> None:
    iam, name = aws.client("iam"), make_role(aws)
    message = "Value at 'tags.1.member.key' failed to satisfy constraint: Member must have length less than or equal "
    tags = [{"Key": "k" * 129, "Value": ""}]
    aws.refuses("ValidationError", 400, message + "to 128", iam.tag_role, RoleName=name, Tags=tags)


@case("A user's name is taken once", known_from=USERS, moto=GAP)
def user_exists(aws: Account) -> None:
    name = make_user(aws)
    message = f"User with name {name} already exists."
    aws.refuses("EntityAlreadyExists", 409, message, aws.client("iam").create_user, UserName=name)


@case("A user with access keys can't be deleted", known_from=documented("botocore DeleteUser"), moto=GAP)
def user_with_keys(aws: Account) -> None:
    iam, name = aws.client("iam"), make_user(aws)
    key = iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"]
    aws.clean_up(iam.delete_access_key, UserName=name, AccessKeyId=key)
    aws.refuses("DeleteConflict", 409, None, iam.delete_user, UserName=name)


@case("The simulator says what a role may do", known_from=documented("botocore SimulatePrincipalPolicy"), moto=GAP)
def simulate(aws: Account) -> None:
    iam, arn = aws.client("iam"), aws.create_role(service="lambda.amazonaws.com")
    name = arn.rpartition("/")[2]
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=permissions())
    aws.clean_up(iam.delete_role_policy, RoleName=name, PolicyName="p")

    answer = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["s3:GetObject", "s3:PutObject"])

    decisions = {result["EvalActionName"]: result["EvalDecision"] for result in answer["EvaluationResults"]}
    assert decisions == {"s3:GetObject": "allowed", "s3:PutObject": "implicitDeny"}


@case("A policy that isn't stored can be simulated", known_from=documented("botocore SimulateCustomPolicy"), moto=GAP)
def simulate_custom(aws: Account) -> None:
    document = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*"},
    ]})  # fmt: skip
    answer = aws.client("iam").simulate_custom_policy(PolicyInputList=[document], ActionNames=["s3:DeleteBucket"])
    assert answer["EvaluationResults"][0]["EvalDecision"] == "explicitDeny"


@case("The condition keys of a policy can be asked for", known_from=documented("botocore"), moto=GAP)
def context_keys(aws: Account) -> None:
    document = permissions(Condition={"StringEquals": {"aws:SourceAccount": "1"}, "Bool": {"aws:SecureTransport": "1"}})
    answer = aws.client("iam").get_context_keys_for_custom_policy(PolicyInputList=[document])
    assert sorted(key.lower() for key in answer["ContextKeyNames"]) == ["aws:securetransport", "aws:sourceaccount"]


@case("Roles are listed page by page", known_from=captured("LS test_iam_roles, test_list_roles_pagination"), moto=SAME)
def pages_of_roles(aws: Account) -> None:
    iam, path = aws.client("iam"), f"/{aws.name('path')}/"
    arns = sorted(aws.create_role(path=path) for _ in range(3))
    first = iam.list_roles(PathPrefix=path, MaxItems=2)
    second = iam.list_roles(PathPrefix=path, MaxItems=2, Marker=first["Marker"])
    assert (len(first["Roles"]), first["IsTruncated"]) == (2, True)
    assert (len(second["Roles"]), second["IsTruncated"], "Marker" in second) == (1, False, False)
    assert sorted(role["Arn"] for role in first["Roles"] + second["Roles"]) == arns


@case("Names of inline policies are listed page by page", known_from=documented("botocore ListRolePolicies"), moto=GAP)
def pages_of_inline_policies(aws: Account) -> None:
    iam, name = aws.client("iam"), make_role(aws)
    for policy in ("a", "b", "c"):
        iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=permissions())
        aws.clean_up(iam.delete_role_policy, RoleName=name, PolicyName=policy)
    first = iam.list_role_policies(RoleName=name, MaxItems=2)
    assert (len(first["PolicyNames"]), first["IsTruncated"]) == (2, True)
    second = iam.list_role_policies(RoleName=name, MaxItems=2, Marker=first["Marker"])
    assert second["IsTruncated"] is False
    assert sorted(first["PolicyNames"] + second["PolicyNames"]) == ["a", "b", "c"]


@case("A last page that is full is the last", known_from=documented("botocore ListAttachedRolePolicies"), moto=GAP)
def full_page(aws: Account) -> None:
    iam, name, arns = aws.client("iam"), make_role(aws), [make_policy(aws), make_policy(aws)]
    for arn in arns:
        iam.attach_role_policy(RoleName=name, PolicyArn=arn)
        aws.clean_up(iam.detach_role_policy, RoleName=name, PolicyArn=arn)
    answer = iam.list_attached_role_policies(RoleName=name, MaxItems=2)
    assert (len(answer["AttachedPolicies"]), answer["IsTruncated"], "Marker" in answer) == (2, False, False)


@case("Who has a policy is found however short the page", known_from=documented("botocore"), moto=GAP)
def entities_of_a_policy(aws: Account) -> None:
    iam, arn, names = aws.client("iam"), make_policy(aws), [make_role(aws), make_role(aws)]
    name = max(names, key=lambda each: iam.get_role(RoleName=each)["Role"]["RoleId"])  # moto lists the other one first
    iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    aws.clean_up(iam.detach_role_policy, RoleName=name, PolicyArn=arn)
    answer = iam.list_entities_for_policy(PolicyArn=arn, EntityFilter="Role", MaxItems=1)
    assert [role["RoleName"] for role in answer["PolicyRoles"]] == [name]


@case("A policy's versions are listed newest first", known_from=POLICIES, moto=GAP)
def versions_of_a_policy(aws: Account) -> None:
    iam, arn = aws.client("iam"), make_policy(aws)
    for number in (2, 3):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=permissions())
        aws.clean_up(iam.delete_policy_version, PolicyArn=arn, VersionId=f"v{number}")
    versions = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    assert [(one["VersionId"], one["IsDefaultVersion"]) for one in versions] == [
        ("v3", False),
        ("v2", False),
        ("v1", True),
    ]
    assert all("Document" not in version for version in versions)


@case("A new version of a policy is answered without its document", known_from=POLICIES, moto=GAP)
def new_version(aws: Account) -> None:
    iam, arn = aws.client("iam"), make_policy(aws)
    version = iam.create_policy_version(PolicyArn=arn, PolicyDocument=permissions())["PolicyVersion"]
    aws.clean_up(iam.delete_policy_version, PolicyArn=arn, VersionId="v2")
    assert (version["VersionId"], version["IsDefaultVersion"]) == ("v2", False)
    assert "Document" not in version


@case(
    "Tag keys that begin with aws: are AWS's own", known_from=unverified("the code; the rule is documented"), moto=GAP
)
def reserved_tag_key(aws: Account) -> None:
    iam, name = aws.client("iam"), make_role(aws)
    aws.refuses("InvalidInput", 400, None, iam.tag_role, RoleName=name, Tags=[{"Key": "aws:team", "Value": "1"}])


@case("A trust policy's version is one of two", known_from=documented("IAM User Guide, policy grammar"), moto=GAP)
def unknown_version_of_trust(aws: Account) -> None:
    statement = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2020-01-01", "Statement": [statement]})
    create = aws.client("iam").create_role
    aws.refuses("MalformedPolicyDocument", 400, None, create, RoleName=aws.name("r"), AssumeRolePolicyDocument=document)


@case("A group with users can't be deleted", known_from=documented("botocore DeleteGroup"), moto=GAP)
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


@case("Statement IDs of a trust policy differ", known_from=GRAMMAR, moto=GAP)
def same_sid_of_trust(aws: Account) -> None:
    statement = json.loads(trust(Sid="Twice"))["Statement"]
    refuses_trust(aws, None, json.dumps({"Version": "2012-10-17", "Statement": [statement, statement]}))


@case("A statement ID of a trust policy has letters and digits only", known_from=GRAMMAR, moto=GAP)
def other_sid_of_trust(aws: Account) -> None:
    refuses_trust(aws, None, trust(Sid="with-hyphen"))


@case("A trust policy has no elements but IAM's", known_from=captured("Unknown field …, quoted by users"), moto=GAP)
def unknown_element_of_trust(aws: Account) -> None:
    refuses_trust(aws, "Unknown field Comment", json.dumps({**json.loads(trust()), "Comment": "why"}))
    refuses_trust(aws, "Unknown field Principals", trust(Principals="*"))


@case("A permissions boundary is a policy that there is", known_from=captured("quoted by users of rosa"), moto=GAP)
def missing_boundary(aws: Account) -> None:
    name = aws.name("role")
    boundary = f"arn:aws:iam::{aws.account_id}:policy/nobody-of-this-name"
    create, text = aws.client("iam").create_role, f"Scope ARN: {boundary} does not exist or is not attachable."
    role = {"RoleName": name, "AssumeRolePolicyDocument": trust(), "PermissionsBoundary": boundary}
    aws.refuses("NoSuchEntity", 404, text, create, **role)


@case("A policy that bounds a role can't be deleted", known_from=captured("gruntwork-io/cloud-nuke#972"), moto=GAP)
def boundary_in_use(aws: Account) -> None:
    iam, name = aws.client("iam"), aws.name("role")
    boundary = make_policy(aws)
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(), PermissionsBoundary=boundary)
    aws.clean_up(iam.delete_role, RoleName=name)

    aws.refuses("DeleteConflict", 409, "attached to", iam.delete_policy, PolicyArn=boundary)


@case("The simulator knows groups, too", known_from=documented("botocore SimulatePrincipalPolicy"), moto=GAP)
def simulate_group(aws: Account) -> None:
    iam, name = aws.client("iam"), aws.name("group")
    arn = iam.create_group(GroupName=name)["Group"]["Arn"]
    aws.clean_up(iam.delete_group, GroupName=name)
    iam.put_group_policy(GroupName=name, PolicyName="own", PolicyDocument=permissions())
    aws.clean_up(iam.delete_group_policy, GroupName=name, PolicyName="own")

    found = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["s3:GetObject"])["EvaluationResults"]
    assert [one["EvalDecision"] for one in found] == ["allowed"]


@case("The simulator keeps to a permissions boundary", known_from=documented("botocore SimulateCustomPolicy"), moto=GAP)
def simulate_boundary(aws: Account) -> None:
    found = aws.client("iam").simulate_custom_policy(
        PolicyInputList=[permissions(Action="*")],
        PermissionsBoundaryPolicyInputList=[permissions(Action="s3:Get*")],
        ActionNames=["s3:GetObject", "s3:PutObject"],
    )["EvaluationResults"]
    assert [one["EvalDecision"] for one in found] == ["allowed", "implicitDeny"]


@case("The simulator answers page by page", known_from=documented("botocore SimulateCustomPolicy"), moto=GAP)
def simulate_by_page(aws: Account) -> None:
    actions = ["s3:GetObject", "s3:PutObject"]
    asked = {"PolicyInputList": [permissions(Action="s3:*")], "ActionNames": actions, "MaxItems": 1}
    answer = aws.client("iam").simulate_custom_policy(**asked)
    assert (len(answer["EvaluationResults"]), answer["IsTruncated"]) == (1, True)

    rest = aws.client("iam").simulate_custom_policy(**asked, Marker=answer["Marker"])
    assert [one["EvalActionName"] for one in rest["EvaluationResults"]] == ["s3:PutObject"]


@case("What is simulated is a policy", known_from=documented("botocore SimulateCustomPolicy"), moto=GAP)
def simulate_nothing(aws: Account) -> None:
    simulate_it = aws.client("iam").simulate_custom_policy
    aws.refuses("InvalidInput", 400, None, simulate_it, PolicyInputList=["{nope"], ActionNames=["s3:GetObject"])


@case(
    "What is simulated has conditions that there are", known_from=documented("botocore SimulateCustomPolicy"), moto=GAP
)
def simulate_unknown_condition(aws: Account) -> None:
    simulate_it = aws.client("iam").simulate_custom_policy
    for condition in ({"StringSame": {"aws:username": "ada"}}, {"StringEquals": "ada"}):
        ask = {"PolicyInputList": [permissions(Condition=condition)], "ActionNames": ["s3:GetObject"]}
        aws.refuses("InvalidInput", 400, None, simulate_it, **ask)
