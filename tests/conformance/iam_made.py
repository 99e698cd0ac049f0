"""Helpers for the cases of IAM: documents, roles and policies."""

from __future__ import annotations

import json
from typing import Any

from tests.conformance.case import Account


def trust(**changes: Any) -> str:
    """A trust policy for Lambda, with changes. None removes a member."""
    good = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    statement = {name: value for name, value in {**good, **changes}.items() if value is not None}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def permissions(**changes: Any) -> str:
    """A permission policy, with changes."""
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **changes}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def make_role(aws: Account) -> str:
    """Create a role for Lambda. Returns its name, with which its ARN ends."""
    return aws.create_role(service="lambda.amazonaws.com").rpartition("/")[2]


def make_policy(aws: Account) -> str:
    """Create a managed policy. Returns its ARN."""
    iam = aws.client("iam")
    arn: str = iam.create_policy(PolicyName=aws.name("policy"), PolicyDocument=permissions())["Policy"]["Arn"]
    aws.clean_up(iam.delete_policy, PolicyArn=arn)
    return arn
