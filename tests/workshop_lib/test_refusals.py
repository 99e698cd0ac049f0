"""What a refused call shows to the learner."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.core.utils import get_service_model

from workshop_lib.errors import WorkshopError, get_error_code
from workshop_lib.refusals import LACKING, AccessRefused, AwsRefused, find_advice, raise_refusal

MODEL: Any = get_service_model("s3").operation_model("PutObject")
SENTENCE = "User: me is not authorized to perform: s3:PutObject"
EDGE_SENTENCE = "Update the IAM policy to add permission: lambda:EnableReplication* for resource: f:7 and try again."
VERIFIED = (
    "Your account must be verified before you can add new CloudFront resources. To verify your account, please contact "
    "AWS Support (https://console.aws.amazon.com/support/home#/) and include this error message."
)
CHANGES = {
    "iam": ("CreateRole", "PutRolePolicy", "CreatePolicy", "CreateServiceLinkedRole"),
    "lambda": ("CreateFunction", "UpdateFunctionCode", "UpdateFunctionConfiguration", "PublishVersion"),
    "cloudfront": (
        *("CreateDistributionWithTags", "UpdateDistribution", "CreateInvalidation"),
        "CreateCloudFrontOriginAccessIdentity",
    ),
    "route53": ("CreateHostedZone", "CreateHealthCheck", "ChangeResourceRecordSets", "UpdateHealthCheck"),
}
"""The calls of the steps that may meet a limit."""


def answer(code: str, message: str = "", **more: str) -> dict[str, Any]:
    """An error, as botocore reads it."""
    return {"Error": {"Code": code, "Message": message}, **more}


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("AccessDenied", SENTENCE),
        ("AccessDeniedException", SENTENCE),
        ("403", "Forbidden"),
        ("InvalidLambdaFunctionAssociation", EDGE_SENTENCE),
    ],
)
def test_a_refusal_shows_the_sentence_of_aws_and_a_hint_without_a_traceback(code: str, sentence: str) -> None:
    with pytest.raises(AccessRefused) as caught:
        raise_refusal(answer(code, sentence), MODEL)

    (shown,) = caught.value._render_traceback_()
    assert f"({code}) when calling the PutObject operation: {sentence}" in shown
    assert "policies/learner-build.json" in shown


def test_to_code_it_is_the_error_of_botocore() -> None:
    error = AccessRefused({"Error": {"Code": "AccessDenied"}}, "PutObject")

    assert isinstance(error, ClientError)
    assert isinstance(error, WorkshopError)
    assert get_error_code(error) == "AccessDenied"


@pytest.mark.parametrize("answered", [{}, answer("NoSuchBucket"), answer("ValidationException", "account suspended")])
def test_other_answers_are_left_alone(answered: dict[str, Any]) -> None:
    raise_refusal(answered, MODEL)


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (VERIFIED, "Open a case with AWS Support"),
        (f"{SENTENCE} with an explicit deny in a service control policy", "organization's administrator"),
        (
            f"{SENTENCE} because no service control policy allows the s3:PutObject action",
            "organization's administrator",
        ),
        (f"{SENTENCE} with an explicit deny in a resource control policy", "organization's administrator"),
        (f"{SENTENCE} with an explicit deny in a permissions boundary", "A limit on your user"),
        (f"{SENTENCE} because no session policy allows the s3:PutObject action", "A limit on your user"),
        (f"{SENTENCE} with an explicit deny in an identity-based policy", "One more permission doesn't help"),
        ("Your account has been suspended.", "suspended or closed"),
    ],
)
def test_a_denial_that_no_permission_can_lift_is_told_apart(message: str, told: str) -> None:
    with pytest.raises(AccessRefused) as caught:
        raise_refusal(answer("AccessDenied", message), MODEL)

    assert message in str(caught.value)
    assert told in str(caught.value)
    assert LACKING not in str(caught.value)


@pytest.mark.parametrize(
    ("answered", "told"),
    [
        (answer("OptInRequired"), "isn't activated yet"),
        (answer("SubscriptionRequiredException"), "isn't activated yet"),
        (answer("NotSignedUp"), "isn't activated yet"),
        (answer("AccountProblem"), "isn't activated yet"),
        (answer("RegionDisabledException"), "isn't enabled for your account"),
        (answer("TooManyRequestsException", Reason="ConcurrentInvocationLimitExceeded"), "may run only a few"),
        (answer("TooManyRequestsException", Reason="CallerRateLimitExceeded"), "only so many calls"),
        (answer("Throttling", "Rate exceeded"), "only so many calls"),
        (answer("RequestLimitExceeded"), "only so many calls"),
        (answer("SlowDown"), "only so many calls"),
        (answer("TooManyBuckets"), "Service Quotas"),
        (answer("ServiceQuotaExceededException"), "Service Quotas"),
    ],
)
def test_what_has_nothing_to_do_with_permissions_says_what_to_do(answered: dict[str, Any], told: str) -> None:
    with pytest.raises(AwsRefused) as caught:
        raise_refusal(answered, MODEL)

    assert told in str(caught.value)
    assert not isinstance(caught.value, AccessRefused)


def list_limits() -> Iterator[str]:
    """The codes with which AWS refuses a step because of a limit, from its service models."""
    for service, operations in CHANGES.items():
        for operation in operations:
            for shape in get_service_model(service).operation_model(operation).error_shapes:
                code = str(shape.metadata.get("error", {}).get("code", shape.name))
                if re.search("TooMany|Limit|Quota|StorageExceeded|Thrott|PriorRequest", code):
                    yield code


@pytest.mark.parametrize("code", sorted(set(list_limits())))
def test_each_limit_that_a_step_may_meet_is_told_apart_from_a_missing_permission(code: str) -> None:
    assert re.search("Service Quotas|Wait a minute", find_advice(answer(code)) or "")
