"""Checks of notebooks 01 and 02: the trust policy and the permissions of a role."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from workshop_lib.checks.verdict import CheckPassed, judge
from workshop_lib.errors import STEPS, CheckFailed, get_error_code

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient


ROLE_STEPS = f"run {STEPS['replication role']} or {STEPS['edge role']}"
"""The steps that make roles. A check can't tell which role it looks at."""


def role_trusts(iam: IAMClient, *, role_name: str, services: Sequence[str]) -> CheckPassed:
    """Some AWS services may assume a role.

    Args:
        iam: Client.
        role_name: The role.
        services: Such as `["s3.amazonaws.com"]`.
    """
    document: Any = _get_role(iam, role_name)["AssumeRolePolicyDocument"]
    trusted = {service for service in services if _allows(document, "sts:AssumeRole", principal=service)}
    return judge(
        trusted == set(services),
        right=f"{' and '.join(services)} may assume {role_name}.",
        wrong=f"{' and '.join(sorted(set(services) - trusted))} may not assume {role_name}.",
        fix=f"{ROLE_STEPS} again. It restores the trust policy.",
    )


def role_may_replicate(iam: IAMClient, *, role_name: str, source_bucket: str, destination_bucket: str) -> CheckPassed:
    """The replication role has all permissions that S3 needs to copy, within its permissions boundary.

    Args:
        iam: Client.
        role_name: The role.
        source_bucket: Bucket to copy from.
        destination_bucket: Bucket to copy to.
    """
    boundary_arn = _get_boundary_arn(_get_role(iam, role_name))
    boundary = _get_boundary(iam, boundary_arn) if boundary_arn else None
    documents: list[Any] = [
        iam.get_role_policy(RoleName=role_name, PolicyName=policy)["PolicyDocument"]
        for policy in iam.list_role_policies(RoleName=role_name)["PolicyNames"]
    ]
    source, destination = f"arn:aws:s3:::{source_bucket}", f"arn:aws:s3:::{destination_bucket}/*"
    # S3 User Guide, setting-repl-config-perm-overview. ReplicateTags isn't needed: S3 copies tags with ReplicateObject.
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
    if missing:
        raise CheckFailed(
            f"{role_name} may not do {'; '.join(missing)}. Replication would end as FAILED.",
            fix=f"run {STEPS['replication permissions']} again. It writes policies/replication-role-permissions.json.",
        )
    beyond = [
        f"{action} on {resource}"
        for action, resource in needed.items()
        if boundary and not _allows(boundary, action, resource=resource, matches=fnmatchcase)
    ]
    return judge(
        not beyond,
        right=f"{role_name} may read {source_bucket} and write replicas to {destination_bucket}.",
        wrong=f"The permissions boundary of {role_name} doesn't allow {'; '.join(beyond)}. Replication would end as "
        "FAILED.",
        fix=f"run {STEPS['permissions boundary']} again. If you were granted the boundary, use the bucket names that "
        "you were given.",
    )


def roles_bounded(iam: IAMClient, *, boundary_arn: str, role_names: Sequence[str]) -> CheckPassed:
    """The permissions boundary is there, and no role of these names lacks it. Roles that don't exist yet pass.

    Args:
        iam: Client.
        boundary_arn: The boundary, from `boundaries.create_permissions_boundary`.
        role_names: The roles.
    """
    boundary_name = boundary_arn.rpartition("/")[2]
    if _get_boundary(iam, boundary_arn) is None:
        raise CheckFailed(f"There is no policy {boundary_name}.", fix=f"run {STEPS['permissions boundary']}.")
    roles = {name: _find_role(iam, name) for name in role_names}
    unbounded = [name for name, role in roles.items() if role and _get_boundary_arn(role) != boundary_arn]
    return judge(
        not unbounded,
        right=f"No role of yours can do more than {boundary_name} allows.",
        wrong=f"{' and '.join(unbounded)} can do more than {boundary_name} allows, because an earlier version made it.",
        fix="run this in a terminal. If AWS refuses it, show it to whoever granted you the learner's policies.\n"
        + "\n".join(
            f"  aws iam put-role-permissions-boundary --role-name {name} --permissions-boundary {boundary_arn}"
            for name in unbounded
        ),
    )


def _get_role(iam: IAMClient, role_name: str) -> dict[str, Any]:
    role = _find_role(iam, role_name)
    if role is None:
        raise CheckFailed(f"There is no role {role_name}.", fix=f"{ROLE_STEPS}.")
    return role


def _find_role(iam: IAMClient, role_name: str) -> dict[str, Any] | None:
    try:
        return dict(iam.get_role(RoleName=role_name)["Role"])
    except ClientError as error:
        if get_error_code(error) != "NoSuchEntity":
            raise
        return None


def _get_boundary_arn(role: dict[str, Any]) -> str | None:
    boundary: dict[str, str] = role.get("PermissionsBoundary") or {}
    return boundary.get("PermissionsBoundaryArn")


def _get_boundary(iam: IAMClient, boundary_arn: str) -> dict[str, Any] | None:
    """The document of a permissions boundary, or None if there is no such policy."""
    try:
        version = iam.get_policy(PolicyArn=boundary_arn)["Policy"]["DefaultVersionId"]
    except ClientError as error:
        if get_error_code(error) != "NoSuchEntity":
            raise
        return None
    document: Any = iam.get_policy_version(PolicyArn=boundary_arn, VersionId=version)["PolicyVersion"]["Document"]
    return dict(document)


def _allows(
    document: dict[str, Any],
    action: str,
    *,
    resource: str = "",
    principal: str = "",
    matches: Callable[[str, str], bool] = str.__eq__,
) -> bool:
    """Whether a policy document names exactly this. The workshop's roles use no wildcard but `/*`."""
    for statement in document["Statement"]:
        principals = statement.get("Principal", {})
        named = {
            "action": action in _as_list(statement["Action"]),
            "resource": not resource or any(matches(resource, one) for one in _as_list(statement.get("Resource", []))),
            "principal": not principal or principal in _as_list(principals.get("Service", [])),
        }
        if statement["Effect"] == "Allow" and all(named.values()):
            return True
    return False


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
