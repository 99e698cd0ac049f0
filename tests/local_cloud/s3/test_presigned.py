"""Presigned URLs: whose they are, and what only looks like one.

When they expire, and what a part that is missing does, are cases of `tests/conformance/`: the API shows it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from local_cloud.cloud import LocalCloud
from tests.kits.s3 import KIT, SOURCE, Kit, make_bucket


@pytest.fixture
def kit() -> Kit:
    """A bucket with a page in it."""
    make_bucket(KIT.ireland, SOURCE)
    KIT.ireland.put_object(Bucket=SOURCE, Key="index.html", Body=b"page")
    return KIT


def test_a_presigned_url_is_enough(cloud: LocalCloud, client: Callable[..., Any]) -> None:
    s3 = client("s3")
    make_bucket(s3, SOURCE)
    s3.put_object(Bucket=SOURCE, Key="index.html", Body=b"found")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": SOURCE, "Key": "index.html"})

    assert requests.get(url, timeout=5).content == b"found"


def test_a_presigned_url_is_the_owners(kit: Kit) -> None:
    url = kit.ireland.generate_presigned_url("get_object", Params={"Bucket": SOURCE, "Key": "index.html"})

    assert kit.fetch(url.removeprefix("http://127.0.0.1:9")).status == 200


@pytest.mark.parametrize(
    "query",
    [
        "Signature=x&Expires=4102444800",
        "Signature=x&Expires=4102444800&AWSAccessKeyId=",
        "Signature=x&Expires=soon&AWSAccessKeyId=local",
        "Signature=x&Expires=1&AWSAccessKeyId=local",
        "not-a-Signature=x",
        "X-Amz-Signature=x&X-Amz-Credential=nobody",
        "X-Amz-Signature=x&X-Amz-Credential=nobody&X-Amz-Date=20260101T000000Z&X-Amz-Expires=604800"
        "&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-SignedHeaders=host",
    ],
)
def test_what_only_looks_like_a_signature_opens_nothing(kit: Kit, query: str) -> None:
    answer = kit.fetch(f"/{SOURCE}/index.html?{query}")

    assert answer.status in (400, 403)
    assert b"Code" in answer.body
