"""Presigned URLs: whose they are, what changes them, and what only looks like one.

When they expire, and what a part that is missing does, are cases of `tests/conformance/`: the API shows it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
import requests
from botocore.config import Config

from local_cloud.cloud import LocalCloud
from tests.kits.credentials import KEYS
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

    assert kit.fetch(url.removeprefix("http://127.0.0.1:9"), host="127.0.0.1:9").status == 200


@pytest.fixture(params=["s3", "s3v4"], ids=["version 2", "version 4"])
def url(request: pytest.FixtureRequest, kit: Kit) -> str:
    """A presigned URL of the page, without its address."""
    signer = boto3.client(
        "s3",
        region_name="eu-west-1",
        endpoint_url="http://127.0.0.1:9",
        **KEYS,
        config=Config(signature_version=request.param),
    )
    where = {"Bucket": SOURCE, "Key": "index.html", "ResponseContentType": "text/html"}
    return str(signer.generate_presigned_url("get_object", Params=where)).removeprefix("http://127.0.0.1:9")


def test_both_versions_are_understood(kit: Kit, url: str) -> None:
    assert kit.fetch(url, host="127.0.0.1:9").status == 200


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("index.html", "other.html"),
        (SOURCE, f"{SOURCE}2"),
        ("text%2Fhtml", "text%2Fplain"),
        ("Expires=", "Expires=1"),
        ("&", "&versionId=1&"),
        ("Signature=", "Signature=0"),
    ],
)
def test_a_url_that_was_changed_is_refused(kit: Kit, url: str, old: str, new: str) -> None:
    answer = kit.fetch(url.replace(old, new, 1), host="127.0.0.1:9")

    assert answer.status in (400, 403)
    assert re.search(b"<Code>(SignatureDoesNotMatch|AuthorizationQueryParametersError)</Code>", answer.body)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "POST"])
def test_a_url_holds_for_its_method_alone(kit: Kit, url: str, method: str) -> None:
    assert b"<Code>SignatureDoesNotMatch</Code>" in kit.fetch(url, host="127.0.0.1:9", method=method).body


def test_a_header_that_the_url_does_not_sign_is_refused(kit: Kit, url: str) -> None:
    answer = kit.fetch(url, host="127.0.0.1:9", HTTP_X_AMZ_REQUEST_PAYER="requester")

    assert answer.status == 403
    assert re.search(b"<Code>(SignatureDoesNotMatch|AccessDenied)</Code>", answer.body)


def test_a_url_of_another_secret_is_refused(kit: Kit) -> None:
    signer = boto3.client("s3", region_name="eu-west-1", aws_access_key_id="local", aws_secret_access_key="local")
    url = signer.generate_presigned_url("get_object", Params={"Bucket": SOURCE, "Key": "index.html"})
    parts = urlsplit(url)

    answer = kit.fetch(f"{parts.path}?{parts.query}", host=parts.netloc)

    assert b"<Code>SignatureDoesNotMatch</Code>" in answer.body


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
