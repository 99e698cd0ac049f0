"""Checksums of uploads: an object is stored only if its bytes match them."""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections.abc import Callable
from functools import cache

from local_cloud.call import Call
from local_cloud.errors import AwsError

_SHA256 = re.compile(r"[0-9a-f]{64}")


def check_digests(call: Call) -> None:
    """Compare a request's body with the checksums in its headers or after its body.

    Raises:
        AwsError: BadDigest, InvalidDigest for a malformed Content-MD5, InvalidRequest for a malformed checksum,
            or XAmzContentSHA256Mismatch.
    """
    if given := call.parameters.get("ContentMD5"):
        if len(_decode(given)) != hashlib.md5(usedforsecurity=False).digest_size:
            raise AwsError("InvalidDigest", "The Content-MD5 you specified was invalid.")
        if _decode(given) != hashlib.md5(call.body, usedforsecurity=False).digest():
            raise AwsError("BadDigest", "The Content-MD5 you specified did not match what we received.")
    for name, digest in _CHECKSUMS.items():
        if given := call.parameters.get(f"Checksum{name}"):
            _check(name, _decode(given), digest(call.body))
    signed = call.request.headers.get("x-amz-content-sha256", "")
    if _SHA256.fullmatch(signed) and signed != hashlib.sha256(call.body).hexdigest():
        message = "The provided 'x-amz-content-sha256' header does not match what was computed."
        raise AwsError("XAmzContentSHA256Mismatch", message)


def _check(name: str, given: bytes, computed: bytes) -> None:
    if len(given) != len(computed):
        raise AwsError("InvalidRequest", f"Value for x-amz-checksum-{name.lower()} header is invalid.")
    if given != computed:
        raise AwsError("BadDigest", f"The {name} you specified did not match the calculated checksum.")


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""


def reflected_crc(body: bytes, *, polynomial: int, bits: int) -> bytes:
    """A CRC that Python lacks: reflected, with an initial value and a final XOR of all ones."""
    table, ones = _crc_table(polynomial), (1 << bits) - 1
    register = ones
    for byte in body:
        register = table[(register ^ byte) & 0xFF] ^ (register >> 8)
    return (register ^ ones).to_bytes(bits // 8, "big")


@cache
def _crc_table(polynomial: int) -> tuple[int, ...]:
    def shift(register: int) -> int:
        for _ in range(8):
            register = (register >> 1) ^ (polynomial if register & 1 else 0)
        return register

    return tuple(map(shift, range(256)))


_CHECKSUMS: dict[str, Callable[[bytes], bytes]] = {
    "CRC32": lambda body: zlib.crc32(body).to_bytes(4, "big"),
    "CRC32C": lambda body: reflected_crc(body, polynomial=0x82F63B78, bits=32),
    "CRC64NVME": lambda body: reflected_crc(body, polynomial=0x9A6C9329AC4BC9B5, bits=64),
    "SHA1": lambda body: hashlib.sha1(body, usedforsecurity=False).digest(),
    "SHA256": lambda body: hashlib.sha256(body).digest(),
}
