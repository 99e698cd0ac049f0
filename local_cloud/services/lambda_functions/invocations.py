"""Invocations of a function: checks of the request, and the answer."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable
from typing import Any

from local_cloud.call import Call, Response
from local_cloud.engines.sandbox import DeployedFunction, Invocation
from local_cloud.errors import AwsError
from local_cloud.services.lambda_functions.names import FunctionName, aliases_of, get_function

LARGEST_EVENT = {"RequestResponse": 6_291_456, "Event": 1_048_576}
"""Bytes of an event at most, by invocation type (LDG/gettingstarted-limits)."""

LARGEST_RESULT = 6_291_556
"""Bytes of a result at most."""

LOG_TAIL = 4096
"""Bytes of the log in the answer at most (LDG/API_Invoke)."""


def read_event(call: Call) -> Any:
    """The event of an invocation.

    Raises:
        AwsError: RequestTooLargeException or InvalidRequestContentException.
    """
    largest = LARGEST_EVENT.get(call.parameters.get("InvocationType") or "RequestResponse", len(call.body))
    if len(call.body) > largest:
        text = f"Request must be smaller than {largest} bytes for the InvokeFunction operation"
        raise AwsError("RequestTooLargeException", text, 413, Type="User")
    try:
        return json.loads(call.body or b"{}")
    except (ValueError, RecursionError) as error:
        text = f"Could not parse request body into json: {error}"
        raise AwsError("InvalidRequestContentException", text, 400, Type="User") from error


def check_concurrency(function: Any) -> None:
    """Refuse to invoke a function whose reserved concurrency is 0.

    Raises:
        AwsError: TooManyRequestsException.
    """
    if function.reserved_concurrency is not None and int(function.reserved_concurrency) == 0:
        reason = "ReservedFunctionConcurrentInvocationLimitExceeded"
        raise AwsError("TooManyRequestsException", "Rate Exceeded.", 429, Reason=reason, Type="User")


def check_runs_here(found: Any) -> None:
    """Refuse to invoke a function that isn't Python, as only Python can run here.

    Raises:
        AwsError: NotImplemented.
    """
    if not str(found.run_time).startswith("python"):
        raise AwsError("NotImplemented", f"The local cloud runs Python functions only, not {found.run_time}.", 501)


def choose_version(name: FunctionName, *, draw: Callable[[], float] = random.random) -> Any:
    """The version to invoke. An alias with weights sends some invocations to another version.

    Args:
        name: The function, version or alias of the call.
        draw: Returns a number from 0 to 1; a seam for tests.

    Raises:
        AwsError: ResourceNotFoundException.
    """
    for alias in aliases_of(name) if name.is_alias else ():
        weights = (alias.routing_config or {}).get("AdditionalVersionWeights") or {}
        if alias.name == name.qualifier and weights:
            other, weight = next(iter(weights.items()))
            version = other if draw() < weight else alias.function_version
            return get_function(name._replace(qualifier=version))
    return get_function(name)


def deploy(found: Any) -> DeployedFunction:
    """Make a function of moto ready for the sandbox."""
    return DeployedFunction(
        arn=found.function_arn,
        name=found.function_name,
        version=str(found.version),
        code=found.code_bytes,
        handler=found.handler,
        runtime=found.run_time,
        timeout=float(found.timeout),
        memory_size=int(found.memory_size),
        environment=dict(found.environment_vars),
    )


def render(invocation: Invocation, found: Any, *, with_log: bool) -> Response:
    """Turn an invocation into Lambda's answer."""
    error = invocation.error
    body = json.dumps(invocation.payload if error is None else error).encode()
    if len(body) > LARGEST_RESULT:
        text = f"Response payload size exceeded maximum allowed payload size ({LARGEST_RESULT} bytes)."
        error = {"errorMessage": text, "errorType": "Function.ResponseSizeTooLarge"}
        body = json.dumps(error).encode()
    response = Response(200, [("Content-Type", "application/json"), ("X-Amz-Executed-Version", str(found.version))])
    if error is not None:
        response.set_header("X-Amz-Function-Error", "Unhandled")
    if with_log:
        tail = "\n".join([*invocation.log, ""]).encode()[-LOG_TAIL:]
        response.set_header("X-Amz-Log-Result", base64.b64encode(tail).decode())
    response.set_header("x-amzn-RequestId", invocation.request_id)
    response.body = body
    return response
