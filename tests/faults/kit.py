"""Buckets in two regions, and how tests of faults wait."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

Client = Callable[..., Any]
IRELAND, SINGAPORE = "eu-west-1", "ap-southeast-1"
POLICY = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}


def wait_until(is_done: Callable[[], Any], *, timeout: float = 5.0) -> None:
    """Wait until a condition holds."""
    end = time.monotonic() + timeout
    while not is_done():
        assert time.monotonic() < end, "it took too long"
        threading.Event().wait(0.005)


def make_bucket(client: Client, bucket: str, region: str) -> Any:
    """A bucket with a page that anybody may read; S3 in its region."""
    s3 = client("s3", region)
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})
    s3.put_object(Bucket=bucket, Key="index.html", Body=region.encode(), CacheControl="max-age=0")
    s3.delete_public_access_block(Bucket=bucket)
    statement = {**POLICY, "Resource": f"arn:aws:s3:::{bucket}/*"}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    return s3
