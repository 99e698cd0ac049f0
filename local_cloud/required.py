"""What a request must hold: SDKs see to it, programs that write their own XML may not, and moto then stumbles."""

from __future__ import annotations

import re
from typing import Any

from local_cloud.call import Call
from local_cloud.errors import AwsError

_NEED_A_BODY = {"CompleteMultipartUpload", "PutBucketLifecycleConfiguration", "RestoreObject"}
"""Operations whose body botocore's model calls optional, and S3 does not."""

_ROOT = re.compile(rb"<(?:\w+:)?(\w+)")


def check_body(call: Call) -> None:
    """Refuse a body that lacks a member which botocore's model requires, as S3 does.

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
    ):
        text = "The XML you provided was not well-formed or did not validate against our published schema"
        raise AwsError("MalformedXML", text, 400)


def lacks_member(shape: Any, value: Any) -> bool:
    """Whether a value, or anything in it, lacks a member that its shape requires."""
    if shape.type_name == "structure" and isinstance(value, dict):
        if any(name not in value for name in shape.required_members):
            return True
        return any(lacks_member(shape.members[name], item) for name, item in value.items() if name in shape.members)
    if shape.type_name == "list" and isinstance(value, list):
        return any(lacks_member(shape.member, item) for item in value)
    return False
