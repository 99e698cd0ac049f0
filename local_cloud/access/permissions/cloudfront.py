"""CloudFront: SAR "Amazon CloudFront"; Developer Guide, "Set up IAM permissions and roles for Lambda@Edge"."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from local_cloud.access.identities import find_by_name
from local_cloud.access.permissions.permission import arn
from local_cloud.call import EVERYTHING, Call, Permission

_DIFFERENT = {"CreateDistributionWithTags": "CreateDistribution"}
_KINDS = {
    "CloudFrontOriginAccessIdentity": "origin-access-identity",
    "OriginAccessControl": "origin-access-control",
    "OriginRequestPolicy": "origin-request-policy",
    "ResponseHeadersPolicy": "response-headers-policy",
    "CachePolicy": "cache-policy",
    "Distribution": "distribution",
    "Invalidation": "distribution",
}
"""Part of an operation's name → the kind of its resource."""

_NOT_NARROWED = {"CreateOriginAccessControl"}
_ASSOCIATING = {"CreateDistribution", "CreateDistributionWithTags", "UpdateDistribution"}
SERVICE_ROLES = {
    "replicator.lambda.amazonaws.com": "AWSServiceRoleForLambdaReplicator",
    "logger.cloudfront.amazonaws.com": "AWSServiceRoleForCloudFrontLogger",
}
"""The roles that an account's first association makes, by service."""


def find_permissions(call: Call) -> Iterator[Permission]:
    """A call that associates a function also needs permissions on the function's version."""
    yield Permission(f"cloudfront:{_DIFFERENT.get(call.operation, call.operation)}", _find_resource(call))
    if call.operation == "CreateDistributionWithTags":
        yield Permission("cloudfront:TagResource", arn("cloudfront", "distribution/*"))
    if call.operation in _ASSOCIATING:
        yield from _find_association_permissions(call)


def _find_association_permissions(call: Call) -> Iterator[Permission]:
    versions = list(dict.fromkeys(_list_versions(_find_config(call))))
    for version in versions:
        for action in ("GetFunction", "EnableReplication*", "DisableReplication*"):
            yield Permission(f"lambda:{action}", version)
    for service, role in SERVICE_ROLES.items() if versions else ():
        if find_by_name("role", role) is None:
            resource = arn("iam", f"role/aws-service-role/{service}/{role}")
            yield Permission("iam:CreateServiceLinkedRole", resource, {"iam:AWSServiceName": service})


def _find_config(call: Call) -> dict[str, Any]:
    with_tags = call.parameters.get("DistributionConfigWithTags") or {}
    return call.parameters.get("DistributionConfig") or with_tags.get("DistributionConfig") or {}


def _list_versions(config: dict[str, Any]) -> Iterator[str]:
    others = (config.get("CacheBehaviors") or {}).get("Items") or []
    for behavior in (config.get("DefaultCacheBehavior") or {}, *others):
        for association in (behavior.get("LambdaFunctionAssociations") or {}).get("Items") or []:
            if version := association.get("LambdaFunctionARN"):
                yield str(version)


def _find_resource(call: Call) -> str:
    parameters, operation = call.parameters, call.operation
    if resource := parameters.get("Resource"):
        return str(resource)
    if operation in _NOT_NARROWED or (operation.startswith("List") and operation != "ListInvalidations"):
        return EVERYTHING
    kind = next((kind for part, kind in _KINDS.items() if part in operation), None)
    named = parameters.get("DistributionId") or parameters.get("Id") or "*"
    return arn("cloudfront", f"{kind}/{named}") if kind else EVERYTHING
