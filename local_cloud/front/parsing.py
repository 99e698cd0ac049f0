"""From an HTTP request to a `Call`.

moto's router and parser do the work. They follow botocore's models, so they know every operation of every
service, whether moto implements it or not. They are internals of moto 5.2.5:
`tests/local_cloud/front/test_moto_seam.py` fails when a new moto moves them.
"""

from __future__ import annotations

import contextlib
import functools
import json
import re
from collections.abc import Iterable
from typing import Any

import moto.core.utils
from botocore.exceptions import UnknownServiceError
from moto.core.model import OperationModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from moto.s3.models import s3_backends
from werkzeug.exceptions import HTTPException

from local_cloud.access.credentials import Credential
from local_cloud.call import Asker, Call, Host, HttpRequest
from local_cloud.constants import ACCOUNT_ID
from local_cloud.errors import AwsError, malformed_xml
from local_cloud.front.addressing import read_host
from local_cloud.front.plain_objects import parse_object_request
from local_cloud.front.required import check_types
from local_cloud.front.signature_errors import missing
from local_cloud.front.signatures import Signature, read_parameters, read_signature, service_of_form
from local_cloud.front.streaming import decode_body
from local_cloud.front.verification import Verifier, check_body_hash, chunk_signatures
from local_cloud.front.wsgi import build_environ

OVER_HTTP = Asker()
"""A caller over HTTP, who is known only by the signature."""

_UNSIGNED_OF_STS = re.compile(r"(?:^|&)Action=AssumeRoleWith(?:SAML|WebIdentity)(?:&|$)")
_PATHS = {"2015-03-31": "lambda", "2020-05-31": "cloudfront", "2013-04-01": "route53", "v20180820": "s3control"}
_TARGETS = {"Logs_20140328": "logs", "ResourceGroupsTaggingAPI_20170126": "resourcegroupstaggingapi"}
_STREAMING = {"PutObject", "UploadPart"}
_SERVICE_OF_SIGNING_NAME = {
    "access-analyzer": "accessanalyzer",
    "elasticloadbalancing": "elbv2",
    "monitoring": "cloudwatch",
    "servicequotas": "service-quotas",
    "states": "stepfunctions",
    "tagging": "resourcegroupstaggingapi",
}
"""Names of services in signatures that differ from botocore's, for services that a learner may call."""

_MALFORMED = {
    "query": ("MalformedQueryString", "The query string is malformed."),
    "rest-json": ("SerializationException", "The request body is not the JSON that this operation takes."),
    "json": ("SerializationException", "The request body is not the JSON that this operation takes."),
    "rest-xml": ("MalformedInput", "The request body is not the XML that this operation takes."),
}


def parse_request(request: HttpRequest, verifier: Verifier, asker: Asker = OVER_HTTP) -> Call:
    """Verify who sent a request, and read it as botocore's model describes it.

    Args:
        request: The request.
        verifier: Verifies its signature.
        asker: The caller, if an engine of this process states it. A signature is then ignored: a viewer may have
            written it.

    Raises:
        AwsError: The signature is wrong, no operation of the service matches, or the body can't be read.
    """
    signature, host = None if asker.principal else read_signature(request), read_host(request.host)
    service = _service(request, signature, host)
    who = _verify(verifier, request, signature, service) if signature else None
    region = (signature and signature.region) or host.region or "us-east-1"
    if service == "s3":
        if not (signature and signature.region) and not host.region:
            region = _region_of_bucket(host.bucket or request.path[1:].partition("/")[0])
        path = f"/{host.bucket}{request.path}" if host.bucket else request.path
        chunks = chunk_signatures(request, signature, who) if signature and who else None
        request = decode_body(request, chunks)._replace(path=path, host=f"s3.{region}.amazonaws.com")
        model, parameters = parse_object_request(request) or _parse_by_model(service, request)
    else:
        request = _without_foreign_content_type(service, request)
        model, parameters = _parse_by_model(service, request)
    return Call(
        service,
        model.name,
        parameters,
        region,
        who.principal if who else asker.principal,
        request,
        model,
        host,
        who.expires if who else None,
        who.session_policy if who else None,
        asker.source_arn,
        asker.is_logged,
        signature_version=signature.version if signature else None,
    )


def _verify(verifier: Verifier, request: HttpRequest, signature: Signature, service: str) -> Credential:
    try:
        who = verifier.verify(request, signature, service)
        if signature.service == "s3":
            check_body_hash(request)
        return who
    except AwsError as error:
        error.service = service
        raise


# Without a cache, moto searches botocore's four hundred folders again for each service.
moto.core.utils.create_loader = functools.cache(moto.core.utils.create_loader)  # type: ignore[attr-defined]


