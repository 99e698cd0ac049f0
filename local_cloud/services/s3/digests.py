"""Digests of uploads: an object whose bytes are not those that were announced is not stored."""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Callable

from local_cloud.call import Call
from local_cloud.errors import AwsError

_CHECKSUMS: dict[str, Callable[[bytes], bytes]] = {
    "CRC32": lambda body: zlib.crc32(body).to_bytes(4, "big"),
    "SHA1": lambda body: hashlib.sha1(body, usedforsecurity=False).digest(),
    "SHA256": lambda body: hashlib.sha256(body).digest(),
}


def check_digests(call: Call) -> None:
    """Compare the digests that a request announces in headers with its body.

    Checksums in trailers, and CRC32C and CRC64NVME, which Python lacks, are believed.

    Raises:
        AwsError: BadDigest, or InvalidDigest for a Content-MD5 that is none.
    """
    if given := call.parameters.get("ContentMD5"):
        if len(_decode(given)) != hashlib.md5(usedforsecurity=False).digest_size:
            raise AwsError("InvalidDigest", "The Content-MD5 you specified was invalid.")
        if _decode(given) != hashlib.md5(call.body, usedforsecurity=False).digest():
            raise AwsError("BadDigest", "The Content-MD5 you specified did not match what we received.")
    for name, digest in _CHECKSUMS.items():
        given = call.parameters.get(f"Checksum{name}")
        if given and _decode(given) != digest(call.body):
            raise AwsError("BadDigest", f"The {name} you specified did not match the calculated checksum.")


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""
