"""Lambda: aliases of versions."""

from __future__ import annotations

from tests.conformance.case import GAP, Account, captured, case, documented
from tests.conformance.lambda_made import REGION, arn_of, create, publish

SERVICE = "lambda"
API = captured("LS test_lambda_api")
INVALID = "InvalidParameterValueException"


@case(
    "DeleteFunction rejects a version that an alias points to (ResourceConflictException, 409)",
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


@case(
    "CreateAlias rejects a name that an alias of the function already has (ResourceConflictException, 409)",
    known_from=captured("HumanCellAtlas/data-store#929"),
    moto=GAP,
)
def alias_exists(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    alias = {"FunctionName": name, "Name": "live", "FunctionVersion": publish(aws, name)}
    lambda_.create_alias(**alias)
    message = f"Alias already exists: {arn_of(aws, name)}:live"
    aws.refuses("ResourceConflictException", 409, message, lambda_.create_alias, **alias)


@case(
    "CreateAlias rejects AdditionalVersionWeights with the alias's own version (InvalidParameterValueException)",
    known_from=API,
    moto=GAP,
)
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


@case(
    "ListAliases returns its pages by NextMarker, and together they list all aliases",
    known_from=documented("botocore ListAliases"),
    moto=GAP,
)
def pages_of_aliases(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    version = publish(aws, name)
    for alias in ("blue", "green"):
        lambda_.create_alias(FunctionName=name, Name=alias, FunctionVersion=version)
    first = lambda_.list_aliases(FunctionName=name, MaxItems=1)
    second = lambda_.list_aliases(FunctionName=name, MaxItems=1, Marker=first["NextMarker"])
    assert sorted(one["Name"] for one in first["Aliases"] + second["Aliases"]) == ["blue", "green"]


@case(
    "UpdateAlias gives the alias a new RevisionId, and GetAlias returns it",
    known_from=documented("botocore AliasConfiguration.RevisionId"),
    moto=GAP,
)
def alias_revision(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    alias = {"FunctionName": name, "Name": "live"}
    before = lambda_.create_alias(**alias, FunctionVersion=publish(aws, name))["RevisionId"]
    after = lambda_.update_alias(**alias, Description="changed")["RevisionId"]
    assert after != before
    assert lambda_.get_alias(**alias)["RevisionId"] == after


@case(
    "UpdateAlias rejects a RevisionId that isn't the latest (PreconditionFailedException, 412)",
    known_from=documented("botocore"),
    moto=GAP,
)
def stale_alias(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    alias = {"FunctionName": name, "Name": "live"}
    before = lambda_.create_alias(**alias, FunctionVersion=publish(aws, name))["RevisionId"]
    lambda_.update_alias(**alias, Description="changed", RevisionId=before)
    update = lambda_.update_alias
    aws.refuses("PreconditionFailedException", 412, None, update, **alias, Description="again", RevisionId=before)
