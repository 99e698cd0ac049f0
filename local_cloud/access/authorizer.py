"""Decides on every call of a caller in this account, before anything changes.

Users and roles that were made in IAM may do only what their policies allow. A caller with any other key is the user
`learner`: an administrator, unless the cloud was started with policies for the learner (`--enforce`). Anonymous
requests and AWS's own services have no identity policies. The called service decides on them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path

from local_cloud.access.evaluator import Access, Decision, Document, decide, may_assume, statements, without_resources
from local_cloud.access.identities import (
    LEARNER,
    boundary_texts,
    parse,
    policy_texts,
    role_of_session,
    user_id,
)
from local_cloud.access.known import look_up
from local_cloud.access.permissions import find_permissions
from local_cloud.call import EVERYTHING, Call, Context, Permission
from local_cloud.constants import ACCOUNT_ID
from local_cloud.errors import AwsError
from local_cloud.object_store import find_bucket

Find = Callable[[Call], Iterable[Permission]]

_MEMBERS = (f"arn:aws:iam::{ACCOUNT_ID}:", f"arn:aws:sts::{ACCOUNT_ID}:")
ADMINISTRATOR = ('{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}',)
"""The policies of the user `learner`, unless others are given."""

_ASSUME = "sts:AssumeRole"
_OF_AN_ASSOCIATION = {"lambda:GetFunction", "lambda:EnableReplication*", "lambda:DisableReplication*"}


class Authorizer:
    """Decides on calls.

    Args:
        learner_policies: The policies of the user `learner`, as JSON. Without any, everything is allowed.
        now: Seconds since the epoch; a seam for tests.

    Attributes:
        learner_policies: What the user `learner` may do: the given policies, or an administrator's.
    """

    def __init__(self, *learner_policies: str, now: Callable[[], float] = time.time) -> None:
        self.learner_policies = learner_policies or ADMINISTRATOR
        self._now = now

    def check_session(self, call: Call) -> None:
        """Refuse a call with expired credentials of a role session.

        Raises:
            AwsError: ExpiredToken, or ExpiredTokenException for a service that uses JSON.
        """
        if call.expires is None or self._now() < call.expires:
            return
        if call.service == "s3":
            raise AwsError("ExpiredToken", "The provided token has expired.", 400)
        code, status = _by_protocol(call, "ExpiredToken")
        raise AwsError(code, "The security token included in the request is expired", status)

    def check(self, call: Call, *, find: Find = find_permissions) -> None:
        """Check that a caller of this account may make a call, and store the permissions it needs in the call.

        DeleteObjects always passes: it needs one permission per object. Objects without one go to `refusals`.

        Args:
            call: The call. A call from outside this account isn't checked.
            find: Returns the permissions that the call needs; a seam for tests.

        Raises:
            AwsError: AccessDenied, with the message of the call's service.
        """
        who = call.principal
        if who is None or not who.startswith(_MEMBERS):
            return
        call.permissions = tuple(find(call))
        texts = self.learner_policies if who == LEARNER else policy_texts(who)
        limits = [("permissions boundary", text) for text in boundary_texts(who)]
        limits += [("session policy", call.session_policy)] if call.session_policy else []
        for place, permission in enumerate(call.permissions):
            resource_policy = _find_resource_policy(permission)
            if texts is ADMINISTRATOR and resource_policy is None and permission.action != _ASSUME:
                continue
            asked = (who, permission.action, permission.resource, _context(call, permission))
            decision = decide_from_memory(asked, texts, resource_policy, tuple(text for _, text in limits))
            if decision:
                continue
            kinds = [("identity-based policy", texts), *((name, (text,)) for name, text in limits)]
            deciding = (name for name, one in kinds if decide_from_memory(asked, one, None) is decision)
            refusal = _refusal(call, permission, decision, by=next(deciding, "resource-based policy"))
            if call.operation != "DeleteObjects":
                raise refusal
            call.refusals = {**call.refusals, place: refusal}


def read_policy(file: Path) -> str:
    """The text of a file with a policy.

    Raises:
        ValueError: It isn't an IAM policy: not JSON, or without statements.
        OSError: It can't be read.
    """
    text = file.read_text(encoding="utf-8")
    if not statements(parse(text)):
        raise ValueError(f"{file} is not an IAM policy. It must be a JSON object with a Statement.")
    return text


@lru_cache(8192)
def decide_from_memory(
    asked: tuple[str | None, str, str, tuple[tuple[str, str | tuple[str, ...]], ...]],
    texts: tuple[str, ...],
    resource_policy: str | bytes | None,
    limits: tuple[str, ...] = (),
) -> Decision:
    """Decide, with a cache: the same question about the same documents always has the same answer.

    Args:
        asked: The principal, action, resource and condition keys.
        texts: Policies of the principal.
        resource_policy: The policy of the resource.
        limits: Policies that must allow it too.
    """
    who, action, resource, context = asked
    documents: list[Document] = [parse(resource_policy)] if resource_policy else []
    if action == _ASSUME:
        documents = [without_resources(document) for document in documents]
    access = Access(who, action, resource, dict(context))
    decision = decide(access, identity=map(parse, texts), resource=documents, limits=map(parse, limits))
    if (
        decision
        and action == _ASSUME
        and not any(may_assume(trust, str(who), context=dict(context)) for trust in documents)
    ):
        return Decision.NOT_ALLOWED  # the trust policy must allow it too, and a missing role has none
    return decision


def _find_resource_policy(permission: Permission) -> str | bytes | None:
    """The policy of the resource: a bucket's policy, or the trust policy of a role to assume."""
    if permission.action.startswith("s3:") and permission.resource.startswith("arn:aws:s3:::"):
        bucket = find_bucket(permission.resource[13:].partition("/")[0])
        return (bucket.policy or None) if bucket else None
    if permission.action == _ASSUME:
        return look_up(permission.resource).trust
    return None