def load_models(services: Iterable[str]) -> None:
    """Load botocore's models of some services, so that the first call of each doesn't wait for it."""
    for service in services:
        with contextlib.suppress(HTTPException):
            get_service_router(service).match(Request(build_environ(HttpRequest("GET", "/", host="localhost"))))


def _service(request: HttpRequest, signature: Signature | None, host: Host) -> str:
    """The service of a request, by botocore's name. Without a signature, only S3 and two operations of STS answer.

    Raises:
        AwsError: MissingAuthenticationToken, for an unsigned request to another service.
    """
    if signature is None:
        if request.path == "/" and any(map(_UNSIGNED_OF_STS.search, read_parameters(request))):
            return "sts"
        service = host.service or _guess_service(request)
        if service != "s3":
            error = missing(service)
            error.service = service
            raise error
        return "s3"
    if signature.service == "s3" and request.path.startswith("/v20180820/"):
        return "s3control"
    return _SERVICE_OF_SIGNING_NAME.get(signature.service, signature.service)


def _guess_service(request: HttpRequest) -> str:
    """The service of a request whose host and signature name none: by its form, target or path, and else S3."""
    first = request.path[1:].partition("/")[0]
    target = request.headers.get("x-amz-target", "").partition(".")[0]
    if first and first not in s3_backends[ACCOUNT_ID]["aws"].buckets:
        return _PATHS.get(first, "s3")
    return (not first and (service_of_form(request) or _TARGETS.get(target))) or "s3"


def _region_of_bucket(bucket: str) -> str:
    """The region of a bucket, for unsigned requests to 127.0.0.1. Nothing in such a request names a region."""
    found = s3_backends[ACCOUNT_ID]["aws"].buckets.get(bucket)
    return str(found.region_name) if found else "us-east-1"


def _parse_by_model(service: str, request: HttpRequest) -> tuple[OperationModel, dict[str, Any]]:
    """Operation and parameters, by moto's router and parser."""
    try:
        return _match(service, request)
    except AwsError as error:
        error.service = service
        raise


def _match(service: str, http_request: HttpRequest) -> tuple[OperationModel, dict[str, Any]]:
    request, body = Request(build_environ(http_request)), http_request.body
    try:
        model, url_parameters = get_service_router(service).match(request)
    except UnknownServiceError as error:
        raise AwsError("NotImplemented", f"The local cloud doesn't know the service {service}.", 501) from error
    except (HTTPException, LookupError, NotImplementedError) as error:
        raise _no_operation(service, http_request) from error
    if model is None:
        raise _no_operation(service, http_request)
    protocol = determine_request_protocol(get_service_model(service), request.content_type)
    try:
        _check_json(model, protocol, body)
        parameters = _parse(model, protocol, request, url_parameters, b"" if model.name in _STREAMING else body)
        check_types(model.input_shape, parameters)
        return model, parameters
    except Exception as error:  # moto lets through any error of its XML, JSON and date parsers
        if service == "s3":
            if body:
                raise malformed_xml() from error
            message = "An argument in the query or the headers of the request has the wrong type."
            raise AwsError("InvalidArgument", message, 400) from error
        code, message = _MALFORMED.get(protocol, _MALFORMED["query"])
        raise AwsError(code, message, 400) from error


def _without_foreign_content_type(service: str, request: HttpRequest) -> HttpRequest:
    """Remove a content type that isn't a protocol of the service. By default, curl says that a body is a form."""
    try:
        determine_request_protocol(get_service_model(service), request.headers.get("content-type"))
    except UnknownServiceError:
        pass  # rejected when its operation is looked up
    except NotImplementedError:
        return request._replace(headers={**request.headers, "content-type": ""})
    return request


def _check_json(model: OperationModel, protocol: str, body: bytes) -> None:
    """Raise ValueError if a body that should be a JSON object isn't. moto's parser would treat it as empty."""
    if "json" not in protocol or not body or not model.input_shape or model.input_shape.serialization.get("payload"):
        return
    if not isinstance(json.loads(body), dict):
        raise ValueError("the body is JSON, but no object")


def _no_operation(service: str, request: HttpRequest) -> AwsError:
    if service == "s3":
        message = "The specified method is not allowed against this resource."
        return AwsError("MethodNotAllowed", message, 405, Method=request.method, ResourceType="OBJECT")
    what = f"{request.method} {request.path}"
    return AwsError("NotImplemented", f"{what} is not an operation of {service}.", 501)


def _parse(
    model: OperationModel, protocol: str, request: Request, url_parameters: dict[str, Any], body: bytes
) -> dict[str, Any]:
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
