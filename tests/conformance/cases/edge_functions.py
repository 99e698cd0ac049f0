"""Lambda@Edge: which functions CloudFront takes into a distribution, and what becomes of them."""

from __future__ import annotations

import contextlib
import io
import json
import zipfile
from typing import Any

from tests.conformance.case import GAP, Account, captured, case, documented, unverified

SERVICE = "cloudfront"

EVENTS = ("viewer-request", "origin-request", "origin-response", "viewer-response")
OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
HANDLER = "def handler(event, context):\n    return event['Records'][0]['cf']['request']\n"
REFUSED = "InvalidLambdaFunctionAssociation"
NO_VERSION = "The function ARN must reference a specific function version. (The ARN must end with the version number.)"
TOO_LONG = "The function timeout is larger than the maximum allowed for functions that are triggered by a CloudFront"
RESTRICTIONS = documented("lambda-at-edge-function-restrictions")
BOTH = ("lambda.amazonaws.com", "edgelambda.amazonaws.com")


def publish(aws: Account, *, region: str = "us-east-1", services: tuple[str, ...] = BOTH, **settings: Any) -> str:
    """The ARN of version 1 of a function that changes nothing, once it is Active."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as package:
        package.writestr("handler.py", HANDLER)
    name, functions, role = aws.name("edge"), aws.client("lambda", region), aws.create_role(list(services))
    made = {"FunctionName": name, "Runtime": "python3.13", "Handler": "handler.handler", "Role": role, **settings}

    def create() -> None:  # a new role is no role to Lambda for some seconds
        try:
            functions.create_function(**made, Code={"ZipFile": code.getvalue()})
        except functions.exceptions.InvalidParameterValueException as refused:
            raise AssertionError(str(refused)) from refused

    def active(**which: str) -> None:
        assert functions.get_function_configuration(FunctionName=name, **which)["State"] == "Active"

    aws.eventually(create)
    aws.clean_up(_delete_function, functions, name)
    aws.eventually(active)
    version = functions.publish_version(FunctionName=name)
    aws.eventually(lambda: active(Qualifier=version["Version"]))
    return str(version["FunctionArn"])


def _delete_function(functions: Any, name: str) -> None:
    with contextlib.suppress(functions.exceptions.InvalidParameterValueException):  # edges keep it for a while
        functions.delete_function(FunctionName=name)


def config_with(aws: Account, arn: str, *events: str, **fields: Any) -> dict[str, Any]:
    """A distribution's configuration with the function version at these events."""
    items = [{"LambdaFunctionARN": arn, "EventType": event, **fields} for event in events or ("origin-request",)]
    origin = {"Id": "site", "DomainName": f"{aws.name('bucket')}.s3.eu-west-1.amazonaws.com"}
    return {
        "CallerReference": aws.name("reference"),
        "Comment": "",
        "Enabled": False,
        "Origins": {"Quantity": 1, "Items": [{**origin, "S3OriginConfig": {"OriginAccessIdentity": ""}}]},
        "DefaultCacheBehavior": {
            "TargetOriginId": "site",
            "ViewerProtocolPolicy": "allow-all",
            "CachePolicyId": OPTIMIZED,
            "LambdaFunctionAssociations": {"Quantity": len(items), "Items": items},
        },
    }


def create_distribution(aws: Account, config: dict[str, Any]) -> tuple[str, str]:
    """The id and the ETag of a distribution. Nothing deletes it: on AWS that takes minutes, and its functions hours."""
    made = aws.client("cloudfront", "us-east-1").create_distribution(DistributionConfig=config)
    return str(made["Distribution"]["Id"]), str(made["ETag"])


def refuses(aws: Account, message: str | None, arn: str, *events: str, **fields: Any) -> None:
    """CloudFront refuses to create a distribution with the function version at these events."""
    config = config_with(aws, arn, *events, **fields)
    aws.refuses(
        REFUSED, 400, message, aws.client("cloudfront", "us-east-1").create_distribution, DistributionConfig=config
    )


