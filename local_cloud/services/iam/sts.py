"""STS: the caller's identity, and sessions of roles."""

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
"""Seconds of a role session at most, if another role's session assumes the role."""

_NOT_DONE = ("PolicyArns", "ProvidedContexts", "SerialNumber", "SourceIdentity", "Tags", "TransitiveTagKeys")
_ARN = re.compile(r"arn:[^:]+:[^:]+:[^:]*:[^:]*:.+")


class StsService(Service):
    """AWS Security Token Service, in front of moto's STS."""

    name = "sts"

    def refuse(self, call: Call) -> None:
        """Refuse values that break the model, and invalid ARNs of roles."""
        check_constraints(call, code="ValidationError")
        role_arn = call.parameters.get("RoleArn")
        if role_arn is not None and not _ARN.fullmatch(role_arn):
            raise _invalid(f"{role_arn} is invalid")

    def answer_get_caller_identity(self, call: Call) -> dict[str, str]:
        """Return the caller as the local cloud knows it. moto would return a user of its own."""
        principal = call.principal or f"arn:aws:iam::{ACCOUNT_ID}:root"
        return {"UserId": user_id(principal), "Account": ACCOUNT_ID, "Arn": principal}

    def refuse_assume_role(self, call: Call) -> None:
        """Refuse sessions that are too long, and invalid session policies.

        `authorizer` has already decided whether the caller may assume the role.
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
        """Remove the packed size if the request has no policy. moto always returns it."""
        if not call.parameters.get("Policy"):
            response.body = re.sub(rb"\s*<PackedPolicySize>\d+</PackedPolicySize>", b"", response.body)
            response.set_header("Content-Length", str(len(response.body)))

    def refuse_get_session_token(self, call: Call) -> None:
        """Not implemented: moto returns the same credentials to all callers, and they belong to no user."""
        raise not_implemented(call)

    refuse_get_federation_token = refuse_get_session_token
    refuse_assume_role_with_saml = refuse_get_session_token
    refuse_assume_role_with_web_identity = refuse_get_session_token


def _invalid(message: str) -> AwsError:
    return AwsError("ValidationError", message, 400)
