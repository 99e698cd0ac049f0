"""CloudWatch Logs: SAR "Amazon CloudWatch Logs". The ARN of a group is captured from AWS's error messages."""

from __future__ import annotations

from collections.abc import Iterator

from local_cloud.access.permissions.permission import arn
from local_cloud.call import Call, Permission


def find_permissions(call: Call) -> Iterator[Permission]:
    """A group is `log-group:NAME:log-stream:STREAM`, and the stream may be empty. So policies end in `:*`."""
    parameters = call.parameters
    if given := parameters.get("resourceArn") or parameters.get("logGroupIdentifier"):
        resource = str(given)
    else:
        group, stream = parameters.get("logGroupName") or "", parameters.get("logStreamName") or ""
        resource = arn("logs", f"log-group:{group}:log-stream:{stream}", region=call.region)
    yield Permission(f"logs:{call.operation}", resource)
