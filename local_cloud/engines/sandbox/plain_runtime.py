"""A runtime for Windows and macOS, for which AWS's own runtime interface client is not made; standard library only.

It takes a request from the Runtime API, calls the handler and brings the answer back, for ever.
"""

from __future__ import annotations

import http.client
import importlib
import json
import os
import sys
import time
import traceback
from typing import Any

API = "/2018-06-01/runtime"
INIT_ERRORS: dict[type[Exception], str] = {
    ImportError: "Runtime.ImportModuleError",
    SyntaxError: "Runtime.UserCodeSyntaxError",
    AttributeError: "Runtime.HandlerNotFound",
}


class Context:
    """What a handler gets as its second argument, as far as Lambda@Edge functions use it."""

    def __init__(self, headers: Any) -> None:
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self._deadline = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function's timeout."""
        return max(0, self._deadline - int(time.time() * 1000))


def describe(error: BaseException, error_type: str = "") -> dict[str, Any]:
    """An error as Lambda reports it; also written to the log."""
    described = {
        "errorMessage": str(error),
        "errorType": error_type or type(error).__name__,
        "stackTrace": traceback.format_tb(error.__traceback__),
    }
    lines = [f"[ERROR] {described['errorType']}: {error}", *"".join(described["stackTrace"]).splitlines()]
    print(*lines, sep="\r", flush=True)  # one message of several lines
    return described


def load(handler: str) -> Any:
    """The handler's function, from `"module.function"`."""
    module, _, function = handler.rpartition(".")
    return getattr(importlib.import_module(module), function)


def main() -> None:
    """Serve requests until the process is ended."""
    address, _, secret = os.environ["AWS_LAMBDA_RUNTIME_API"].partition("/")
    connection, api = http.client.HTTPConnection(address), f"/{secret}{API}" if secret else API

    def ask(method: str, path: str, body: str | None = None) -> tuple[Any, bytes]:
        connection.request(method, f"{api}/{path}", body)
        response = connection.getresponse()
        return response.headers, response.read()

    try:
        handler = load(sys.argv[1])
    except Exception as error:
        names = [name for kind, name in INIT_ERRORS.items() if isinstance(error, kind)]
        ask("POST", "init/error", json.dumps(describe(error, *names)))
        sys.exit(1)
    while True:
        headers, event = ask("GET", "invocation/next")
        context = Context(headers)
        try:
            kind, body = "response", json.dumps(handler(json.loads(event), context))
        except Exception as error:
            kind, body = "error", json.dumps(describe(error))
        ask("POST", f"invocation/{context.aws_request_id}/{kind}", body)


if __name__ == "__main__":
    main()
