"""The S3 service: what is asked before every operation, and the operations from the modules beside this one."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from moto.core.utils import get_service_model

from local_cloud.addressing import ORIGINAL_HOST_KEY, read_host
from local_cloud.call import ACCOUNT_ID, Call
from local_cloud.engines.replicator import Replicator
from local_cloud.errors import AwsError
from local_cloud.object_store import find_bucket, install
from local_cloud.services.s3.authorization import authorize, is_signed
from local_cloud.services.s3.buckets import BucketOperations, redirect_to
from local_cloud.services.s3.objects import ObjectOperations
from local_cloud.services.s3.policies import PolicyOperations
from local_cloud.services.s3.replication import ReplicationOperations

_EVERYWHERE = {"CreateBucket", "GetBucketLocation", "ListBuckets"}
_NOT_DONE = (
    "Abac", "Analytics", "Annotation", "CreateSession", "DirectoryBuckets", "IntelligentTiering", "Metadata",
    "Metrics", "RenameObject", "RequestPayment", "SelectObjectContent", "Torrent", "UpdateObjectEncryption",
    "WriteGetObjectResponse",
)  # fmt: skip


class S3Service(BucketOperations, ReplicationOperations, PolicyOperations, ObjectOperations):
    """Amazon S3 in front of moto's.

    Args:
        replicator: Hears of every write.
        is_identity: Tells whether there is an origin access identity of this id; None believes any.
    """

    name = "s3"

    def __init__(self, *, replicator: Replicator, is_identity: Callable[[str], bool] | None = None) -> None:
        self._replicator = replicator
        self._is_identity = is_identity
        install()

    def refuse(self, call: Call) -> None:
        """Refuse what isn't done here, redirect to the bucket's region, and ask who may."""
        if call.operation in _unsupported():
            # moto takes sub-resources that it doesn't know for the bucket itself: a PUT would make a bucket.
            raise AwsError("NotImplemented", f"The local cloud does not do {call.operation} of s3.", 501)
        bucket = find_bucket(call.parameters.get("Bucket", ""))
        if bucket is not None and call.operation not in _EVERYWHERE:
            owner = call.parameters.get("ExpectedBucketOwner", ACCOUNT_ID)
            if bucket.region_name != call.region and _says_region(call):
                raise redirect_to(bucket)
            if owner != ACCOUNT_ID:
                raise AwsError("AccessDenied", "Access Denied", 403)
        authorize(call)


def _says_region(call: Call) -> bool:
    """Whether the request names a region. A plain URL of this machine doesn't, and is served wherever the bucket is."""
    if "HTTP_AUTHORIZATION" in call.environ:
        return True
    host = call.environ.get(ORIGINAL_HOST_KEY) or call.environ.get("HTTP_HOST", "")
    return not is_signed(call) and read_host(host).region is not None


@cache
def _unsupported() -> frozenset[str]:
    names = get_service_model("s3").operation_names
    return frozenset(name for name in names if any(part in name for part in _NOT_DONE))
