"""Results and errors as HTTP responses, in the protocol of each service.

moto's serializers do the work. They follow botocore's models, so they know every operation.
"""

from __future__ import annotations

import json
import uuid
from typing import Any
from xml.sax.saxutils import escape

from botocore.exceptions import UnknownServiceError
from moto.core.request import determine_request_protocol
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model

from local_cloud.call import Call, Response
from local_cloud.errors import AwsError


def render_result(call: Call, result: Any) -> Response:
    """Turn a result in botocore's shape into the HTTP response that AWS would send."""
    service_model = get_service_model(call.service)
    protocol = determine_request_protocol(service_model, call.request.headers.get("content-type"))
    serialized = get_serializer_class(call.service, protocol)(operation_model=call.model).serialize(result)
    body = serialized["body"]
    return Response(
        serialized["status_code"],
        [(str(key), str(value)) for key, value in serialized["headers"].items()],
        body.encode() if isinstance(body, str) else body,
    )


def render_error(error: AwsError, service: str) -> Response:
    """Turn an error into the HTTP response that AWS would send, in the protocol of the service."""
    request_id = str(uuid.uuid4())
    protocol = protocol_of(service)
    if "json" in protocol or "cbor" in protocol:  # SDKs choose JSON if a service offers CBOR too
        text = json.dumps({"__type": error.code, "message": error.message, "Message": error.message, **error.details})
        headers = [("Content-Type", "application/json"), ("x-amzn-ErrorType", error.code)]
        headers += [("x-amzn-RequestId", request_id), *error.headers.items()]
        return Response(error.status, headers, text.encode())
    members = {"Code": error.code, "Message": error.message, **error.details}
    inner = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in members.items())
    document = f"<Error>{inner}<RequestId>{request_id}</RequestId></Error>"
    if service not in ("s3", "s3control"):
        kind = "Sender" if error.status < 500 else "Receiver"
        document = f"<Error><Type>{kind}</Type>{inner}</Error><RequestId>{request_id}</RequestId>"
        document = f"<ErrorResponse>{document}</ErrorResponse>"
    headers = [("Content-Type", "application/xml" if service == "s3" else "text/xml"), ("x-amz-request-id", request_id)]
    headers.extend(error.headers.items())
    return Response(error.status, headers, f'<?xml version="1.0" encoding="UTF-8"?>\n{document}'.encode())


def protocol_of(service: str) -> str:
    """The protocol of a service in botocore's models; XML for other services, as SDKs read it best."""
    try:
        return str(get_service_model(service).protocol)
    except UnknownServiceError:
        return "rest-xml"
