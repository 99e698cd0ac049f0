"""The errors of AWS APIs: a code, a message and an HTTP status."""

from __future__ import annotations


class AwsError(Exception):
    """An error that AWS would return for a call.

    Args:
        code: AWS's error code, such as `"InvalidRequest"`.
        message: AWS's own sentence.
        status: HTTP status code.
        headers: HTTP headers that AWS sends along, such as a redirect's `Location`.
        details: Further members of the error document, such as `{"BucketName": "site"}`.
    """

    def __init__(
        self, code: str, message: str, status: int = 400, *, headers: dict[str, str] | None = None, **details: str
    ) -> None:
        super().__init__(message)
        self.headers = headers or {}
        self.service: str | None = None  # set if the request couldn't be parsed into a call
        self.code = code
        self.message = message
        self.status = status
        self.details = details


def malformed_xml() -> AwsError:
    """S3's error for a document that doesn't fit the operation."""
    message = "The XML you provided was not well-formed or did not validate against our published schema"
    return AwsError("MalformedXML", message, 400)
