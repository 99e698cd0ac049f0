"""Helpers for the cases of Lambda: zips, functions and versions."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from tests.conformance.case import Account

REGION = "us-east-1"
ECHO = "def handler(event, context):\n    return event\n"


def make_zip(source: str = ECHO) -> bytes:
    """A deterministic package with one module."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        if source:
            archive.writestr(zipfile.ZipInfo("handler.py", (1980, 1, 1, 0, 0, 0)), source)
    return buffer.getvalue()


def describe(aws: Account, **changes: Any) -> dict[str, Any]:
    """The parameters of a valid function, with changes. None removes a member."""
    good = {
        "FunctionName": aws.name("function"),
        "Role": aws.create_role(service="lambda.amazonaws.com"),
        "Runtime": "python3.13",
        "Handler": "handler.handler",
        "Code": {"ZipFile": make_zip()},
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def create(aws: Account, **changes: Any) -> str:
    """Create a function and wait until it is active. Returns its name."""
    lambda_, parameters = aws.client("lambda", REGION), describe(aws, **changes)

    def check() -> None:
        try:
            lambda_.create_function(**parameters)
        except lambda_.exceptions.InvalidParameterValueException as error:  # the role is not visible everywhere yet
            raise AssertionError(str(error)) from error

    aws.eventually(check)
    name: str = parameters["FunctionName"]
    aws.clean_up(lambda_.delete_function, FunctionName=name)
    wait(aws, name)
    return name


def wait(aws: Account, name: str) -> None:
    """Wait until a function or version is active, and its last update done."""

    def check() -> None:
        found = aws.client("lambda", REGION).get_function_configuration(FunctionName=name)
        assert (found["State"], found.get("LastUpdateStatus", "Successful")) == ("Active", "Successful")

    aws.eventually(check)


def publish(aws: Account, name: str) -> str:
    """Publish a version and wait until it is active. Returns its number."""
    version: str = aws.client("lambda", REGION).publish_version(FunctionName=name)["Version"]
    wait(aws, f"{name}:{version}")
    return version


def arn_of(aws: Account, name: str) -> str:
    """The ARN of a function."""
    return f"arn:aws:lambda:{REGION}:{aws.account_id}:function:{name}"


def refuses_to_create(aws: Account, code: str, message: str | None, **changes: Any) -> None:
    """Check that a function with these changes can't be created."""
    aws.refuses(code, 400, message, aws.client("lambda", REGION).create_function, **describe(aws, **changes))
