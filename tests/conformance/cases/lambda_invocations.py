"""Lambda: invocations of a function."""

from __future__ import annotations

import json

from tests.conformance.case import GAP, SAME, Account, captured, case, documented
from tests.conformance.lambda_made import REGION, create, make_zip, publish

SERVICE = "lambda"
API = captured("LS test_lambda_api")


@case(
    "Invoke returns TooManyRequestsException (429) for a function with a reserved concurrency of 0",
    known_from=API,
    moto=GAP,
)
def throttled(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    lambda_.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)

    def check() -> None:
        answer = aws.refuses("TooManyRequestsException", 429, "Rate Exceeded.", lambda_.invoke, FunctionName=name)
        assert answer["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"

    aws.eventually(check)


@case(
    "Invoke with an alias runs the version that the alias points to, and returns it as ExecutedVersion",
    known_from=API,
    moto=GAP,
)
def invoke_alias(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    version = publish(aws, name)
    lambda_.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
    answer = lambda_.invoke(FunctionName=name, Qualifier="live", Payload=b'{"a": [1]}')
    assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, version)
    assert "FunctionError" not in answer
    assert json.loads(answer["Payload"].read()) == {"a": [1]}


@case(
    "Invoke returns 200 with FunctionError Unhandled and the error's type if the function raises",
    known_from=API,
    moto=GAP,
)
def invoke_failing(aws: Account) -> None:
    name = create(aws, Code={"ZipFile": make_zip("def handler(event, context):\n    return event['no']\n")})
    answer = aws.client("lambda", REGION).invoke(FunctionName=name, Payload=b"{}")
    error = json.loads(answer["Payload"].read())
    assert (answer["StatusCode"], answer["FunctionError"], error["errorType"]) == (200, "Unhandled", "KeyError")


@case("Invoke with DryRun returns 204 and no ExecutedVersion", known_from=documented("botocore Invoke"), moto=SAME)
def invoke_dry(aws: Account) -> None:
    name = create(aws)
    answer = aws.client("lambda", REGION).invoke(FunctionName=name, InvocationType="DryRun", Payload=b"{}")
    assert answer["StatusCode"] == 204
    assert "ExecutedVersion" not in answer


@case(
    "Invoke rejects a payload of more than 6 MB (RequestTooLargeException, 413)",
    known_from=documented("Lambda Developer Guide, quotas"),
    moto=GAP,
)
def large_event(aws: Account) -> None:
    name, payload = create(aws), b'"' + b"x" * 6_291_456 + b'"'
    invoke = aws.client("lambda", REGION).invoke
    aws.refuses("RequestTooLargeException", 413, None, invoke, FunctionName=name, Payload=payload)


@case("Invoke rejects a payload that isn't JSON (InvalidRequestContentException)", known_from=API, moto=GAP)
def malformed_event(aws: Account) -> None:
    name, invoke = create(aws), aws.client("lambda", REGION).invoke
    message = "Could not parse request body into json: "
    aws.refuses("InvalidRequestContentException", 400, message, invoke, FunctionName=name, Payload=b"{")
