"""What a refused call shows to the learner."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.core.utils import get_service_model

from workshop_lib.calls import AccessRefused
from workshop_lib.errors import WorkshopError, get_error_code

MODEL: Any = get_service_model("s3").operation_model("PutObject")
SENTENCE = "User: me is not authorized to perform: s3:PutObject"


EDGE_SENTENCE = "Update the IAM policy to add permission: lambda:EnableReplication* for resource: f:7 and try again."


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
        AccessRefused.raise_instead({"Error": {"Code": code, "Message": sentence}}, MODEL)

    (shown,) = caught.value._render_traceback_()
    assert f"({code}) when calling the PutObject operation: {sentence}" in shown
    assert "policies/learner-build.json" in shown


def test_to_code_it_is_the_error_of_botocore() -> None:
    error = AccessRefused({"Error": {"Code": "AccessDenied"}}, "PutObject")

    assert isinstance(error, ClientError)
    assert isinstance(error, WorkshopError)
    assert get_error_code(error) == "AccessDenied"


@pytest.mark.parametrize("answer", [{}, {"Error": {"Code": "NoSuchBucket"}}])
def test_other_answers_are_left_alone(answer: dict[str, Any]) -> None:
    AccessRefused.raise_instead(answer, MODEL)
