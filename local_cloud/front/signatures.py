"""Reads the signature of a request: in its `Authorization` header, or in the query of a presigned URL.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qs

from local_cloud.call import HttpRequest
from local_cloud.errors import AwsError
from local_cloud.front.addressing import read_host
from local_cloud.front.signature_errors import incomplete, malformed_credential, malformed_query
from local_cloud.sigv4 import ALGORITHM, TERMINATOR, Scope

_IN_QUERY = re.compile(r"(?:^|&)(?:X-Amz-)?Signature=")
_PART = re.compile(r"(Credential|SignedHeaders|Signature)=([^,\s]+)")
_PARTS = ("Credential", "Signature", "SignedHeaders")
_ACTION = re.compile(r"(?:^|&)Action=\w")
_VERSION_OF_API = re.compile(r"(?:^|&)Version=(\d{4}-\d\d-\d\d)(?:&|$)")
_VERSION_2_OF_FORMS = re.compile(r"(?:^|&)SignatureVersion=")
"""Forms with a signature of version 2 have it in their query or body, under the names that S3's URLs use too."""

_FORMS = {"2010-05-08": "iam", "2011-06-15": "sts"}
_VERSION_2 = ("Signature", "Expires", "AWSAccessKeyId")
_VERSION_4 = (
    "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-Date", "X-Amz-SignedHeaders", "X-Amz-Expires",
)  # fmt: skip


class Signature(NamedTuple):
    """A signature and what it says about itself. Nothing of it is verified yet.

    Attributes:
        version: 4, or S3's older 2.
        access_key: The access key.
        value: The signature.
        scope: For version 4: the day, region and service.
        time: For version 4: `X-Amz-Date`, or empty if there is only a `Date`. For version 2: the expiry of a URL.
        signed_headers: For version 4: the names of the signed headers.
        token: The session token, if there is one.
        expires: `X-Amz-Expires` of a presigned URL of version 4, as it was sent.
        in_query: Whether it is a presigned URL.
    """

    version: int
    access_key: str
    value: str
    scope: Scope = Scope("", "", "s3")
    time: str = ""
    signed_headers: tuple[str, ...] = ()
    token: str | None = None
    expires: str = ""
    in_query: bool = False

    @property
    def region(self) -> str | None:
        """The region that it is for. Version 2 names none."""
        return self.scope.region or None

    @property
    def service(self) -> str:
        """The service that it is for, under its name in signatures."""
        return self.scope.service


def is_presigned(query: str) -> bool:
    """Whether a query string has a signature of any version, valid or not."""
    return bool(query) and _IN_QUERY.search(query) is not None


def read_parameters(request: HttpRequest) -> tuple[str, ...]:
    """The texts in which a form has its parameters: the query and, for a POST, the body."""
    return (request.query, request.body.decode("latin-1")) if request.method == "POST" else (request.query,)


def service_of_form(request: HttpRequest) -> str | None:
    """The service of a request in the form that IAM and STS take, by the version of their API. Else None."""
    for text in read_parameters(request):
        version = _VERSION_OF_API.search(text)
        if version and _ACTION.search(text):
            return _FORMS.get(version[1])
    return None


def read_signature(request: HttpRequest) -> Signature | None:
    """The signature of a request, or None if it has none.

    Raises:
        AwsError: The signature is incomplete or unreadable, or there are two.
    """
    header = request.headers.get("authorization", "")
    if not header and request.path == "/" and any(map(_VERSION_2_OF_FORMS.search, read_parameters(request))):
        service = read_host(request.host).service or service_of_form(request) or "iam"
        error = AwsError("NotImplemented", f"The local cloud doesn't implement Signature Version 2 of {service}.", 501)
        error.service = service
        raise error
    if not is_presigned(request.query):
        return _read_header(header, request) if header else None
    if header:
        message = "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string"
        message += " parameter or the Authorization header should be specified"
        raise AwsError("InvalidArgument", message, 400, ArgumentName="Authorization")
    given = {name: values[0] for name, values in parse_qs(request.query, keep_blank_values=True).items()}
    return _read_query_4(given, request) if "X-Amz-Signature" in given else _read_query_2(given, request)


def _read_header(header: str, request: HttpRequest) -> Signature:
    token = request.headers.get("x-amz-security-token")
    if header.startswith("AWS ") and header.count(":") == 1:
        key, _, value = header[4:].strip().partition(":")
        return Signature(2, key, value, token=token)
    if not header.startswith(ALGORITHM):
        raise AwsError("InvalidArgument", "Unsupported Authorization Type", 400, ArgumentName="Authorization")
    parts = dict(_PART.findall(header))
    service = _service_of(request)
    if missing := [part for part in _PARTS if part not in parts]:
        raise incomplete(service, missing, header)
    credential = _read_credential(parts["Credential"])
    if credential is None:
        raise malformed_credential(service)
    names = tuple(parts["SignedHeaders"].lower().split(";"))
    time = request.headers.get("x-amz-date", "")
    return Signature(4, credential[0], parts["Signature"], credential[1], time, names, token)


def _read_query_4(given: dict[str, str], request: HttpRequest) -> Signature:
    service = _service_of(request, given.get("X-Amz-Credential", ""))
    required = _VERSION_4 if service == "s3" else _VERSION_4[:-1]
    if not all(given.get(name) for name in required):
        raise malformed_query(f"Query-string authentication version 4 requires the {_list(_VERSION_4)} parameters.")
    credential = _read_credential(given["X-Amz-Credential"])
    if given["X-Amz-Algorithm"] != ALGORITHM:
        raise malformed_query(f'X-Amz-Algorithm only supports "{ALGORITHM} and AWS4-ECDSA-P256-SHA256"')
    if credential is None:
        raise malformed_credential(service, in_query=True)
    names = tuple(given["X-Amz-SignedHeaders"].lower().split(";"))
    token = given.get("X-Amz-Security-Token") or request.headers.get("x-amz-security-token")
    times = given["X-Amz-Date"], names, token, given.get("X-Amz-Expires", "")
    return Signature(4, credential[0], given["X-Amz-Signature"], credential[1], *times, in_query=True)


def _read_query_2(given: dict[str, str], request: HttpRequest) -> Signature:
    if not all(given.get(name) for name in _VERSION_2):
        text = "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"
        raise AwsError("AccessDenied", text, 403)
    token = given.get("x-amz-security-token") or request.headers.get("x-amz-security-token")
    return Signature(2, given["AWSAccessKeyId"], given["Signature"], time=given["Expires"], token=token, in_query=True)


@lru_cache(1024)
def _read_credential(text: str) -> tuple[str, Scope] | None:
    key, *rest = text.rsplit("/", 4)
    if not key or len(rest) != 4 or rest[3] != TERMINATOR or not re.fullmatch(r"\d{8}", rest[0]) or not rest[2]:
        return None
    return key, Scope(rest[0], rest[1], rest[2])


def _service_of(request: HttpRequest, credential: str = "") -> str:
    """The service of a request whose signature can't be read as a whole."""
    said = credential.split("/")
    return (len(said) == 5 and said[3]) or read_host(request.host).service or "s3"


def _list(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])}, and {names[-1]}"
