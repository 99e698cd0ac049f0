"""What most operations of S3 begin with: the bucket that a call names."""

from __future__ import annotations

from local_cloud.call import Call
from local_cloud.errors import AwsError
from local_cloud.object_store import Bucket, find_bucket

MALFORMED_XML = "The XML you provided was not well-formed or did not validate against our published schema"


def bucket_of(call: Call) -> Bucket:
    """The bucket that a call names.

    Raises:
        AwsError: There is none (404 NoSuchBucket).
    """
    name = call.parameters["Bucket"]
    bucket = find_bucket(name)
    if bucket is None:
        raise AwsError("NoSuchBucket", "The specified bucket does not exist", 404, BucketName=name)
    return bucket
