"""Lambda: what is published, and the versions that come of it."""

from __future__ import annotations

from typing import Any

from tests.conformance.case import GAP, SAME, Account, captured, case, documented, unverified
from tests.conformance.lambda_made import REGION, arn_of, create, make_zip, publish, wait

SERVICE = "lambda"
API = captured("LS test_lambda_api")
INVALID = "InvalidParameterValueException"
NOT_FOUND = "ResourceNotFoundException"


@case(
    "PublishVersion rejects a CodeSha256 that isn't that of $LATEST (InvalidParameterValueException)",
    known_from=API,
    moto=GAP,
)
def other_digest(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    digest = lambda_.get_function_configuration(FunctionName=name)["CodeSha256"]
    message = f"CodeSHA256 (AAAA) is different from current CodeSHA256 in $LATEST ({digest}). Please try again with "
    message += "the CodeSHA256 in $LATEST."
    aws.refuses(INVALID, 400, message, lambda_.publish_version, FunctionName=name, CodeSha256="AAAA")


@case(
    "PublishVersion rejects a RevisionId that isn't the latest (PreconditionFailedException, 412)",
    known_from=API,
    moto=GAP,
)
def other_revision(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    message = "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to "
    message += "retrieve the latest Revision Id"
    publish_version = lambda_.publish_version
    aws.refuses("PreconditionFailedException", 412, message, publish_version, FunctionName=name, RevisionId="wrong")


@case("PublishVersion accepts the RevisionId that GetFunctionConfiguration returned", known_from=API, moto=GAP)
def same_revision(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    revision = lambda_.get_function_configuration(FunctionName=name)["RevisionId"]
    assert lambda_.publish_version(FunctionName=name, RevisionId=revision)["Version"] == "1"


@case(
    "PublishVersion returns the existing version if the function hasn't changed",
    known_from=documented("botocore PublishVersion"),
    moto=SAME,
)
def unchanged(aws: Account) -> None:
    name = create(aws)
    assert publish(aws, name) == publish(aws, name) == "1"


@case("DeleteFunction rejects the qualifier $LATEST (InvalidParameterValueException)", known_from=API, moto=GAP)
def delete_latest(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    message = "$LATEST version cannot be deleted without deleting the function."
    aws.refuses(INVALID, 400, message, lambda_.delete_function, FunctionName=name, Qualifier="$LATEST")


@case(
    "ListVersionsByFunction returns ResourceNotFoundException (404) for a function that doesn't exist",
    known_from=API,
    moto=GAP,
)
def list_nothing(aws: Account) -> None:
    name = aws.name("function")
    message = f"Function not found: {arn_of(aws, name)}"
    aws.refuses(NOT_FOUND, 404, message, aws.client("lambda", REGION).list_versions_by_function, FunctionName=name)


@case(
    "TagResource rejects the ARN of a version (InvalidParameterValueException)",
    known_from=documented("Lambda Developer Guide, tags"),
    moto=GAP,
)
def tag_version(aws: Account) -> None:
    name = create(aws)
    arn = f"{arn_of(aws, name)}:{publish(aws, name)}"
    aws.refuses(INVALID, 400, None, aws.client("lambda", REGION).tag_resource, Resource=arn, Tags={"a": "b"})


@case(
    "ListVersionsByFunction returns its pages by NextMarker, with $LATEST first",
    known_from=documented("botocore ListVersionsByFunction"),
    moto=GAP,
)
def pages_of_versions(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    publish(aws, name)
    first = lambda_.list_versions_by_function(FunctionName=name, MaxItems=1)
    second = lambda_.list_versions_by_function(FunctionName=name, MaxItems=1, Marker=first["NextMarker"])
    assert [one["Version"] for one in first["Versions"] + second["Versions"]] == ["$LATEST", "1"]
    assert "NextMarker" not in second


@case(
    "PublishVersion twice after a configuration update returns version 1 both times",
    known_from=documented("botocore PublishVersion"),
    moto=GAP,
)
def first_version_once(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    lambda_.update_function_configuration(FunctionName=name, Timeout=5)
    wait(aws, name)
    assert [publish(aws, name), publish(aws, name)] == ["1", "1"]


def rewrite(aws: Account, name: str, **more: Any) -> dict[str, Any]:
    """Give a function other code, and wait until it has it; what Lambda answers."""
    other = make_zip("def handler(event, context): return 'other'")
    answer: dict[str, Any] = aws.client("lambda", REGION).update_function_code(FunctionName=name, ZipFile=other, **more)
    wait(aws, name)
    return answer


@case(
    "UpdateFunctionCode with Publish returns the existing version if the code is the same",
    known_from=documented("botocore UpdateFunctionCode.Publish"),
    moto=GAP,
)
def publish_same_code(aws: Account) -> None:
    name = create(aws)
    rewrite(aws, name)
    assert publish(aws, name) == "1"

    assert rewrite(aws, name, Publish=True)["Version"] == "1"


@case(
    "UpdateFunctionCode with DryRun and Publish publishes no version",
    known_from=documented("botocore UpdateFunctionCode.DryRun"),
    moto=GAP,
)
def publish_dry_run(aws: Account) -> None:
    name = create(aws)
    rewrite(aws, name, DryRun=True, Publish=True)
    versions = aws.client("lambda", REGION).list_versions_by_function(FunctionName=name)["Versions"]
    assert [version["Version"] for version in versions] == ["$LATEST"]


@case(
    "PublishVersion doesn't reuse the number of a deleted version",
    known_from=unverified("believed; no page of 2026 says it"),
    moto=GAP,
)
def numbers_once(aws: Account) -> None:
    name = create(aws)
    assert publish(aws, name) == "1"
    rewrite(aws, name)
    assert publish(aws, name) == "2"

    aws.client("lambda", REGION).delete_function(FunctionName=name, Qualifier="1")

    aws.client("lambda", REGION).update_function_configuration(FunctionName=name, Description="third")
    wait(aws, name)
    assert publish(aws, name) == "3"
