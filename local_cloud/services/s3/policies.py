"""Which bucket policies S3 accepts, and which the public access block forbids."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from local_cloud.access.conditions import is_operator
from local_cloud.access.evaluator import as_list, is_public, statements
from local_cloud.access.identities import LEARNER, find_by_name, find_role
from local_cloud.access.permissions.s3 import applies_to, is_known_action
from local_cloud.access.permissions.s3_keys import is_known_key
from local_cloud.access.service_principals import is_service
from local_cloud.call import Call, Response
from local_cloud.constants import ACCOUNT_ID
from local_cloud.errors import AwsError
from local_cloud.services.s3.lookups import bucket_of
from local_cloud.services.service import Service

_IDENTITY_PREFIX = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity "
_PRINCIPAL = re.compile(r"\*|\d{12}|arn:aws:(iam|sts)::\d{12}:(root|(user|role|assumed-role|federated-user)/\S+)")
_OF_A_POLICY = {"Version", "Id", "Statement"}
_OF_A_STATEMENT = {
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
}  # fmt: skip
_LONGEST = 20 * 1024
_JSON = "Policies must be valid JSON and the first byte must be '{'"


class PolicyOperations(Service):
    """The operation that puts a bucket policy. moto gets and deletes it."""

    _is_identity: Callable[[str], bool] | None

    def answer_put_bucket_policy(self, call: Call) -> Response:
        """Store a bucket policy exactly as it was sent."""
        bucket = bucket_of(call)
        document = check_policy(call.body, bucket=bucket.name, is_identity=self._is_identity)
        block = bucket.public_access_block
        if block and block.block_public_policy and is_public(document):
            what = f's3:PutBucketPolicy on resource: "{bucket.arn}"'
            why = "public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access."
            message = f"User: {call.principal} is not authorized to perform: {what} because {why}"
            raise AwsError("AccessDenied", message, 403)
        bucket.policy = call.body
        return Response(204)


def check_policy(text: bytes, *, bucket: str, is_identity: Callable[[str], bool] | None = None) -> Mapping[str, Any]:
    """Parse a bucket policy and refuse what S3 refuses.

    Args:
        text: The document as it was sent.
        bucket: Its bucket. A policy may name only resources of its own bucket.
        is_identity: Whether an origin access identity exists; None accepts any.

    Raises:
        AwsError: MalformedPolicy.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or not text.startswith(b"{"):
        raise _malformed(_JSON)
    if document.get("Version", "2008-10-17") not in ("2008-10-17", "2012-10-17"):
        raise _malformed("The policy must contain a valid version string")
    _check_fields(document, _OF_A_POLICY)
    if not statements(document):
        raise _malformed("Missing required field Statement")
    if len(text) > _LONGEST:
        raise _malformed("Policy exceeds the maximum allowed document size.")  # only the limit is documented
    for statement in statements(document):
        _check_fields(statement, _OF_A_STATEMENT)
        _check_required(statement)
        _check_actions(statement, bucket)
        _check_principals(statement, is_identity)
        _check_conditions(statement.get("Condition") or {})
    return document


def _check_fields(element: Mapping[str, Any], known: set[str]) -> None:
    for field in element:
        if field not in known:
            raise _malformed(f"Unknown field {field}")


def _check_required(statement: Mapping[str, Any]) -> None:
    for field in ("Principal", "Effect", "Action", "Resource"):
        if field not in statement and f"Not{field}" not in statement:
            raise _malformed(f"Missing required field {field}")
    if statement["Effect"] not in ("Allow", "Deny"):
        raise _malformed(f"Invalid effect: {statement['Effect']}")


def _check_actions(statement: Mapping[str, Any], bucket: str) -> None:
    actions = [str(action) for action in as_list(statement.get("Action", statement.get("NotAction")))]
    resources = [str(resource) for resource in as_list(statement.get("Resource", statement.get("NotResource")))]
    if not actions or not all(map(is_known_action, actions)):
        raise _malformed("Policy has invalid action")
    own = f"arn:aws:s3:::{bucket}"
    if not resources or not all(name == own or name.startswith(f"{own}/") for name in resources):
        raise _malformed("Policy has invalid resource")
    if "Action" in statement and "Resource" in statement:
        kinds = {name != own for name in resources}
        if not all(any(applies_to(action, objects=kind) for kind in kinds) for action in actions):
            raise _malformed("Action does not apply to any resource(s) in statement")


def _check_conditions(block: Any) -> None:
    if not isinstance(block, dict) or not all(isinstance(keys, dict) for keys in block.values()):
        raise _malformed("Invalid policy syntax.")
    for operator, keys in block.items():
        if not is_operator(operator):
            raise _malformed(f"Invalid Condition type : {operator}")
        if not all(map(is_known_key, keys)):
            raise _malformed("Policy has an invalid condition key")


def _check_principals(statement: Mapping[str, Any], is_identity: Callable[[str], bool] | None) -> None:
    named = statement.get("Principal", statement.get("NotPrincipal"))
    if named == "*":
        return
    if not isinstance(named, dict) or not named:
        raise _malformed("Invalid policy syntax.")
    if unknown := named.keys() - {"AWS", "Service", "CanonicalUser", "Federated"}:
        raise _malformed(f"Invalid policy syntax: {unknown.pop()}")
    for name in map(str, as_list(named.get("AWS"))):
        if not _exists(name, is_identity):
            raise _malformed("Invalid principal in policy", detail=f'"AWS" : "{name}"')
    for name in map(str, as_list(named.get("Service"))):
        if not is_service(name):
            raise _malformed("Invalid principal in policy", detail=f'"Service" : "{name}"')


def _exists(name: str, is_identity: Callable[[str], bool] | None) -> bool:
    if name.startswith(_IDENTITY_PREFIX):
        return is_identity is None or is_identity(name.removeprefix(_IDENTITY_PREFIX))
    if name.startswith(f"arn:aws:iam::{ACCOUNT_ID}:role/"):
        return find_role(name) is not None
    if name.startswith(f"arn:aws:iam::{ACCOUNT_ID}:user/"):
        return name == LEARNER or find_by_name("user", name.rpartition("/")[2]) == name
    return _PRINCIPAL.fullmatch(name) is not None


def _malformed(message: str, detail: str | None = None) -> AwsError:
    error = AwsError("MalformedPolicy", message)
    if detail is not None:
        error.details["Detail"] = detail
    return error