def without_version(arn: str) -> str:
    return arn.rpartition(":")[0]


@case(
    "CloudFront rejects a function ARN without a version number (InvalidLambdaFunctionAssociation)",
    known_from=captured("chantzlarge/terraform-aws-hugo#43"),
    moto=GAP,
)
def unqualified(aws: Account) -> None:
    arn = without_version(publish(aws))
    sentence = (
        "The function ARN must reference a specific function version. (The ARN must end with the version number.)"
    )
    refuses(aws, f"{sentence} ARN: {arn}", arn)


@case(
    "CloudFront rejects a function ARN that ends in $LATEST (InvalidLambdaFunctionAssociation)",
    known_from=captured("chantzlarge/terraform-aws-hugo#44"),
    moto=GAP,
)
def latest(aws: Account) -> None:
    arn = without_version(publish(aws)) + ":$LATEST"
    sentence = (
        "The function ARN must reference a specific function version. (The ARN must end with the version number.)"
    )
    refuses(aws, f"{sentence} ARN: {arn}", arn)


@case(
    "CloudFront rejects a function ARN that ends in an alias (InvalidLambdaFunctionAssociation)",
    known_from=RESTRICTIONS,
    moto=GAP,
)
def alias(aws: Account) -> None:
    refuses(aws, None, without_version(publish(aws)) + ":live")


@case(
    "CloudFront rejects a function in a region other than us-east-1 (InvalidLambdaFunctionAssociation)",
    known_from=captured("aws-ia/terraform-aws-runtask-tf-plan-analyzer#6"),
    moto=GAP,
)
def other_region(aws: Account) -> None:
    arn = publish(aws, region="eu-west-1")
    refuses(aws, f"The function must be in region 'us-east-1'. ARN: {arn}", arn)


@case(
    "CloudFront rejects a function with environment variables (InvalidLambdaFunctionAssociation)",
    known_from=captured("anomalyco/ion#1194"),
    moto=GAP,
)
def environment_variables(aws: Account) -> None:
    arn = publish(aws, Environment={"Variables": {"STAGE": "test"}})
    refuses(aws, f"The function cannot have environment variables. Function: {arn}", arn)


@case(
    "CloudFront rejects a function whose role doesn't trust edgelambda.amazonaws.com "
    "(InvalidLambdaFunctionAssociation)",
    known_from=captured("aws/aws-cdk#5180"),
    moto=GAP,
)
def trust(aws: Account) -> None:
    refuses(
        aws,
        "The function execution role must be assumable with edgelambda.amazonaws.com as well as lambda.amazonaws.com "
        "principals. Update the IAM role and try again. Role: arn:aws:iam::",
        publish(aws, services=BOTH[:1]),
    )


@case(
    "CloudFront rejects a function with a timeout of 31 seconds at an origin event (InvalidLambdaFunctionAssociation)",
    known_from=captured("awslabs/aws-cloudfront-extensions#112"),
    moto=GAP,
)
def timeout(aws: Account) -> None:
    arn = publish(aws, Timeout=31)
    refuses(aws, f"{TOO_LONG} event: 31 Max allowed: 30 Function: {arn}", arn)


@case(
    "CloudFront accepts a function with a timeout of 30 seconds at an origin event",
    known_from=documented("cloudfront-limits"),
    moto=GAP,
    on_aws="takes minutes to undo",
)
def thirty_seconds(aws: Account) -> None:
    arn = publish(aws, Timeout=30)
    distribution_id, _ = create_distribution(aws, config_with(aws, arn))
    _expect_functions(aws, distribution_id, {("origin-request", arn)})


