"""The edge function, the roles, and the log groups that AWS creates for the function.

AWS creates log groups without a mark. They belong to the learner as long as their function or distribution shows it.
So they are deleted before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from workshop_lib.cloud import GLOBAL_REGION, Cloud
from workshop_lib.errors import STEPS, TookTooLong
from workshop_lib.inventory.distributions import find_distributions
from workshop_lib.inventory.kind import Found, Kind, Resource, Unseen, count, look_in_all_regions
from workshop_lib.names import WorkshopNames
from workshop_lib.ownership import EARLIER_SENTENCE, MADE_EARLIER, describe_stranger, read_description, read_tags
from workshop_lib.waiting import wait_until_deployed

LOGS = "CloudWatch Logs"
"""An edge function logs in the region where it ran. That may be any region."""

REPLICATED = "still replicated at the edge; AWS deletes the replicas within some hours"
"""Why a function waits (CFDG/lambda-edge-delete-replicas)."""


def _find_function(cloud: Cloud, names: WorkshopNames) -> Iterator[Resource]:
    try:
        found = cloud.lambda_.get_function_configuration(FunctionName=names.function_name)
    except cloud.lambda_.exceptions.ResourceNotFoundException:
        return
    description = found.get("Description")
    learner = read_description(description)
    if learner == names.learner:
        pages = cloud.lambda_.get_paginator("list_versions_by_function").paginate(FunctionName=names.function_name)
        numbered = [version for page in pages for version in page["Versions"] if version["Version"] != "$LATEST"]
        written = min([found["LastModified"], *(version["LastModified"] for version in numbered)])
        since, state = datetime.fromisoformat(written), count(len(numbered), "version")
        yield Resource("edge function", names.function_name, GLOBAL_REGION, state, since=since)
    else:
        yield _describe_unmarked(
            "edge function", names.function_name, learner, description, "function", region=GLOBAL_REGION
        )


def _describe_unmarked(
    word: str, name: str, learner: str | None, description: str | None, step: str, *, region: str = "global"
) -> Resource:
    """Describe a role or function without this learner's mark. `step` marks it if it is from an earlier version."""
    earlier = learner is None and description == EARLIER_SENTENCE
    state = f"{MADE_EARLIER}: run {STEPS[step]}, then clean up again" if earlier else describe_stranger(learner)
    return Resource(word, name, region, state, made_by_workshop=False, made_earlier=earlier)


def _delete_function(cloud: Cloud, function: Resource) -> str | None:
    try:
        cloud.lambda_.delete_function(FunctionName=function.name)
    except ClientError as error:
        if "because it is a replicated function" not in str(error):
            raise
        return REPLICATED
    return None


def _find_function_logs(cloud: Cloud, names: WorkshopNames) -> Found:
    functions = list(_find_function(cloud, names))

    def find(region: str) -> Iterator[Resource]:
        groups = [f"/aws/lambda/us-east-1.{names.function_name}"]
        groups += [f"/aws/lambda/{names.function_name}"] if region == GLOBAL_REGION else []
        return _find_logs_of(cloud, functions, groups, region)

    yield from look_in_all_regions(cloud, LOGS, find)


def _find_logs_of(cloud: Cloud, functions: list[Resource], groups: list[str], region: str) -> Iterator[Resource]:
    for group in _find_log_groups(cloud, groups, region):
        if functions and functions[0].made_by_workshop:
            yield Resource("log group", group, region)
        else:
            state = "of a function that is kept" if functions else _describe_orphan(group, region)
            yield Resource("log group", group, region, state, made_by_workshop=False)


def _describe_orphan(group: str, region: str) -> str:
    command = f"aws logs delete-log-group --region {region} --log-group-name {group}"
    return f"its function is gone, so nothing shows whose it is. If it is yours: {command}"


def _find_validation_logs(cloud: Cloud, names: WorkshopNames) -> Found:
    groups: dict[str, str] = {}
    for item in find_distributions(cloud, names):
        if isinstance(item, Unseen):
            yield item
        elif item.made_by_workshop:
            groups[f"/aws/cloudfront/LambdaEdge/{item.name}"] = item.name

    def find(region: str) -> Iterator[Resource]:
        for group in _find_log_groups(cloud, groups, region):
            yield Resource("validation log", group, region, handle=groups[group])

    if groups:
        yield from look_in_all_regions(cloud, LOGS, find)


def _find_log_groups(cloud: Cloud, groups: Iterable[str], region: str) -> Iterator[str]:
    for group in groups:
        pages = cloud.logs(region).get_paginator("describe_log_groups").paginate(logGroupNamePrefix=group)
        if any(item.get("logGroupName") == group for page in pages for item in page["logGroups"]):
            yield group


def _delete_log_group(cloud: Cloud, group: Resource) -> None:
    cloud.logs(group.region).delete_log_group(logGroupName=group.name)


def _delete_validation_log(cloud: Cloud, group: Resource) -> str | None:
    """Delete it once the function has left the distribution, or AWS would create it again."""
    try:
        wait_until_deployed(cloud.cloudfront, distribution_id=group.handle, what="Disabling")
    except TookTooLong:
        return "its distribution is still deploying"
    _delete_log_group(cloud, group)
    return None


def _describe_role_kind(word: str, name_of: Callable[[WorkshopNames], str], step: str, *, after: str = "") -> Kind:
    def find(cloud: Cloud, names: WorkshopNames) -> Iterator[Resource]:
        try:
            found: Any = cloud.iam.get_role(RoleName=name_of(names))["Role"]
        except cloud.iam.exceptions.NoSuchEntityException:
            return
        learner = read_tags(found.get("Tags", []))
        if learner == names.learner:
            yield Resource(word, name_of(names), since=found["CreateDate"])
        else:
            yield _describe_unmarked(word, name_of(names), learner, found.get("Description"), step)

    return Kind(word, lambda names: [f"IAM: role {name_of(names)}"], find, _delete_role, after, costs=False)


def _delete_role(cloud: Cloud, role: Resource) -> None:
    for page in cloud.iam.get_paginator("list_role_policies").paginate(RoleName=role.name):
        for policy in page["PolicyNames"]:
            cloud.iam.delete_role_policy(RoleName=role.name, PolicyName=policy)
    for attached_page in cloud.iam.get_paginator("list_attached_role_policies").paginate(RoleName=role.name):
        for attached in attached_page["AttachedPolicies"]:
            cloud.iam.detach_role_policy(RoleName=role.name, PolicyArn=attached["PolicyArn"])
    cloud.iam.delete_role(RoleName=role.name)


EDGE_FUNCTIONS = Kind(
    "edge function",
    lambda names: [f"Lambda in {GLOBAL_REGION}: {names.function_name}"],
    _find_function,
    _delete_function,
    after="log group",
    costs=False,
)
REPLICATION_ROLES = _describe_role_kind(
    "replication role", lambda names: names.replication_role_name, "replication role"
)
BATCH_ROLES = _describe_role_kind("batch role", lambda names: names.batch_role_name, "batch job")
EDGE_ROLES = _describe_role_kind("edge role", lambda names: names.edge_role_name, "edge role", after="edge function")
FUNCTION_LOGS = Kind(
    "log group",
    lambda names: [f"{LOGS} in all regions: {names.function_name}"],
    _find_function_logs,
    _delete_log_group,
    after="distribution",
)
VALIDATION_LOGS = Kind(
    "validation log",
    lambda names: [f"{LOGS} in all regions: validation errors"],
    _find_validation_logs,
    _delete_validation_log,
)
