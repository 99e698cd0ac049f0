"""AWS Signature Version 4. The same lines sign a request and verify one. Standard library only.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, quote_from_bytes, unquote_to_bytes

ALGORITHM = "AWS4-HMAC-SHA256"
TERMINATOR = "aws4_request"
TIME_FORMAT = "%Y%m%dT%H%M%SZ"
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
OF_NOTHING = hashlib.sha256(b"").hexdigest()
"""The hash of an empty body."""

_PLAIN = re.compile(r"[A-Za-z0-9._~-]*")


_IS_PLAIN = re.compile(r"[A-Za-z0-9/._~-]*").fullmatch
"""Whether a path stays the same when it is decoded and encoded again."""


class Scope(NamedTuple):
    """What a signature is for: a day, a region and a service, under its name in signatures."""

    date: str
    region: str
    service: str

    def __str__(self) -> str:
        return f"{self.date}/{self.region}/{self.service}/{TERMINATOR}"


def make_secret() -> str:
    """A new secret: 40 letters and digits, as long as a secret access key of AWS."""
    letters = string.ascii_letters + string.digits
    return "".join(secrets.choice(letters) for _ in range(40))


def sign(
    method: str, target: str, host: str, *, key: str, secret: str, service: str = "s3", region: str = "us-east-1"
) -> dict[str, str]:
    """The headers that sign a request without a body.

    Args:
        method: Such as `"GET"`.
        target: Path and query, percent-encoded.
        host: The `Host` header, with its port.
        key: The access key.
        secret: Its secret.
        service: The service's name in signatures.
        region: The region.
    """
    time = datetime.now(UTC).strftime(TIME_FORMAT)
    path, _, query = target.partition("?")
    headers = {"host": host, "x-amz-content-sha256": OF_NOTHING, "x-amz-date": time}
    scope = Scope(time[:8], region, service)
    canonical = canonical_request(method, canonical_path(path, service), query, headers.items(), OF_NOTHING)
    value = compute(secret, scope, string_to_sign(time, scope, canonical))
    names = ";".join(headers)
    return {
        **headers,
        "Authorization": f"{ALGORITHM} Credential={key}/{scope}, SignedHeaders={names}, Signature={value}",
    }


def presign(target: str, host: str, *, key: str, secret: str, seconds: int, service: str = "s3") -> str:
    """A target with a query that signs it. A GET may use it for some seconds."""
    time = datetime.now(UTC).strftime(TIME_FORMAT)
    scope = Scope(time[:8], "us-east-1", service)
    path, _, query = target.partition("?")
    signed = f"X-Amz-Algorithm={ALGORITHM}&X-Amz-Credential={quote(f'{key}/{scope}', safe='')}&X-Amz-Date={time}"
    query = f"{query}&{signed}&X-Amz-Expires={seconds}&X-Amz-SignedHeaders=host".lstrip("&")
    canonical = canonical_request("GET", canonical_path(path, service), query, [("host", host)], UNSIGNED_PAYLOAD)
    return f"{path}?{query}&X-Amz-Signature={compute(secret, scope, string_to_sign(time, scope, canonical))}"


def canonical_request(
    method: str, path: str, query: str, headers: Iterable[tuple[str, str]], payload_hash: str
) -> bytes:
    """What is signed of a request, in its one form.

    Args:
        method: Such as `"GET"`.
        path: From `canonical_path`.
        query: As it was sent, but for the signature.
        headers: The signed headers, sorted by name. Names in lower case, values in Latin-1.
        payload_hash: The hash of the body in hexadecimal, or a word for a body that isn't signed.
    """
    names, lines = [], []
    for name, value in headers:
        names.append(name)
        lines.append(f"{name}:{' '.join(value.split())}\n")
    text = f"{method}\n{path}\n{canonical_query(query)}\n{''.join(lines)}\n{';'.join(names)}\n{payload_hash}"
    return text.encode("latin-1", "replace")


def canonical_path(path: str, service: str) -> str:
    """S3 encodes each segment once, and keeps empty and dotted ones. Other services encode what was sent once more."""
    if service == "s3":
        if _IS_PLAIN(path):
            return path
        return "/".join(map(_encode_once, path.split("/")))
    kept: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del kept[-1:]
        elif part not in ("", "."):
            kept.append(part)
    normal = f"/{'/'.join(kept)}" + ("/" if kept and path.endswith("/") else "")
    return quote(normal, safe="/-_.~", encoding="latin-1", errors="replace")


def canonical_query(query: str) -> str:
    """Names and values, each decoded and encoded again, sorted. A plus is a space, as in forms."""
    if not query:
        return ""
    pairs = [part.replace("+", " ").partition("=") for part in query.split("&") if part]
    return "&".join(
        f"{a}={b}" for a, b in sorted((_encode_once(name), _encode_once(value)) for name, _, value in pairs)
    )


def string_to_sign(time: str, scope: Scope, canonical: bytes) -> str:
    """The text whose keyed hash is the signature."""
    return f"{ALGORITHM}\n{time}\n{scope}\n{hashlib.sha256(canonical).hexdigest()}"


def compute(secret: str, scope: Scope, text: str) -> str:
    """The signature of a text."""
    return hmac.digest(_signing_key(secret, scope), text.encode(), "sha256").hex()


@lru_cache(256)
def _signing_key(secret: str, scope: Scope) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (*scope, TERMINATOR):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _encode_once(sent: str) -> str:
    if _PLAIN.fullmatch(sent):
        return sent
    return quote_from_bytes(unquote_to_bytes(sent.encode("latin-1", "replace")), safe="-_.~")
