"""Requests of plain HTTP to the gateway, with no SDK in between, and their answers."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any, NamedTuple
from xml.etree import ElementTree

from local_cloud.call import Response

Client = Callable[..., Any]


class Answer(NamedTuple):
    """An HTTP response, header names as they were sent."""

    status: int
    headers: dict[str, str]
    body: bytes


def code_of(answer: Answer) -> str | None:
    """The code of an error in XML."""
    return ElementTree.fromstring(answer.body).findtext(".//Code")


def code_in(response: Response) -> str:
    """The code of an error in XML or JSON. Empty without an error."""
    text = response.body.decode()
    if text.startswith("{"):
        return str(json.loads(text)["__type"])
    return text.partition("<Code>")[2].partition("</Code>")[0]


def environ_of(method: str, path: str, **headers: str) -> dict[str, Any]:
    """The smallest WSGI environment; members are replaced or added by their own names."""
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "RAW_URI": path,
        "QUERY_STRING": "",
        "HTTP_HOST": "127.0.0.1:1",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        **headers,
    }
