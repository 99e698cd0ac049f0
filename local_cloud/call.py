"""A request for an AWS API, first as HTTP and then as a `Call`, and its answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from moto.core.model import OperationModel

from local_cloud.errors import AwsError

Context = Mapping[str, str | tuple[str, ...]]
"""Condition keys and their values, as policies compare them."""

NO_CONTEXT: Context = {}
EVERYTHING = "*"
"""The resource of an action that can't be limited to some resources."""


class Permission(NamedTuple):
    """An action on a resource, as a policy names both.

    Attributes:
        action: Such as `"s3:GetObject"`.
        resource: An ARN, or `"*"` if AWS defines no resources for the action.
        context: Condition keys that belong to this action alone, such as `iam:PassedToService`.
    """

    action: str
    resource: str = EVERYTHING
    context: Context = NO_CONTEXT


class Host(NamedTuple):
    """The contents of a host name; a part that it doesn't name is None."""

    service: str | None
    region: str | None
    bucket: str | None


_NO_HOST = Host(None, None, None)


_NO_HEADERS: Mapping[str, str] = {}


class HttpRequest(NamedTuple):
    """An HTTP request, from a socket or from an engine in this process.

    Attributes:
        method: Such as `"GET"`.
        path: As it was sent, percent-encoded, without the query. Keys depend on it: `a%2Fb` is not `a/b`.
        query: The text after the question mark, as it was sent.
        headers: By name in lower case, without `host`; values as WSGI has them, in Latin-1.
        body: The whole body.
        host: The `Host` header with its port; empty if there is none.
        scheme: `"http"` or `"https"`.
        source_ip: The sender's address.
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = _NO_HEADERS
    body: bytes = b""
    host: str = ""
    scheme: str = "http"
    source_ip: str = "127.0.0.1"


class Asker(NamedTuple):
    """The caller that an engine in this process states. A request over HTTP can't state one.

    Attributes:
        principal: An ARN or the name of a service; None to use the request's signature.
        source_arn: The resource for which a service calls, such as a distribution's ARN.
        is_logged: False for requests that no caller made, such as a health checker's.
    """

    principal: str | None = None
    source_arn: str | None = None
    is_logged: bool = True


@dataclass
class Call:
    """A request with its operation and parameters under botocore's names.

    `prepare_` methods may change it. While a `refuse_` method runs, it is read-only.

    Attributes:
        service: botocore's service name, such as `"s3"` or `"cloudfront"`.
        operation: The operation's name in that service, such as `"PutObject"`.
        parameters: The request's parameters under botocore's names. A streaming body is left out.
        region: Region from the signature or the host name.
        principal: The caller: an ARN, a service name such as `"cloudfront.amazonaws.com"`, or None if anonymous.
        request: The HTTP request; moto gets a request made from it. For S3 it is in path style, `/bucket/key` at
            the region's host, and its body is no longer chunked.
        model: botocore's model of the operation.
        host: The contents of the host name.
        expires: When the caller's credentials expire, in seconds since the epoch; None if they don't.
        session_policy: The session policy of the caller, as JSON; None if only its role limits it.
        source_arn: The resource for which a service calls.
        is_logged: False for requests that no caller made.
        signature_version: The version of the signature with which the account signed it, 4 or 2. None if it didn't.
        permissions: The permissions that a caller of this account needs for it; `authorizer` sets them.
        refusals: For DeleteObjects only, which is decided for each object: the indexes in its list of objects that
            may not be deleted, with the errors.
        notes: Values that one method of a service passes to another, by name.
    """

    service: str
    operation: str
    parameters: Mapping[str, Any]
    region: str
    principal: str | None
    request: HttpRequest
    model: OperationModel
    host: Host = _NO_HOST
    expires: float | None = None
    session_policy: str | None = None
    source_arn: str | None = None
    is_logged: bool = True
    signature_version: int | None = None
    permissions: tuple[Permission, ...] = ()
    refusals: Mapping[int, AwsError] = field(default_factory=dict)
    notes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        """The request's body."""
        return self.request.body

    def rewrite(self, **changes: Any) -> None:
        """Change members of the request, and so the request that moto gets."""
        self.request = self.request._replace(**changes)

    def note(self, name: str, value: Any) -> None:
        """Pass a value to another method of the service."""
        self.notes = {**self.notes, name: value}

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """Make setting an attribute raise TypeError inside the `with` block."""
        self.__class__ = _ReadOnlyCall
        try:
            yield
        finally:
            object.__setattr__(self, "__class__", Call)


class _ReadOnlyCall(Call):
    """The class of a call while a `refuse_` method runs. Other calls don't need a check at each attribute."""

    def __setattr__(self, name: str, value: Any) -> None:
        raise TypeError(f"{name} of a call can't be changed while it is being refused")


def not_implemented(call: Call) -> AwsError:
    """The error for an operation that the local cloud doesn't implement."""
    return AwsError("NotImplemented", f"The local cloud doesn't implement {call.operation} of {call.service}.", 501)


@dataclass
class Response:
    """An HTTP response on its way back through the services."""

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    @property
    def ok(self) -> bool:
        """True for a 2xx status."""
        return 200 <= self.status < 300

    def header(self, name: str) -> str | None:
        """The first value of a header, or None; case doesn't matter."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    def set_header(self, name: str, value: str) -> None:
        """Set a header, and remove other values of it."""
        wanted = name.lower()
        self.headers = [(key, old) for key, old in self.headers if key.lower() != wanted]
        self.headers.append((name, value))

    @classmethod
    def from_wsgi(cls, status: str, headers: Iterable[tuple[str, str]], body: Iterable[bytes]) -> Response:
        """Collect the answer of a WSGI application."""
        return cls(int(status.split(" ", 1)[0]), list(headers), b"".join(body))
