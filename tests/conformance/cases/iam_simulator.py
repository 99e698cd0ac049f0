"""IAM: what the policy simulator says."""

from __future__ import annotations

import json

from tests.conformance.case import GAP, Account, case, documented
from tests.conformance.iam_made import permissions

SERVICE = "iam"


@case(
    "SimulatePrincipalPolicy returns the decision allowed for an action that the role's policy allows, "
    "and implicitDeny for another",
    known_from=documented("botocore SimulatePrincipalPolicy"),
    moto=GAP,
)
def simulate(aws: Account) -> None:
    iam, arn = aws.client("iam"), aws.create_role(service="lambda.amazonaws.com")
    name = arn.rpartition("/")[2]
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=permissions())
    aws.clean_up(iam.delete_role_policy, RoleName=name, PolicyName="p")

    answer = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["s3:GetObject", "s3:PutObject"])

    decisions = {result["EvalActionName"]: result["EvalDecision"] for result in answer["EvaluationResults"]}
    assert decisions == {"s3:GetObject": "allowed", "s3:PutObject": "implicitDeny"}


@case(
    "SimulateCustomPolicy returns the decision explicitDeny for an action that the given policy denies",
    known_from=documented("botocore SimulateCustomPolicy"),
    moto=GAP,
)
def simulate_custom(aws: Account) -> None:
    document = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*"},
    ]})  # fmt: skip
    answer = aws.client("iam").simulate_custom_policy(PolicyInputList=[document], ActionNames=["s3:DeleteBucket"])
    assert answer["EvaluationResults"][0]["EvalDecision"] == "explicitDeny"


@case(
    "GetContextKeysForCustomPolicy returns the condition keys of a policy", known_from=documented("botocore"), moto=GAP
)
def context_keys(aws: Account) -> None:
    document = permissions(Condition={"StringEquals": {"aws:SourceAccount": "1"}, "Bool": {"aws:SecureTransport": "1"}})
    answer = aws.client("iam").get_context_keys_for_custom_policy(PolicyInputList=[document])
    assert sorted(key.lower() for key in answer["ContextKeyNames"]) == ["aws:securetransport", "aws:sourceaccount"]


@case(
    "SimulatePrincipalPolicy accepts a group's ARN and evaluates the group's policy",
    known_from=documented("botocore SimulatePrincipalPolicy"),
    moto=GAP,
)
def simulate_group(aws: Account) -> None:
    iam, name = aws.client("iam"), aws.name("group")
    arn = iam.create_group(GroupName=name)["Group"]["Arn"]
    aws.clean_up(iam.delete_group, GroupName=name)
    iam.put_group_policy(GroupName=name, PolicyName="own", PolicyDocument=permissions())
    aws.clean_up(iam.delete_group_policy, GroupName=name, PolicyName="own")

    found = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["s3:GetObject"])["EvaluationResults"]
    assert [one["EvalDecision"] for one in found] == ["allowed"]


@case(
    "SimulateCustomPolicy returns the decision implicitDeny for an action that the given permissions "
    "boundary doesn't allow",
    known_from=documented("botocore SimulateCustomPolicy"),
    moto=GAP,
)
def simulate_boundary(aws: Account) -> None:
    found = aws.client("iam").simulate_custom_policy(
        PolicyInputList=[permissions(Action="*")],
        PermissionsBoundaryPolicyInputList=[permissions(Action="s3:Get*")],
        ActionNames=["s3:GetObject", "s3:PutObject"],
    )["EvaluationResults"]
    assert [one["EvalDecision"] for one in found] == ["allowed", "implicitDeny"]


@case(
    "SimulateCustomPolicy with MaxItems returns a Marker for the remaining actions",
    known_from=documented("botocore SimulateCustomPolicy"),
    moto=GAP,
)
def simulate_by_page(aws: Account) -> None:
    actions = ["s3:GetObject", "s3:PutObject"]
    asked = {"PolicyInputList": [permissions(Action="s3:*")], "ActionNames": actions, "MaxItems": 1}
    answer = aws.client("iam").simulate_custom_policy(**asked)
    assert (len(answer["EvaluationResults"]), answer["IsTruncated"]) == (1, True)

    rest = aws.client("iam").simulate_custom_policy(**asked, Marker=answer["Marker"])
    assert [one["EvalActionName"] for one in rest["EvaluationResults"]] == ["s3:PutObject"]


@case(
    "SimulateCustomPolicy rejects a policy that isn't JSON (InvalidInput)",
    known_from=documented("botocore SimulateCustomPolicy"),
    moto=GAP,
)
def simulate_nothing(aws: Account) -> None:
    simulate_it = aws.client("iam").simulate_custom_policy
    aws.refuses("InvalidInput", 400, None, simulate_it, PolicyInputList=["{nope"], ActionNames=["s3:GetObject"])


@case(
    "SimulateCustomPolicy rejects an unknown condition operator, and an operator without keys (InvalidInput)",
    known_from=documented("botocore SimulateCustomPolicy"),
    moto=GAP,
)
def simulate_unknown_condition(aws: Account) -> None:
    simulate_it = aws.client("iam").simulate_custom_policy
    for condition in ({"StringSame": {"aws:username": "ada"}}, {"StringEquals": "ada"}):
        ask = {"PolicyInputList": [permissions(Condition=condition)], "ActionNames": ["s3:GetObject"]}
        aws.refuses("InvalidInput", 400, None, simulate_it, **ask)
