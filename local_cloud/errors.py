"""The one way in which the local cloud says no: as AWS does, with a code, a message and an HTTP status."""

from __future__ import annotations


class AwsError(Exception):
    """An answer that AWS would give instead of doing what was asked.

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
        self.service: str | None = None  # whose error it is, when no call was understood that would say so
        self.code = code
        self.message = message
        self.status = status
        self.details = details


def malformed_xml() -> AwsError:
    """S3's refusal of a document that is not what the operation takes."""
    message = "The XML you provided was not well-formed or did not validate against our published schema"
    return AwsError("MalformedXML", message, 400)
