"""The permissions that a call needs: IAM actions, their resources, and their condition keys.

Most calls need one action with the operation's own name. The modules here have the exceptions, one module for each
service. They name the page that they follow: the Service Authorization Reference (SAR) or the service's guide.

    permission        Permission, PassRole
    s3, s3control     Amazon S3 and its Batch Operations
    s3_keys           S3's own condition keys
    iam               IAM and STS
    lambda_functions  Lambda
    cloudfront        CloudFront, and permissions to associate a Lambda@Edge function
    route53, logs     Route 53, CloudWatch Logs
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from local_cloud.access.permissions import cloudfront, iam, lambda_functions, logs, route53, s3, s3control
from local_cloud.call import EVERYTHING, Call, Permission

__all__ = ["EVERYTHING", "Permission", "find_permissions"]

_OF_SERVICE: Mapping[str, Callable[[Call], Iterable[Permission]]] = {
    "s3": s3.find_permissions,
    "s3control": s3control.find_permissions,
    "iam": iam.find_permissions,
    "sts": iam.find_sts_permissions,
    "lambda": lambda_functions.find_permissions,
    "cloudfront": cloudfront.find_permissions,
    "route53": route53.find_permissions,
    "logs": logs.find_permissions,
}
_PREFIXES = {"resourcegroupstaggingapi": "tag"}
"""Prefixes of actions that differ from botocore's name of the service."""


def find_permissions(call: Call) -> tuple[Permission, ...]:
    """All permissions that the caller needs for a call, in AWS's order if it is known."""
    find = _OF_SERVICE.get(call.service)
    if find is None:
        return (Permission(f"{_PREFIXES.get(call.service, call.service)}:{call.operation}"),)
    return tuple(find(call))
