"""S3 Batch Operations: SAR "Amazon S3", and S3 User Guide, "Granting permissions for Batch Operations"."""

from __future__ import annotations

from collections.abc import Iterator

from local_cloud.access.permissions.permission import arn, pass_role
from local_cloud.call import EVERYTHING, Call, Permission

_DIFFERENT = {
    "DeletePublicAccessBlock": "PutAccountPublicAccessBlock",
    "GetPublicAccessBlock": "GetAccountPublicAccessBlock",
    "PutPublicAccessBlock": "PutAccountPublicAccessBlock",
}


def find_permissions(call: Call) -> Iterator[Permission]:
    """Policies can limit jobs by id, but not the operations that create or list them."""
    job = call.parameters.get("JobId")
    resource = arn("s3", f"job/{job}", region=call.region) if job else EVERYTHING
    yield Permission(f"s3:{_DIFFERENT.get(call.operation, call.operation)}", resource)
    if call.operation == "CreateJob":
        yield pass_role(call.parameters.get("RoleArn"), "batchoperations.s3.amazonaws.com")
