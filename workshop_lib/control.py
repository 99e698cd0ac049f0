"""The local cloud's own API, for example for its speed and for faults. AWS has no such API."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from workshop_lib.errors import CloudNotReachable, FaultRefused
from workshop_lib.loopback import send

GONE = (
    "The local cloud does not answer at {}. It has ended, and everything in it is gone. "
    "Start it again with `workshop lab`, then begin with notebook 01."
)


def ask_control(url: str, method: str, name: str, *, keys: Mapping[str, str], **query: object) -> Any:
    """Ask the control API of the local cloud. The request is signed, as for AWS.

    Args:
        url: `WORKSHOP_CONTROL_URL`.
        keys: The local cloud's variables, with its access key and secret.
        method: Such as `"GET"`.
        name: Such as `"speed"`.
        **query: Parameters of the query. None is left out.

    Returns:
        Its answer, read as JSON.

    Raises:
        FaultRefused: The local cloud refuses, with its reason. A wrong secret is one.
        CloudNotReachable: Nothing answers there, or another program does.
        NotTheLocalCloud: The URL is not on this machine.
    """
    from urllib3.exceptions import HTTPError  # here, so that `workshop --help` doesn't wait for it

    said = urlencode({key: value for key, value in query.items() if value is not None})
    address = f"{url}/{name}?{said}" if said else f"{url}/{name}"
    try:
        response = send(method, address, headers=sign_control(method, address, keys))
        answer = json.loads(response.data)
    except (HTTPError, ValueError) as error:
        raise CloudNotReachable(GONE.format(url)) from error
    if response.status >= 400:
        raise FaultRefused(answer["error"])
    return answer


def sign_control(method: str, url: str, keys: Mapping[str, str]) -> dict[str, str]:
    """The headers that sign a request to the control API. The secret itself is never sent.

    Args:
        method: Such as `"GET"`.
        url: The whole address.
        keys: The local cloud's variables, with its access key and secret.
    """
    from botocore.auth import S3SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    request = AWSRequest(method, url)
    credentials = Credentials(keys.get("AWS_ACCESS_KEY_ID", ""), keys.get("AWS_SECRET_ACCESS_KEY", ""))
    S3SigV4Auth(credentials, "s3", "us-east-1").add_auth(request)
    return dict(request.headers.items())
