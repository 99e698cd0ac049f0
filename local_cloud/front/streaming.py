"""The `aws-chunked` encoding, in which SDKs send a body with its checksum or signature after it.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
"""

from __future__ import annotations

import io
import re

from local_cloud.call import HttpRequest
from local_cloud.errors import AwsError

_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})(?:;|\r?\n)")


def decode_body(request: HttpRequest) -> HttpRequest:
    """Join the chunks of a chunked body, and correct the headers that describe it.

    Checksums after the body become headers. Signatures of chunks are not verified.

    Raises:
        AwsError: The chunks break the rules of the encoding.
    """
    if not request.headers.get("x-amz-content-sha256", "").startswith("STREAMING-"):
        return request
    headers = dict(request.headers)
    try:
        body, trailers = _decode(io.BytesIO(request.body))
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


def _decode(stream: io.BytesIO) -> tuple[bytes, dict[str, str]]:
    chunks = []
    while True:
        said = _SIZE.match(stream.readline())
        if not said:
            raise ValueError("a chunk does not say how long it is")
        size = int(said[1], 16)
        if size == 0:
            break
        chunk = stream.read(size)
        if len(chunk) != size:
            raise ValueError("a chunk is shorter than it says")
        chunks.append(chunk)
        if stream.readline().strip():
            raise ValueError("a chunk is longer than it says")
    lines = (line.decode("latin-1").strip() for line in stream)
    trailers = dict(line.split(":", 1) for line in lines if line.startswith("x-amz-checksum-"))
    return b"".join(chunks), trailers
