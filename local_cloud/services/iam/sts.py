"""STS: who asks, and for how long one may be which role."""

from __future__ import annotations

import re
from typing import Any

from local_cloud.access.identities import find_role, user_id
from local_cloud.call import Call, not_implemented
from local_cloud.constants import ACCOUNT_ID
from local_cloud.errors import AwsError
from local_cloud.services.constraints import check_constraints
from local_cloud.services.iam.permission_policies import check_session_policy
from local_cloud.services.service import Service

LONGEST_CHAINED_SESSION = 3600
"""Seconds for which a role may be assumed by the session of another role."""

_NOT_DONE = ("PolicyArns", "ProvidedContexts", "SerialNumber", "SourceIdentity", "Tags", "TransitiveTagKeys")
_ARN = re.compile(r"arn:[^:]+:[^:]+:[^:]*:[^:]*:.+")


class StsService(Service):
    """AWS Security Token Service in front of moto's."""

    name = "sts"

    def refuse(self, call: Call) -> None:
        """Refuse what the model of the operation rules out, and roles whose ARNs are none."""
        check_constraints(call, code="ValidationError")
        role_arn = call.parameters.get("RoleArn")
        if role_arn is not None and not _ARN.fullmatch(role_arn):
            raise _invalid(f"{role_arn} is invalid")

    def answer_get_caller_identity(self, call: Call) -> dict[str, str]:
        """Say who asks, as the rest of the local cloud sees it; moto has a user of its own."""
        principal = call.principal or f"arn:aws:iam::{ACCOUNT_ID}:root"
        return {"UserId": user_id(principal), "Account": ACCOUNT_ID, "Arn": principal}

    def refuse_assume_role(self, call: Call) -> None:
        """Refuse sessions that are too long, and policies of sessions that are none.

        Who may assume a role is decided before that, in `authorizer`.
        """
        if unknown := [name for name in _NOT_DONE if call.parameters.get(name)]:
            text = f"The local cloud doesn't implement {', '.join(unknown)} in AssumeRole of sts."
            raise AwsError("NotImplemented", text, 501)
        if policy := call.parameters.get("Policy"):
            check_session_policy(policy)
        role, seconds = find_role(call.parameters["RoleArn"]), call.parameters.get("DurationSeconds") or 0
        if ":assumed-role/" in (call.principal or "") and seconds > LONGEST_CHAINED_SESSION:
            raise _invalid(
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
            )
        if role and seconds > int(role.max_session_duration or 3600):
            raise _invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")

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


def _invalid(message: str) -> AwsError:
    return AwsError("ValidationError", message, 400)
