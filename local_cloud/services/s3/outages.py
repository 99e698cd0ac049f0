"""What S3 in a region does while a learner's fault is in force there.

The region is the bucket's, where a call names one that exists, else that of the endpoint that was asked: a region that
is down is down for everyone, whatever region they signed for. S3 Control is not touched.
"""

from __future__ import annotations

from local_cloud.call import Call
from local_cloud.errors import AwsError
from local_cloud.faults import S3_REFUSES, S3_SLOW, S3_UNAVAILABLE, ConnectionRefused, Faults
from local_cloud.object_store import find_bucket


def meet_faults(call: Call, faults: Faults) -> None:
    """Let a call of S3 meet the faults of its region: wait, or be refused. Call it without the cloud's lock.

    Raises:
        AwsError: S3 is unavailable; code and text are those of S3's API reference, "Error responses".
        ConnectionRefused: S3 does not even take the connection.
    """
    region = _region_asked(call)
    if slow := faults.find(S3_SLOW, regions=(region,)):
        slow.over.wait(slow.delay)
    fault = faults.find(S3_UNAVAILABLE, S3_REFUSES, regions=(region,))
    if fault is None:
        return
    if fault.kind == S3_REFUSES:
        raise ConnectionRefused(f"S3 in {region} refuses connections")
    raise AwsError("ServiceUnavailable", "Service is unable to handle request.", 503)


def _region_asked(call: Call) -> str:
    if bucket := find_bucket(call.parameters.get("Bucket", "")):
        return str(bucket.region_name)
    return call.host.region or call.region
