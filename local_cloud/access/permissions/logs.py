"""CloudWatch Logs: SAR "Amazon CloudWatch Logs"; how a group is named as a resource is captured from AWS's refusals."""

from __future__ import annotations

from collections.abc import Iterator

from local_cloud.access.permissions.permission import arn
from local_cloud.call import Call, Permission


def find_permissions(call: Call) -> Iterator[Permission]:
    """A group is `log-group:NAME:log-stream:STREAM`, the stream empty where none is meant: so policies end in `:*`."""
    parameters = call.parameters
    if given := parameters.get("resourceArn") or parameters.get("logGroupIdentifier"):
        resource = str(given)
    else:
        group, stream = parameters.get("logGroupName") or "", parameters.get("logStreamName") or ""
        resource = arn("logs", f"log-group:{group}:log-stream:{stream}", region=call.region)
    yield Permission(f"logs:{call.operation}", resource)
