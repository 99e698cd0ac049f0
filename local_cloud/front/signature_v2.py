"""Signature Version 2 of S3, in which boto3 presigns URLs by default in the older regions.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html
"""

from __future__ import annotations

import base64
import hmac
from urllib.parse import unquote, unquote_to_bytes

from local_cloud.call import HttpRequest

_MOVED = ("x-amz-", "content-md5", "content-type")
_SUBRESOURCES = {
    "accelerate", "acl", "analytics", "cors", "defaultObjectAcl", "delete", "encryption", "inventory", "lifecycle",
    "location", "logging", "metrics", "notification", "object-lock", "partNumber", "policy", "publicAccessBlock",
    "replication", "requestPayment", "response-cache-control", "response-content-disposition",
    "response-content-encoding", "response-content-language", "response-content-type", "response-expires",
    "restore", "retention", "select", "select-type", "storageClass", "tagging", "torrent", "uploadId", "uploads",
    "versionId", "versioning", "versions", "website",
}  # fmt: skip
"""The parameters that are signed. Others are not."""


def string_to_sign_v2(request: HttpRequest, bucket: str | None, expires: str = "") -> str:
    """The text that is signed.

    Args:
        request: The request, as it was sent.
        bucket: The bucket that the host names.
        expires: The expiry of a presigned URL, which is signed instead of the date.
    """
    parts = [part.partition("=") for part in sorted(request.query.split("&"))]
    headers = dict(request.headers)
    if expires:  # a presigned URL has these headers in its query
        headers |= {name: unquote(value) for name, _, value in parts if name.startswith(_MOVED)}
    date = expires or ("" if "x-amz-date" in headers else headers.get("date", ""))
    lines = [request.method, headers.get("content-md5", ""), headers.get("content-type", ""), date]
    lines += [f"{name}:{' '.join(headers[name].split())}" for name in sorted(headers) if name.startswith("x-amz-")]
    signed = [
        name + (f"={unquote_to_bytes(value).decode('latin-1')}" if value else "")
        for name, _, value in parts
        if name in _SUBRESOURCES
    ]
    resource = (f"/{bucket}" if bucket else "") + request.path + (f"?{'&'.join(signed)}" if signed else "")
    return "\n".join([*lines, resource])


def compute_v2(secret: str, text: str) -> bytes:
    """The signature of a text."""
    return base64.b64encode(hmac.digest(secret.encode(), text.encode("latin-1", "replace"), "sha1"))
