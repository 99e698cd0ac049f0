"""The edge function, the roles, and the log groups that appear by themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from botocore.exceptions import ClientError

from workshop_lib.cloud import GLOBAL_REGION, Cloud
from workshop_lib.inventory.distributions import find_distributions
from workshop_lib.inventory.kind import Kind, Resource, count
from workshop_lib.names import WorkshopNames
from workshop_lib.ownership import MADE_BY

EDGE_REGIONS = (
    *("us-east-1", "us-east-2", "us-west-1", "us-west-2", "sa-east-1", "eu-central-1", "eu-west-1", "eu-west-2"),
    *("ap-south-1", "ap-northeast-1", "ap-northeast-2", "ap-southeast-1", "ap-southeast-2"),
)
"""Regions with regional edge caches, where origin-request functions run and log."""


def _find_function(cloud: Cloud, names: WorkshopNames) -> Iterator[Resource]:
    try:
        found = cloud.lambda_.get_function_configuration(FunctionName=names.function_name)
    except cloud.lambda_.exceptions.ResourceNotFoundException:
        return
    if found.get("Description") != MADE_BY:
        yield Resource(
            "edge function", names.function_name, GLOBAL_REGION, "without the workshop's mark", made_by_workshop=False
        )
        return
    pages = cloud.lambda_.get_paginator("list_versions_by_function").paginate(FunctionName=names.function_name)
    numbered = [version for page in pages for version in page["Versions"] if version["Version"] != "$LATEST"]
    yield Resource("edge function", names.function_name, GLOBAL_REGION, count(len(numbered), "version"))


def _delete_function(cloud: Cloud, function: Resource) -> str | None:
    try:
        cloud.lambda_.delete_function(FunctionName=function.name)
    except ClientError as error:
        if "because it is a replicated function" not in str(error):
            raise
        return "still replicated at the edge; AWS removes the replicas within some hours"
    return None


def _find_function_logs(cloud: Cloud, names: WorkshopNames) -> Iterator[Resource]:
    yield from _find_log_groups(cloud, [f"/aws/lambda/us-east-1.{names.function_name}"], EDGE_REGIONS)
    yield from _find_log_groups(cloud, [f"/aws/lambda/{names.function_name}"], (GLOBAL_REGION,))


def _find_validation_logs(cloud: Cloud, names: WorkshopNames) -> Iterator[Resource]:
    groups = [f"/aws/cloudfront/LambdaEdge/{distribution.name}" for distribution in find_distributions(cloud, names)]
    return _find_log_groups(cloud, groups, EDGE_REGIONS) if groups else iter(())


def _find_log_groups(cloud: Cloud, groups: list[str], regions: tuple[str, ...]) -> Iterator[Resource]:
    for region in regions:
        for group in groups:
            pages = cloud.logs(region).get_paginator("describe_log_groups").paginate(logGroupNamePrefix=group)
            if any(item.get("logGroupName") == group for page in pages for item in page["logGroups"]):
                yield Resource("log group", group, region)


def _delete_log_group(cloud: Cloud, group: Resource) -> None:
    cloud.logs(group.region).delete_log_group(logGroupName=group.name)


def _describe_role_kind(word: str, name_of: Callable[[WorkshopNames], str], *, after: str = "") -> Kind:
    def find(cloud: Cloud, names: WorkshopNames) -> Iterator[Resource]:
        try:
            found = cloud.iam.get_role(RoleName=name_of(names))["Role"]
        except cloud.iam.exceptions.NoSuchEntityException:
            return
        is_ours = found.get("Description") == MADE_BY
        yield Resource(
            word, name_of(names), state="" if is_ours else "without the workshop's mark", made_by_workshop=is_ours
        )

    return Kind(word, lambda names: [f"IAM: role {name_of(names)}"], find, _delete_role, after)


def _delete_role(cloud: Cloud, role: Resource) -> None:
    for policy in cloud.iam.list_role_policies(RoleName=role.name)["PolicyNames"]:
        cloud.iam.delete_role_policy(RoleName=role.name, PolicyName=policy)
    for attached in cloud.iam.list_attached_role_policies(RoleName=role.name)["AttachedPolicies"]:
        cloud.iam.detach_role_policy(RoleName=role.name, PolicyArn=attached["PolicyArn"])
    cloud.iam.delete_role(RoleName=role.name)


EDGE_FUNCTIONS = Kind(
    "edge function",
    lambda names: [f"Lambda in {GLOBAL_REGION}: {names.function_name}"],
    _find_function,
    _delete_function,
    after="distribution",
)
REPLICATION_ROLES = _describe_role_kind("replication role", lambda names: names.replication_role_name)
BATCH_ROLES = _describe_role_kind("batch role", lambda names: names.batch_role_name)
EDGE_ROLES = _describe_role_kind("edge role", lambda names: names.edge_role_name, after="edge function")
FUNCTION_LOGS = Kind(
    "log group",
    lambda names: [f"CloudWatch Logs in {len(EDGE_REGIONS)} regions: {names.function_name}"],
    _find_function_logs,
    _delete_log_group,
    after="edge function",
)
VALIDATION_LOGS = Kind(
    "log group",
    lambda names: [f"CloudWatch Logs in {len(EDGE_REGIONS)} regions: validation errors"],
    _find_validation_logs,
    _delete_log_group,
    after="distribution",
)
