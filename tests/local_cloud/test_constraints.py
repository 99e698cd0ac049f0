"""What botocore's model says about values, and the wording of what breaks it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import botocore.session

from local_cloud.errors import AwsError
from local_cloud.services.constraints import check_constraints


def refusal(service: str, operation: str, *, shows_values: bool = True, **parameters: Any) -> str:
    """The message for a call, or an empty text when nothing is wrong with it."""
    model = botocore.session.Session().get_service_model(service).operation_model(operation)
    call: Any = SimpleNamespace(model=model, parameters=parameters)
    try:
        check_constraints(call, code="ValidationError", shows_values=shows_values)
    except AwsError as error:
        return error.message
    return ""


def test_what_keeps_to_the_model_is_not_refused() -> None:
    assert refusal("iam", "TagRole", RoleName="site", Tags=[{"Key": "Größe 1", "Value": ""}]) == ""


def test_each_violation_is_told() -> None:
    message = refusal("sts", "AssumeRole", RoleSessionName="a:b", DurationSeconds=1)

    assert message.startswith("2 validation errors detected: Value 'a:b' at 'roleSessionName' failed to satisfy ")
    assert message.endswith("Value '1' at 'durationSeconds' failed to satisfy constraint: Member must have value "
                            "greater than or equal to 900")  # fmt: skip


def test_values_are_left_out_where_the_service_leaves_them_out() -> None:
    message = refusal("iam", "GetRole", shows_values=False, RoleName="a b")

    assert message.startswith("1 validation error detected: Value at 'roleName' failed")


def test_keys_of_a_map_are_checked() -> None:
    message = refusal("lambda", "CreateFunction", Environment={"Variables": {"1A": "x"}})

    assert "Value '{1A=x}' at 'environment.variables' failed to satisfy constraint: Map keys must" in message
