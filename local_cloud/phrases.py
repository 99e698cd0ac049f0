"""The phrase beside an HTTP status, the same with every Python."""

from __future__ import annotations

from http import HTTPStatus

_OLDER = {
    413: "Request Entity Too Large",
    414: "Request-URI Too Long",
    416: "Requested Range Not Satisfiable",
    422: "Unprocessable Entity",
}
"""Python 3.13 took the new names of RFC 9110. AWS's pages keep the older one for 416 (S3API/ErrorResponses); what AWS
sends with the other three is not documented."""

PHRASES = {status.value: status.phrase for status in HTTPStatus} | _OLDER


def phrase(status: int) -> str:
    """The usual description of a status; nothing for one that has none."""
    return PHRASES.get(status, "")
