"""Lambda: SAR "AWS Lambda", and Lambda Developer Guide, "Fine-tuning the Resources and Conditions sections"."""

from __future__ import annotations

from collections.abc import Iterator

from local_cloud.access.permissions.permission import arn, pass_role
from local_cloud.call import EVERYTHING, Call, Permission

_DIFFERENT = {"Invoke": "InvokeFunction", "InvokeWithResponseStream": "InvokeFunction"}


def find_permissions(call: Call) -> Iterator[Permission]:
    """A version is a separate resource, `function:NAME:VERSION`. A policy for `function:NAME` doesn't cover it."""
    function = _find_function(call)
    yield Permission(f"lambda:{_DIFFERENT.get(call.operation, call.operation)}", function)
    if role := call.parameters.get("Role"):
        yield pass_role(role, "lambda.amazonaws.com")
    if call.operation == "CreateFunction" and call.parameters.get("Tags"):
        yield Permission("lambda:TagResource", function)


def _find_function(call: Call) -> str:
    """The function's ARN. The call may use a name, name:version, or a partial or whole ARN."""
    name = call.parameters.get("FunctionName")
    if not name:
        return str(call.parameters.get("Resource") or EVERYTHING)
    name = str(name).rpartition("function:")[2]
    qualifier = call.parameters.get("Qualifier")
    if qualifier and ":" not in name:
        name = f"{name}:{qualifier}"
    return arn("lambda", f"function:{name}", region=call.region)
