"""Presigned URLs: their required parameters, and how long they are valid. The signature is not verified.

Sources: S3 API Reference, "Authenticating requests: Using query parameters". LocalStack, MinIO and s3rver quote
the messages from AWS.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

from local_cloud.call import Call
from local_cloud.errors import AwsError

LONGEST = 604_800
"""Seconds that a presigned URL is valid at most: a week."""

_SIGNATURE = re.compile(r"(?:^|&)(?:X-Amz-)?Signature=")
_VERSION_2 = ("Signature", "Expires", "AWSAccessKeyId")
_VERSION_4 = (
    "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-Date", "X-Amz-SignedHeaders", "X-Amz-Expires",
)  # fmt: skip
_IN_CREDENTIAL = "Error parsing the X-Amz-Credential parameter;"
_NAMES = f"{', '.join(_VERSION_4[:-1])}, and {_VERSION_4[-1]}"


def is_presigned(query: str) -> bool:
    """Whether a query string has a signature of any version, valid or not."""
    return bool(query) and _SIGNATURE.search(query) is not None


def check_presigned(call: Call) -> None:
    """Refuse a URL that has expired, is presigned for more than a week, or lacks a part of its signature.

    Raises:
        AwsError: AccessDenied, or AuthorizationQueryParametersError.
    """
    query = call.request.query
    if not is_presigned(query):
        return
    given = {name: values[0] for name, values in parse_qs(query).items()}
    end = _end_of_version_4(call, given) if "X-Amz-Signature" in given else _end_of_version_2(given)
    now = datetime.now(UTC)
    if end <= now:
        expired = AwsError("AccessDenied", "Request has expired", 403)
        expired.details |= {"X-Amz-Expires": given["X-Amz-Expires"]} if "X-Amz-Expires" in given else {}
        expired.details |= {"Expires": f"{end:%Y-%m-%dT%H:%M:%SZ}", "ServerTime": f"{now:%Y-%m-%dT%H:%M:%SZ}"}
        raise expired


def check_region(call: Call, region: str) -> None:
    """Refuse a URL that was presigned for another region than the bucket's (aws/aws-cli#4338).

    Raises:
        AwsError: AuthorizationQueryParametersError.
    """
    if call.region != region and "X-Amz-Credential=" in call.request.query:
        wrong = _malformed(f"{_IN_CREDENTIAL} the region '{call.region}' is wrong; expecting '{region}'")
        wrong.details["Region"] = region
        raise wrong


def _end_of_version_4(call: Call, given: dict[str, str]) -> datetime:
    if not all(name in given for name in _VERSION_4):
        raise _malformed(f"Query-string authentication version 4 requires the {_NAMES} parameters.")
    if call.principal is None:  # the credential is malformed
        form = '"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request"'
        raise _malformed(f"{_IN_CREDENTIAL} the Credential is mal-formed; expecting {form}.")
    try:
        begin = datetime.strptime(given["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        form = "\"yyyyMMdd'T'HHmmss'Z'\""
        raise _malformed(f"X-Amz-Date must be in the ISO8601 Long Format {form}") from None
    try:
        seconds = int(given["X-Amz-Expires"])
    except ValueError:
        raise _malformed("X-Amz-Expires should be a number") from None
    if seconds < 0:
        raise _malformed("X-Amz-Expires must be non-negative")
    if seconds > LONGEST:
        text = "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than"
        raise _malformed(f"{text} {LONGEST} seconds")
    return begin + timedelta(seconds=min(seconds, (datetime.max.replace(tzinfo=UTC) - begin).total_seconds()))


def _end_of_version_2(given: dict[str, str]) -> datetime:
    if not all(name in given for name in _VERSION_2):
        text = "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"
        raise AwsError("AccessDenied", text, 403)
    try:
        return datetime.fromtimestamp(int(given["Expires"]), UTC)
    except (ValueError, OverflowError, OSError):
        text = f"Invalid date (should be seconds since epoch): {given['Expires']}"
        raise AwsError("AccessDenied", text, 403) from None


def _malformed(message: str) -> AwsError:
    return AwsError("AuthorizationQueryParametersError", message)
