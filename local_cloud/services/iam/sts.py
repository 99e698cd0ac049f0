"""STS: who asks, and who may become which role. moto lets anybody assume anything, roles that don't exist included."""

from __future__ import annotations

import re
from typing import Any

from moto.backends import get_backend

from local_cloud.access import Access, as_list, decide, statements
from local_cloud.call import ACCOUNT_ID, Call
from local_cloud.errors import AwsError
from local_cloud.identities import can_be_assumed, find_role, parse, policy_texts
from local_cloud.moto_application import not_implemented
from local_cloud.services.constraints import check_constraints
from local_cloud.services.iam.entities import LEARNER, backend
from local_cloud.services.service import Service

LONGEST_CHAINED_SESSION = 3600
"""Seconds for which a role may be assumed by the session of another role."""

_ARN = re.compile(r"arn:[^:]+:[^:]+:[^:]*:[^:]*:.+")


class StsService(Service):
    """AWS Security Token Service in front of moto's."""

    name = "sts"

    def refuse(self, call: Call) -> None:
        """Refuse what the model of the operation rules out."""
        check_constraints(call, code="ValidationError")

    def answer_get_caller_identity(self, call: Call) -> dict[str, str]:
        """Say who asks, as the rest of the local cloud sees it; moto has a user of its own."""
        principal = call.principal or f"arn:aws:iam::{ACCOUNT_ID}:root"
        return {"UserId": _user_id(principal), "Account": ACCOUNT_ID, "Arn": principal}

    def refuse_assume_role(self, call: Call) -> None:
        """Refuse roles that don't exist or don't trust the caller (AWS doesn't say which), and sessions too long."""
        role_arn, caller = call.parameters["RoleArn"], call.principal or "anonymous"
        if not _ARN.fullmatch(role_arn):
            raise _invalid(f"{role_arn} is invalid")
        if not _may_assume(role_arn, caller):
            message = f"User: {caller} is not authorized to perform: sts:AssumeRole on resource: {role_arn}"
            raise AwsError("AccessDenied", message, 403)
        _check_duration(call, caller)

    def observe_assume_role(self, call: Call, response: Any) -> None:
        """Take the packed size out of answers to requests without a policy; moto always has one."""
        if not call.parameters.get("Policy"):
            response.body = re.sub(rb"\s*<PackedPolicySize>\d+</PackedPolicySize>", b"", response.body)
            response.set_header("Content-Length", str(len(response.body)))

    def refuse_get_session_token(self, call: Call) -> None:
        """Not done: moto's credentials are the same for everybody, and nobody's."""
        raise not_implemented(call)

    refuse_get_federation_token = refuse_get_session_token
    refuse_assume_role_with_saml = refuse_get_session_token
    refuse_assume_role_with_web_identity = refuse_get_session_token


def _user_id(principal: str) -> str:
    """The unique id of a user, or of a role's session."""
    if ":assumed-role/" in principal:
        sessions = get_backend("sts")[ACCOUNT_ID]["aws"].assumed_roles
        return next((str(one.user_id) for one in reversed(sessions) if one.arn == principal), principal)
    return next((str(user.id) for user in backend().users.values() if user.arn == principal), principal.split("/")[-1])


def _may_assume(role_arn: str, caller: str) -> bool:
    """Whether the role trusts the caller; one who isn't named, but whose account is, needs a permission too.

    The learner needs none here: what the learner may do is decided before this is asked.
    """
    if not can_be_assumed(role_arn, caller):
        return False
    policies = [parse(text) for text in policy_texts(caller)]
    decision = decide(Access(caller, "sts:AssumeRole", role_arn), identity=policies)
    if decision or caller == LEARNER:
        return True
    role = find_role(role_arn)
    named = [
        name
        for statement in statements(parse(role.assume_role_policy_document) if role else {})
        if isinstance(statement.get("Principal"), dict)
        for name in as_list(statement["Principal"].get("AWS"))
    ]
    return decision.value != "explicitDeny" and caller in named


def _check_duration(call: Call, caller: str) -> None:
    role, seconds = find_role(call.parameters["RoleArn"]), call.parameters.get("DurationSeconds") or 0
    if ":assumed-role/" in caller and seconds > LONGEST_CHAINED_SESSION:
        raise _invalid(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
        )
    if role and seconds > int(role.max_session_duration or 3600):
        raise _invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")


def _invalid(message: str) -> AwsError:
    return AwsError("ValidationError", message, 400)
