"""The local cloud as a whole: it starts, forgets, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local_cloud.cloud import LocalCloud

Client = Callable[..., Any]


def test_reset_forgets_the_buckets(cloud: LocalCloud, client: Client) -> None:
    client("s3").create_bucket(Bucket="site", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})

    cloud.reset()

    assert client("s3").list_buckets()["Buckets"] == []
