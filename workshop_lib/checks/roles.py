"""Checks of notebooks 01 and 02: who may assume a role, and what it may do then."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from workshop_lib.checks.verdict import CheckPassed, judge
from workshop_lib.errors import CheckFailed, get_error_code

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient


def role_trusts(iam: IAMClient, *, role_name: str, services: Sequence[str]) -> CheckPassed:
    """A role may be assumed by all of some AWS services.

    Args:
        iam: Client.
        role_name: The role.
        services: Such as `["s3.amazonaws.com"]`.
    """
    document: Any = _get_role(iam, role_name)["AssumeRolePolicyDocument"]
    trusted = {service for service in services if _allows(document, "sts:AssumeRole", principal=service)}
    return judge(
        trusted == set(services),
        right=f"{role_name} is trusted by {' and '.join(services)}.",
        wrong=f"{role_name} can't be assumed by {' or '.join(sorted(set(services) - trusted))}.",
        fix="run the step that creates the role again; it restores the trust policy.",
    )


def role_may_replicate(iam: IAMClient, *, role_name: str, source_bucket: str, destination_bucket: str) -> CheckPassed:
    """The replication role may do all that S3 needs in order to copy, on the right bucket each.

    Args:
        iam: Client.
        role_name: The role.
        source_bucket: Bucket to copy from.
        destination_bucket: Bucket to copy to.
    """
    _get_role(iam, role_name)
    documents: list[Any] = [
        iam.get_role_policy(RoleName=role_name, PolicyName=policy)["PolicyDocument"]
        for policy in iam.list_role_policies(RoleName=role_name)["PolicyNames"]
    ]
    source, destination = f"arn:aws:s3:::{source_bucket}", f"arn:aws:s3:::{destination_bucket}/*"
    # S3UG, setting-repl-config-perm-overview. ReplicateTags is not here: S3 copies tags with ReplicateObject.
    needed = {
        "s3:GetReplicationConfiguration": source,
        "s3:ListBucket": source,
        "s3:GetObjectVersionForReplication": f"{source}/*",
        "s3:GetObjectVersionAcl": f"{source}/*",
        "s3:GetObjectVersionTagging": f"{source}/*",
        "s3:ReplicateObject": destination,
        "s3:ReplicateDelete": destination,
    }
    missing = [
        f"{action} on {resource}"
        for action, resource in needed.items()
        if not any(_allows(document, action, resource=resource) for document in documents)
    ]
    return judge(
        not missing,
        right=f"{role_name} may read {source_bucket} and write replicas to {destination_bucket}.",
        wrong=f"{role_name} may not do {'; '.join(missing)}. Replication would end as FAILED.",
        fix="run replication.put_replication_policy(…) again, and see policies/replication-role-permissions.json.",
    )


def _get_role(iam: IAMClient, role_name: str) -> dict[str, Any]:
    try:
        return dict(iam.get_role(RoleName=role_name)["Role"])
    except ClientError as error:
        if get_error_code(error) != "NoSuchEntity":
            raise
        raise CheckFailed(f"There is no role {role_name}.", fix="run the step that creates it.") from error


def _allows(document: dict[str, Any], action: str, *, resource: str = "", principal: str = "") -> bool:
    """Whether a policy document names exactly this; enough for documents of ours, which use no wildcards but `/*`."""
    for statement in document["Statement"]:
        principals = statement.get("Principal", {})
        named = {
            "action": action in _as_list(statement["Action"]),
            "resource": not resource or resource in _as_list(statement.get("Resource", [])),
            "principal": not principal or principal in _as_list(principals.get("Service", [])),
        }
        if statement["Effect"] == "Allow" and all(named.values()):
            return True
    return False


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