@case(
    "CloudFront rejects a runtime that Lambda@Edge doesn't support, such as java21 (InvalidLambdaFunctionAssociation)",
    known_from=captured("Widen/cloudfront-auth#59"),
    moto=GAP,
)
def runtime(aws: Account) -> None:
    arn = publish(aws, Runtime="java21", Handler="example.Handler::handleRequest")
    sentence = "The function has a runtime that is not supported by Lambda@Edge: java21"
    refuses(aws, f"{sentence} Function: {arn} Supported runtimes: [", arn)


@case("CloudFront rejects a function for arm64 (InvalidLambdaFunctionAssociation)", known_from=RESTRICTIONS, moto=GAP)
def architecture(aws: Account) -> None:
    refuses(aws, None, publish(aws, Architectures=["arm64"]))


@case(
    "CloudFront rejects a function with more than 512 MB of ephemeral storage (InvalidLambdaFunctionAssociation)",
    known_from=RESTRICTIONS,
    moto=GAP,
)
def ephemeral_storage(aws: Account) -> None:
    refuses(aws, None, publish(aws, EphemeralStorage={"Size": 513}))


@case(
    "CloudFront rejects a function version that doesn't exist (InvalidLambdaFunctionAssociation)",
    known_from=documented("InvalidLambdaFunctionAssociation"),
    moto=GAP,
)
def missing_version(aws: Account) -> None:
    refuses(aws, None, without_version(publish(aws)) + ":77")


@case(
    "CloudFront rejects a function of another account (InvalidLambdaFunctionAssociation)",
    known_from=documented("edge-function-restrictions-all"),
    moto=GAP,
)
def other_account(aws: Account) -> None:
    refuses(aws, None, "arn:aws:lambda:us-east-1:111122223333:function:theirs:1")


@case(
    "CloudFront rejects two functions for one event type (InvalidLambdaFunctionAssociation)",
    known_from=documented("shape LambdaFunctionAssociations"),
    moto=GAP,
)
def two_for_one_event(aws: Account) -> None:
    refuses(aws, None, publish(aws), "origin-request", "origin-request")


@case(
    "CloudFront rejects an event type other than the four (MalformedXML)",
    known_from=captured("terraform-aws-modules/terraform-aws-cloudfront#53"),
    moto=GAP,
)
def fifth_event(aws: Account) -> None:
    config = config_with(aws, publish(aws), "origin-error")
    create = aws.client("cloudfront", "us-east-1").create_distribution
    aws.refuses(
        "MalformedXML", 400, "failed to satisfy constraint: Member must satisfy ", create, DistributionConfig=config
    )


@case(
    "CloudFront rejects IncludeBody at a response event (InvalidArgument)",
    known_from=unverified("only request events document it"),
    moto=GAP,
)
def body_of_a_response(aws: Account) -> None:
    config = config_with(aws, publish(aws), "origin-response", IncludeBody=True)
    create = aws.client("cloudfront", "us-east-1").create_distribution
    aws.refuses("InvalidArgument", 400, None, create, DistributionConfig=config)


@case(
    "CloudFront accepts one function version at all four event types, and GetDistributionConfig returns "
    "the four associations",
    known_from=documented("shape LambdaFunctionAssociations"),
    moto=GAP,
    on_aws="takes minutes to undo",
)
def four_events(aws: Account) -> None:
    arn = publish(aws)
    distribution_id, _ = create_distribution(aws, config_with(aws, arn, *EVENTS))
    _expect_functions(aws, distribution_id, {(event, arn) for event in EVENTS})


@case(
    "CloudFront accepts IncludeBody at viewer-request and origin-request",
    known_from=documented("lambda-include-body-access"),
    moto=GAP,
    on_aws="takes minutes to undo",
)
def included_body(aws: Account) -> None:
    arn = publish(aws)
    distribution_id, _ = create_distribution(
        aws, config_with(aws, arn, "viewer-request", "origin-request", IncludeBody=True)
    )
    assert [one["IncludeBody"] for one in _functions(aws, distribution_id)] == [True, True]


