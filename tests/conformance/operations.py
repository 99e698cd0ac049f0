"""Whether the local cloud or moto answers an operation, read from their code."""

from __future__ import annotations

import ast
import enum
import importlib
import inspect
import textwrap
from collections.abc import Iterator
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.model import OperationModel, Shape, StructureShape
from moto.core.responses import BaseResponse

import local_cloud.cloud  # noqa: F401  # imports every service
from local_cloud.services import Service
from local_cloud.services.s3.operations import OPERATIONS as S3_OPERATIONS

SERVICES = ("s3", "s3control", "iam", "sts", "lambda", "cloudfront", "route53", "logs", "resourcegroupstaggingapi")
"""botocore's names of the services in the workshop."""

_PACKAGES = {"lambda": "awslambda"}
_SAYS_NO_ITSELF = {"lambda": {"GetEventSourceMapping"}}
"""moto has a method for these operations, but answers that it doesn't implement them."""

_ACCOUNT = "123456789012"
_WORTH_ASKING = {
    "CreateAccessKey": {"UserName": "missing"},
    "CreateServiceLinkedRole": {"AWSServiceName": "replicator.lambda.amazonaws.com"},
}
"""These operations are implemented only with these parameters."""


class Answer(enum.Enum):
    """What answers an operation."""

    OURS = "answered by the local cloud itself"
    COMPLETED = "answered by moto, completed by the local cloud"
    MOTO = "answered by moto alone"
    MISSING = "not implemented, status 501"


def answers(service: str) -> dict[str, Answer]:
    """What answers each operation of a service in botocore's model."""
    ours = _our_service(service)
    of_moto = _operations_of_moto(service)
    return {name: _answer(name, ours, of_moto) for name in sorted(operation_models(service))}


def operation_models(service: str) -> dict[str, OperationModel]:
    """The operations of a service by name, without deprecated ones."""
    model = botocore.session.Session().get_service_model(service)
    models = {name: model.operation_model(name) for name in model.operation_names}
    return {name: operation for name, operation in models.items() if not operation.deprecated}


def _answer(name: str, ours: type[Service], of_moto: frozenset[str]) -> Answer:
    verbs = {verb for verb in ("refuse", "answer", "observe") if hasattr(ours, f"{verb}_{xform_name(name)}")}
    if "answer" in verbs:
        return Answer.OURS
    if ours.owned or name not in of_moto or _refuses_always(getattr(ours, f"refuse_{xform_name(name)}", None)):
        return Answer.MISSING
    return Answer.COMPLETED if verbs else Answer.MOTO


def _refuses_always(method: Any) -> bool:
    """Whether a method of a service only raises that the operation is not implemented."""
    if method is None:
        return False
    (function,) = ast.parse(textwrap.dedent(inspect.getsource(method))).body
    assert isinstance(function, ast.FunctionDef)
    statements = [ast.unparse(one) for one in function.body if not isinstance(one, ast.Expr)]
    return statements == ["raise not_implemented(call)"]


def _our_service(name: str) -> type[Service]:
    ours = {kind for kind in _subclasses(Service) if kind.__module__.startswith("local_cloud.") and kind.name == name}
    (whole,) = (kind for kind in ours if not any(other is not kind and issubclass(other, kind) for other in ours))
    return whole


def _subclasses(kind: type[Service]) -> Iterator[type[Service]]:
    for subclass in kind.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)


def _operations_of_moto(service: str) -> frozenset[str]:
    """The operations that moto implements: those with a method in its responses. For S3, a list."""
    if service == "s3":
        return S3_OPERATIONS
    module = importlib.import_module(f"moto.{_PACKAGES.get(service, service)}.responses")
    responses = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, BaseResponse) and value.__module__ == module.__name__
    ]
    names = operation_models(service)
    found = {name for name in names if any(hasattr(kind, xform_name(name)) for kind in responses)}
    return frozenset(found - _SAYS_NO_ITSELF.get(service, set()))


def minimal_parameters(operation: OperationModel) -> dict[str, Any]:
    """The fewest parameters that botocore accepts, with names that don't exist in the account."""
    shape = operation.input_shape
    return {} if shape is None else {**_structure(shape, ()), **_WORTH_ASKING.get(operation.name, {})}


def _structure(shape: StructureShape, above: tuple[str, ...]) -> dict[str, Any]:
    names = shape.required_members
    if getattr(shape, "is_tagged_union", False) and not names:
        names = list(shape.members)[:1]
    return {name: _value(shape.members[name], name, above) for name in names}


def _value(shape: Shape, name: str, above: tuple[str, ...]) -> Any:
    if shape.type_name == "structure":
        return {} if shape.name in above else _structure(shape, (*above, shape.name))
    if shape.type_name == "list":
        least = max(1, shape.metadata.get("min", 0)) if shape.name not in above else 0
        return [_value(shape.member, name, (*above, shape.name))] * least
    if shape.type_name == "map":
        return {}
    return _scalar(shape, name)


def _scalar(shape: Shape, name: str) -> Any:
    if shape.type_name in ("integer", "long", "float", "double"):
        return shape.metadata.get("min", 1)
    if shape.type_name in ("boolean", "timestamp"):
        return False if shape.type_name == "boolean" else "2026-01-01T00:00:00Z"
    if shape.type_name == "blob":
        return b"{}"
    if getattr(shape, "enum", None):
        return shape.enum[0]
    if name == "AccountId":
        return _ACCOUNT
    return "missing".ljust(shape.metadata.get("min", 0), "x")[: shape.metadata.get("max", 1000)]
