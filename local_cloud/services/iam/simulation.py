"""The policy simulator. It uses the evaluator that decides in the rest of the local cloud."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from local_cloud.access.evaluator import Access, Document, as_list, covers_action, decide, statements
from local_cloud.access.identities import LEARNER, find_role, parse
from local_cloud.access.known import look_up
from local_cloud.call import Call
from local_cloud.errors import AwsError
from local_cloud.services.iam.entities import backend, no_such_entity
from local_cloud.services.iam.pages import paginate
from local_cloud.services.iam.permission_policies import check_operators


def simulate(call: Call, policies: list[Document]) -> dict[str, Any]:
    """Decide each action on each resource.

    Args:
        call: SimulateCustomPolicy or SimulatePrincipalPolicy.
        policies: The identity policies.

    Raises:
        AwsError: InvalidInput, if an action isn't written as `service:Action`.
    """
    parameters = call.parameters
    for action in parameters["ActionNames"]:
        if ":" not in action:
            raise AwsError("InvalidInput", f"Invalid Entity: {action}", 400)
    context = {entry["ContextKeyName"]: _given(entry) for entry in parameters.get("ContextEntries") or []}
    who = parameters.get("CallerArn") or parameters.get("PolicySourceArn")
    by_resource = _documents(parameters.get("ResourcePolicy"))
    results = [
        _decide(Access(who, action, resource, context), policies, by_resource, _limits(parameters))
        for action in parameters["ActionNames"]
        for resource in parameters.get("ResourceArns") or ["*"]
    ]
    return paginate(call, "EvaluationResults", results)


def _limits(parameters: Mapping[str, Any]) -> list[Document]:
    """The permissions boundary in the call, which replaces that of the principal."""
    given = _documents(parameters.get("PermissionsBoundaryPolicyInputList"))
    return given or [parse(text) for text in look_up(str(parameters.get("PolicySourceArn")), newest=True).boundary]


def policies_of(call: Call, learner_policies: Iterable[str]) -> list[Document]:
    """The identity policies of the user, group or role that a call names.

    Args:
        call: The call.
        learner_policies: The policies of the user `learner`, which moto doesn't know.

    Raises:
        AwsError: NoSuchEntity.
    """
    arn = call.parameters["PolicySourceArn"]
    if arn == LEARNER:
        return [parse(text) for text in learner_policies]
    known = [*backend().users.values(), *backend().groups.values()]
    if find_role(arn) is None and arn not in (one.arn for one in known):
        raise no_such_entity(f"No such entity: {arn}")
    return [parse(text) for text in look_up(arn, newest=True).policies]


def context_keys(policies: Iterable[Document]) -> list[str]:
    """The condition keys in policies."""
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


def _decide(
    access: Access, identity: list[Document], resource: list[Document], limits: list[Document]
) -> dict[str, Any]:
    about = [
        {"Statement": [one for one in statements(document) if covers_action(one, access.action)]}
        for document in [*identity, *resource, *limits]
    ]
    given = {key.lower() for key in access.context}
    return {
        "EvalActionName": access.action,
        "EvalResourceName": access.resource,
        "EvalDecision": decide(access, identity=identity, resource=resource, limits=limits).value,
        "MatchedStatements": [],
        "MissingContextValues": [key for key in context_keys(about) if key.lower() not in given],
    }


def given_policies(call: Call) -> list[Document]:
    """The policies in a call.

    Raises:
        AwsError: InvalidInput, for an invalid policy. IAM's message is not known.
    """
    return _documents(call.parameters.get("PolicyInputList"))


def _documents(texts: Any) -> list[Document]:
    documents = [parse(text) for text in as_list(texts)]
    try:
        for statement in (one for document in documents for one in statements(document)):
            check_operators(statement)
    except AwsError as error:
        raise AwsError("InvalidInput", error.message, 400) from error
    if not all(map(statements, documents)):
        raise AwsError("InvalidInput", "Syntax errors in policy.", 400)
    return documents
