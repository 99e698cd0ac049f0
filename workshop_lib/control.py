"""The local cloud's own API, for example for its speed and for faults. AWS has no such API."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from workshop_lib.errors import CloudNotReachable, FaultRefused
from workshop_lib.loopback import send

GONE = (
    "The local cloud does not answer at {}. It has ended, and everything in it is gone. "
    "Start it again with `workshop lab`, then begin with notebook 01."
)


def ask_control(url: str, method: str, name: str, **query: object) -> Any:
    """Ask the control API of the local cloud.

    Args:
        url: `WORKSHOP_CONTROL_URL`.
        method: Such as `"GET"`.
        name: Such as `"speed"`.
        **query: Parameters of the query. None is left out.

    Returns:
        Its answer, read as JSON.

    Raises:
        FaultRefused: The local cloud refuses, with its reason.
        CloudNotReachable: Nothing answers there, or another program does.
        NotTheLocalCloud: The URL is not on this machine.
    """
    from urllib3.exceptions import HTTPError  # here, so that `workshop --help` doesn't wait for it

    said = urlencode({key: value for key, value in query.items() if value is not None})
    try:
        response = send(method, f"{url}/{name}?{said}")
        answer = json.loads(response.data)
    except (HTTPError, ValueError) as error:
        raise CloudNotReachable(GONE.format(url)) from error
    if response.status >= 400:
        raise FaultRefused(answer["error"])
    return answer
