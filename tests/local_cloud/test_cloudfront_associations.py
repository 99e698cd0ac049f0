"""Which function versions CloudFront lets run at the edge: aws-facts' table of InvalidLambdaFunctionAssociation."""

from __future__ import annotations

from typing import Any

import pytest
from cloudfront_kit import FUNCTION, ROLE, TRUST, Described

from local_cloud.errors import AwsError
from local_cloud.services.cloudfront.associations import check_version


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


def test_the_function_must_be_in_us_east_1() -> None:
    arn = FUNCTION.replace("us-east-1", "eu-west-1")

    assert refusal_of(arn) == f"The function must be in region 'us-east-1'. ARN: {arn}"


def test_the_function_must_exist() -> None:
    assert "cannot retrieve" in refusal_of(FUNCTION.removesuffix("1") + "2")


def test_the_function_cannot_have_environment_variables() -> None:
    message = refusal_of(Environment={"Variables": {"A": "b"}})

    assert message == f"The function cannot have environment variables. Function: {FUNCTION}"


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
        ({"Runtime": "python3.9"}, "The function has an invalid runtime"),
        ({"Runtime": "java21"}, "The function has an invalid runtime"),
        ({"State": "Pending"}, "The function must be in an Active state"),
        ({"Layers": [{"Arn": "layer"}]}, "The function cannot have a layer"),
        ({"Architectures": ["arm64"]}, "The function must have the architecture x86_64"),
        ({"VpcConfig": {"SubnetIds": ["subnet-1"]}}, "The function cannot have a VPC configuration"),
    ],
)
def test_what_the_edge_does_not_support_is_refused(changes: dict[str, Any], reason: str) -> None:
    assert refusal_of(**changes).startswith(reason)
