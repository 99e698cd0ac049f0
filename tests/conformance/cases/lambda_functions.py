"""Lambda: what a function may be, and what may be done with it when."""

from __future__ import annotations

import io
import json
import re
import urllib.request
import zipfile
from typing import Any

from tests.conformance.account import sent_as
from tests.conformance.case import GAP, SAME, Account, captured, case, documented, unverified

SERVICE = "lambda"

API = captured("LS test_lambda_api")
INVALID = "InvalidParameterValueException"
NOT_FOUND = "ResourceNotFoundException"
RESERVED = "provided contains reserved keys that are currently not supported for modification"
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
    """The parameters of a function that can be created, with changes; a None takes a member away."""
    good = {
        "FunctionName": aws.name("function"),
        "Role": aws.create_role(service="lambda.amazonaws.com"),
        "Runtime": "python3.13",
        "Handler": "handler.handler",
        "Code": {"ZipFile": make_zip()},
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def create(aws: Account, **changes: Any) -> str:
    """Create a function and wait until it is active; its name."""
    lambda_, parameters = aws.client("lambda", REGION), describe(aws, **changes)

    def check() -> None:
        try:
            lambda_.create_function(**parameters)
        except lambda_.exceptions.InvalidParameterValueException as error:  # the role is not known everywhere yet
            raise AssertionError(str(error)) from error

    aws.eventually(check)
    name: str = parameters["FunctionName"]
    aws.clean_up(lambda_.delete_function, FunctionName=name)
    wait(aws, name)
    return name


def wait(aws: Account, name: str) -> None:
    """Wait until a function, or a version, is active and its last update done."""

    def check() -> None:
        found = aws.client("lambda", REGION).get_function_configuration(FunctionName=name)
        assert (found["State"], found.get("LastUpdateStatus", "Successful")) == ("Active", "Successful")

    aws.eventually(check)


def publish(aws: Account, name: str) -> str:
    """Publish a version and wait until it is active; its number."""
    version: str = aws.client("lambda", REGION).publish_version(FunctionName=name)["Version"]
    wait(aws, f"{name}:{version}")
    return version


def arn_of(aws: Account, name: str) -> str:
    """The ARN of a function."""
    return f"arn:aws:lambda:{REGION}:{aws.account_id}:function:{name}"


def refuses_to_create(aws: Account, code: str, message: str | None, **changes: Any) -> None:
    """Check that a function with these changes can't be created."""
    aws.refuses(code, 400, message, aws.client("lambda", REGION).create_function, **describe(aws, **changes))


@case("A function's role must trust Lambda", known_from=captured("nficano/python-lambda#28"), moto=GAP)
def role_is_trusted(aws: Account) -> None:
    message = "The role defined for the function cannot be assumed by Lambda."
    refuses_to_create(aws, INVALID, message, Role=aws.create_role(service="s3.amazonaws.com"))


@case("A runtime that doesn't exist is refused with those that do", known_from=API, moto=GAP)
def unknown_runtime(aws: Account) -> None:
    message = "Value cobol1.0 at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: ["
    refuses_to_create(aws, INVALID, message, Runtime="cobol1.0")


@case("A runtime that is no longer supported is refused", known_from=API, moto=GAP)
def retired_runtime(aws: Account) -> None:
    message = "The runtime parameter of python3.7 is no longer supported for creating or updating AWS Lambda functions."
    refuses_to_create(aws, INVALID, message, Runtime="python3.7")


@case("A zip is a zip", known_from=API, moto=GAP)
def no_zip(aws: Account) -> None:
    message = "Could not unzip uploaded file. Please check your file, then try to upload again."
    refuses_to_create(aws, INVALID, message, Code={"ZipFile": b"no zip"})


@case(
    "A zip holds something",
    known_from=unverified("reported by users; neither code nor sentence is documented"),
    moto=GAP,
)
def empty_zip(aws: Account) -> None:
    refuses_to_create(aws, INVALID, None, Code={"ZipFile": make_zip("")})


@case("A zip's files have 250 MB at most", known_from=captured("Miserlou/Zappa#612"), moto=GAP)
def large_zip(aws: Account) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(8):
            archive.writestr(f"{number}.bin", bytes(32_768_000))
    message = "Unzipped size must be smaller than 262144000 bytes"
    refuses_to_create(aws, INVALID, message, Code={"ZipFile": buffer.getvalue()})


@case("Functions from zips have a handler", known_from=unverified("the error is not documented"), moto=GAP)
def no_handler(aws: Account) -> None:
    refuses_to_create(aws, INVALID, None, Handler=None)


@case("A function has at most 32,768 MB", known_from=documented("botocore MemorySize"), moto=GAP)
def much_memory(aws: Account) -> None:
    refuses_to_create(aws, "ValidationException", None, MemorySize=40_000)


@case("A function's name has no spaces", known_from=documented("botocore FunctionName"), moto=GAP)
def function_name(aws: Account) -> None:
    refuses_to_create(aws, "ValidationException", None, FunctionName="my function")


@case("An architecture is one that Lambda has", known_from=API, moto=GAP)
def architecture(aws: Account) -> None:
    message = "Value '[arm]' at 'architectures' failed to satisfy constraint: Member must satisfy constraint: "
    message += "[Member must satisfy enum value set: [x86_64, arm64], Member must not be null]"
    refuses_to_create(aws, "ValidationException", message, Architectures=["arm"])


@case(
    "Lambda's own variables can't be set", known_from=captured("mattermost/mattermost-cloud-monitoring#264"), moto=GAP
)
def reserved_variables(aws: Account) -> None:
    message = f"{RESERVED}. Reserved keys used in this request: AWS_REGION"
    refuses_to_create(aws, INVALID, message, Environment={"Variables": {"AWS_REGION": "eu-west-1"}})


@case("Environment variables have 4 KB at most", known_from=API, moto=GAP)
def large_environment(aws: Account) -> None:
    message = "the environment variables you have provided exceeded the 4KB limit."
    refuses_to_create(aws, INVALID, message, Environment={"Variables": {"LONG": "x" * 4096}})


@case("A new function is Pending, and then Active", known_from=API, moto=GAP)
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


@case("A function's name is taken once", known_from=API, moto=SAME)
def name_is_taken(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    message = f"Function already exist: {name}"
    aws.refuses("ResourceConflictException", 409, message, lambda_.create_function, **describe(aws, FunctionName=name))


@case("An update is in progress for a while", known_from=API, moto=GAP)
def update_in_progress(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    answer = lambda_.update_function_configuration(FunctionName=name, Timeout=4)
    assert (answer["State"], answer["LastUpdateStatus"]) == ("Active", "InProgress")
    assert answer["LastUpdateStatusReasonCode"] == "Creating"
    wait(aws, name)


@case("A function isn't changed while it is being changed", known_from=captured("Chinmayamission/CFF#292"), moto=GAP)
def busy(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    lambda_.update_function_configuration(FunctionName=name, Timeout=4)
    message = "The operation cannot be performed at this time. An update is in progress for resource: "
    update = lambda_.update_function_configuration
    aws.refuses("ResourceConflictException", 409, message, update, FunctionName=name, Timeout=5)


@case("A dry run changes no code", known_from=documented("botocore UpdateFunctionCode.DryRun"), moto=SAME)
def dry_run(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    before = lambda_.get_function_configuration(FunctionName=name)["CodeSha256"]
    lambda_.update_function_code(FunctionName=name, ZipFile=make_zip("changed = True\n"), DryRun=True)
    assert lambda_.get_function_configuration(FunctionName=name)["CodeSha256"] == before


@case("Code of another digest is not published", known_from=API, moto=GAP)
def other_digest(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    digest = lambda_.get_function_configuration(FunctionName=name)["CodeSha256"]
    message = f"CodeSHA256 (AAAA) is different from current CodeSHA256 in $LATEST ({digest}). Please try again with "
    message += "the CodeSHA256 in $LATEST."
    aws.refuses(INVALID, 400, message, lambda_.publish_version, FunctionName=name, CodeSha256="AAAA")


@case("A revision that is not the latest is not published", known_from=API, moto=GAP)
def other_revision(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    message = "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to "
    message += "retrieve the latest Revision Id"
    publish_version = lambda_.publish_version
    aws.refuses("PreconditionFailedException", 412, message, publish_version, FunctionName=name, RevisionId="wrong")


@case("The revision that was read is published", known_from=API, moto=GAP)
def same_revision(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    revision = lambda_.get_function_configuration(FunctionName=name)["RevisionId"]
    assert lambda_.publish_version(FunctionName=name, RevisionId=revision)["Version"] == "1"


@case("What hasn't changed is not published again", known_from=documented("botocore PublishVersion"), moto=SAME)
def unchanged(aws: Account) -> None:
    name = create(aws)
    assert publish(aws, name) == publish(aws, name) == "1"


@case("$LATEST goes with its function only", known_from=API, moto=GAP)
def delete_latest(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    message = "$LATEST version cannot be deleted without deleting the function."
    aws.refuses(INVALID, 400, message, lambda_.delete_function, FunctionName=name, Qualifier="$LATEST")


@case(
    "A version that an alias points to can't be deleted",
    known_from=captured("karl-cardenas-coding/go-lambda-cleanup#45"),
    moto=GAP,
)
def delete_aliased(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    version = publish(aws, name)
    lambda_.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
    message = "Unable to delete version because the following aliases reference it: [live]"
    delete = lambda_.delete_function
    aws.refuses("ResourceConflictException", 409, message, delete, FunctionName=name, Qualifier=version)


@case("A function that isn't there has no versions to list", known_from=API, moto=GAP)
def list_nothing(aws: Account) -> None:
    name = aws.name("function")
    message = f"Function not found: {arn_of(aws, name)}"
    aws.refuses(NOT_FOUND, 404, message, aws.client("lambda", REGION).list_versions_by_function, FunctionName=name)


@case(
    "A function of another region is out of reach",
    known_from=captured("alexcasalboni/aws-lambda-power-tuning#18"),
    moto=GAP,
)
def other_region(aws: Account) -> None:
    arn = arn_of(aws, "site").replace(REGION, "eu-west-1")
    message = f"Functions from 'eu-west-1' are not reachable in this region ('{REGION}')"
    aws.refuses(NOT_FOUND, 404, message, aws.client("lambda", REGION).get_function, FunctionName=arn)


@case("An alias's name is taken once", known_from=captured("HumanCellAtlas/data-store#929"), moto=GAP)
def alias_exists(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    alias = {"FunctionName": name, "Name": "live", "FunctionVersion": publish(aws, name)}
    lambda_.create_alias(**alias)
    message = f"Alias already exists: {arn_of(aws, name)}:live"
    aws.refuses("ResourceConflictException", 409, message, lambda_.create_alias, **alias)


@case("An alias doesn't share traffic with its own version", known_from=API, moto=GAP)
def alias_weights(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    version = publish(aws, name)
    message = f"Invalid function version {version}. Function version {version} is already included in routing "
    aws.refuses(
        *(INVALID, 400, message + "configuration.", lambda_.create_alias),
        FunctionName=name,
        Name="live",
        FunctionVersion=version,
        RoutingConfig={"AdditionalVersionWeights": {version: 0.5}},
    )


@case("A permission's statement id is taken once", known_from=API, moto=GAP)
def statement_exists(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    permission = {"StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}
    lambda_.add_permission(FunctionName=name, **permission)
    message = "The statement id (s) provided already exists. Please provide a new statement id, or remove the existing "
    add = lambda_.add_permission
    aws.refuses("ResourceConflictException", 409, message + "statement.", add, FunctionName=name, **permission)


@case("Each version has a policy of its own", known_from=API, moto=GAP)
def policies(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    version = publish(aws, name)
    permission = {"StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}
    lambda_.add_permission(FunctionName=name, Qualifier=version, **permission)
    message = "The resource you requested does not exist."
    aws.refuses(NOT_FOUND, 404, message, lambda_.get_policy, FunctionName=name)
    statements = json.loads(lambda_.get_policy(FunctionName=name, Qualifier=version)["Policy"])["Statement"]
    assert [statement["Resource"] for statement in statements] == [f"{arn_of(aws, name)}:{version}"]


@case("Versions can't be tagged", known_from=documented("Lambda Developer Guide, tags"), moto=GAP)
def tag_version(aws: Account) -> None:
    name = create(aws)
    arn = f"{arn_of(aws, name)}:{publish(aws, name)}"
    aws.refuses(INVALID, 400, None, aws.client("lambda", REGION).tag_resource, Resource=arn, Tags={"a": "b"})


@case("A function without concurrency is throttled", known_from=API, moto=GAP)
def throttled(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    lambda_.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)

    def check() -> None:
        answer = aws.refuses("TooManyRequestsException", 429, "Rate Exceeded.", lambda_.invoke, FunctionName=name)
        assert answer["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"

    aws.eventually(check)


@case("An alias is invoked as its version", known_from=API, moto=GAP)
def invoke_alias(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    version = publish(aws, name)
    lambda_.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
    answer = lambda_.invoke(FunctionName=name, Qualifier="live", Payload=b'{"a": [1]}')
    assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, version)
    assert "FunctionError" not in answer
    assert json.loads(answer["Payload"].read()) == {"a": [1]}


@case("A function that raises is answered with 200 and its error", known_from=API, moto=GAP)
def invoke_failing(aws: Account) -> None:
    name = create(aws, Code={"ZipFile": make_zip("def handler(event, context):\n    return event['no']\n")})
    answer = aws.client("lambda", REGION).invoke(FunctionName=name, Payload=b"{}")
    error = json.loads(answer["Payload"].read())
    assert (answer["StatusCode"], answer["FunctionError"], error["errorType"]) == (200, "Unhandled", "KeyError")


@case("A dry run of an invocation is answered with 204", known_from=documented("botocore Invoke"), moto=SAME)
def invoke_dry(aws: Account) -> None:
    name = create(aws)
    answer = aws.client("lambda", REGION).invoke(FunctionName=name, InvocationType="DryRun", Payload=b"{}")
    assert answer["StatusCode"] == 204
    assert "ExecutedVersion" not in answer


@case("An event has 6 MB at most", known_from=documented("Lambda Developer Guide, quotas"), moto=GAP)
def large_event(aws: Account) -> None:
    name, payload = create(aws), b'"' + b"x" * 6_291_456 + b'"'
    invoke = aws.client("lambda", REGION).invoke
    aws.refuses("RequestTooLargeException", 413, None, invoke, FunctionName=name, Payload=payload)


@case("An event is JSON", known_from=API, moto=GAP)
def malformed_event(aws: Account) -> None:
    name, invoke = create(aws), aws.client("lambda", REGION).invoke
    message = "Could not parse request body into json: "
    aws.refuses("InvalidRequestContentException", 400, message, invoke, FunctionName=name, Payload=b"{")


@case("A function's code can be fetched from where GetFunction says", known_from=documented("botocore"), moto=GAP)
def code_location(aws: Account) -> None:
    name = create(aws)
    location = aws.client("lambda", REGION).get_function(FunctionName=name)["Code"]["Location"]
    assert aws.url is None or location.startswith(aws.url), "the address is of another machine"
    with urllib.request.urlopen(location, timeout=10) as response:
        assert response.read() == make_zip()


@case("Functions are listed page by page, without their states", known_from=documented("botocore"), moto=GAP)
def pages_of_functions(aws: Account) -> None:
    names, lambda_ = {create(aws), create(aws)}, aws.client("lambda", REGION)
    assert "NextMarker" in lambda_.list_functions(MaxItems=1)
    pages = list(lambda_.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 1}))
    assert all(len(page["Functions"]) == 1 for page in pages)
    found = [function for page in pages for function in page["Functions"]]
    assert names <= {function["FunctionName"] for function in found}
    assert all("State" not in function and "LastUpdateStatus" not in function for function in found)


@case("Versions are listed page by page", known_from=documented("botocore ListVersionsByFunction"), moto=GAP)
def pages_of_versions(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    publish(aws, name)
    first = lambda_.list_versions_by_function(FunctionName=name, MaxItems=1)
    second = lambda_.list_versions_by_function(FunctionName=name, MaxItems=1, Marker=first["NextMarker"])
    assert [one["Version"] for one in first["Versions"] + second["Versions"]] == ["$LATEST", "1"]
    assert "NextMarker" not in second


@case("Aliases are listed page by page", known_from=documented("botocore ListAliases"), moto=GAP)
def pages_of_aliases(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    version = publish(aws, name)
    for alias in ("blue", "green"):
        lambda_.create_alias(FunctionName=name, Name=alias, FunctionVersion=version)
    first = lambda_.list_aliases(FunctionName=name, MaxItems=1)
    second = lambda_.list_aliases(FunctionName=name, MaxItems=1, Marker=first["NextMarker"])
    assert sorted(one["Name"] for one in first["Aliases"] + second["Aliases"]) == ["blue", "green"]


@case("A changed alias is another revision", known_from=documented("botocore AliasConfiguration.RevisionId"), moto=GAP)
def alias_revision(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    alias = {"FunctionName": name, "Name": "live"}
    before = lambda_.create_alias(**alias, FunctionVersion=publish(aws, name))["RevisionId"]
    after = lambda_.update_alias(**alias, Description="changed")["RevisionId"]
    assert after != before
    assert lambda_.get_alias(**alias)["RevisionId"] == after


@case("A revision of an alias that is not the latest is not changed", known_from=documented("botocore"), moto=GAP)
def stale_alias(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    alias = {"FunctionName": name, "Name": "live"}
    before = lambda_.create_alias(**alias, FunctionVersion=publish(aws, name))["RevisionId"]
    lambda_.update_alias(**alias, Description="changed", RevisionId=before)
    update = lambda_.update_alias
    aws.refuses("PreconditionFailedException", 412, None, update, **alias, Description="again", RevisionId=before)


@case(
    "A function's configuration can be asked for by a partial ARN",
    known_from=documented("botocore lambda GetFunctionConfiguration, FunctionName"),
    moto=GAP,
)
def partial_arn(aws: Account) -> None:
    name = create(aws)
    partial = f"{aws.account_id}:function:{name}"
    found = aws.client("lambda", REGION).get_function_configuration(FunctionName=partial)
    assert found["FunctionName"] == name


@case(
    "A function's date has milliseconds and an offset",
    known_from=documented("Lambda API Reference, FunctionConfiguration: YYYY-MM-DDThh:mm:ss.sTZD"),
    moto=GAP,
)
def date_with_offset(aws: Account) -> None:
    found = aws.client("lambda", REGION).get_function_configuration(FunctionName=create(aws))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000", found["LastModified"])


@case(
    "The first version of a changed function is published once",
    known_from=documented("botocore PublishVersion"),
    moto=GAP,
)
def first_version_once(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    lambda_.update_function_configuration(FunctionName=name, Timeout=5)
    wait(aws, name)
    assert [publish(aws, name), publish(aws, name)] == ["1", "1"]


@case("Code comes from a bucket in the function's region", known_from=captured("hashicorp/terraform#16821"), moto=GAP)
def code_of_another_region(aws: Account) -> None:
    bucket, lambda_ = aws.create_bucket("eu-west-1"), aws.client("lambda", REGION)
    aws.client("s3", "eu-west-1").put_object(Bucket=bucket, Key="code.zip", Body=make_zip())
    parameters = describe(aws, Code={"S3Bucket": bucket, "S3Key": "code.zip"})
    said = "S3 Error Code: PermanentRedirect. S3 Error Message: The bucket is in this region: eu-west-1."
    aws.refuses(INVALID, 400, said, lambda_.create_function, **parameters)


@case(
    "Lambda reads its JSON, whatever it is called",
    known_from=unverified("its API Reference asks for no content type, and curl calls everything a form"),
    moto=GAP,
)
def called_a_form(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    with sent_as(lambda_, "application/x-www-form-urlencoded"):
        assert lambda_.update_function_configuration(FunctionName=name, Timeout=5)["Timeout"] == 5


def rewrite(aws: Account, name: str, **more: Any) -> dict[str, Any]:
    """Give a function other code, and wait until it has it; what Lambda answers."""
    other = make_zip("def handler(event, context): return 'other'")
    answer: dict[str, Any] = aws.client("lambda", REGION).update_function_code(FunctionName=name, ZipFile=other, **more)
    wait(aws, name)
    return answer


@case("The same code again is no new version", known_from=documented("botocore UpdateFunctionCode.Publish"), moto=GAP)
def publish_same_code(aws: Account) -> None:
    name = create(aws)
    rewrite(aws, name)
    assert publish(aws, name) == "1"

    assert rewrite(aws, name, Publish=True)["Version"] == "1"


@case("A dry run publishes nothing", known_from=documented("botocore UpdateFunctionCode.DryRun"), moto=GAP)
def publish_dry_run(aws: Account) -> None:
    name = create(aws)
    rewrite(aws, name, DryRun=True, Publish=True)
    versions = aws.client("lambda", REGION).list_versions_by_function(FunctionName=name)["Versions"]
    assert [version["Version"] for version in versions] == ["$LATEST"]


@case("A version's number is not given again", known_from=unverified("believed; no page of 2026 says it"), moto=GAP)
def numbers_once(aws: Account) -> None:
    name = create(aws)
    assert publish(aws, name) == "1"
    rewrite(aws, name)
    assert publish(aws, name) == "2"

    aws.client("lambda", REGION).delete_function(FunctionName=name, Qualifier="1")

    aws.client("lambda", REGION).update_function_configuration(FunctionName=name, Description="third")
    wait(aws, name)
    assert publish(aws, name) == "3"
