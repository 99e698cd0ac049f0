"""Which function versions CloudFront lets run at the edge: each reason of InvalidLambdaFunctionAssociation."""

from __future__ import annotations

from typing import Any

import pytest

from local_cloud.errors import AwsError
from local_cloud.services.cloudfront.associations import check_associations, check_quotas, check_version
from tests.kits.cloudfront import FUNCTION, ROLE, TRUST, Described, associated, minimal_behavior, minimal_config


def refusal_of(arn: str = FUNCTION, *, trust: dict[str, Any] | None = None, **changes: Any) -> str:
    """The sentence with which a function version is refused."""
    functions = Described()
    functions.versions[FUNCTION] |= changes
    with pytest.raises(AwsError) as caught:
        check_version(arn, functions, lambda _: trust or TRUST)
    assert caught.value.code == "InvalidLambdaFunctionAssociation"
    assert caught.value.status == 400
    return caught.value.message


def test_a_good_function_version_is_accepted() -> None:
    check_version(FUNCTION, Described(), lambda arn: TRUST if arn == ROLE else None)


@pytest.mark.parametrize("version", ["", ":$LATEST", ":live"])
def test_only_a_numbered_version_can_be_associated(version: str) -> None:
    arn = FUNCTION.removesuffix(":1") + version

    assert refusal_of(arn) == (
        "The function ARN must reference a specific function version. "
        f"(The ARN must end with the version number.) ARN: {arn}"
    )


def test_the_role_must_trust_the_edge() -> None:
    statement = TRUST["Statement"][0] | {"Principal": {"Service": "lambda.amazonaws.com"}}

    assert refusal_of(trust={"Statement": [statement]}) == (
        "The function execution role must be assumable with edgelambda.amazonaws.com as well as "
        f"lambda.amazonaws.com principals. Update the IAM role and try again. Role: {ROLE}"
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Timeout": 31}, "The function timeout is larger than the maximum allowed"),
        ({"MemorySize": 20480}, "The function memory size is larger than the maximum allowed"),
        ({"Runtime": "python3.9"}, "The function has a runtime that is not supported"),
        ({"Runtime": "java21"}, "The function has a runtime that is not supported"),
        ({"Architectures": ["arm64"]}, "The function must have the architecture x86_64"),
        ({"EphemeralStorage": {"Size": 513}}, "The function ephemeral storage is larger"),
        ({"PackageType": "Image"}, "The function cannot be a container image"),
        ({"DeadLetterConfig": {"TargetArn": "arn:aws:sqs:"}}, "The function cannot have a dead letter queue"),
        ({"TracingConfig": {"Mode": "Active"}}, "The function cannot have active tracing"),
        ({"KMSKeyArn": "arn:aws:kms:"}, "The function cannot have a customer managed key"),
    ],
)
def test_what_the_edge_does_not_support_is_refused(changes: dict[str, Any], reason: str) -> None:
    assert refusal_of(**changes).startswith(reason)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"State": "Pending"},
            f"The function must be in an Active state. The current state for function {FUNCTION} is Pending",
        ),
        ({"Layers": [{"Arn": "layer"}]}, f"The function cannot have a layer. Function: {FUNCTION}"),
        (
            {"VpcConfig": {"SubnetIds": ["subnet-1"]}},
            f"The function cannot have a VPC configuration. Function: {FUNCTION}",
        ),
        (
            {"Timeout": 45},
            "The function timeout is larger than the maximum allowed for functions that are triggered by a CloudFront "
            f"event: 45 Max allowed: 30 Function: {FUNCTION}",
        ),
        (
            {"CodeSize": 52428801},
            "The function code size is larger than the maximum allowed size for functions that are triggered by a "
            f"CloudFront event: 52428801 Max allowed: 52428800 Function: {FUNCTION}",
        ),
    ],
    ids=lambda one: next(iter(one)) if isinstance(one, dict) else "",
)
def test_refusals_whose_whole_sentence_was_captured(changes: dict[str, Any], sentence: str) -> None:
    assert refusal_of(**changes) == sentence


def test_a_function_that_only_aws_could_run_is_refused_by_name() -> None:
    functions = Described()
    functions.versions[FUNCTION] |= {"Runtime": "nodejs22.x"}
    with pytest.raises(AwsError) as caught:
        check_version(FUNCTION, functions, lambda _: TRUST)

    assert (caught.value.code, caught.value.status) == ("NotImplemented", 501)
    assert caught.value.message.endswith(f" The runtime of {FUNCTION} is nodejs22.x.")


def refused_config(**changes: Any) -> tuple[str, int]:
    """Code and status with which a distribution's functions are refused."""
    with pytest.raises(AwsError) as caught:
        check_associations(minimal_config(**changes), Described(), lambda _: TRUST)
    return caught.value.code, caught.value.status


def behavior_at(*events: str, **fields: Any) -> dict[str, Any]:
    items = [{"LambdaFunctionARN": FUNCTION, "EventType": event, **fields} for event in events]
    return minimal_behavior(LambdaFunctionAssociations={"Quantity": len(items), "Items": items})


def test_functions_may_be_at_all_four_events() -> None:
    events = ("viewer-request", "viewer-response", "origin-request", "origin-response")

    check_associations(minimal_config(DefaultCacheBehavior=behavior_at(*events)), Described(), lambda _: TRUST)


def test_functions_of_other_cache_behaviors_are_checked_too() -> None:
    behaviors = {"Quantity": 1, "Items": [associated(FUNCTION.removesuffix(":1")) | {"PathPattern": "*.json"}]}

    assert refused_config(CacheBehaviors=behaviors) == ("InvalidLambdaFunctionAssociation", 400)


def test_a_distribution_has_100_associations_at_most() -> None:
    four = behavior_at("viewer-request", "viewer-response", "origin-request", "origin-response")
    behaviors = {"Quantity": 25, "Items": [four | {"PathPattern": f"{i}"} for i in range(25)]}
    check_associations(minimal_config(CacheBehaviors=behaviors), Described(), lambda _: TRUST)

    refused = refused_config(CacheBehaviors=behaviors, DefaultCacheBehavior=behavior_at("viewer-request"))

    assert refused == ("TooManyLambdaFunctionAssociations", 400)


def test_an_account_has_500_distributions_with_functions_at_most() -> None:
    config = minimal_config(DefaultCacheBehavior=associated())
    others = [minimal_config(DefaultCacheBehavior=associated(f"{FUNCTION}{i}")) for i in range(500)]
    check_quotas(config, [*others[1:], minimal_config()])
    check_quotas(minimal_config(), others)

    with pytest.raises(AwsError) as caught:
        check_quotas(config, others)

    assert (caught.value.code, caught.value.status) == ("TooManyDistributionsWithLambdaAssociations", 400)
