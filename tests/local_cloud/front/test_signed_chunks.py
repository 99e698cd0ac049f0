"""Uploads in signed chunks, signed as the S3 API Reference shows it ("sigv4-streaming", "sigv4-streaming-trailers")."""

from __future__ import annotations

import hashlib
import hmac
import re
import zlib
from base64 import b64encode

import pytest

from local_cloud.call import HttpRequest, Response
from local_cloud.cloud import LocalCloud
from tests.kits.credentials import SECRET, sign
from tests.local_cloud.front.plain_http import code_in

PLAIN, TRAILED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
NOTHING = hashlib.sha256(b"").hexdigest()


def upload(
    cloud: LocalCloud, chunks: list[bytes], *, trailer: bytes = b"", swap: tuple[bytes, bytes] = (b"", b"")
) -> Response:
    """Upload chunks, each signed. `swap` replaces bytes of the body after it was signed."""
    kind = TRAILED if trailer else PLAIN
    length = str(sum(map(len, chunks)))
    given = {"x-amz-content-sha256": kind, "x-amz-decoded-content-length": length, "content-encoding": "aws-chunked"}
    given |= {"x-amz-trailer": "x-amz-checksum-crc32"} if trailer else {}
    signed = sign("PUT", "http://127.0.0.1:1/site/page", headers=given)
    headers = {name.lower(): value for name, value in signed.items()}
    found = re.search(r"Credential=local/((\d+)/(.+?)/s3/aws4_request).*Signature=(\w+)", headers["authorization"])
    assert found
    scope, date, region, seed = found.groups()
    key = f"AWS4{SECRET}".encode()
    for part in (date, region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    body = b""
    for chunk in (*chunks, b""):
        said = "\n".join(("AWS4-HMAC-SHA256-PAYLOAD", headers["x-amz-date"], scope, seed, NOTHING))
        seed = hmac.digest(key, f"{said}\n{hashlib.sha256(chunk).hexdigest()}".encode(), "sha256").hex()
        body += b"%x;chunk-signature=%s\r\n" % (len(chunk), seed.encode()) + chunk + (b"\r\n" if chunk else b"")
    if trailer:
        said = "\n".join(("AWS4-HMAC-SHA256-TRAILER", headers["x-amz-date"], scope, seed))
        seed = hmac.digest(key, f"{said}\n{hashlib.sha256(trailer + bytes([10])).hexdigest()}".encode(), "sha256").hex()
        body += trailer + b"\r\nx-amz-trailer-signature:" + seed.encode() + b"\r\n"
    body = (body + b"\r\n").replace(*swap)
    return cloud.gateway.respond(HttpRequest("PUT", "/site/page", "", headers, body, "127.0.0.1:1"))


def crc(body: bytes) -> bytes:
    return b"x-amz-checksum-crc32:" + b64encode(zlib.crc32(body).to_bytes(4, "big"))


def test_signed_chunks_are_joined(cloud: LocalCloud, bucket: str) -> None:
    assert upload(cloud, [b"one ", b"two"]).ok
    assert upload(cloud, []).ok


def test_a_signed_checksum_after_the_chunks_is_taken(cloud: LocalCloud, bucket: str) -> None:
    assert upload(cloud, [b"one ", b"two"], trailer=crc(b"one two")).ok


@pytest.mark.parametrize("swap", [(b"two", b"six"), (b"chunk-signature=", b"chunk-signature=0"), (b";chunk", b";junk")])
def test_a_chunk_that_was_changed_is_refused(cloud: LocalCloud, bucket: str, swap: tuple[bytes, bytes]) -> None:
    assert code_in(upload(cloud, [b"one ", b"two"], swap=swap)) == "SignatureDoesNotMatch"


def test_a_checksum_that_was_changed_is_refused(cloud: LocalCloud, bucket: str) -> None:
    changed = (crc(b"one"), crc(b"two"))

    assert code_in(upload(cloud, [b"one"], trailer=crc(b"one"), swap=changed)) == "SignatureDoesNotMatch"


def test_a_signature_of_the_checksum_may_not_be_left_out(cloud: LocalCloud, bucket: str) -> None:
    refused = upload(cloud, [b"one"], trailer=crc(b"one"), swap=(b"x-amz-trailer-signature", b"x-amz-other"))

    assert code_in(refused) == "SignatureDoesNotMatch"
