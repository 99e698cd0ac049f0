"""IAM: permission policies, their sizes, versions and attachments."""

from __future__ import annotations

import json

from tests.conformance.case import GAP, SAME, Account, captured, case, documented
from tests.conformance.iam_made import make_policy, make_role, permissions

SERVICE = "iam"
ROLES = captured("LS test_iam_roles")
POLICIES = captured("LS test_iam_policies")
NOWHERE = "arn:aws:iam::{}:policy/nothing-of-this-name"


@case(
    'For a missing inline policy, GetRolePolicy returns NoSuchEntity (404) and says "The role policy with '
    'name NAME cannot be found"',
    known_from=ROLES,
    moto=GAP,
)
def no_such_inline_policy(aws: Account) -> None:
    iam, name = aws.client("iam"), make_role(aws)
    message = "The role policy with name none cannot be found."
    aws.refuses("NoSuchEntity", 404, message, iam.get_role_policy, RoleName=name, PolicyName="none")


@case(
    "CreatePolicy accepts the ARN of an S3 batch job, which has a region, and rejects a bucket's with a region "
    "(MalformedPolicyDocument)",
    known_from=documented("SAR/s3, Resource types defined by Amazon S3"),
    moto=GAP,
)
def regions_of_s3(aws: Account) -> None:
    iam, job = aws.client("iam"), f"arn:aws:s3:eu-west-1:{aws.account_id}:job/*"
    made = iam.create_policy(
        PolicyName=aws.name("policy"), PolicyDocument=permissions(Action="s3:DescribeJob", Resource=job)
    )
    aws.clean_up(iam.delete_policy, PolicyArn=made["Policy"]["Arn"])
    document = permissions(Action="s3:ListBucket", Resource="arn:aws:s3:eu-west-1::site")
    policy = {"PolicyName": aws.name("policy"), "PolicyDocument": document}
    aws.refuses("MalformedPolicyDocument", 400, None, iam.create_policy, **policy)


@case(
    "PutRolePolicy rejects a policy with a Principal (MalformedPolicyDocument)",
    known_from=captured("hashicorp/terraform#13449"),
    moto=GAP,
)
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


@case(
    "CreatePolicy rejects a policy without a Resource (MalformedPolicyDocument)",
    known_from=documented("IAM User Guide, policy grammar"),
    moto=SAME,
)
def permissions_have_a_resource(aws: Account) -> None:
    iam = aws.client("iam")
    document = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject"}]})
    aws.refuses(
        "MalformedPolicyDocument", 400, None, iam.create_policy, PolicyName=aws.name("p"), PolicyDocument=document
    )


@case(
    "PutRolePolicy rejects more than 10,240 bytes of inline policies (LimitExceeded, 409)",
    known_from=captured("awslabs/adf#474"),
    moto=GAP,
)
def inline_policies_are_short(aws: Account) -> None:
    name, resources = make_role(aws), [f"arn:aws:s3:::{'a' * 50}{number}" for number in range(200)]
    aws.refuses(
        *("LimitExceeded", 409, f"Maximum policy size of 10240 bytes exceeded for role {name}"),
        aws.client("iam").put_role_policy,
        RoleName=name,
        PolicyName="long",
        PolicyDocument=permissions(Resource=resources),
    )


@case(
    "CreatePolicy rejects a policy of more than 6,144 characters (LimitExceeded, 409)",
    known_from=captured("cloud-platform-environments#14473"),
    moto=GAP,
)
def managed_policies_are_short(aws: Account) -> None:
    resources = [f"arn:aws:s3:::{'a' * 50}{number}" for number in range(100)]
    aws.refuses(
        *("LimitExceeded", 409, "Cannot exceed quota for PolicySize: 6144"),
        aws.client("iam").create_policy,
        PolicyName=aws.name("policy"),
        PolicyDocument=permissions(Resource=resources),
    )


@case(
    "CreatePolicy doesn't count white space in a policy's length",
    known_from=documented("IAM User Guide, quotas"),
    moto=SAME,
)
def white_space_is_free(aws: Account) -> None:
    iam, spaces = aws.client("iam"), " " * 7000
    arn = iam.create_policy(PolicyName=aws.name("policy"), PolicyDocument=permissions() + spaces)["Policy"]["Arn"]
    aws.clean_up(iam.delete_policy, PolicyArn=arn)


@case(
    "DeletePolicy rejects a policy that is attached to a role (DeleteConflict, 409)",
    known_from=documented("botocore DeletePolicy"),
    moto=GAP,
)
def attached_policy(aws: Account) -> None:
    iam, name, arn = aws.client("iam"), make_role(aws), make_policy(aws)
    iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    aws.clean_up(iam.detach_role_policy, RoleName=name, PolicyArn=arn)
    aws.refuses("DeleteConflict", 409, None, iam.delete_policy, PolicyArn=arn)


