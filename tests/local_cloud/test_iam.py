"""IAM and STS: which trust policies are taken, who may assume a role, and what the simulator says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from s3_kit import ACCOUNT, KIT, Kit, allow, make_role, refused


@pytest.fixture
def kit() -> Kit:
    """IAM without roles."""
    return KIT


def trust(**changes: Any) -> str:
    """A trust policy for S3, with changes; a None takes a member away."""
    members = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole", **changes}
    statement = {name: value for name, value in members.items() if value is not None}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{nope", "This policy contains invalid Json"),
        ("{}", "Syntax errors in policy."),
        (trust(Principal=None), "Missing required field Principal"),
        (trust(Effect="allow"), "Syntax errors in policy."),
        (trust(Resource="*"), "Has prohibited field Resource"),
        (trust(Action="s3:GetObject"), "AssumeRole policy may only specify STS AssumeRole actions."),
        (
            trust(Principal={"Service": "edgelamda.amazonaws.com"}),
            'Invalid principal in policy: "SERVICE":"edgelamda.amazonaws.com"',
        ),
        (
            trust(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/nobody"}),
            f'Invalid principal in policy: "AWS":"arn:aws:iam::{ACCOUNT}:role/nobody"',
        ),
    ],
)
def test_a_trust_policy_that_trusts_nobody_is_refused(kit: Kit, document: str, message: str) -> None:
    answer = refused(kit.iam.create_role, RoleName="role", AssumeRolePolicyDocument=document)
    assert answer == ("MalformedPolicyDocument", 400, message)


@pytest.mark.parametrize(
    "service",
    ["lambda", "edgelambda", "s3", "batchoperations.s3", "cloudfront", "replicator.lambda", "ec2", "route53"],
)
def test_a_service_can_be_trusted(kit: Kit, service: str) -> None:
    arn = make_role(kit.iam, service=f"{service}.amazonaws.com")

    assert kit.iam.get_role(RoleName="replication")["Role"]["Arn"] == arn


def test_a_changed_trust_policy_is_checked_too(kit: Kit) -> None:
    make_role(kit.iam)

    answer = refused(kit.iam.update_assume_role_policy, RoleName="replication", PolicyDocument="{nope")
    assert answer[0] == "MalformedPolicyDocument"


def test_a_role_that_does_not_exist_is_not_assumed(kit: Kit) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:role/nobody"

    code, status, message = refused(kit.client("sts").assume_role, RoleArn=arn, RoleSessionName="me")
    assert (code, status) == ("AccessDenied", 403)
    assert message.endswith(f"is not authorized to perform: sts:AssumeRole on resource: {arn}")


def test_a_role_for_s3_is_not_assumed_by_a_learner(kit: Kit) -> None:
    arn = make_role(kit.iam)

    assert refused(kit.client("sts").assume_role, RoleArn=arn, RoleSessionName="me")[0] == "AccessDenied"


def test_a_role_that_trusts_the_account_is_assumed(kit: Kit) -> None:
    document = trust(Principal={"AWS": ACCOUNT})
    arn = kit.iam.create_role(RoleName="role", AssumeRolePolicyDocument=document)["Role"]["Arn"]

    answer = kit.client("sts").assume_role(RoleArn=arn, RoleSessionName="me")
    assert answer["AssumedRoleUser"]["Arn"].endswith("assumed-role/role/me")


def test_the_simulator_says_what_a_role_may_do(kit: Kit) -> None:
    arn = make_role(kit.iam)
    allow(kit.iam, {"s3:Get*": "arn:aws:s3:::site/*"})

    results = kit.iam.simulate_principal_policy(
        PolicySourceArn=arn,
        ActionNames=["s3:GetObject", "s3:PutObject"],
        ResourceArns=["arn:aws:s3:::site/index.html"],
    )["EvaluationResults"]
    decisions = {result["EvalActionName"]: result["EvalDecision"] for result in results}
    assert decisions == {"s3:GetObject": "allowed", "s3:PutObject": "implicitDeny"}


def test_managed_policies_count_as_inline_ones_do(kit: Kit) -> None:
    arn = make_role(kit.iam)
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    policy = kit.iam.create_policy(PolicyName="all", PolicyDocument=json.dumps(document))["Policy"]["Arn"]
    kit.iam.attach_role_policy(RoleName="replication", PolicyArn=policy)

    result = kit.iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["s3:GetObject"])
    assert result["EvaluationResults"][0]["EvalDecision"] == "allowed"
