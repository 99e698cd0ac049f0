"""Finds the caller of a request by the access key in its signature. Signatures are not verified."""

from __future__ import annotations

import datetime
import re
from functools import cache
from typing import NamedTuple
from urllib.parse import parse_qs

from moto.backends import get_backend

from local_cloud.call import HttpRequest
from local_cloud.constants import ACCOUNT_ID
from local_cloud.errors import AwsError
from local_cloud.rendering import protocol_of

_SCOPE = re.compile(r"([^/,\s=]+)/\d{8}/([a-z0-9-]*)/([a-z0-9-]+)/aws4_request")
_SHORTEST_ACCESS_KEY = 16


class Signature(NamedTuple):
    """The contents of a request's signature, which is not verified."""

    access_key: str
    region: str | None
    service: str


class Caller(NamedTuple):
    """A caller: its ARN (None if anonymous), when its credentials expire (epoch seconds), and its session policy."""

    principal: str | None
    expires: float | None = None
    session_policy: str | None = None


def find_signature(request: HttpRequest) -> Signature | None:
    """The signature in the `Authorization` header, or in the query of a presigned URL; None if there is none."""
    header, query = request.headers.get("authorization", ""), request.query
    if header.startswith("AWS4-HMAC-SHA256") and (scope := _SCOPE.search(header)):
        return Signature(scope[1], scope[2] or None, scope[3])
    if header.startswith("AWS "):  # Signature version 2, which only S3 has, names no region
        return Signature(header[4:].split(":")[0], None, "s3")
    if header:
        raise AwsError("InvalidArgument", "Unsupported Authorization Type", 400, ArgumentName="Authorization")
    if "Signature=" not in query:
        return None
    given = {name: values[0] for name, values in parse_qs(query).items()}
    if scope := _SCOPE.search(given.get("X-Amz-Credential", "")):
        return Signature(scope[1], scope[2] or None, scope[3])
    if "Signature" in given and "AWSAccessKeyId" in given:
        return Signature(given["AWSAccessKeyId"], None, "s3")
    return None


@cache
def _letters_of_this_account() -> str:
    """Letters 5 to 12 of every access key that is made here. No real account has them."""
    from moto.iam.utils import generate_access_key_id_from_account_id  # late: it takes 5 % of the start

    return str(generate_access_key_id_from_account_id(ACCOUNT_ID, "", 9)[:8])


def find_caller(signature: Signature | None, service: str) -> Caller:
    """The caller: the user or assumed role whose key was made in the local cloud; else the learner.

    Raises:
        AwsError: The key was made here, and was later deleted or made inactive.
    """
    if signature is None:
        return Caller(None)
    if len(signature.access_key) >= _SHORTEST_ACCESS_KEY:
        if role := get_backend("sts")[ACCOUNT_ID]["aws"].get_assumed_role_from_access_key(signature.access_key):
            return Caller(str(role.arn), role.expiration.replace(tzinfo=datetime.UTC).timestamp(), role.policy)
        user = get_backend("iam")[ACCOUNT_ID]["aws"].get_user_from_access_key_id(signature.access_key)
        if user and user.get_access_key_by_id(signature.access_key).status == "Active":
            return Caller(str(user.arn))
        if signature.access_key[4:12] == _letters_of_this_account():
            raise _no_such_key(service)
    return Caller(f"arn:aws:iam::{ACCOUNT_ID}:user/learner")


def _no_such_key(service: str) -> AwsError:
    """The service's own error for an access key that was deleted."""
    if service in ("s3", "s3control"):
        error = AwsError("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", 403)
    else:
        protocol = protocol_of(service)
        code = "UnrecognizedClientException" if "json" in protocol else "InvalidClientTokenId"
        status = 400 if protocol == "json" else 403
        error = AwsError(code, "The security token included in the request is invalid.", status)
    error.service = service
    return error
