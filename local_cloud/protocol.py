"""AWS's wire protocols: from an HTTP request to a `Call`, and from a result or an error back to HTTP.

The work is done by moto's router, parser and serializer, which follow botocore's models and so know
every operation of every service, whether moto implements it or not. They are internals of moto 5.2.5:
`tests/local_cloud/front/test_moto_seam.py` says at once when a new moto moves them.
"""

from __future__ import annotations

import contextlib
import functools
import json
import re
import uuid
from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape

import moto.core.utils
from botocore.exceptions import UnknownServiceError
from moto.core.model import OperationModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import PRESERVED_HEADER_NAMES_ENVIRON_KEY, Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model
from moto.s3.models import s3_backends
from werkzeug.exceptions import HTTPException

from local_cloud.addressing import Host, raw_path, read_host, rewrite_to_path_style
from local_cloud.call import ACCOUNT_ID, Call, Response
from local_cloud.errors import AwsError
from local_cloud.plain_objects import understand_object
from local_cloud.required import check_types
from local_cloud.signatures import Signature, find_caller, find_signature, protocol_of
from local_cloud.streaming import decode_body

_UNSIGNED_OF_STS = re.compile(r"(?:^|&)Action=AssumeRoleWith(?:SAML|WebIdentity)(?:&|$)")
_STREAMING = {"PutObject", "UploadPart"}
_SERVICE_OF_SIGNING_NAME = {
    "access-analyzer": "accessanalyzer",
    "elasticloadbalancing": "elbv2",
    "monitoring": "cloudwatch",
    "servicequotas": "service-quotas",
    "states": "stepfunctions",
    "tagging": "resourcegroupstaggingapi",
}
"""Where the name in a signature is not botocore's name of the service, for those that a learner might ask."""

_MALFORMED = {
    "query": ("MalformedQueryString", "The query string is malformed."),
    "rest-json": ("SerializationException", "The request body is not the JSON that this operation takes."),
    "json": ("SerializationException", "The request body is not the JSON that this operation takes."),
    "rest-xml": ("MalformedInput", "The request body is not the XML that this operation takes."),
    "s3": (
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema",
    ),
}


def understand(environ: dict[str, Any], body: bytes) -> Call:
    """Read a request as botocore's model describes it. Changes `environ` to one form; see `addressing`.

    Raises:
        AwsError: No operation of the service matches the request, or its body can't be read.
    """
    signature, host = find_signature(environ), read_host(environ.get("HTTP_HOST", ""))
    service = _service(environ, signature, host, body)
    who = find_caller(environ, signature, service)
    region = (signature and signature.region) or host.region or "us-east-1"
    if service != "s3":
        model, parameters = _understand_by_model(service, environ, body)
        return Call(service, model.name, parameters, region, who.principal, environ, model, body, *who[1:])
    path = raw_path(environ)
    if not (signature and signature.region) and not host.region:
        region = _region_of_bucket(host.bucket or path[1:].partition("/")[0])
    _keep_metadata_names(environ)
    body = decode_body(environ, body)
    path = rewrite_to_path_style(environ, path, host.bucket, region)
    model, parameters = understand_object(environ, path) or _understand_by_model(service, environ, body)
    return Call(service, model.name, parameters, region, who.principal, environ, model, body, *who[1:])


# moto looks through botocore's folders, four hundred of them, for each service anew.
moto.core.utils.create_loader = functools.cache(moto.core.utils.create_loader)  # type: ignore[attr-defined]


def load_models(services: Iterable[str]) -> None:
    """Load botocore's models of some services, which otherwise happens at the first call of each."""
    for service in services:
        with contextlib.suppress(HTTPException):
            environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_HOST": "localhost"}
            get_service_router(service).match(Request(environ))


def _service(environ: dict[str, Any], signature: Signature | None, host: Host, body: bytes) -> str:
    """The service that is asked, by botocore's name. Unsigned requests are S3's, but for two operations of STS."""
    if signature is None:
        query = body.decode("latin-1") if environ["REQUEST_METHOD"] == "POST" else environ.get("QUERY_STRING", "")
        if environ.get("PATH_INFO") == "/" and _UNSIGNED_OF_STS.search(query):
            return "sts"
        if host.service not in (None, "s3"):
            raise AwsError("MissingAuthenticationToken", "Missing Authentication Token", 403)
        return "s3"
    if signature.service == "s3" and environ.get("PATH_INFO", "").startswith("/v20180820/"):
        return "s3control"
    return _SERVICE_OF_SIGNING_NAME.get(signature.service, signature.service)


