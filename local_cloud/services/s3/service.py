"""The S3 service: what is asked before every operation, and the operations from the modules beside this one."""

from __future__ import annotations

from collections.abc import Callable

from local_cloud.addressing import ORIGINAL_HOST_KEY, read_host
from local_cloud.call import ACCOUNT_ID, Call
from local_cloud.engines.replicator import Replicator
from local_cloud.errors import AwsError
from local_cloud.moto_application import S3_OPERATIONS, not_implemented
from local_cloud.object_store import find_bucket, install
from local_cloud.services.s3.authorization import authorize, is_signed
from local_cloud.services.s3.buckets import BucketOperations, redirect_to
from local_cloud.services.s3.objects import ObjectOperations
from local_cloud.services.s3.policies import PolicyOperations
from local_cloud.services.s3.replication import ReplicationOperations

_EVERYWHERE = {"CreateBucket", "GetBucketLocation", "ListBuckets"}


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
        """Refuse what isn't done, before its parameters are looked at; redirect to the bucket's region; ask who may."""
        if call.operation not in S3_OPERATIONS:
            raise not_implemented(call)
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
