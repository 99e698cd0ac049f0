"""Lambda: what a function may be, its states, and lists of functions."""

from __future__ import annotations

import json
import re

from tests.conformance.account import NotRefused, sent_as
from tests.conformance.case import GAP, SAME, Account, captured, case, documented, unverified
from tests.conformance.lambda_made import (
    REGION,
    arn_of,
    create,
    describe,
    publish,
    refuses_to_create,
    wait,
)

SERVICE = "lambda"
API = captured("LS test_lambda_api")
INVALID = "InvalidParameterValueException"
NOT_FOUND = "ResourceNotFoundException"
RESERVED = "provided contains reserved keys that are currently not supported for modification"


@case(
    "CreateFunction rejects a role that doesn't trust lambda.amazonaws.com (InvalidParameterValueException)",
    known_from=captured("nficano/python-lambda#28"),
    moto=GAP,
)
def role_is_trusted(aws: Account) -> None:
    message = "The role defined for the function cannot be assumed by Lambda."
    refuses_to_create(aws, INVALID, message, Role=aws.create_role(service="s3.amazonaws.com"))


@case(
    "CreateFunction rejects a runtime that doesn't exist, and lists those that do (InvalidParameterValueException)",
    known_from=API,
    moto=GAP,
)
def unknown_runtime(aws: Account) -> None:
    message = "Value cobol1.0 at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: ["
    refuses_to_create(aws, INVALID, message, Runtime="cobol1.0")


@case(
    "CreateFunction rejects a runtime that is no longer supported, such as python3.7 (InvalidParameterValueException)",
    known_from=API,
    moto=GAP,
)
def retired_runtime(aws: Account) -> None:
    message = "The runtime parameter of python3.7 is no longer supported for creating or updating AWS Lambda functions."
    refuses_to_create(aws, INVALID, message, Runtime="python3.7")


@case(
    "CreateFunction rejects a zip archive without a Handler (InvalidParameterValueException)",
    known_from=unverified("the error is not documented"),
    moto=GAP,
)
def no_handler(aws: Account) -> None:
    refuses_to_create(aws, INVALID, None, Handler=None)


@case(
    "CreateFunction rejects a MemorySize of 40,000, above 32,768 MB (ValidationException)",
    known_from=documented("botocore MemorySize"),
    moto=GAP,
)
def much_memory(aws: Account) -> None:
    refuses_to_create(aws, "ValidationException", None, MemorySize=40_000)


@case(
    "CreateFunction rejects a name with a space (ValidationException)",
    known_from=documented("botocore FunctionName"),
    moto=GAP,
)
def function_name(aws: Account) -> None:
    refuses_to_create(aws, "ValidationException", None, FunctionName="my function")


@case(
    "CreateFunction rejects an architecture other than x86_64 and arm64 (ValidationException)", known_from=API, moto=GAP
)
def architecture(aws: Account) -> None:
    message = "Value '[arm]' at 'architectures' failed to satisfy constraint: Member must satisfy constraint: "
    message += "[Member must satisfy enum value set: [x86_64, arm64], Member must not be null]"
    refuses_to_create(aws, "ValidationException", message, Architectures=["arm"])


@case(
    "CreateFunction rejects the reserved environment variable AWS_REGION (InvalidParameterValueException)",
    known_from=captured("mattermost/mattermost-cloud-monitoring#264"),
    moto=GAP,
)
def reserved_variables(aws: Account) -> None:
    message = f"{RESERVED}. Reserved keys used in this request: AWS_REGION"
    refuses_to_create(aws, INVALID, message, Environment={"Variables": {"AWS_REGION": "eu-west-1"}})


@case(
    "CreateFunction rejects more than 4 KB of environment variables (InvalidParameterValueException)",
    known_from=API,
    moto=GAP,
)
def large_environment(aws: Account) -> None:
    message = "the environment variables you have provided exceeded the 4KB limit."
    refuses_to_create(aws, INVALID, message, Environment={"Variables": {"LONG": "x" * 4096}})


@case("A new function's state is Pending with the reason code Creating, and later Active", known_from=API, moto=GAP)
def pending(aws: Account) -> None:
    lambda_, parameters, made = aws.client("lambda", REGION), describe(aws), []

    def check() -> None:
        try:
            made.append(lambda_.create_function(**parameters))
        except lambda_.exceptions.InvalidParameterValueException as error:
            raise AssertionError(str(error)) from error

    aws.eventually(check)
    aws.clean_up(lambda_.delete_function, FunctionName=parameters["FunctionName"])
    assert (made[0]["State"], made[0]["StateReasonCode"]) == ("Pending", "Creating")
    assert made[0]["StateReason"] == "The function is being created."
    wait(aws, parameters["FunctionName"])


