"""A request for an AWS API, as HTTP brings it and as the local cloud sees it, and its answer."""

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
"""The resource of an action that can't be narrowed to some resources."""


class Permission(NamedTuple):
    """An action on a resource, as a policy names both.

    Attributes:
        action: Such as `"s3:GetObject"`.
        resource: An ARN, or `"*"` where AWS knows no resources for the action.
        context: Condition keys that belong to this action alone, such as `iam:PassedToService`.
    """

    action: str
    resource: str = EVERYTHING
    context: Context = NO_CONTEXT


class Host(NamedTuple):
    """What a host name says; None where it says nothing."""

    service: str | None
    region: str | None
    bucket: str | None


_NO_HOST = Host(None, None, None)


_NO_HEADERS: Mapping[str, str] = {}


class HttpRequest(NamedTuple):
    """An HTTP request, from a socket or from an engine in this process.

    Attributes:
        method: Such as `"GET"`.
        path: As it was sent, percent-encoded, without the query; keys depend on it: `a%2Fb` is not `a/b`.
        query: What follows the question mark, as it was sent.
        headers: By name in lower case, `host` apart; values as WSGI has them, in Latin-1.
        body: All of it.
        host: The `Host` header, with its port; empty when there is none.
        scheme: `"http"` or `"https"`.
        source_ip: Who sent it.
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
    """What an engine in this process says of itself; nothing that comes over HTTP can say it.

    Attributes:
        principal: An ARN or the name of a service; None leaves it to the request's signature.
        source_arn: On whose behalf a service asks, such as a distribution's ARN.
        is_logged: False for requests that no caller made, such as a health checker's.
    """

    principal: str | None = None
    source_arn: str | None = None
    is_logged: bool = True


@dataclass
class Call:
    """A request, understood: its operation and parameters in botocore's words.

    `prepare_` methods may change it. While a `refuse_` method runs it is read-only.

    Attributes:
        service: botocore's service name, such as `"s3"` or `"cloudfront"`.
        operation: The operation's name in that service, such as `"PutObject"`.
        parameters: The request's parameters under botocore's names. A streaming body is left out.
        region: Region from the signature or the host name.
        principal: Who asks: an ARN, `"cloudfront.amazonaws.com"`-like service names, or None when anonymous.
        request: The request, for what the parameters don't hold; what moto is asked is made from it. S3's is in path
            style, `/bucket/key` at the region's host, and its body is out of its chunks.
        model: botocore's model of the operation.
        host: What the host name says.
        expires: When the credentials of whoever asks expire, in seconds since the epoch; None if they don't.
        session_policy: What the session of whoever asks is limited to, as JSON; None if to nothing but its role.
        source_arn: On whose behalf a service asks.
        is_logged: False for requests that no caller made.
        permissions: What somebody of this account needed to be allowed for it; found by `authorizer`.
        refusals: Of DeleteObjects alone, which is decided object by object: the places, in its list, of those that
            may not be deleted, and why.
        notes: What one method of a service leaves for another, under a name of its own.
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
    permissions: tuple[Permission, ...] = ()
    refusals: Mapping[int, AwsError] = field(default_factory=dict)
    notes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        """The request's body."""
        return self.request.body

    def rewrite(self, **changes: Any) -> None:
        """Change members of the request, and so what moto is asked."""
        self.request = self.request._replace(**changes)

    def note(self, name: str, value: Any) -> None:
        """Leave a note for another method of the service."""
        self.notes = {**self.notes, name: value}

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """Let nothing set an attribute for a while."""
        self.__class__ = _ReadOnlyCall
        try:
            yield
        finally:
            object.__setattr__(self, "__class__", Call)


class _ReadOnlyCall(Call):
    """What a call is while a `refuse_` method runs; other calls don't pay for a check at each attribute."""

    def __setattr__(self, name: str, value: Any) -> None:
        raise TypeError(f"{name} of a call can't be changed while it is being refused")


def not_implemented(call: Call) -> AwsError:
    """The refusal of an operation that the local cloud doesn't implement."""
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
        """The first value of a header, whatever its case, or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    def set_header(self, name: str, value: str) -> None:
        """Replace a header, or add it."""
        wanted = name.lower()
        self.headers = [(key, old) for key, old in self.headers if key.lower() != wanted]
        self.headers.append((name, value))

    @classmethod
    def from_wsgi(cls, status: str, headers: Iterable[tuple[str, str]], body: Iterable[bytes]) -> Response:
        """Collect what a WSGI application answered."""
        return cls(int(status.split(" ", 1)[0]), list(headers), b"".join(body))
