"""AWS's own managed policies: moto has 1,300 of them, and reads them only when somebody asks for one."""

from __future__ import annotations

import importlib
import json
from functools import cache
from typing import Any

from local_cloud.constants import ACCOUNT_ID
from local_cloud.services.iam.entities import backend

PREFIX = "arn:aws:iam::aws:policy/"


def provide(arn: str) -> None:
    """Bring the policy of this ARN into moto's state, if it is one of AWS's and isn't there yet."""
    name = arn.rpartition("/")[2]
    if arn.startswith(PREFIX) and arn not in backend().managed_policies and name in _read():
        policy = _make(name)
        if policy.arn == arn:
            _keep(policy)


def provide_all() -> None:
    """Bring all of AWS's policies into moto's state, for a list of them."""
    for name in _read():
        policy = _make(name)
        if policy.arn not in backend().managed_policies:
            _keep(policy)


def _make(name: str) -> Any:
    models = importlib.import_module("moto.iam.models")  # not before somebody asks: it holds megabytes of text
    return models.AWSManagedPolicy.from_data(name, ACCOUNT_ID, "aws", _read()[name])


def _keep(policy: Any) -> None:
    backend().managed_policies[policy.arn] = policy
    backend().aws_managed_policies.append(policy)


@cache
def _read() -> dict[str, Any]:
    module = importlib.import_module("moto.iam.aws_managed_policies")
    policies: dict[str, Any] = json.loads(module.aws_managed_policies_data)
    return policies
