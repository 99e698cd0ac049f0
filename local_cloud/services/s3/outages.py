"""S3 in a region while a learner's fault is in force there.

The region is that of the call's bucket, if it exists, else that of the endpoint. The region in the signature doesn't
count: S3 is down for all callers. S3 Control is not affected.
"""

from __future__ import annotations

from local_cloud.call import Call
from local_cloud.errors import AwsError
from local_cloud.faults import S3_REFUSES, S3_SLOW, S3_UNAVAILABLE, ConnectionRefused, Faults
from local_cloud.object_store import find_bucket


def meet_faults(call: Call, faults: Faults) -> None:
    """Delay or refuse a call of S3 by the faults of its region. Call it without the cloud's lock.

    Raises:
        AwsError: S3 is unavailable. Code and text are from the S3 API Reference, "Error responses".
        ConnectionRefused: S3 refuses connections.
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
