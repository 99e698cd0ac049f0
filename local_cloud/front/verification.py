"""Verifies who sent a request: the access key exists, the signature is right, and its time isn't over.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from local_cloud.access.credentials import Credential, Credentials
from local_cloud.call import HttpRequest
from local_cloud.errors import AwsError
from local_cloud.front import signature_errors as refusals
from local_cloud.front.addressing import read_host
from local_cloud.front.signature_v2 import compute_v2, string_to_sign_v2
from local_cloud.front.signatures import Signature
from local_cloud.front.streaming import ChunkSignatures
from local_cloud.sigv4 import (
    OF_NOTHING,
    TIME_FORMAT,
    UNSIGNED_PAYLOAD,
    canonical_path,
    canonical_request,
    compute,
    string_to_sign,
)

LONGEST_URL = 604_800
"""Seconds that a presigned URL is valid at most: a week."""

_OWN_SIGNATURE = re.compile(r"(?:^|(?<=&))X-Amz-Signature=[^&]*&?")
_TIME = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_HASH = re.compile(r"[0-9a-fA-F]{64}")
_SIGNED_CHUNKS = {"STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"}
_WORDS = _SIGNED_CHUNKS | {UNSIGNED_PAYLOAD, "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}
"""What the header may say instead of a hash."""

_CONTENT_HASH = "x-amz-content-sha256"
Headers = list[tuple[str, str]]
_NAMES_OF_S3 = ("s3", "s3-control")


class Verifier:
    """Verifies signatures.

    Args:
        credentials: The access keys that are known.
        now: The time; a seam for tests.
    """

    def __init__(self, credentials: Credentials, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._credentials = credentials
        self._now = now

    def verify(self, request: HttpRequest, signature: Signature, service: str) -> Credential:
        """Find the caller by a signature, and verify it.

        Args:
            request: The request, as it was sent.
            signature: Its signature.
            service: The service, by botocore's name.

        Raises:
            AwsError: The access key or the token is wrong, the time is over, or the signature doesn't match.
        """
        credential = self._credentials.find(signature.access_key)
        if credential is None or (credential.token and not signature.token):
            raise refusals.unknown_key(service)
        if not hmac.compare_digest((credential.token or "").encode(), (signature.token or "").encode()):
            raise refusals.wrong_token(service)
        if signature.version == 2:
            self._verify_v2(request, signature, credential)
            return credential
        _check_service(request, signature, service)
        self._check_time(request, signature, service)
        _check_signed_headers(request, signature, service)
        _check_signature(request, signature, service, credential.secret)
        return credential

    def _check_time(self, request: HttpRequest, signature: Signature, service: str) -> None:
        time, now = _time_of(request, signature, service), self._now()
        if signature.scope.date != (signature.time[:8] or time.strftime("%Y%m%d")):
            raise refusals.wrong_date(service, signature.scope.date, time, in_query=signature.in_query)
        if signature.in_query and service in ("s3", "s3control"):
            end = time + timedelta(seconds=_seconds(signature.expires))
            if end <= now:
                raise refusals.expired_url(now, end, signature.expires)
            if time - now > refusals.LONGEST_SKEW:
                raise AwsError("AccessDenied", "Request is not valid yet", 403)
        elif abs(now - time) > refusals.LONGEST_SKEW:  # so STS decides on presigned URLs too, whatever their expiry
            raise refusals.skewed(service, time, now)

    def _verify_v2(self, request: HttpRequest, signature: Signature, credential: Credential) -> None:
        now = self._now()
        if signature.in_query:
            end = _epoch(signature.time)
            if end <= now:
                raise refusals.expired_url(now, end, None)
        else:
            time = _parse_date(request.headers.get("x-amz-date") or request.headers.get("date", ""))
            if time is None:
                raise refusals.no_date("s3")
            if abs(now - time) > refusals.LONGEST_SKEW:
                raise refusals.skewed("s3", time, now)
        text = string_to_sign_v2(request, read_host(request.host).bucket, signature.time)
        if not hmac.compare_digest(compute_v2(credential.secret, text), signature.value.encode()):
            raise refusals.does_not_match("s3", signature.access_key, signature.value, text, b"")


def chunk_signatures(request: HttpRequest, signature: Signature, credential: Credential) -> ChunkSignatures | None:
    """What verifies the chunks of a body, if they are signed."""
    if signature.version == 2 or request.headers.get(_CONTENT_HASH) not in _SIGNED_CHUNKS:
        return None
    time = request.headers.get("x-amz-date", "")
    return ChunkSignatures(credential.secret, signature.scope, time, signature.value, signature.access_key)


def check_body_hash(request: HttpRequest) -> None:
    """Compare the body with the hash that was signed with it. S3 only.

    Raises:
        AwsError: XAmzContentSHA256Mismatch.
    """
    given = request.headers.get(_CONTENT_HASH, "")
    if _HASH.fullmatch(given):
        computed = _hash(request.body)
        if given.lower() != computed:
            raise refusals.wrong_hash(given, computed)


def _check_service(request: HttpRequest, signature: Signature, service: str) -> None:
    """Refuse a signature for one service at the host of another, if the host names S3 or the signature does."""
    named = read_host(request.host).service
    if named and (named in _NAMES_OF_S3) != (signature.service == "s3"):
        raise refusals.wrong_service("s3" if named in _NAMES_OF_S3 else named, signature.service)


def _check_signed_headers(request: HttpRequest, signature: Signature, service: str) -> None:
    names = set(signature.signed_headers)
    left = [] if "host" in names else ["host"]
    if signature.service == "s3":
        left += [name for name in request.headers if name.startswith("x-amz-") and name not in names]
    if left:
        raise refusals.not_signed(service, left)


def _check_signature(request: HttpRequest, signature: Signature, service: str, secret: str) -> None:
    query = _OWN_SIGNATURE.sub("", request.query) if signature.in_query else request.query
    time = signature.time or _time_of(request, signature, service).strftime(TIME_FORMAT)
    payload = _payload_hash(request, signature)
    headers = [
        (name, request.host if name == "host" else request.headers.get(name, "")) for name in signature.signed_headers
    ]
    for path, signed in _ways_to_write(request, signature, headers):
        canonical = canonical_request(request.method, path, query, signed, payload)
        text = string_to_sign(time, signature.scope, canonical)
        if hmac.compare_digest(compute(secret, signature.scope, text).encode(), signature.value.encode()):
            return
    raise refusals.does_not_match(service, signature.access_key, signature.value, text, canonical)


def _ways_to_write(request: HttpRequest, signature: Signature, headers: Headers) -> Iterator[tuple[str, Headers]]:
    """The path and headers that were signed, which can't always be told from what arrived.

    Some clients sign a path of S3 as they send it. The server joins headers of the same name with a comma and a space,
    but they are signed with a comma alone.
    """
    path = canonical_path(request.path, signature.service)
    yield path, headers
    if signature.service == "s3" and path != request.path:
        yield request.path, headers
    if any(", " in value for _, value in headers):
        yield path, [(name, value.replace(", ", ",")) for name, value in headers]


def _payload_hash(request: HttpRequest, signature: Signature) -> str:
    if signature.service != "s3":
        return _hash(request.body)
    given = request.headers.get(_CONTENT_HASH)
    if given is None and signature.in_query:
        return UNSIGNED_PAYLOAD
    if given is None:
        raise AwsError("InvalidRequest", f"Missing required header for this request: {_CONTENT_HASH}", 400)
    if not _HASH.fullmatch(given) and given not in _WORDS:
        message = f"{_CONTENT_HASH} must be {', '.join(sorted(_WORDS))} or a valid sha256 value."
        raise AwsError("InvalidArgument", message, 400, ArgumentName=_CONTENT_HASH, ArgumentValue=given)
    return given


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest() if body else OF_NOTHING


def _time_of(request: HttpRequest, signature: Signature, service: str) -> datetime:
    time = _parse_date(signature.time or request.headers.get("date", ""))
    if time is not None:
        return time
    if signature.in_query:
        raise refusals.malformed_query("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"")
    raise refusals.no_date(service)


def _parse_date(text: str) -> datetime | None:
    try:
        if _TIME.fullmatch(text):
            return datetime.fromisoformat(text)  # several times as fast as strptime
        time = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError):
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _seconds(expires: str) -> int:
    try:
        seconds = int(expires)
    except ValueError:
        raise refusals.malformed_query("X-Amz-Expires should be a number") from None
    if seconds < 0:
        raise refusals.malformed_query("X-Amz-Expires must be non-negative")
    if seconds > LONGEST_URL:
        text = "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than"
        raise refusals.malformed_query(f"{text} {LONGEST_URL} seconds")
    return seconds


def _epoch(text: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError):
        message = f"Invalid date (should be seconds since epoch): {text}"
        raise AwsError("AccessDenied", message, 403) from None
