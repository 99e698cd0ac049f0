"""Which actions of the learner's policies you lack. IAM simulates your policies, and does nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from workshop_lib.cloud import Cloud
from workshop_lib.doctor.findings import Finding
from workshop_lib.errors import get_error_code
from workshop_lib.names import WorkshopNames
from workshop_lib.policies import LEARNER_POLICIES, render_policy

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

ACTIONS, RESOURCES = "ActionNames", "ResourceArns"
SHOWN = 6
"""How many missing actions are named."""


def examine_permissions(cloud: Cloud, names: WorkshopNames) -> Iterator[Finding]:
    """Simulate each action of the learner's policies, on the resources and with the conditions that they name.

    It takes some dozens of calls. For a role, `iam:SimulatePrincipalPolicy` on that role is needed.

    Args:
        cloud: The cloud.
        names: The learner's names.

    Raises:
        ClientError: You may not simulate your own policies.
    """
    identity = cloud.sts.get_caller_identity()
    arn = find_principal(cloud, identity["Arn"])
    if arn.endswith(":root"):
        yield Finding("Permissions", "all, as the root user")
        return
    requests = make_requests(names, account=identity["Account"])
    results = [result for request in requests for result in simulate(cloud.iam, PolicySourceArn=arn, **request)]
    missing = sorted({action for action, is_allowed in results if not is_allowed})
    yield judge_permissions(missing, len({action for action, _ in results}))


def simulate(iam: IAMClient, **request: Any) -> Iterator[tuple[str, bool]]:
    """Simulate actions, and return each with whether it is allowed.

    IAM refuses to simulate some actions together ("Actions: … require different authorization information"), and
    doesn't document which. So the request is divided until it accepts it. What it doesn't simulate alone is left out.

    Args:
        iam: Client.
        request: Parameters of SimulatePrincipalPolicy.
    """
    try:
        for page in iam.get_paginator("simulate_principal_policy").paginate(**request):
            yield from ((one["EvalActionName"], _is_allowed(one)) for one in page["EvaluationResults"])
    except ClientError as error:
        if get_error_code(error) != "InvalidInput":
            raise
        actions = request[ACTIONS]
        middle = len(actions) // 2
        for part in (actions[:middle], actions[middle:]) if middle else ():
            yield from simulate(iam, **{**request, ACTIONS: part})


def judge_permissions(missing: Sequence[str], total: int) -> Finding:
    """Say what is missing.

    Args:
        missing: The actions that aren't allowed.
        total: How many different ones were simulated.
    """
    if not missing:
        return Finding("Permissions", f"all {total} actions that IAM simulates are allowed")
    listed = ", ".join(missing[:SHOWN]) + (f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else "")
    fix = (
        "Show `Grant the permissions` in docs/instructor.md to the administrator of this account. To clean up, "
        "policies/learner-look-and-clean-up.json is enough."
    )
    return Finding("Permissions", f"you lack {listed}", fix, is_fault=True)


def find_principal(cloud: Cloud, arn: str) -> str:
    """Return the ARN of the user or role whose policies count. A session has those of its role.

    A session's ARN lacks the role's path, which only IAM knows.
    """
    kind, _, rest = arn.rpartition(":")[2].partition("/")
    if kind != "assumed-role":
        return arn
    name = rest.partition("/")[0]
    try:
        return cloud.iam.get_role(RoleName=name)["Role"]["Arn"]
    except ClientError:
        return f"arn:aws:iam::{arn.split(':')[4]}:role/{name}"


def make_requests(names: WorkshopNames, *, account: str) -> list[dict[str, Any]]:
    """Make the parameters of each simulation: one for all actions with the same resources and conditions.

    Actions with a wildcard are left out, because IAM doesn't simulate them.
    """
    values = {"account": account, "learner": names.learner}
    values |= {"source_bucket": names.source_bucket, "destination_bucket": names.destination_bucket}
    requests: dict[str, dict[str, Any]] = {}
    for name in LEARNER_POLICIES:
        for statement in render_policy(name, **values)["Statement"]:
            about = _describe_resources(statement, names) | _describe_context(statement)
            request = requests.setdefault(repr(about), {ACTIONS: [], **about})
            request[ACTIONS] += [action for action in _list(statement["Action"]) if "*" not in action]
    return [{**request, ACTIONS: sorted(set(request[ACTIONS]))} for request in requests.values()]


def _describe_resources(statement: Mapping[str, Any], names: WorkshopNames) -> dict[str, Any]:
    """The resources, with an example in place of each wildcard."""
    resources = _list(statement["Resource"])
    if resources == ["*"]:
        return {}
    return {RESOURCES: [_fill(resource, names) for resource in resources]}


def _fill(resource: str, names: WorkshopNames) -> str:
    *service, region, account, name = resource.split(":", 5)
    return ":".join([*service, names.source_region if region == "*" else region, account, name.replace("*", "example")])


def _describe_context(statement: Mapping[str, Any]) -> dict[str, Any]:
    """What the statement's conditions want to be told."""
    entries = [
        {"ContextKeyName": key, "ContextKeyValues": _list(values)[:1], "ContextKeyType": "string"}
        for block in statement.get("Condition", {}).values()
        for key, values in block.items()
    ]
    return {"ContextEntries": entries} if entries else {}


def _is_allowed(result: Mapping[str, Any]) -> bool:
    """Whether an action is allowed on each resource."""
    by_resource = [one["EvalResourceDecision"] for one in result.get("ResourceSpecificResults", [])]
    return set(by_resource or [result["EvalDecision"]]) == {"allowed"}


def _list(value: Any) -> list[Any]:
    return [value] if isinstance(value, str) else list(value)
