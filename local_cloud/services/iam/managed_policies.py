"""AWS's own managed policies, and those that the account has from the start.

moto has 1,300 of AWS's. They are loaded only when a call needs them.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from local_cloud.constants import ACCOUNT_ID
from local_cloud.services.iam.entities import backend

PREFIX = "arn:aws:iam::aws:policy/"


def provide(arn: str) -> None:
    """Load the policy with this ARN into moto's state, if it is AWS's and isn't loaded yet."""
    name = arn.rpartition("/")[2]
    if arn.startswith(PREFIX) and arn not in backend().managed_policies and name in _read():
        policy = _make(name)
        if policy.arn == arn:
            _keep(policy)


def provide_all() -> None:
    """Load all of AWS's policies into moto's state, to list them."""
    for name in _read():
        policy = _make(name)
        if policy.arn not in backend().managed_policies:
            _keep(policy)


def create_policies(documents: Mapping[str, str]) -> None:
    """Make managed policies of the account in moto's state.

    Args:
        documents: Their documents, by name.
    """
    for name, document in documents.items():
        backend().create_policy("", "/", document, name, [])


def _make(name: str) -> Any:
    models = importlib.import_module("moto.iam.models")  # late: it contains megabytes of text
    return models.AWSManagedPolicy.from_data(name, ACCOUNT_ID, "aws", _read()[name])


def _keep(policy: Any) -> None:
    backend().managed_policies[policy.arn] = policy
    backend().aws_managed_policies.append(policy)


@cache
def _read() -> dict[str, Any]:
    module = importlib.import_module("moto.iam.aws_managed_policies")
    policies: dict[str, Any] = json.loads(module.aws_managed_policies_data)
    return policies
