"""IAM and STS: trust policies that AWS would refuse are refused, and roles are assumed only by whom they trust."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import botocore.session

from local_cloud.access import Access, as_list, decide, statements
from local_cloud.call import ACCOUNT_ID, Call
from local_cloud.errors import AwsError
from local_cloud.identities import can_be_assumed, find_role, identity_policies, parse
from local_cloud.services.service import Service

_AWS_PRINCIPAL = re.compile(r"\*|\d{12}|arn:aws:(iam|sts)::\d{12}:(root|(user|role|assumed-role|federated-user)/\S+)")
_ASSUME = {"sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity", "sts:tagsession", "sts:*"}
_ASSUME |= {"sts:setsourceidentity", "sts:setcontext"}
_OTHER_SERVICES = frozenset({
    "edgelambda", "batchoperations.s3", "replicator.lambda", "logger.cloudfront", "ecs-tasks", "vpc-flow-logs",
    "delivery.logs", "spotfleet", "cloudtrail", "scheduler", "pods.eks", "ops.apigateway", "cognito-identity",
})  # fmt: skip


class IamService(Service):
    """AWS Identity and Access Management in front of moto's, which takes any trust policy."""

    name = "iam"

    def refuse_create_role(self, call: Call) -> None:
        """Refuse trust policies that nobody could be trusted by."""
        check_trust_policy(call.parameters.get("AssumeRolePolicyDocument", ""))

    def refuse_update_assume_role_policy(self, call: Call) -> None:
        """Refuse trust policies that nobody could be trusted by."""
        check_trust_policy(call.parameters.get("PolicyDocument", ""))

    def answer_simulate_principal_policy(self, call: Call) -> dict[str, Any]:
        """Say what a role may do, by the evaluator that the local cloud itself uses."""
        role_arn = call.parameters["PolicySourceArn"]
        if find_role(role_arn) is None:
            raise AwsError("NoSuchEntity", f"No such entity: {role_arn}", 404)
        policies = [*identity_policies(role_arn), *map(parse, call.parameters.get("PolicyInputList") or [])]
        context = {
            entry["ContextKeyName"]: entry["ContextKeyValues"][0]
            for entry in call.parameters.get("ContextEntries") or []
        }
        results = [
            {
                "EvalActionName": action,
                "EvalResourceName": resource,
                "EvalDecision": decide(Access(role_arn, action, resource, context), identity=policies).value,
                "MatchedStatements": [],
                "MissingContextValues": [],
            }
            for action in call.parameters["ActionNames"]
            for resource in call.parameters.get("ResourceArns") or ["*"]
        ]
        return {"EvaluationResults": results, "IsTruncated": False}


class StsService(Service):
    """AWS Security Token Service in front of moto's, which lets anybody assume anything."""

    name = "sts"

    def answer_get_caller_identity(self, call: Call) -> dict[str, str]:
        """Say who asks, as the rest of the local cloud sees it; moto has a user of its own."""
        principal = call.principal or f"arn:aws:iam::{ACCOUNT_ID}:root"
        return {"UserId": principal.rsplit("/", 1)[-1], "Account": ACCOUNT_ID, "Arn": principal}

    def refuse_assume_role(self, call: Call) -> None:
        """Refuse roles that don't exist or don't trust the caller; AWS doesn't say which."""
        role_arn, caller = call.parameters["RoleArn"], call.principal or "anonymous"
        if role_arn.split(":")[4:5] == [ACCOUNT_ID] and not can_be_assumed(role_arn, caller):
            message = f"User: {caller} is not authorized to perform: sts:AssumeRole on resource: {role_arn}"
            raise AwsError("AccessDenied", message, 403)


def check_trust_policy(text: str) -> None:
    """Refuse a trust policy as IAM does.

    Raises:
        AwsError: MalformedPolicyDocument.
    """
    try:
        document = json.loads(text)
    except ValueError:
        raise _malformed("This policy contains invalid Json") from None
    if not isinstance(document, dict) or not statements(document):
        raise _malformed("Syntax errors in policy.")
    for statement in statements(document):
        _check_statement(statement)


def _check_statement(statement: Mapping[str, Any]) -> None:
    for field in ("Resource", "NotResource"):
        if field in statement:
            raise _malformed(f"Has prohibited field {field}")
    for field in ("Effect", "Principal", "Action"):
        if field not in statement and f"Not{field}" not in statement:
            raise _malformed(f"Missing required field {field}")
    if statement["Effect"] not in ("Allow", "Deny"):
        raise _malformed("Syntax errors in policy.")
    if any(str(action).lower() not in _ASSUME for action in as_list(statement.get("Action"))):
        raise _malformed("AssumeRole policy may only specify STS AssumeRole actions.")
    _check_principals(statement.get("Principal"))


def _check_principals(named: Any) -> None:
    if named is None or named == "*":
        return
    if not isinstance(named, dict) or not named:
        raise _malformed("Syntax errors in policy.")
    for name in map(str, as_list(named.get("AWS"))):
        known = not name.startswith(f"arn:aws:iam::{ACCOUNT_ID}:role/") or find_role(name) is not None
        if not known or not _AWS_PRINCIPAL.fullmatch(name):
            raise _malformed(f'Invalid principal in policy: "AWS":"{name}"')
    for name in map(str, as_list(named.get("Service"))):
        if not _is_service(name):
            raise _malformed(f'Invalid principal in policy: "SERVICE":"{name}"')


def _is_service(name: str) -> bool:
    prefix = name.removesuffix(".amazonaws.com")
    return prefix != name and (prefix in _OTHER_SERVICES or prefix in _services())


@cache
def _services() -> frozenset[str]:
    """Host name prefixes of AWS's services, which most service principals are made of."""
    session = botocore.session.Session()
    return frozenset(session.get_available_services()) | {"events", "states", "logs"}


def _malformed(message: str) -> AwsError:
    return AwsError("MalformedPolicyDocument", message)
