"""Helpers for the cases of objects: an object, a refused write, a multipart upload."""

from __future__ import annotations

from typing import Any

from tests.conformance.case import Account


def put(aws: Account, **more: Any) -> dict[str, Any]:
    """Put an object in a new bucket. Returns bucket and key."""
    where = {"Bucket": aws.create_bucket(), "Key": "page.html"}
    aws.client("s3").put_object(**where, Body=b"0123456789", **more)
    return where


def refuses_put(aws: Account, code: str, status: int = 400, message: str | None = None, **parameters: Any) -> None:
    """Expect that PutObject into a new bucket is refused, and stores nothing."""
    s3, where = aws.client("s3"), {"Bucket": aws.create_bucket(), "Key": "page.html", "Body": b"page"}
    aws.refuses(code, status, message, s3.put_object, **{**where, **parameters})
    assert "Contents" not in s3.list_objects_v2(Bucket=where["Bucket"])


def upload(aws: Account, *parts: bytes) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Start a multipart upload, and upload the parts. Returns its parameters and parts."""
    s3, where = aws.client("s3"), {"Bucket": aws.create_bucket(), "Key": "big"}
    where["UploadId"] = s3.create_multipart_upload(**where)["UploadId"]
    aws.clean_up(s3.abort_multipart_upload, **where)
    done = [(number, s3.upload_part(**where, PartNumber=number, Body=body)) for number, body in enumerate(parts, 1)]
    return where, [{"PartNumber": number, "ETag": answer["ETag"]} for number, answer in done]
