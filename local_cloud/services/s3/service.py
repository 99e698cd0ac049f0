"""The S3 service: checks before every operation, and the operations of the modules beside this one."""

from __future__ import annotations

from collections.abc import Callable

from local_cloud.call import Call, not_implemented
from local_cloud.constants import ACCOUNT_ID
from local_cloud.engines.replicator import Replicator
from local_cloud.errors import AwsError
from local_cloud.object_store import Bucket, find_bucket, install
from local_cloud.services.s3.authorization import authorize
from local_cloud.services.s3.buckets import BucketOperations, redirect_to
from local_cloud.services.s3.copies import CopyOperations
from local_cloud.services.s3.lifecycles import LifecycleOperations
from local_cloud.services.s3.limits import check_limits, check_own_keys, ignore_dates
from local_cloud.services.s3.listings import ListingOperations
from local_cloud.services.s3.locks import LockOperations
from local_cloud.services.s3.objects import ObjectOperations
from local_cloud.services.s3.operations import OPERATIONS
from local_cloud.services.s3.policies import PolicyOperations
from local_cloud.services.s3.replication import ReplicationOperations
from local_cloud.services.s3.tags import BucketTagOperations
from local_cloud.services.s3.websites import WebsiteOperations
from local_cloud.services.s3.young_versioning import YoungVersioning

_EVERYWHERE = {"CreateBucket", "GetBucketLocation", "ListBuckets"}


class S3Service(
    BucketOperations, BucketTagOperations, WebsiteOperations, ReplicationOperations, PolicyOperations,
    ObjectOperations, CopyOperations, ListingOperations, LifecycleOperations, LockOperations,
):  # fmt: skip
    """Amazon S3, in front of moto's S3.

    Args:
        replicator: Gets every write.
        is_identity: Whether an origin access identity with this id exists; None accepts any.
        versioning_seconds: For how long objects can't be read at times after versioning was enabled.
    """

    name = "s3"

    def __init__(
        self,
        *,
        replicator: Replicator,
        is_identity: Callable[[str], bool] | None = None,
        versioning_seconds: float = 0.0,
    ) -> None:
        self._replicator = replicator
        self._is_identity = is_identity
        self._young = YoungVersioning(versioning_seconds)
        install()

    def reset(self) -> None:
        """Forget since when buckets have versioning. moto deletes them."""
        self._young.clear()

    def prepare(self, call: Call) -> None:
        """Remove conditions that S3 ignores."""
        ignore_dates(call)

    def refuse(self, call: Call) -> None:
        """Refuse operations that aren't implemented, and check every request. Redirect to the bucket's region."""
        if call.operation not in OPERATIONS:
            raise not_implemented(call)
        check_limits(call)
        bucket = find_bucket(call.parameters.get("Bucket", ""))
        if bucket is not None and call.operation not in _EVERYWHERE:
            owner = call.parameters.get("ExpectedBucketOwner", ACCOUNT_ID)
            if bucket.region_name != call.region and _says_region(call):
                raise _wrong_region(call, bucket)
            if owner != ACCOUNT_ID:
                raise AwsError("AccessDenied", "Access Denied", 403)

    def authorize(self, call: Call) -> None:
        """Check the bucket's policy and ACL for callers outside the account."""
        authorize(call)
        check_own_keys(call)


def _says_region(call: Call) -> bool:
    """Whether the request names a region. A plain URL of this machine doesn't; it works for buckets of any region."""
    return call.signature_version == 4 or (call.signature_version is None and call.host.region is not None)


def _wrong_region(call: Call, bucket: Bucket) -> AwsError:
    """The error for a wrong region: at the bucket's own host the signature is wrong, elsewhere the host is.

    A presigned URL gets an error of its own (aws/aws-cli#4338).
    """
    if call.signature_version == 4 and "authorization" not in call.request.headers:
        wrong = f"the region '{call.region}' is wrong; expecting '{bucket.region_name}'"
        message = f"Error parsing the X-Amz-Credential parameter; {wrong}"
        return AwsError("AuthorizationQueryParametersError", message, Region=bucket.region_name)
    if call.host.bucket is None or call.host.region != bucket.region_name:
        return redirect_to(bucket)
    wrong = f"the region '{call.region}' is wrong; expecting '{bucket.region_name}'"
    headers = {"x-amz-bucket-region": bucket.region_name}
    message = f"The authorization header is malformed; {wrong}"
    return AwsError("AuthorizationHeaderMalformed", message, headers=headers, Region=bucket.region_name)
