"""A faster parser for plain object requests: GET, HEAD and PUT of `/bucket/key` without a query.

Most requests to S3 are of this kind, and moto's router and parser would take most of their time. The result is
the same, as the tables of headers are made from botocore's model. All other requests go to moto's parser.
"""

from __future__ import annotations

import functools
from typing import Any
from urllib.parse import unquote

from moto.core.model import OperationModel
from moto.core.utils import get_service_model

from local_cloud.call import HttpRequest
from local_cloud.front.wsgi import METADATA

_OPERATIONS = {"GET": "GetObject", "HEAD": "HeadObject", "PUT": "PutObject"}


def is_plain_read(request: HttpRequest) -> bool:
    """Whether a request can only read an object's content: it is unsigned, so it is for S3, and has no query."""
    return request.method in ("GET", "HEAD") and not request.query and "authorization" not in request.headers


def parse_object_request(request: HttpRequest) -> tuple[OperationModel, dict[str, Any]] | None:
    """Operation and parameters of a plain object request in path style; None for any other request."""
    name, headers = _OPERATIONS.get(request.method), request.headers
    bucket, _, key = request.path[1:].partition("/")
    if not name or not bucket or not key or request.query or "x-amz-copy-source" in headers:
        return None
    model, members = _operation(name)
    parameters: dict[str, Any] = {"Bucket": unquote(bucket), "Key": unquote(key)}
    for header in members.keys() & headers.keys():
        member, kind = members[header]
        if kind == "string":
            parameters[member] = headers[header]
        elif kind == "long" and headers[header].isdigit():
            parameters[member] = int(headers[header])
        else:
            return None
    if name == "PutObject":
        start = len(METADATA)
        parameters["Metadata"] = {key[start:]: headers[key] for key in headers if key.startswith(METADATA)}
    return model, parameters


@functools.cache
def _operation(name: str) -> tuple[OperationModel, dict[str, tuple[str, str]]]:
    """The operation's model, and the members that are headers: header name in lower case → member name and type."""
    model = get_service_model("s3").operation_model(name)
    members = {}
    for member, shape in model.input_shape.members.items():
        if shape.serialization.get("location") == "header":
            members[shape.serialization["name"].lower()] = member, shape.type_name
    return model, members