@case(
    "UpdateDistribution rejects a function version that doesn't exist, and leaves the configuration and "
    "its ETag unchanged",
    known_from=captured("goldstack/goldstack#18"),
    moto=GAP,
    on_aws="takes minutes to undo",
)
def refused_update(aws: Account) -> None:
    arn = publish(aws)
    config = config_with(aws, arn)
    distribution_id, etag = create_distribution(aws, config)
    cloudfront = aws.client("cloudfront", "us-east-1")
    held = cloudfront.get_distribution_config(Id=distribution_id)["DistributionConfig"]
    changed = json.loads(json.dumps(held))
    changed["DefaultCacheBehavior"]["LambdaFunctionAssociations"] = {
        "Quantity": 1,
        "Items": [{"LambdaFunctionARN": f"{arn}7", "EventType": "origin-request", "IncludeBody": False}],
    }
    update = {"Id": distribution_id, "IfMatch": etag, "DistributionConfig": changed}
    aws.refuses(REFUSED, 400, None, cloudfront.update_distribution, **update)
    after = cloudfront.get_distribution_config(Id=distribution_id)
    assert (after["ETag"], after["DistributionConfig"]) == (etag, held)


@case(
    "DeleteFunction rejects a version that a distribution uses (InvalidParameterValueException)",
    known_from=captured("aws-samples/cloudfront-authorization-at-edge#246"),
    moto=GAP,
    on_aws="takes hours to undo",
)
def deleted_while_used(aws: Account) -> None:
    arn = publish(aws)
    create_distribution(aws, config_with(aws, arn))
    name = arn.split(":")[6]
    aws.refuses(
        "InvalidParameterValueException",
        400,
        f"Lambda was unable to delete {arn} because it is a replicated function. Please see our documentation for "
        "Deleting Lambda@Edge Functions and Replicas.",
        aws.client("lambda", "us-east-1").delete_function,
        FunctionName=name,
        Qualifier="1",
    )


@case(
    "DeleteFunction rejects a function while a distribution uses one of its versions (InvalidParameterValueException)",
    known_from=captured("terraform-aws-modules/terraform-aws-cloudfront#126"),
    moto=GAP,
    on_aws="takes hours to undo",
)
def deleted_as_a_whole(aws: Account) -> None:
    arn = publish(aws)
    create_distribution(aws, config_with(aws, arn))
    delete, name = aws.client("lambda", "us-east-1").delete_function, arn.split(":")[6]
    aws.refuses("InvalidParameterValueException", 400, "it is a replicated function", delete, FunctionName=name)


@case(
    "Associating a function creates the roles AWSServiceRoleForLambdaReplicator and AWSServiceRoleForCloudFrontLogger",
    known_from=documented("lambda-edge-permissions"),
    moto=GAP,
    on_aws="takes minutes to undo",
)
def service_linked_roles(aws: Account) -> None:
    create_distribution(aws, config_with(aws, publish(aws)))
    services = {
        "AWSServiceRoleForLambdaReplicator": "replicator.lambda.amazonaws.com",
        "AWSServiceRoleForCloudFrontLogger": "logger.cloudfront.amazonaws.com",
    }
    for name, service in services.items():
        role = aws.client("iam").get_role(RoleName=name)["Role"]
        assert role["Path"] == f"/aws-service-role/{service}/"
        assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": service}


def _functions(aws: Account, distribution_id: str) -> list[dict[str, Any]]:
    config = aws.client("cloudfront", "us-east-1").get_distribution_config(Id=distribution_id)["DistributionConfig"]
    return list(config["DefaultCacheBehavior"]["LambdaFunctionAssociations"].get("Items", []))


def _expect_functions(aws: Account, distribution_id: str, expected: set[tuple[str, str]]) -> None:
    held = {(one["EventType"], one["LambdaFunctionARN"]) for one in _functions(aws, distribution_id)}
    assert held == expected, held