@case(
    "CreatePolicy rejects a name that a policy already has (EntityAlreadyExists, 409)", known_from=POLICIES, moto=SAME
)
def policy_exists(aws: Account) -> None:
    iam, name = aws.client("iam"), make_policy(aws).rpartition("/")[2]
    message = f"A policy called {name} already exists. Duplicate names are not allowed."
    aws.refuses("EntityAlreadyExists", 409, message, iam.create_policy, PolicyName=name, PolicyDocument=permissions())


@case("DeletePolicyVersion rejects the default version (DeleteConflict, 409)", known_from=POLICIES, moto=SAME)
def default_version(aws: Account) -> None:
    iam, arn = aws.client("iam"), make_policy(aws)
    message = "Cannot delete the default version of a policy."
    aws.refuses("DeleteConflict", 409, message, iam.delete_policy_version, PolicyArn=arn, VersionId="v1")


@case("CreatePolicyVersion rejects a sixth version (LimitExceeded, 409)", known_from=POLICIES, moto=SAME)
def five_versions(aws: Account) -> None:
    iam, arn = aws.client("iam"), make_policy(aws)
    for number in range(2, 6):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=permissions())
        aws.clean_up(iam.delete_policy_version, PolicyArn=arn, VersionId=f"v{number}")
    message = "A managed policy can have up to 5 versions. Before you create a new version"
    aws.refuses("LimitExceeded", 409, message, iam.create_policy_version, PolicyArn=arn, PolicyDocument=permissions())


@case(
    "For a missing version, GetPolicyVersion returns NoSuchEntity (404), and the message names the "
    "policy's ARN and the version",
    known_from=POLICIES,
    moto=GAP,
)
def no_such_version(aws: Account) -> None:
    arn = make_policy(aws)
    message = f"Policy {arn} version v9 does not exist or is not attachable."
    aws.refuses("NoSuchEntity", 404, message, aws.client("iam").get_policy_version, PolicyArn=arn, VersionId="v9")


@case(
    "GetPolicyVersion rejects a version ID that doesn't begin with v (ValidationError)", known_from=POLICIES, moto=GAP
)
def version_id(aws: Account) -> None:
    message = "1 validation error detected: Value at 'versionId' failed to satisfy constraint: Member must satisfy "
    aws.refuses(
        *("ValidationError", 400, message + "regular expression pattern: v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?"),
        aws.client("iam").get_policy_version,
        PolicyArn="arn:aws:iam::aws:policy/IAMUserChangePassword",
        VersionId="1",
    )


@case("AttachRolePolicy returns NoSuchEntity (404) for a policy that doesn't exist", known_from=ROLES, moto=SAME)
def attach_nothing(aws: Account) -> None:
    name, arn = make_role(aws), NOWHERE.format(aws.account_id)
    message = f"Policy {arn} does not exist or is not attachable."
    aws.refuses("NoSuchEntity", 404, message, aws.client("iam").attach_role_policy, RoleName=name, PolicyArn=arn)


@case("AttachRolePolicy rejects a PolicyArn that isn't an ARN (ValidationError)", known_from=ROLES, moto=GAP)
def attach_a_name(aws: Account) -> None:
    name, wrong = make_role(aws), "longpolicynamebutnoarn"
    message = f"ARN {wrong} is not valid."
    aws.refuses("ValidationError", 400, message, aws.client("iam").attach_role_policy, RoleName=name, PolicyArn=wrong)


@case(
    "The AWS managed policy AWSLambdaBasicExecutionRole can be attached, and its document can be read",
    known_from=documented("Lambda Developer Guide, roles"),
    moto=GAP,
)
def attach_an_aws_policy(aws: Account) -> None:
    iam, name = aws.client("iam"), make_role(aws)
    arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    aws.clean_up(iam.detach_role_policy, RoleName=name, PolicyArn=arn)
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    assert attached == [{"PolicyName": "AWSLambdaBasicExecutionRole", "PolicyArn": arn}]
    document = iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]["Document"]
    assert "logs:PutLogEvents" in document["Statement"][0]["Action"]


@case("ListPolicyVersions lists the newest version first, and without documents", known_from=POLICIES, moto=GAP)
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


@case(
    "CreatePolicyVersion returns the new version's ID without its document, and doesn't make it the default",
    known_from=POLICIES,
    moto=GAP,
)
def new_version(aws: Account) -> None:
    iam, arn = aws.client("iam"), make_policy(aws)
    version = iam.create_policy_version(PolicyArn=arn, PolicyDocument=permissions())["PolicyVersion"]
    aws.clean_up(iam.delete_policy_version, PolicyArn=arn, VersionId="v2")
    assert (version["VersionId"], version["IsDefaultVersion"]) == ("v2", False)
    assert "Document" not in version
