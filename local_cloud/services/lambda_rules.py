"""What Lambda refuses when a function is made or changed, and moto takes: runtimes, limits, code, roles."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from typing import Any

from local_cloud.call import Call
from local_cloud.errors import AwsError
from local_cloud.identities import can_be_assumed, find_role

LAST_DAYS = {
    "python3.10": datetime.date(2026, 11, 30),
    "python3.11": datetime.date(2027, 7, 31),
    "python3.12": datetime.date(2028, 11, 30),
    "python3.13": datetime.date(2029, 7, 31),
    "python3.14": datetime.date(2029, 7, 31),
}
"""From which day a runtime isn't taken any more; about a month after its deprecation (LDG/lambda-runtimes, 2026)."""

RETIRED = {
    *("python2.7", "python3.6", "python3.7", "python3.8", "python3.9"),
    *("nodejs", "nodejs4.3", "nodejs4.3-edge", "nodejs6.10", "nodejs8.10"),
    *("nodejs10.x", "nodejs12.x", "nodejs14.x", "nodejs16.x", "nodejs18.x"),
    *("dotnetcore1.0", "dotnetcore2.0", "dotnetcore2.1", "dotnetcore3.1", "dotnet6"),
    *("go1.x", "java8", "provided", "ruby2.5", "ruby2.7", "ruby3.2"),
}
"""Runtimes that botocore still lists and Lambda no longer takes."""

_PATTERN = "1 validation error detected: Value '{}' at '{}' failed to satisfy constraint: Member must "


def invalid_parameter(message: str) -> AwsError:
    """Lambda's word for most of what is wrong with a value."""
    return AwsError("InvalidParameterValueException", message, 400, Type="User")


def check_limits(call: Call) -> None:
    """Refuse a name or a number that botocore's model of the operation rules out; botocore itself sends them.

    Raises:
        AwsError: ValidationException.
    """
    shape = call.model.input_shape
    for member in ("FunctionName", "Timeout", "MemorySize"):
        value = call.parameters.get(member)
        if value is None or shape is None or member not in shape.members:
            continue
        rule = shape.members[member].metadata
        beginning = _PATTERN.format(value, member[0].lower() + member[1:])
        pattern = rule.get("pattern")
        if pattern and not re.fullmatch(pattern, value):
            text = f"{beginning}satisfy regular expression pattern: {pattern}"
            raise AwsError("ValidationException", text, 400)
        if not pattern and value > rule.get("max", value):
            text = f"{beginning}have value less than or equal to {rule['max']}"
            raise AwsError("ValidationException", text, 400)


def check_runtime(call: Call, *, today: datetime.date) -> None:
    """Refuse a runtime that doesn't exist, or is too old.

    Raises:
        AwsError: InvalidParameterValueException.
    """
    runtime = call.parameters.get("Runtime")
    shape: Any = call.model.input_shape
    if runtime is None:
        return
    known = shape.members["Runtime"].enum
    if runtime not in known:
        text = f"Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: "
        raise invalid_parameter(f"{text}[{', '.join(sorted(set(known) - RETIRED))}] or be a valid ARN")
    if runtime in RETIRED or today >= LAST_DAYS.get(runtime, datetime.date.max):
        raise invalid_parameter(
            f"The runtime parameter of {runtime} is no longer supported for creating or updating AWS Lambda functions. "
            "We recommend you use a supported runtime while creating or updating functions."
        )


def check_zip(code: bytes | None) -> None:
    """Refuse code that is no zip.

    Raises:
        AwsError: InvalidParameterValueException.
    """
    if code is not None and not zipfile.is_zipfile(io.BytesIO(code)):
        text = "Could not unzip uploaded file. Please check your file, then try to upload again."
        raise invalid_parameter(text)


def check_role(role_arn: str | None) -> None:
    """Refuse a role that doesn't trust Lambda; on AWS also one that was made a moment ago.

    Raises:
        AwsError: InvalidParameterValueException.
    """
    if role_arn and find_role(role_arn) and not can_be_assumed(role_arn, "lambda.amazonaws.com"):
        raise invalid_parameter("The role defined for the function cannot be assumed by Lambda.")
