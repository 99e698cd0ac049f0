"""Lambda: what is published, and the versions that come of it."""

from __future__ import annotations

from typing import Any

from tests.conformance.case import GAP, SAME, Account, captured, case, documented, unverified
from tests.conformance.lambda_made import REGION, arn_of, create, make_zip, publish, wait

SERVICE = "lambda"
API = captured("LS test_lambda_api")
INVALID = "InvalidParameterValueException"
NOT_FOUND = "ResourceNotFoundException"


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


@case("A function that isn't there has no versions to list", known_from=API, moto=GAP)
def list_nothing(aws: Account) -> None:
    name = aws.name("function")
    message = f"Function not found: {arn_of(aws, name)}"
    aws.refuses(NOT_FOUND, 404, message, aws.client("lambda", REGION).list_versions_by_function, FunctionName=name)


@case("Versions can't be tagged", known_from=documented("Lambda Developer Guide, tags"), moto=GAP)
def tag_version(aws: Account) -> None:
    name = create(aws)
    arn = f"{arn_of(aws, name)}:{publish(aws, name)}"
    aws.refuses(INVALID, 400, None, aws.client("lambda", REGION).tag_resource, Resource=arn, Tags={"a": "b"})


@case("Versions are listed page by page", known_from=documented("botocore ListVersionsByFunction"), moto=GAP)
def pages_of_versions(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    publish(aws, name)
    first = lambda_.list_versions_by_function(FunctionName=name, MaxItems=1)
    second = lambda_.list_versions_by_function(FunctionName=name, MaxItems=1, Marker=first["NextMarker"])
    assert [one["Version"] for one in first["Versions"] + second["Versions"]] == ["$LATEST", "1"]
    assert "NextMarker" not in second


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
