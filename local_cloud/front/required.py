"""Rejects requests that lack a required member. SDKs check this, but other programs may not, and moto fails then."""

from __future__ import annotations

import re
from typing import Any

from local_cloud.call import Call
from local_cloud.errors import AwsError, malformed_xml

_NEED_A_BODY = {"CompleteMultipartUpload", "PutBucketLifecycleConfiguration", "RestoreObject"}
"""Operations whose body is optional in botocore's model but required by S3."""

_PYTHON_TYPES: dict[str, type | tuple[type, ...]] = {
    "structure": dict,
    "map": dict,
    "list": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
}
_LACKS: dict[str, tuple[str, str]] = {
    "iam": ("ValidationError", "1 validation error detected: {} is missing."),
    "sts": ("ValidationError", "1 validation error detected: {} is missing."),
    "lambda": ("ValidationException", "1 validation error detected: {} is missing."),
    "logs": ("InvalidParameterException", "1 validation error detected: {} is missing."),
    "resourcegroupstaggingapi": ("InvalidParameterException", "{} is missing."),
    "cloudfront": ("MissingBody", "This operation requires a body."),
    "route53": ("InvalidInput", "{} is missing."),
    "s3control": ("InvalidRequest", "{} is missing."),
}
"""The errors in botocore's models for a request that lacks something, by service. The sentences are not AWS's."""

_REFUSED_ELSEWHERE = {"BucketLocationConstraint", "Event", "Protocol"}
"""Enumerations for which S3 returns other codes than MalformedXML."""

_CHECKED_TO_THE_END = {"iam", "s3control"}
"""Services whose parameters are checked here at every depth, as nothing checks them later."""

_ROOT = re.compile(rb"<(?:\w+:)?(\w+)")


def check_body(call: Call) -> None:
    """Refuse a body without a member that botocore's model requires, as S3 does.

    Raises:
        AwsError: MissingRequestBodyError when there is no body, MalformedXML when it lacks something.
    """
    shape, body = call.model.input_shape, call.body
    payload = shape.serialization.get("payload") if shape else None
    if not shape or not payload or shape.members[payload].type_name != "structure":
        return
    if not body:
        if payload in shape.required_members or call.operation in _NEED_A_BODY:
            raise AwsError("MissingRequestBodyError", "Request Body is empty", 400)
        return
    document = shape.members[payload]
    root = _ROOT.search(body)
    if (
        not root
        or root[1].decode() != document.serialization.get("name", payload)
        or lacks_member(document, call.parameters.get(payload) or {})
        or has_unknown_word(document, call.parameters.get(payload) or {})
    ):
        raise malformed_xml()


def check_required(call: Call) -> None:
    """Refuse a request without a parameter that botocore's model requires. `check_body` checks S3's bodies.

    Raises:
        AwsError: With the service's own code for it.
    """
    if call.service not in _LACKS or not call.model.input_shape:
        return
    missing = [name for name in call.model.input_shape.required_members if call.parameters.get(name) is None]
    if not missing and call.service in _CHECKED_TO_THE_END and lacks_member(call.model.input_shape, call.parameters):
        missing = ["A member of the document"]
    if missing:
        code, sentence = _LACKS[call.service]
        raise AwsError(code, sentence.format(", ".join(missing)), 400)


def check_types(shape: Any, value: Any) -> None:
    """Raise TypeError unless a value and everything in it have the types of their shapes. None counts as absent.

    moto's parser doesn't check the types of JSON and of some XML, and no later code does.
    """
    if shape is None or value is None:
        return
    expected: Any = _PYTHON_TYPES.get(shape.type_name, object)
    if not isinstance(value, expected) or (isinstance(value, bool) and shape.type_name != "boolean"):
        raise TypeError(f"{shape.name} is a {shape.type_name}, not {value!r:.80}")
    if shape.type_name == "structure":
        for name in shape.members.keys() & value.keys():
            check_types(shape.members[name], value[name])
    elif shape.type_name == "map":
        for name, item in value.items():
            check_types(shape.key, name)
            check_types(shape.value, item)
    elif shape.type_name == "list":
        for item in value:
            check_types(shape.member, item)


def lacks_member(shape: Any, value: Any) -> bool:
    """Whether a value, or anything in it, lacks a member that its shape requires."""
    if shape.type_name == "structure" and isinstance(value, dict):
        if any(name not in value for name in shape.required_members):
            return True
        return any(lacks_member(shape.members[name], item) for name, item in value.items() if name in shape.members)
    if shape.type_name == "list" and isinstance(value, list):
        return any(lacks_member(shape.member, item) for item in value)
    return False


def has_unknown_word(shape: Any, value: Any) -> bool:
    """Whether a value, or anything in it, is missing from its shape's enumeration."""
    if shape.type_name == "structure" and isinstance(value, dict):
        return any(has_unknown_word(shape.members[name], item) for name, item in value.items() if name in shape.members)
    if shape.type_name == "list" and isinstance(value, list):
        return any(has_unknown_word(shape.member, item) for item in value)
    words: list[str] = getattr(shape, "enum", None) or [value]
    return shape.name not in _REFUSED_ELSEWHERE and value not in words
