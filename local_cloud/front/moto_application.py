"""Calls moto, one operation at a time."""

from __future__ import annotations

import functools
import logging
import re
import secrets
from typing import Any
from xml.parsers.expat import ExpatError

import moto.core.responses
from moto.core.request import Request
from moto.moto_server.werkzeug_app import create_backend_app
from moto.s3.responses import S3Response

from local_cloud.call import Call, HttpRequest, Response, not_implemented
from local_cloud.errors import AwsError, malformed_xml
from local_cloud.front.wsgi import build_environ

logger = logging.getLogger(__name__)

_STUMBLES = (
    ArithmeticError, AssertionError, AttributeError, ExpatError, LookupError, TypeError, ValueError,
)  # fmt: skip
"""Errors that moto raises for requests that it doesn't check."""

_RANGE = re.compile(r"bytes=(?:\d+-\d*|-\d+)")
_COPY_SOURCE = "x-amz-copy-source"
_PASS = "AWS4-HMAC-SHA256 Credential=local/20260101/{region}/s3/aws4_request, SignedHeaders=host, Signature=0"


def _make_request_id(headers: dict[str, str]) -> str:
    """Replaces moto's, which draws 52 characters one by one and so takes longer than verifying a signature."""
    headers["x-amzn-requestid"] = secrets.token_hex(26).upper()
    return headers["x-amzn-requestid"]


moto.core.responses.gen_amzn_requestid_long = _make_request_id  # type: ignore[assignment, attr-defined]


class MotoApplication:
    """moto's own WSGI applications, one for each service.

    The call names the service. moto would guess it from the request, and could guess wrong.
    """

    def __init__(self) -> None:
        self._application_of = functools.cache(create_backend_app)

    def ask(self, call: Call) -> Response:
        """Return moto's answer to a call.

        Raises:
            AwsError: moto doesn't implement this operation.
        """
        try:
            response = _ask_s3(call) if call.service == "s3" else self._ask_service(call)
        except NotImplementedError as error:
            raise not_implemented(call) from error
        except _STUMBLES as error:
            logger.warning("moto failed on %s of %s", call.operation, call.service, exc_info=True)
            raise _refusal_after(error, call) from error
        if response.status >= 300 and (response.header("Content-Type") or "").startswith("text/html"):
            raise not_implemented(call)  # Flask's own 404 page: moto doesn't have this path
        return response

    def _ask_service(self, call: Call) -> Response:
        answered: list[Any] = []
        application: Any = self._application_of(call.service)  # type: ignore[arg-type]
        body = application(build_environ(call.request), lambda status, headers, *_: answered.extend((status, headers)))
        try:
            # Without the CORS headers that moto adds to every answer. S3 adds those of a bucket's CORS rules.
            headers = [header for header in answered[1] if not header[0].lower().startswith("access-control-")]
            return Response.from_wsgi(answered[0], headers, body)
        finally:
            body.close()


class _S3Request(Request):
    """S3 stores a body whatever its content type. werkzeug would parse a form, and leave an empty body."""

    @property
    def want_form_data_parsed(self) -> bool:
        """False. S3 takes one form, PostObject, which the local cloud doesn't implement."""
        return False


def _ask_s3(call: Call) -> Response:
    """Call moto's dispatcher for S3 directly. Requests are in path style, so Flask isn't needed to route them."""
    request = _S3Request(build_environ(_as_moto_reads_it(call)))
    parts = request.raw_path.split("/", 2)
    dispatch = S3Response.key_dispatch if len(parts) > 2 and parts[2] else S3Response.ambiguous_dispatch
    if not parts[1]:
        dispatch = S3Response.bucket_dispatch
    status, headers, body = dispatch(request, request.raw_url, dict(request.headers))
    headers.pop("x-amz-sdk-checksum-algorithm", None)  # a request header, which moto would return with the object
    if call.request.method == "HEAD":
        body = b""
    return Response(
        int(status),
        [(str(name), str(value)) for name, value in headers.items()],
        body.encode() if isinstance(body, str) else bytes(body),
    )


def _as_moto_reads_it(call: Call) -> HttpRequest:
    """Change a request of S3 so that moto answers it as S3 does.

    An invalid `Range` is removed: S3 ignores it, but moto fails, or cuts the answers of other operations.
    The request is signed, as moto would otherwise check the bucket policy again, in its own way.
    """
    headers = dict(call.request.headers)
    headers.setdefault("authorization", _PASS.format(region=call.region))
    if call.operation != "GetObject" or not _RANGE.fullmatch(headers.get("range", "")):
        headers.pop("range", None)
    return call.request._replace(headers=headers)


def _refusal_after(error: Exception, call: Call) -> AwsError:
    """The error for a request on which moto failed: AWS's own if the mistake is clear, else NotImplemented."""
    parameters = call.parameters
    if call.service == "s3":
        if parameters.get("UploadId") is not None and isinstance(error, LookupError):
            text = "The specified upload does not exist. The upload ID may be invalid, or the upload may have been"
            return AwsError("NoSuchUpload", f"{text} aborted or completed.", 404, UploadId=parameters["UploadId"])
        if "/" not in parameters.get("CopySource", "/"):
            return AwsError("InvalidArgument", "The copy source must be BUCKET/KEY.", 400, ArgumentName=_COPY_SOURCE)
        if any(name.startswith("Grant") for name in parameters):
            return AwsError("InvalidArgument", "Argument format not recognized", 400)
        if _has_document(call):
            return malformed_xml()
    if call.service == "iam" and ("Marker" in parameters or "MaxItems" in parameters):
        return AwsError("ValidationError", "1 validation error detected: the Marker is not one of a listing.", 400)
    if call.service == "lambda" and isinstance(error, LookupError | AttributeError):
        return AwsError("ResourceNotFoundException", "The resource you requested does not exist.", 404)
    text = f"The local cloud doesn't implement {call.operation} of {call.service} with these parameters."
    return AwsError("NotImplemented", text, 501)


def _has_document(call: Call) -> bool:
    """Whether the request has an XML document."""
    shape: Any = call.model.input_shape
    payload = shape.serialization.get("payload") if shape else None
    return bool(call.body and payload and shape.members[payload].type_name == "structure")
