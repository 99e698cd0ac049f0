"""Checks the headers that a function returned: their shape, and those that it may not change.

The messages on arrays, read-only and blacklisted headers are captured from AWS's pages and logs
(CodeGenieApp/serverless-express#369, opennextjs/opennextjs-aws#392, serverless-nextjs/serverless-next.js#898). So is
the log's message on invalid characters (aws-ia/cloudformation-aws-marketplace-saas#54).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from local_cloud.engines.edge.events import Headers
from local_cloud.engines.edge.header_rules import is_disallowed

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+")
_BAD_CHARACTER = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")
_NOT_A_LIST = (
    "The Lambda function returned an invalid entry in the headers object: Each header entry in the headers object "
    "must be an array."
)


class InvalidResult(Exception):  # noqa: N818 - AWS's own words: "the result failed validation"
    """A function's result failed validation. The viewer gets 502 and the reason.

    Attributes:
        logged: The message in the log, which may say more.
    """

    def __init__(self, reason: str, logged: str = "") -> None:
        super().__init__(reason)
        self.logged = logged or reason


def failed(reason: str, logged: str = "") -> InvalidResult:
    """The error for a result that breaks a rule. It begins with AWS's own words."""
    logged = f"Lambda function result failed validation, {logged}" if logged else ""
    return InvalidResult(f"The Lambda function result failed validation: {reason}", logged)


def check_headers(headers: Any) -> Headers:
    """Check headers in the shape of events. The `key` of a header may be left out.

    Raises:
        InvalidResult: The shape or a character is wrong.
    """
    if not isinstance(headers, dict):
        raise failed("The headers must be an object.")
    return {name: [_check_header(name, one) for one in _check_list(name, values)] for name, values in headers.items()}


def _check_list(name: str, values: Any) -> list[Any]:
    if not _NAME.fullmatch(name):
        raise failed(f"The header name {name!r} is not valid; it must be in lower case.")
    if not isinstance(values, list):
        raise InvalidResult(_NOT_A_LIST)
    return values


def _check_header(name: str, header: Any) -> dict[str, str]:
    if not isinstance(header, dict) or not isinstance(header.get("value"), str):
        raise failed(f"The header {name} must have a value that is a string.")
    key = header.get("key", name.title())  # CFDG/lambda-generating-http-responses-in-requests
    if not isinstance(key, str) or key.lower() != name:
        raise failed(f"The key of the header {name} must be the same name.")
    if wrong := _BAD_CHARACTER.search(header["value"]):
        character = quote(wrong[0], safe="", errors="surrogatepass")
        raise InvalidResult(
            f"The Lambda function result failed validation: The header {name} has an invalid character in its value.",
            "Lambda function result validation failed, the function returned an invalid header, invalid character : "
            f"'{character}' in header value, headerName : {name.title()}.",
        )
    return {"key": key, "value": header["value"]}


def check_description(description: Any) -> str:
    """Check a statusDescription. It may differ from the default.

    Raises:
        InvalidResult: It isn't valid in a status line.
    """
    if not isinstance(description, str) or _BAD_CHARACTER.search(description):
        raise failed("The statusDescription must be a string of printable characters.")
    return description


def check_protected(headers: Headers, sent: Headers, read_only: Iterable[str]) -> None:
    """Refuse disallowed headers, and read-only headers that differ from the event's.

    Raises:
        InvalidResult: The function changed a header that it may not change.
    """
    for name in read_only:
        if _values(headers, name) != _values(sent, name):
            did = "add" if name not in sent else "change" if name in headers else "delete"
            raise failed(
                "The function tried to add, delete, or change a read-only header.",
                f"the function tried to {did} read-only header, headerName : {name.title()}.",
            )
    for name in headers:
        if is_disallowed(name):
            raise failed(
                "The function tried to add a blacklisted header.",
                f"the function tried to add a blacklisted header in headers, headerName : {name}.",
            )


def _values(headers: Headers, name: str) -> list[str]:
    return [header["value"] for header in headers.get(name, [])]