def _context(call: Call, permission: Permission) -> tuple[tuple[str, str | tuple[str, ...]], ...]:
    """The condition keys of every request, and the permission's own. Loopback counts as secure transport."""
    who = call.principal or ""
    context: Context = {
        "aws:PrincipalArn": role_of_session(who) or who,
        "aws:PrincipalAccount": ACCOUNT_ID,
        "aws:userid": user_id(who),
        "aws:RequestedRegion": call.region,
        "aws:SecureTransport": "true",
        "aws:SourceIp": call.request.source_ip,
        **permission.context,
    }
    if ":user/" in who:
        context = {**context, "aws:username": who.rpartition("/")[2]}
    return tuple(context.items())


def _refusal(call: Call, permission: Permission, decision: Decision, *, by: str) -> AwsError:
    """AWS's message (IAM User Guide, "Troubleshoot access denied error messages"; S3's is captured).

    Args:
        call: The call.
        permission: The permission that it lacks.
        decision: Whether it was denied explicitly.
        by: The kind of policy that denies it, or the first that doesn't allow it.
    """
    action, resource = permission.action, permission.resource
    if call.service == "cloudfront" and action in _OF_AN_ASSOCIATION:
        # Only the end is captured from AWS.
        message = f"Update the IAM policy to add permission: {action} for resource: {resource} and try again."
        return AwsError("InvalidLambdaFunctionAssociation", message, 400)
    message = f"User: {call.principal} is not authorized to perform: {action}{_name_resource(call, resource)}"
    if action != _ASSUME or decision is Decision.DENIED:
        message += f" {_reason(action, decision, by=by)}"
    code, status = _by_protocol(call, "AccessDenied")
    return AwsError(code, message, status)


def _by_protocol(call: Call, code: str) -> tuple[str, int]:
    """Code and status of a client error in the service's protocol."""
    protocol = str(call.model.service_model.protocol)
    if protocol in ("json", "smithy-rpc-v2-cbor"):  # a service that speaks CBOR spoke JSON before
        return f"{code}Exception", 400
    return (f"{code}Exception", 403) if protocol == "rest-json" else (code, 403)


def _reason(action: str, decision: Decision, *, by: str) -> str:
    if decision is Decision.NOT_ALLOWED:
        return f"because no {by} allows the {action} action"
    return f"with an explicit deny in {'an' if by.startswith('i') else 'a'} {by}"


def _name_resource(call: Call, resource: str) -> str:
    """S3 quotes the ARN. IAM writes `role NAME` if it exists. Only Lambda names a resource `*`."""
    if resource == EVERYTHING and call.service != "lambda":
        return ""
    kind, _, name = resource.rpartition(":")[2].partition("/")
    if call.service == "iam" and kind in ("role", "user", "group") and name and not call.operation.startswith("Create"):
        return f" on resource: {kind} {name.rpartition('/')[2]}"
    return f' on resource: "{resource}"' if call.service == "s3" else f" on resource: {resource}"
