"""One AWS API call, as the rest of the local cloud sees it: no HTTP, no XML, only botocore's own words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from moto.core.model import OperationModel

if TYPE_CHECKING:
    from local_cloud.access.permissions import Permission
    from local_cloud.errors import AwsError

ACCOUNT_ID = "123456789012"
"""The account that owns everything in the local cloud; moto's default."""


@dataclass
class Call:
    """A request, understood.

    Attributes:
        service: botocore's service name, such as `"s3"` or `"cloudfront"`.
        operation: The operation's name in that service, such as `"PutObject"`.
        parameters: The request's parameters under botocore's names. A streaming body is left out.
        region: Region from the signature or the host name.
        principal: Who asks: an ARN, `"cloudfront.amazonaws.com"`-like service names, or None when anonymous.
        environ: The WSGI environment, for what the parameters don't hold.
        model: botocore's model of the operation.
        body: The request's body.
        expires: When the credentials of whoever asks expire, in seconds since the epoch; None if they don't.
        session_policy: What the session of whoever asks is limited to, as JSON; None if to nothing but its role.
        permissions: What somebody of this account needed to be allowed for it; found by `authorizer`.
        refusals: Of DeleteObjects alone, which is decided object by object: the places, in its list, of those that
            may not be deleted, and why.
    """

    service: str
    operation: str
    parameters: dict[str, Any]
    region: str
    principal: str | None
    environ: dict[str, Any]
    model: OperationModel
    body: bytes = b""
    expires: float | None = None
    session_policy: str | None = None
    permissions: tuple[Permission, ...] = ()
    refusals: dict[int, AwsError] = field(default_factory=dict)


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