def _region_of_bucket(bucket: str) -> str:
    """Where a bucket is, for requests to 127.0.0.1 that are not signed: nothing else tells their region."""
    found = s3_backends[ACCOUNT_ID]["aws"].buckets.get(bucket)
    return str(found.region_name) if found else "us-east-1"


def _keep_metadata_names(environ: dict[str, Any]) -> None:
    """Tell moto and its parser the names of user metadata in lower case, as S3 keeps them."""
    names: dict[str, str] = environ.setdefault(PRESERVED_HEADER_NAMES_ENVIRON_KEY, {})
    for key in environ:
        if key.startswith("HTTP_X_AMZ_META_"):
            names[key] = names.get(key, key[5:].replace("_", "-")).lower()


def _understand_by_model(service: str, environ: dict[str, Any], body: bytes) -> tuple[OperationModel, dict[str, Any]]:
    """Operation and parameters, by moto's router and parser."""
    try:
        return _match(service, environ, body)
    except AwsError as error:
        error.service = service
        raise


def _match(service: str, environ: dict[str, Any], body: bytes) -> tuple[OperationModel, dict[str, Any]]:
    try:
        _ignore_content_type(service, environ)
        request = Request(environ)
        model, url_parameters = get_service_router(service).match(request)
    except UnknownServiceError as error:
        raise AwsError("NotImplemented", f"The local cloud does not know the service {service}.", 501) from error
    except (HTTPException, LookupError, NotImplementedError) as error:
        raise _no_operation(service, environ) from error
    if model is None:
        raise _no_operation(service, environ)
    try:
        _check_json(model, body)
        parameters = _parse(model, request, url_parameters, b"" if model.name in _STREAMING else body)
        check_types(model.input_shape, parameters)
        return model, parameters
    except Exception as error:  # moto's parsers raise whatever their XML, JSON or date parser raises
        if service == "s3" and not body:
            message = "An argument of the request, in its query or its headers, is not of its type."
            raise AwsError("InvalidArgument", message, 400) from error
        code, message = _MALFORMED.get(service) or _MALFORMED.get(
            str(model.service_model.protocol), _MALFORMED["query"]
        )
        raise AwsError(code, message, 400) from error


def _ignore_content_type(service: str, environ: dict[str, Any]) -> None:
    """Forget a content type that is no protocol of the service: curl calls everything a form, unless told otherwise."""
    try:
        determine_request_protocol(get_service_model(service), environ.get("CONTENT_TYPE"))
    except NotImplementedError:
        environ["CONTENT_TYPE"] = ""


def _check_json(model: OperationModel, body: bytes) -> None:
    """Raise ValueError when a body that should be JSON isn't; moto's parser takes it for an empty one."""
    takes_json = "json" in str(model.service_model.protocol)
    if takes_json and body and model.input_shape and not model.input_shape.serialization.get("payload"):
        json.loads(body)


def _no_operation(service: str, environ: dict[str, Any]) -> AwsError:
    method = environ["REQUEST_METHOD"]
    if service == "s3":
        message = "The specified method is not allowed against this resource."
        return AwsError("MethodNotAllowed", message, 405, Method=method, ResourceType="OBJECT")
    what = f"{method} {environ.get('PATH_INFO', '')}"
    return AwsError("NotImplemented", f"No operation of {service} is asked for by {what}.", 501)


def _parse(model: OperationModel, request: Request, url_parameters: dict[str, Any], body: bytes) -> dict[str, Any]:
    protocol = determine_request_protocol(get_service_model(model.service_model.service_name), request.content_type)
    values = request.args.copy()
    if protocol in ("query", "ec2"):
        values.update(request.form)
    parser = PROTOCOL_PARSERS[protocol](model, map_type=dict)
    parameters: dict[str, Any] = parser.parse(
        {
            "body": body,
            "headers": request.headers,
            "method": request.method,
            "url_params": url_parameters,
            "url_path": request.path,
            "values": values,
        }
    )
    return parameters


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
    protocol = protocol_of(service)
    if "json" in protocol or "cbor" in protocol:  # SDKs take JSON where a service offers CBOR too
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
