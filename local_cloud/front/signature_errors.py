"""AWS's errors for requests whose signature isn't accepted, in the words of S3 and of other services.

Sources: S3 API Reference, "Error responses"; IAM User Guide, "Troubleshoot Signature Version 4 signing for AWS API
requests"; botocore's list of common errors. LocalStack, MinIO and s3rver quote the messages from AWS.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from local_cloud.errors import AwsError
from local_cloud.rendering import protocol_of
from local_cloud.sigv4 import TIME_FORMAT

LONGEST_SKEW = timedelta(minutes=15)
"""How far the time of a request may be from the server's."""

_FORM = '"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request"'
_DOCUMENT_TIME = "%Y-%m-%dT%H:%M:%SZ"


def unknown_key(service: str) -> AwsError:
    """The error for an access key that doesn't exist, is inactive, or lacks its session token."""
    if _is_s3(service):
        return AwsError("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", 403)
    code = "UnrecognizedClientException" if "json" in protocol_of(service) else "InvalidClientTokenId"
    return AwsError(code, "The security token included in the request is invalid.", _status(service))


def wrong_token(service: str) -> AwsError:
    """The error for a session token that doesn't belong to the access key."""
    if _is_s3(service):
        return AwsError("InvalidToken", "The provided token is malformed or otherwise invalid.", 400)
    return unknown_key(service)


def does_not_match(service: str, access_key: str, provided: str, string_to_sign: str, canonical: bytes) -> AwsError:
    """The error for a wrong signature. As on AWS, it quotes what should have been signed."""
    message = "The request signature we calculated does not match the signature you provided."
    if not _is_s3(service):
        rest = "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
        return _invalid(service, f"{message} {rest}")
    details = {"AWSAccessKeyId": access_key, "StringToSign": string_to_sign, "SignatureProvided": provided}
    details |= {"CanonicalRequest": canonical.decode("latin-1")} if canonical else {}
    return _with(details, "SignatureDoesNotMatch", f"{message} Check your key and signing method.", 403)


def not_signed(service: str, names: Sequence[str]) -> AwsError:
    """The error for headers that had to be signed."""
    if _is_s3(service):
        message = "There were headers present in the request which were not signed"
        return AwsError("AccessDenied", message, 403, HeadersNotSigned=", ".join(names))
    return _invalid(service, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")


def skewed(service: str, time: datetime, now: datetime) -> AwsError:
    """The error for a request that was signed too long ago, or in the future."""
    if _is_s3(service):
        times = {"RequestTime": time.strftime(TIME_FORMAT), "ServerTime": now.strftime(_DOCUMENT_TIME)}
        milliseconds = str(int(LONGEST_SKEW.total_seconds() * 1000))
        message = "The difference between the request time and the current time is too large."
        return _with({**times, "MaxAllowedSkewMilliseconds": milliseconds}, "RequestTimeTooSkewed", message, 403)
    said, server = time.strftime(TIME_FORMAT), now.strftime(TIME_FORMAT)
    if time < now:
        limit = (now - LONGEST_SKEW).strftime(TIME_FORMAT)
        return _invalid(service, f"Signature expired: {said} is now earlier than {limit} ({server} - 15 min.)")
    limit = (now + LONGEST_SKEW).strftime(TIME_FORMAT)
    return _invalid(service, f"Signature not yet current: {said} is still later than {limit} ({server} + 15 min.)")


def expired_url(now: datetime, end: datetime, expires: str | None) -> AwsError:
    """S3's error for a presigned URL whose time is over."""
    details = {"X-Amz-Expires": expires} if expires is not None else {}
    details |= {"Expires": end.strftime(_DOCUMENT_TIME), "ServerTime": now.strftime(_DOCUMENT_TIME)}
    return _with(details, "AccessDenied", "Request has expired", 403)


def wrong_date(service: str, date: str, time: datetime, *, in_query: bool = False) -> AwsError:
    """The error for a scope of another day than that of the request."""
    said = time.strftime("%Y%m%d")
    if _is_s3(service):
        return _malformed(
            f'Invalid credential date "{date}". This date is not the same as X-Amz-Date: "{said}".', in_query=in_query
        )
    text = "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP"
    return _invalid(service, f"{text}: '{date}' != '{said}', from '{time.strftime(TIME_FORMAT)}'.")


def wrong_service(service: str, given: str, *, in_query: bool = False) -> AwsError:
    """The error for a scope of another service than the one whose host was asked."""
    if _is_s3(service):
        return _malformed(f'incorrect service "{given}". This endpoint belongs to "s3".', in_query=in_query)
    return _invalid(service, f"Credential should be scoped to correct service: '{service}'.")


def missing(service: str) -> AwsError:
    """The error for an unsigned request to a service other than S3."""
    protocol = protocol_of(service)
    code = "MissingAuthenticationTokenException" if "json" in protocol else "MissingAuthenticationToken"
    text = "Request is missing Authentication Token" if protocol == "query" else "Missing Authentication Token"
    return AwsError(code, text, _status(service))


def no_date(service: str) -> AwsError:
    """The error for a signed request without a time."""
    if _is_s3(service):
        return AwsError("AccessDenied", "AWS authentication requires a valid Date or x-amz-date header", 403)
    return incomplete(service, (), "", without_date=True)


def incomplete(service: str, missing: Sequence[str], header: str, *, without_date: bool = False) -> AwsError:
    """The error for an `Authorization` header that lacks a part."""
    if _is_s3(service):
        return _malformed(
            "the authorization header requires three components: Credential, SignedHeaders, and Signature."
        )
    sentences = [f"Authorization header requires '{part}' parameter." for part in missing]
    if without_date:
        sentences.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    sentences += [f"Authorization={header}"] if header else []
    code = "IncompleteSignatureException" if "json" in protocol_of(service) else "IncompleteSignature"
    return AwsError(code, " ".join(sentences), 403 if protocol_of(service) == "rest-json" else 400)


def malformed_credential(service: str, *, in_query: bool = False) -> AwsError:
    """The error for a credential that isn't a key, a day, a region, a service and `aws4_request`."""
    if _is_s3(service):
        return _malformed(f"the Credential is mal-formed; expecting {_FORM}.", in_query=in_query)
    text = "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term"
    return _invalid(service, text, code="IncompleteSignature")


def malformed_query(message: str) -> AwsError:
    """The error for the parameters of a presigned URL."""
    return AwsError("AuthorizationQueryParametersError", message)


def wrong_hash(given: str, computed: str) -> AwsError:
    """S3's error for a body that isn't the one that was signed."""
    message = "The provided 'x-amz-content-sha256' header does not match what was computed."
    details = {"ClientComputedContentSHA256": given, "S3ComputedContentSHA256": computed}
    return _with(details, "XAmzContentSHA256Mismatch", message, 400)


def _with(details: dict[str, str], code: str, message: str, status: int) -> AwsError:
    error = AwsError(code, message, status)
    error.details |= details
    return error


def _malformed(text: str, *, in_query: bool = False) -> AwsError:
    if in_query:
        return malformed_query(f"Error parsing the X-Amz-Credential parameter; {text}")
    return AwsError("AuthorizationHeaderMalformed", f"The authorization header is malformed; {text}")


def _invalid(service: str, message: str, *, code: str = "SignatureDoesNotMatch") -> AwsError:
    if "json" in protocol_of(service):
        code = "InvalidSignatureException"
    return AwsError(code, message, _status(service))


def _status(service: str) -> int:
    return 400 if protocol_of(service) == "json" else 403


def _is_s3(service: str) -> bool:
    return service in ("s3", "s3control")
