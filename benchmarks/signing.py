"""Headers that sign a plain GET. A signature holds for 15 minutes, so a benchmark signs once a round."""

from __future__ import annotations

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


def sign_get(url: str, key: str, secret: str, *, region: str = "us-east-1") -> dict[str, str]:
    """Sign a GET of an address for S3."""
    request = AWSRequest("GET", url)
    S3SigV4Auth(Credentials(key, secret), "s3", region).add_auth(request)
    return {str(name): str(value) for name, value in request.headers.items()}
