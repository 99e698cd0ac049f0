"""IAM: what a role's trust policy may say."""

from __future__ import annotations

import json

from tests.conformance.case import GAP, SAME, Account, captured, case, documented
from tests.conformance.iam_made import make_role, trust

SERVICE = "iam"
ROLES = captured("LS test_iam_roles")
GRAMMAR = documented("IAM User Guide, Grammar of the IAM JSON policy language")


def refuses_trust(aws: Account, message: str | None, document: str) -> None:
    """Check that a role with this trust policy can't be made."""
    aws.refuses(
        *("MalformedPolicyDocument", 400, message),
        aws.client("iam").create_role,
        RoleName=aws.name("role"),
        AssumeRolePolicyDocument=document,
    )


@case("CreateRole rejects a trust policy that isn't JSON (MalformedPolicyDocument)", known_from=ROLES, moto=GAP)
def trust_is_json(aws: Account) -> None:
    refuses_trust(aws, "This policy contains invalid Json", "{nope")


@case(
    "CreateRole rejects a trust policy with an action of another service than STS (MalformedPolicyDocument)",
    known_from=ROLES,
    moto=GAP,
)
def trust_has_sts_actions(aws: Account) -> None:
    message = "AssumeRole policy may only specify STS AssumeRole actions."
    refuses_trust(aws, message, trust(Action="s3:GetObject"))


@case("CreateRole rejects a trust policy with a Resource (MalformedPolicyDocument)", known_from=ROLES, moto=GAP)
def trust_has_no_resource(aws: Account) -> None:
    refuses_trust(aws, "Has prohibited field Resource", trust(Resource="*"))


@case(
    "CreateRole rejects a trust policy without a Principal (MalformedPolicyDocument)",
    known_from=documented("IAM User Guide, policy grammar"),
    moto=GAP,
)
def trust_has_a_principal(aws: Account) -> None:
    refuses_trust(aws, None, trust(Principal=None))


@case(
    "CreateRole rejects a trust policy that names a service that doesn't exist (MalformedPolicyDocument)",
    known_from=captured("hashicorp/terraform#35086"),
    moto=GAP,
)
def trust_in_a_real_service(aws: Account) -> None:
    name = "edgelamda.amazonaws.com"
    refuses_trust(aws, f'Invalid principal in policy: "SERVICE":"{name}"', trust(Principal={"Service": name}))


@case(
    "CreateRole rejects a trust policy that names a role that doesn't exist (MalformedPolicyDocument)",
    known_from=captured("opstrace/opstrace#88"),
    moto=GAP,
)
def trust_in_a_real_role(aws: Account) -> None:
    name = f"arn:aws:iam::{aws.account_id}:role/nothing-of-this-name"
    refuses_trust(aws, f'Invalid principal in policy: "AWS":"{name}"', trust(Principal={"AWS": name}))


@case(
    "CreateRole accepts a regional service principal, such as states.eu-west-1.amazonaws.com",
    known_from=documented("IAM User Guide, AWS service principals; states.REGION.amazonaws.com is used by many"),
    moto=SAME,
)
def trust_in_a_service_of_a_region(aws: Account) -> None:
    iam, name = aws.client("iam"), aws.name("role")
    document = trust(Principal={"Service": "states.eu-west-1.amazonaws.com"})
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]
    aws.clean_up(iam.delete_role, RoleName=name)
    assert made["AssumeRolePolicyDocument"] == json.loads(document)


@case(
    "UpdateAssumeRolePolicy rejects a trust policy with a Resource (MalformedPolicyDocument)",
    known_from=ROLES,
    moto=SAME,
)
def changed_trust_is_checked(aws: Account) -> None:
    name = make_role(aws)
    aws.refuses(
        *("MalformedPolicyDocument", 400, "Has prohibited field Resource"),
        aws.client("iam").update_assume_role_policy,
        RoleName=name,
        PolicyDocument=trust(Resource="*"),
    )


@case(
    "CreateRole rejects a trust policy of more than 2,048 characters (LimitExceeded, 409)",
    known_from=captured("kubeflow/kubeflow#6687"),
    moto=GAP,
)
def trust_is_short(aws: Account) -> None:
    condition = {"StringEquals": {"aws:SourceArn": ["a" * 100] * 25}}
    aws.refuses(
        *("LimitExceeded", 409, "Cannot exceed quota for ACLSizePerRole: 2048"),
        aws.client("iam").create_role,
        RoleName=aws.name("role"),
        AssumeRolePolicyDocument=trust(Condition=condition),
    )


@case(
    "CreateRole rejects a trust policy whose Version doesn't exist, such as 2020-01-01 (MalformedPolicyDocument)",
    known_from=documented("IAM User Guide, policy grammar"),
    moto=GAP,
)
def unknown_version_of_trust(aws: Account) -> None:
    statement = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2020-01-01", "Statement": [statement]})
    create = aws.client("iam").create_role
    aws.refuses("MalformedPolicyDocument", 400, None, create, RoleName=aws.name("r"), AssumeRolePolicyDocument=document)


@case(
    "CreateRole rejects a trust policy with the same Sid twice (MalformedPolicyDocument)", known_from=GRAMMAR, moto=GAP
)
def same_sid_of_trust(aws: Account) -> None:
    statement = json.loads(trust(Sid="Twice"))["Statement"]
    refuses_trust(aws, None, json.dumps({"Version": "2012-10-17", "Statement": [statement, statement]}))


@case(
    "CreateRole rejects a trust policy with a hyphen in a Sid (MalformedPolicyDocument)", known_from=GRAMMAR, moto=GAP
)
def other_sid_of_trust(aws: Account) -> None:
    refuses_trust(aws, None, trust(Sid="with-hyphen"))


@case(
    "CreateRole rejects a trust policy with an unknown element, such as Comment (MalformedPolicyDocument)",
    known_from=captured("Unknown field …, quoted by users"),
    moto=GAP,
)
def unknown_element_of_trust(aws: Account) -> None:
    refuses_trust(aws, "Unknown field Comment", json.dumps({**json.loads(trust()), "Comment": "why"}))
    refuses_trust(aws, "Unknown field Principals", trust(Principals="*"))
