"""Object Lock: what it requires of a bucket, and which locks S3 accepts."""

from __future__ import annotations

from datetime import UTC, datetime

from local_cloud.call import Call
from local_cloud.errors import AwsError
from local_cloud.services.s3.lookups import bucket_of, invalid_argument
from local_cloud.services.service import Service

_MODE, _UNTIL = "x-amz-object-lock-mode", "x-amz-object-lock-retain-until-date"


class LockOperations(Service):
    """The operation that enables Object Lock. moto does the others."""

    def refuse_put_object_lock_configuration(self, call: Call) -> None:
        """Refuse Object Lock on a bucket without versioning. moto returns another status than S3."""
        if bucket_of(call).versioning_status != "Enabled":
            message = "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration"
            raise AwsError("InvalidBucketState", message, 409)


def check_not_locked(call: Call) -> None:
    """Refuse to suspend versioning of a bucket with Object Lock.

    Raises:
        AwsError: InvalidBucketState.
    """
    if bucket_of(call).object_lock_enabled:
        message = "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed."
        raise AwsError("InvalidBucketState", message, 409)


def check_retention(call: Call) -> None:
    """Refuse a lock on a new object if it lacks its mode or date, or if its date has passed.

    Raises:
        AwsError: InvalidArgument.
    """
    mode, until = call.parameters.get("ObjectLockMode"), call.parameters.get("ObjectLockRetainUntilDate")
    if (mode is None) != (until is None):
        message = f"{_UNTIL} and {_MODE} must both be supplied"
        raise invalid_argument(message, _MODE if mode is None else _UNTIL, "")
    if isinstance(until, datetime) and (until if until.tzinfo else until.replace(tzinfo=UTC)) <= datetime.now(UTC):
        raise invalid_argument("The retain until date must be in the future!", _UNTIL, until.isoformat())
