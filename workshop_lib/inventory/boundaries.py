"""The permissions boundary of the learner's roles. One that was granted to the learner is kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workshop_lib.cloud import Cloud
from workshop_lib.inventory.kind import Kind, Resource
from workshop_lib.names import WorkshopNames
from workshop_lib.ownership import read_tags


def _find(cloud: Cloud, names: WorkshopNames) -> Iterator[Resource]:
    arn = f"arn:aws:iam::{cloud.account_id}:policy/{names.boundary_name}"
    try:
        found: Any = cloud.iam.get_policy(PolicyArn=arn)["Policy"]
    except cloud.iam.exceptions.NoSuchEntityException:
        return
    is_ours = read_tags(found.get("Tags", [])) == names.learner
    state = "" if is_ours else "granted with the learner's policies"
    yield Resource(
        "permissions boundary",
        names.boundary_name,
        state=state,
        made_by_workshop=is_ours,
        handle=arn,
        since=found["CreateDate"],
    )


def _delete(cloud: Cloud, boundary: Resource) -> None:
    which = {"PolicyArn": boundary.handle}
    for version in cloud.iam.list_policy_versions(**which)["Versions"]:
        if not version["IsDefaultVersion"]:
            cloud.iam.delete_policy_version(**which, VersionId=version["VersionId"])
    cloud.iam.delete_policy(**which)


BOUNDARIES = Kind(
    "permissions boundary",
    lambda names: [f"IAM: policy {names.boundary_name}"],
    _find,
    _delete,
    after="edge role",
    costs=False,
)