@case(
    "CreateFunction rejects a name that a function already has (ResourceConflictException, 409)",
    known_from=API,
    moto=SAME,
)
def name_is_taken(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    message = f"Function already exist: {name}"
    aws.refuses("ResourceConflictException", 409, message, lambda_.create_function, **describe(aws, FunctionName=name))


@case(
    "UpdateFunctionConfiguration sets LastUpdateStatus to InProgress while the state stays Active",
    known_from=API,
    moto=GAP,
)
def update_in_progress(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    answer = lambda_.update_function_configuration(FunctionName=name, Timeout=4)
    assert (answer["State"], answer["LastUpdateStatus"]) == ("Active", "InProgress")
    assert answer["LastUpdateStatusReasonCode"] == "Creating"
    wait(aws, name)


@case(
    "UpdateFunctionConfiguration is rejected while another update is in progress (ResourceConflictException, 409)",
    known_from=captured("Chinmayamission/CFF#292"),
    moto=GAP,
)
def busy(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    lambda_.update_function_configuration(FunctionName=name, Timeout=4)
    message = "The operation cannot be performed at this time. An update is in progress for resource: "
    update = lambda_.update_function_configuration
    for tries_left in (4, 3, 2, 1, 0):
        try:
            aws.refuses("ResourceConflictException", 409, message, update, FunctionName=name, Timeout=5)
            return
        except NotRefused:  # the update was over already, and this one is under way now
            if not tries_left:
                raise


@case(
    "GetFunction returns ResourceNotFoundException (404) for an ARN of another region, and the message "
    "names both regions",
    known_from=captured("alexcasalboni/aws-lambda-power-tuning#18"),
    moto=GAP,
)
def other_region(aws: Account) -> None:
    arn = arn_of(aws, "site").replace(REGION, "eu-west-1")
    message = f"Functions from 'eu-west-1' are not reachable in this region ('{REGION}')"
    aws.refuses(NOT_FOUND, 404, message, aws.client("lambda", REGION).get_function, FunctionName=arn)


@case(
    "AddPermission rejects a StatementId that already exists (ResourceConflictException, 409)", known_from=API, moto=GAP
)
def statement_exists(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    permission = {"StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}
    lambda_.add_permission(FunctionName=name, **permission)
    message = "The statement id (s) provided already exists. Please provide a new statement id, or remove the existing "
    add = lambda_.add_permission
    aws.refuses("ResourceConflictException", 409, message + "statement.", add, FunctionName=name, **permission)


@case(
    "AddPermission with a version as qualifier adds to that version's policy only, not to the function's",
    known_from=API,
    moto=GAP,
)
def policies(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    version = publish(aws, name)
    permission = {"StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}
    lambda_.add_permission(FunctionName=name, Qualifier=version, **permission)
    message = "The resource you requested does not exist."
    aws.refuses(NOT_FOUND, 404, message, lambda_.get_policy, FunctionName=name)
    statements = json.loads(lambda_.get_policy(FunctionName=name, Qualifier=version)["Policy"])["Statement"]
    assert [statement["Resource"] for statement in statements] == [f"{arn_of(aws, name)}:{version}"]


@case(
    "ListFunctions returns its pages by NextMarker, and leaves out State and LastUpdateStatus",
    known_from=documented("botocore"),
    moto=GAP,
)
def pages_of_functions(aws: Account) -> None:
    names, lambda_ = {create(aws), create(aws)}, aws.client("lambda", REGION)
    assert "NextMarker" in lambda_.list_functions(MaxItems=1)
    pages = list(lambda_.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 1}))
    assert all(len(page["Functions"]) == 1 for page in pages)
    found = [function for page in pages for function in page["Functions"]]
    assert names <= {function["FunctionName"] for function in found}
    assert all("State" not in function and "LastUpdateStatus" not in function for function in found)


@case(
    "GetFunctionConfiguration accepts a partial ARN, ACCOUNT:function:NAME",
    known_from=documented("botocore lambda GetFunctionConfiguration, FunctionName"),
    moto=GAP,
)
def partial_arn(aws: Account) -> None:
    name = create(aws)
    partial = f"{aws.account_id}:function:{name}"
    found = aws.client("lambda", REGION).get_function_configuration(FunctionName=partial)
    assert found["FunctionName"] == name


@case(
    "LastModified has milliseconds and the offset +0000",
    known_from=documented("Lambda API Reference, FunctionConfiguration: YYYY-MM-DDThh:mm:ss.sTZD"),
    moto=GAP,
)
def date_with_offset(aws: Account) -> None:
    found = aws.client("lambda", REGION).get_function_configuration(FunctionName=create(aws))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000", found["LastModified"])


@case(
    "UpdateFunctionConfiguration accepts JSON sent with the content type of a form",
    known_from=unverified("its API Reference asks for no content type, and curl calls everything a form"),
    moto=GAP,
)
def called_a_form(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    with sent_as(lambda_, "application/x-www-form-urlencoded"):
        assert lambda_.update_function_configuration(FunctionName=name, Timeout=5)["Timeout"] == 5
