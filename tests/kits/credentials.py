"""The access key of the local cloud in tests, and requests of plain HTTP that are signed with it by botocore."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as Keys

from local_cloud.access.credentials import Credentials
from local_cloud.cloud import LocalCloud

SECRET = "the secret of the tests"
KEYS = {"aws_access_key_id": "local", "aws_secret_access_key": SECRET}
CREDENTIALS = Credentials(SECRET)
"""The access keys of gateways without a whole local cloud."""

OWN = Keys("local", SECRET)


def sign(
    method: str,
    url: str,
    *,
    service: str = "s3",
    region: str = "eu-west-1",
    headers: Mapping[str, str] | None = None,
    body: bytes | str = b"",
    keys: Keys = OWN,
) -> dict[str, str]:
    """The headers of a signed request: those given, and those of the signature.

    Args:
        method: Such as `"GET"`.
        url: The whole address, percent-encoded.
        service: Its name in signatures.
        region: The region.
        headers: Headers to send, all signed. `Host` replaces the address's.
        body: The body.
        keys: Access key, secret and session token.
    """
    request = AWSRequest(method, url, headers=dict(headers or {}), data=body or None)
    signer = _SignerForS3 if service == "s3" else SigV4Auth
    request.context["hash"] = request.headers.get("x-amz-content-sha256")
    signer(keys, service, region).add_auth(request)
    return {str(name): str(value) for name, value in request.headers.items()}


class _SignerForS3(S3SigV4Auth):
    """Keeps the hash of the body that the test gives."""

    def payload(self, request: AWSRequest) -> str:
        return str(request.context["hash"] or super().payload(request))


def control(cloud: LocalCloud, method: str, path: str) -> requests.Response:
    """Ask the control API of a cloud in this process."""
    url = f"{cloud.environment['WORKSHOP_CONTROL_URL']}/{path}"
    keys = Keys("local", cloud.credentials.secret)
    return requests.request(method, url, headers=sign(method, url, keys=keys), timeout=10)


def leave_out_the_account(request: AWSRequest, **_: Any) -> None:
    """S3 Control writes the account before the host. No resolver knows such a name, and the host is signed."""
    request.url = request.url.replace("//123456789012.", "//")
