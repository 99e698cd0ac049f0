"""The S3 service: what is asked before every operation, and the operations from the modules beside this one."""

from __future__ import annotations

from collections.abc import Callable

from local_cloud.call import Call, not_implemented
from local_cloud.constants import ACCOUNT_ID
from local_cloud.engines.replicator import Replicator
from local_cloud.errors import AwsError
from local_cloud.object_store import Bucket, find_bucket, install
from local_cloud.services.s3.authorization import authorize, is_signed
from local_cloud.services.s3.buckets import BucketOperations, redirect_to
from local_cloud.services.s3.copies import CopyOperations
from local_cloud.services.s3.lifecycles import LifecycleOperations
from local_cloud.services.s3.limits import check_limits, check_own_keys, ignore_dates
from local_cloud.services.s3.listings import ListingOperations
from local_cloud.services.s3.locks import LockOperations
from local_cloud.services.s3.objects import ObjectOperations
from local_cloud.services.s3.operations import OPERATIONS
from local_cloud.services.s3.policies import PolicyOperations
from local_cloud.services.s3.presigned import check_presigned, check_region
from local_cloud.services.s3.replication import ReplicationOperations
from local_cloud.services.s3.tags import BucketTagOperations
from local_cloud.services.s3.websites import WebsiteOperations

_EVERYWHERE = {"CreateBucket", "GetBucketLocation", "ListBuckets"}


class S3Service(
    BucketOperations, BucketTagOperations, WebsiteOperations, ReplicationOperations, PolicyOperations,
    ObjectOperations, CopyOperations, ListingOperations, LifecycleOperations, LockOperations,
):  # fmt: skip
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

    def prepare(self, call: Call) -> None:
        """Take away conditions that S3 ignores."""
        ignore_dates(call)

    def refuse(self, call: Call) -> None:
        """Refuse what isn't done, before its parameters are looked at; redirect to the bucket's region."""
        if call.operation not in OPERATIONS:
            raise not_implemented(call)
        check_limits(call)
        check_presigned(call)
        bucket = find_bucket(call.parameters.get("Bucket", ""))
        if bucket is not None and call.operation not in _EVERYWHERE:
            owner = call.parameters.get("ExpectedBucketOwner", ACCOUNT_ID)
            if bucket.region_name != call.region and _says_region(call):
                raise _wrong_region(call, bucket)
            check_region(call, bucket.region_name)
            if owner != ACCOUNT_ID:
                raise AwsError("AccessDenied", "Access Denied", 403)

    def authorize(self, call: Call) -> None:
        """Ask the bucket's policy and ACL about those who didn't sign."""
        authorize(call)
        check_own_keys(call)


def _says_region(call: Call) -> bool:
    """Whether the request names a region. A plain URL of this machine doesn't, and is served wherever the bucket is."""
    if "authorization" in call.request.headers:
        return True
    return not is_signed(call) and call.host.region is not None


def _wrong_region(call: Call, bucket: Bucket) -> AwsError:
    """At the bucket's own host it is the signature that is wrong; elsewhere it is the host."""
    if call.host.bucket is None or call.host.region != bucket.region_name:
        return redirect_to(bucket)
    wrong = f"the region '{call.region}' is wrong; expecting '{bucket.region_name}'"
    headers = {"x-amz-bucket-region": bucket.region_name}
    message = f"The authorization header is malformed; {wrong}"
    return AwsError("AuthorizationHeaderMalformed", message, headers=headers, Region=bucket.region_name)
