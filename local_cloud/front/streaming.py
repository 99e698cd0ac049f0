"""The `aws-chunked` encoding, in which SDKs send a body with its checksum or signature after it.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
"""

from __future__ import annotations

import hashlib
import hmac
import io
import re

from local_cloud.call import HttpRequest
from local_cloud.errors import AwsError
from local_cloud.front.signature_errors import does_not_match
from local_cloud.sigv4 import ALGORITHM, OF_NOTHING, Scope, compute

_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})(?:;|\r?\n)")
_SIGNATURE = re.compile(rb";chunk-signature=([0-9a-f]{64})\s*$")
_TRAILER_SIGNATURE = b"x-amz-trailer-signature:"


class ChunkSignatures:
    """Verifies the signatures of chunks. Each covers the one before it, and the first covers the request's own.

    Args:
        secret: The secret access key.
        scope: The scope of the request's signature.
        time: The time of the request.
        seed: The request's signature.
        access_key: The access key.
    """

    def __init__(self, secret: str, scope: Scope, time: str, seed: str, access_key: str) -> None:
        self._secret = secret
        self._scope = scope
        self._time = time
        self._previous = seed
        self._access_key = access_key

    def check_chunk(self, line: bytes, chunk: bytes) -> None:
        """Check a chunk with its first line, which holds the signature."""
        found = _SIGNATURE.search(line)
        self._check("PAYLOAD", f"{OF_NOTHING}\n{hashlib.sha256(chunk).hexdigest()}", found[1] if found else b"")

    def check_trailers(self, lines: list[bytes]) -> None:
        """Check the headers after the body, whose last one is their signature."""
        signed = b"".join(line.strip() + b"\n" for line in lines if line.strip() and _TRAILER_SIGNATURE not in line)
        given = [line.partition(b":")[2].strip() for line in lines if line.startswith(_TRAILER_SIGNATURE)]
        if signed or given:
            self._check("TRAILER", hashlib.sha256(signed).hexdigest(), given[0] if given else b"")

    def _check(self, kind: str, text: str, given: bytes) -> None:
        signed = f"{ALGORITHM}-{kind}\n{self._time}\n{self._scope}\n{self._previous}\n{text}"
        self._previous = compute(self._secret, self._scope, signed)
        if not hmac.compare_digest(self._previous.encode(), given):
            raise does_not_match("s3", self._access_key, given.decode("latin-1"), signed, b"")


def decode_body(request: HttpRequest, signatures: ChunkSignatures | None = None) -> HttpRequest:
    """Join the chunks of a chunked body, and correct the headers that describe it.

    Checksums after the body become headers.

    Args:
        request: The request.
        signatures: Verifies the chunks. None if they aren't signed.

    Raises:
        AwsError: The chunks break the rules of the encoding, or a signature doesn't match.
    """
    if not request.headers.get("x-amz-content-sha256", "").startswith("STREAMING-"):
        return request
    headers = dict(request.headers)
    try:
        body, trailers = _decode(io.BytesIO(request.body), signatures)
        if len(body) != int(headers.get("x-amz-decoded-content-length") or len(body)):
            raise ValueError("the body is not as long as it says")
    except ValueError as error:
        raise AwsError("IncompleteBody", "The request body terminated unexpectedly", 400) from error
    encodings = headers.pop("content-encoding", "").split(",")
    others = [name for name in encodings if name.strip() != "aws-chunked"]
    if any(others):
        headers["content-encoding"] = ",".join(others)
    headers |= trailers | {"x-amz-content-sha256": "UNSIGNED-PAYLOAD", "content-length": str(len(body))}
    return request._replace(headers=headers, body=body)


def _decode(stream: io.BytesIO, signatures: ChunkSignatures | None) -> tuple[bytes, dict[str, str]]:
    chunks = []
    while True:
        line = stream.readline()
        said = _SIZE.match(line)
        if not said:
            raise ValueError("a chunk does not say how long it is")
        size = int(said[1], 16)
        chunk = stream.read(size)
        if len(chunk) != size:
            raise ValueError("a chunk is shorter than it says")
        if signatures:
            signatures.check_chunk(line, chunk)
        if size == 0:
            break
        chunks.append(chunk)
        if stream.readline().strip():
            raise ValueError("a chunk is longer than it says")
    rest = list(stream)
    if signatures:
        signatures.check_trailers(rest)
    lines = (line.decode("latin-1").strip() for line in rest)
    trailers = dict(line.split(":", 1) for line in lines if line.startswith("x-amz-checksum-"))
    return b"".join(chunks), trailers
