"""The short way for plain object requests: GET, HEAD and PUT of `/bucket/key` without a query.

They are most of what is asked of S3, and moto's router and parser take longer over them than all the rest.
What comes out is the same: the header tables are made from botocore's model, and anything unusual takes the
long way.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from moto.core.model import OperationModel
from moto.core.utils import get_service_model

_OPERATIONS = {"GET": "GetObject", "HEAD": "HeadObject", "PUT": "PutObject"}
_METADATA = "HTTP_X_AMZ_META_"


def is_plain_read(environ: Mapping[str, Any]) -> bool:
    """Whether a request can only be for an object's content: an unsigned one, S3's therefore, without a query."""
    reads = environ["REQUEST_METHOD"] in ("GET", "HEAD") and not environ.get("QUERY_STRING")
    return reads and "HTTP_AUTHORIZATION" not in environ


def understand_object(environ: dict[str, Any], path: str) -> tuple[OperationModel, dict[str, Any]] | None:
    """Operation and parameters of a plain object request, or None when it is not one."""
    name = _OPERATIONS.get(environ["REQUEST_METHOD"])
    bucket, _, key = path[1:].partition("/")
    if not name or not bucket or not key or environ.get("QUERY_STRING") or "HTTP_X_AMZ_COPY_SOURCE" in environ:
        return None
    model, members = _operation(name)
    parameters: dict[str, Any] = {"Bucket": unquote(bucket), "Key": unquote(key)}
    for header in members.keys() & environ.keys():
        member, kind = members[header]
        if kind == "string":
            parameters[member] = environ[header]
        elif kind == "long" and environ[header].isdigit():
            parameters[member] = int(environ[header])
        else:
            return None
    if name == "PutObject":
        parameters["Metadata"] = _metadata(environ)
    return model, parameters


@functools.cache
def _operation(name: str) -> tuple[OperationModel, dict[str, tuple[str, str]]]:
    """The operation's model, and its members that are headers: WSGI key → member name, type."""
    model = get_service_model("s3").operation_model(name)
    members = {}
    for member, shape in model.input_shape.members.items():
        if shape.serialization.get("location") == "header":
            key = shape.serialization["name"].upper().replace("-", "_")
            members[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = member, shape.type_name
    return model, members


def _metadata(environ: dict[str, Any]) -> dict[str, str]:
    names = environ.get("moto.preserved_header_names", {})
    prefix = len("x-amz-meta-")
    return {names[key][prefix:]: environ[key] for key in environ if key.startswith(_METADATA)}
