"""Meddles with one operation of a boto3 client by botocore's event `before-send`: another answer, or an act before it.

AWS's own failures that the local cloud doesn't produce, such as throttling, are answered as botocore reads them. What
happens between a look and a change, such as another program's change, happens at the right moment.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.awsrequest import AWSResponse

Answer = Callable[[Any], AWSResponse | None]
"""Called with each request. What it returns is the answer; None sends the request."""


class _Body(io.BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


@contextmanager
def intercepting(client: Any, operation: str, answer: Answer, *, times: int | None = None) -> Iterator[list[Any]]:
    """Let `answer` see each request of an operation before it is sent.

    Args:
        client: The client.
        operation: Such as `"DeleteBucket"`.
        answer: See `Answer`.
        times: How many requests it sees. The default is all.

    Yields:
        The requests that it saw.
    """
    seen: list[Any] = []

    def handle(request: Any, **_: Any) -> AWSResponse | None:
        if times is not None and len(seen) >= times:
            return None
        seen.append(request)
        return answer(request)

    event = f"before-send.{client.meta.service_model.service_id.hyphenize()}.{operation}"
    client.meta.events.register_first(event, handle)
    try:
        yield seen
    finally:
        client.meta.events.unregister(event, handle)


def refuse(client: Any, code: str, *, status: int = 400, message: str = "No.") -> Answer:
    """Answer with an error, in the format of the client's service.

    Args:
        client: The client.
        code: AWS's code.
        status: The HTTP status.
        message: AWS's sentence.
    """
    protocol = client.meta.service_model.protocol
    error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    if "json" in protocol:
        text = json.dumps({"__type": code, "message": message})
    else:
        text = error if client.meta.service_model.service_name == "s3" else f"<ErrorResponse>{error}</ErrorResponse>"
    headers = {"x-amzn-errortype": code}
    return lambda request: AWSResponse(request.url, status, headers, _Body(text.encode()))
