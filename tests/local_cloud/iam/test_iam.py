"""IAM and STS: which trust policies are taken, who may assume a role, and what the simulator says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local_cloud.services.iam.service_roles import ensure_edge_roles
from tests.kits.s3 import KIT, Kit, make_role, refused


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
        ("{}", "Syntax errors in policy."),
        (trust(Effect="allow"), "Syntax errors in policy."),
        (trust(Condition={"StringResembles": {"aws:SourceArn": "*"}}), "Invalid Condition type : StringResembles."),
        (trust(Condition=["StringEquals"]), "Syntax errors in policy."),
        (trust(Principal={"Nobody": "*"}), "Syntax errors in policy."),
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


def test_managed_policies_count_as_inline_ones_do(kit: Kit) -> None:
    arn = make_role(kit.iam)
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    policy = kit.iam.create_policy(PolicyName="all", PolicyDocument=json.dumps(document))["Policy"]["Arn"]
    kit.iam.attach_role_policy(RoleName="replication", PolicyArn=policy)

    result = kit.iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["s3:GetObject"])
    assert result["EvaluationResults"][0]["EvalDecision"] == "allowed"


def test_service_linked_roles_have_the_names_that_aws_gives_them(kit: Kit) -> None:
    role = kit.iam.create_service_linked_role(AWSServiceName="replicator.lambda.amazonaws.com")["Role"]

    assert role["RoleName"] == "AWSServiceRoleForLambdaReplicator"
    assert role["Path"] == "/aws-service-role/replicator.lambda.amazonaws.com/"
    assert refused(kit.iam.delete_role, RoleName=role["RoleName"])[0] == "UnmodifiableEntity"


def test_the_roles_of_the_edge_are_made_once(kit: Kit) -> None:
    with kit.lock:
        ensure_edge_roles()
        ensure_edge_roles()

    names = sorted(role["RoleName"] for role in kit.iam.list_roles()["Roles"])
    assert names == ["AWSServiceRoleForCloudFrontLogger", "AWSServiceRoleForLambdaReplicator"]


def test_the_learner_is_a_user(kit: Kit) -> None:
    assert kit.iam.get_user()["User"]["Arn"] == kit.client("sts").get_caller_identity()["Arn"]


def test_credentials_that_would_be_nobodys_are_not_given(kit: Kit) -> None:
    assert refused(kit.client("sts").get_session_token)[:2] == ("NotImplemented", 501)


def test_awss_policies_are_listed_and_are_not_ours(kit: Kit) -> None:
    assert len(kit.iam.list_policies(Scope="AWS", MaxItems=100)["Policies"]) == 100
    assert kit.iam.list_policies(Scope="Local")["Policies"] == []


def test_the_learner_is_simulated_as_the_administrator_who_no_policy_limits(kit: Kit) -> None:
    learner = "arn:aws:iam::123456789012:user/learner"
    result = kit.iam.simulate_principal_policy(PolicySourceArn=learner, ActionNames=["s3:GetObject"])

    assert result["EvaluationResults"][0]["EvalDecision"] == "allowed"


def test_the_tags_of_a_session_are_not_implemented_and_the_error_says_so(kit: Kit) -> None:
    trusting = trust(Principal={"AWS": "123456789012"})
    role = kit.iam.create_role(RoleName="role", AssumeRolePolicyDocument=trusting)["Role"]["Arn"]
    tags = [{"Key": "team", "Value": "web"}]
    answer = refused(kit.client("sts", "us-east-1").assume_role, RoleArn=role, RoleSessionName="me", Tags=tags)
    assert answer[::2] == ("NotImplemented", "The local cloud doesn't implement Tags in AssumeRole of sts.")
