"""Every operation of the workshop's services answers in AWS's protocols, or that it isn't implemented."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from local_cloud.cloud import LocalCloud
from tests.conformance.operations import SERVICES, Answer, answers, minimal_parameters, operation_models
from tests.conformance.targets import Endpoint


def ask(target: Endpoint, service: str, operation: Any) -> dict[str, Any]:
    """The answer to a call with minimal parameters, or the error."""
    client = target.client(service, "us-east-1")
    try:
        answer: dict[str, Any] = getattr(client, xform_name(operation.name))(**minimal_parameters(operation))
    except ClientError as error:
        return dict(error.response)
    for value in answer.values():
        with contextlib.suppress(AttributeError):
            value.close()  # an open stream would keep its connection
    return answer


def complaint(service: str, operation: Any, claim: Answer, answer: dict[str, Any]) -> str | None:
    """What is wrong with an answer, or None."""
    status, error = answer["ResponseMetadata"]["HTTPStatusCode"], answer.get("Error", {})
    message, missing = error.get("Message", ""), claim is Answer.MISSING
    if status == 501:
        never = (
            f" doesn't implement {operation.name} of {service}." in message or " doesn't know the service" in message
        )
        as_claimed = never == missing and error["Code"] == "NotImplemented"
        return None if as_claimed else f"{message or 501}, but the list says {claim.value}"
    if status >= 500 or (status < 400 and missing):
        return f"{status} {message}, but the list says {claim.value}"
    if status >= 400 and operation.http["method"] != "HEAD" and (not error["Code"] or error["Code"].isdigit()):
        return f"{status} without a code of AWS's: {error}"
    return None


@pytest.mark.parametrize("service", SERVICES)
def test_an_operation_answers_as_claimed_and_in_the_shape_of_aws(
    service: str, cloud: LocalCloud, local_target: Endpoint
) -> None:
    cloud.reset()
    claims, complaints = answers(service), {}
    for name, operation in sorted(operation_models(service).items()):
        try:
            complaints[name] = complaint(service, operation, claims[name], ask(local_target, service, operation))
        except Exception as error:
            complaints[name] = f"{type(error).__name__}: {error}"

    assert {name: what for name, what in complaints.items() if what} == {}


def test_no_operation_of_s3_falls_through_to_another_one(cloud: LocalCloud, local_target: Endpoint) -> None:
    cloud.reset()
    for name, operation in operation_models("s3").items():
        if name != "CreateBucket":
            ask(local_target, "s3", operation)

    assert local_target.client("s3", "us-east-1").list_buckets()["Buckets"] == []
