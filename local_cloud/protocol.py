"""AWS's wire protocols: from an HTTP request to a `Call`, and from a result or an error back to HTTP.

The work is done by moto's router, parser and serializer, which follow botocore's models and so know
every operation of every service, whether moto implements it or not. They are internals of moto 5.2.5:
`tests/local_cloud/test_moto_seam.py` says at once when a new moto moves them.
"""

from __future__ import annotations

import contextlib
import json
import re
import uuid
from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape

from moto.core.model import OperationModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model
from werkzeug.exceptions import HTTPException

from local_cloud.call import ACCOUNT_ID, Call, Response
from local_cloud.errors import AwsError

PRINCIPAL_KEY = "local_cloud.principal"
"""WSGI environment key by which an engine in this process says who it is; no HTTP header can set it."""

_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/\d{8}/([a-z0-9-]*)/([a-z0-9-]+)/aws4_request")
_S3_HOST = re.compile(r"(?:^|\.)s3[.-](?:dualstack\.)?([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com$")
_STREAMING = {"PutObject", "UploadPart"}
_SERVICE_OF_SIGNING_NAME = {"monitoring": "cloudwatch", "tagging": "resourcegroupstaggingapi"}


def understand(environ: dict[str, Any], body: bytes) -> Call:
    """Read a request as botocore's model describes it.

    Raises:
        AwsError: No operation of the service matches the request.
    """
    service, region, principal = _identify(environ)
    request = Request(environ)
    try:
        model, url_parameters = get_service_router(service).match(request)
    except (HTTPException, LookupError) as error:
        raise AwsError("NotImplemented", f"No operation of {service} matches this request.", 501) from error
    parameters = _parse(model, request, url_parameters, b"" if model.name in _STREAMING else body)
    return Call(service, model.name, parameters, region, principal, environ, model, body)


def load_models(services: Iterable[str]) -> None:
    """Load botocore's models of some services, which otherwise happens at the first call of each."""
    for service in services:
        with contextlib.suppress(HTTPException):
            environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_HOST": "localhost"}
            get_service_router(service).match(Request(environ))


def _identify(environ: dict[str, Any]) -> tuple[str, str, str | None]:
    """Service, region and principal, from the signature, else from the host name."""
    match = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    if match:
        principal = environ.get(PRINCIPAL_KEY) or f"arn:aws:iam::{ACCOUNT_ID}:user/learner"
        service = _SERVICE_OF_SIGNING_NAME.get(match[3], match[3])
        if service == "s3" and environ.get("PATH_INFO", "").startswith("/v20180820/"):
            service = "s3control"
        return service, match[2] or "us-east-1", principal
    host = environ.get("HTTP_HOST", "").split(":")[0]
    region = _S3_HOST.search(host)
    return "s3", region[1] if region else "us-east-1", environ.get(PRINCIPAL_KEY)


def _parse(model: OperationModel, request: Request, url_parameters: dict[str, Any], body: bytes) -> dict[str, Any]:
    service_model = get_service_model(model.service_model.service_name)
    protocol = determine_request_protocol(service_model, request.content_type)
    values = request.args.copy()
    if protocol in ("query", "ec2"):
        values.update(request.form.to_dict(flat=False) if False else request.form)
    parser = PROTOCOL_PARSERS[protocol](model, map_type=dict)
    return parser.parse(
        {
            "body": body,
            "headers": request.headers,
            "method": request.method,
            "url_params": url_parameters,
            "url_path": request.path,
            "values": values,
        }
    )


def render_result(call: Call, result: Any) -> Response:
    """Turn a result in botocore's shape into the HTTP response that AWS would send."""
    service_model = get_service_model(call.service)
    protocol = determine_request_protocol(service_model, call.environ.get("CONTENT_TYPE"))
    serialized = get_serializer_class(call.service, protocol)(operation_model=call.model).serialize(result)
    body = serialized["body"]
    return Response(
        serialized["status_code"],
        [(str(key), str(value)) for key, value in serialized["headers"].items()],
        body.encode() if isinstance(body, str) else body,
    )


def render_error(error: AwsError, service: str) -> Response:
    """Turn a refusal into the HTTP response that AWS would send, in the protocol of the service."""
    request_id = str(uuid.uuid4())
    protocol = str(get_service_model(service).protocol)
    if "json" in protocol:
        text = json.dumps({"__type": error.code, "message": error.message, "Message": error.message, **error.details})
        headers = [("Content-Type", "application/json"), ("x-amzn-ErrorType", error.code)]
        return Response(error.status, [*headers, ("x-amzn-RequestId", request_id)], text.encode())
    members = {"Code": error.code, "Message": error.message, **error.details}
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in members.items())
    if service == "s3":
        document = f"<Error>{inner}<RequestId>{request_id}</RequestId></Error>"
    else:
        document = f"<ErrorResponse><Error><Type>Sender</Type>{inner}</Error><RequestId>{request_id}</RequestId></ErrorResponse>"
    headers = [("Content-Type", "application/xml" if service == "s3" else "text/xml"), ("x-amz-request-id", request_id)]
    headers.extend(error.headers.items())
    return Response(error.status, headers, f'<?xml version="1.0" encoding="UTF-8"?>\n{document}'.encode())
