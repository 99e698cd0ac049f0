"""The policy simulator: what would be allowed, by the evaluator that decides everywhere else in the local cloud."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from local_cloud.access.evaluator import Access, Document, as_list, covers_action, decide, statements
from local_cloud.access.identities import find_role, parse, policy_texts
from local_cloud.call import Call
from local_cloud.errors import AwsError
from local_cloud.services.iam.entities import backend, no_such_entity


def simulate(call: Call, policies: list[Document]) -> dict[str, Any]:
    """Decide each action on each resource.

    Args:
        call: SimulateCustomPolicy or SimulatePrincipalPolicy.
        policies: The identity policies.

    Raises:
        AwsError: InvalidInput, when an action isn't written as `service:Action`.
    """
    parameters = call.parameters
    for action in parameters["ActionNames"]:
        if ":" not in action:
            raise AwsError("InvalidInput", f"Invalid Entity: {action}", 400)
    context = {entry["ContextKeyName"]: _given(entry) for entry in parameters.get("ContextEntries") or []}
    results = [
        _decide(
            Access(parameters.get("CallerArn") or parameters.get("PolicySourceArn"), action, resource, context),
            policies,
            [parse(parameters["ResourcePolicy"])] if parameters.get("ResourcePolicy") else [],
        )
        for action in parameters["ActionNames"]
        for resource in parameters.get("ResourceArns") or ["*"]
    ]
    return {"EvaluationResults": results, "IsTruncated": False}


def policies_of(arn: str) -> list[Document]:
    """The identity policies of a user, group or role.

    Raises:
        AwsError: NoSuchEntity.
    """
    users = (user.arn for user in backend().users.values())
    if find_role(arn) is None and arn not in users:
        raise no_such_entity(f"No such entity: {arn}")
    return [parse(text) for text in policy_texts(arn)]


def context_keys(policies: Iterable[Document]) -> list[str]:
    """The condition keys that policies ask for."""
    return sorted({
        key
        for document in policies
        for statement in statements(document)
        for keys in (statement.get("Condition") or {}).values()
        for key in keys
    })  # fmt: skip


def _given(entry: dict[str, Any]) -> str | tuple[str, ...]:
    values = entry.get("ContextKeyValues") or []
    return values[0] if len(values) == 1 else tuple(values)


def _decide(access: Access, identity: list[Document], resource: list[Document]) -> dict[str, Any]:
    about = [
        {"Statement": [one for one in statements(document) if covers_action(one, access.action)]}
        for document in [*identity, *resource]
    ]
    given = {key.lower() for key in access.context}
    return {
        "EvalActionName": access.action,
        "EvalResourceName": access.resource,
        "EvalDecision": decide(access, identity=identity, resource=resource).value,
        "MatchedStatements": [],
        "MissingContextValues": [key for key in context_keys(about) if key.lower() not in given],
    }


def given_policies(call: Call) -> list[Document]:
    """The policies that a call brings along."""
    return [parse(text) for text in as_list(call.parameters.get("PolicyInputList"))]
