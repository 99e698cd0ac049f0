"""What a refused call shows: AWS's sentence, and what to do. A missing permission is only one of many reasons.

The codes are those of botocore's service models, of IAM's "Common errors" and of S3's "Error responses". The sentences
about policies are in the IAM User Guide, "Troubleshoot access denied error messages".
"""

from __future__ import annotations

import re
from typing import Any

from botocore.exceptions import ClientError
from botocore.model import OperationModel

from workshop_lib.errors import WorkshopError

REFUSALS = {"AccessDenied", "AccessDeniedException", "403"}
"""The services' codes for a missing permission. The answer to a HEAD request has no body, so its code is the status."""

MISSING_AT_THE_EDGE = "Update the IAM policy to add permission"
"""CloudFront's sentence when the caller lacks a Lambda permission that an association needs."""

LACKING = (
    "You lack the permission for this call. policies/learner-build.json and policies/learner-look-and-clean-up.json "
    "list all permissions that the workshop needs. Show them to the administrator of your AWS account."
)

OTHER_REASONS = (
    (
        "Your account must be verified",
        "AWS must verify your new account before it may have distributions. No permission is missing. Open a case with "
        "AWS Support about account and billing, and quote this sentence. Notebooks 00 to 02 work meanwhile.",
    ),
    (
        r"\b(OptInRequired|SubscriptionRequiredException|NotSignedUp|AccountProblem|PendingVerification)\b|"
        r"\baccount\b.*\b(suspended|closed)\b",
        "This AWS account can't use the service: it isn't activated yet, or it is suspended or closed. No permission "
        "is missing. Look at the console's pages Billing and Account, or ask AWS Support. Activation may take a day.",
    ),
    (
        r"\b(service|resource) control policy\b",
        "Your organization forbids this for the whole account, so no policy in the account can allow it. Show this "
        "sentence to the organization's administrator, or use another account.",
    ),
    (
        r"\b(permissions boundary|session policy)\b",
        "A limit on your user or your session forbids this, whatever your policies allow. Show this sentence to "
        "whoever set it, with policies/learner-build.json and policies/learner-look-and-clean-up.json.",
    ),
    (
        r"\bexplicit deny\b",
        "A policy forbids this, whatever other policies allow. One more permission doesn't help. Show this sentence to "
        "the administrator of your AWS account.",
    ),
    (
        r"\bRegionDisabledException\b",
        "This region isn't enabled for your account. Enable it on the console's page Account, under AWS Regions.",
    ),
    (
        r"\((ConcurrentInvocation|ReservedFunctionConcurrentInvocation|FunctionInvocationRate)\w*\)",
        "Too many functions run at once in this account and region. A new account may run only a few. Wait a minute, "
        "then run this again. The quota is `Concurrent executions` of Lambda, on the console's page Service Quotas.",
    ),
    (
        r"\b(Throttl\w+|RequestThrottled\w*|RequestLimitExceeded|TooManyRequests\w*|SlowDown|PriorRequestNotComplete|"
        r"TooManyInvalidationsInProgress)\b",
        "AWS answers only so many calls of an account in a second, and it was asked for more for a long time. In a "
        "class, the others' calls count too. Wait a minute, then run this again.",
    ),
    (
        r"\b(TooMany\w+|\w*LimitExceeded\w*|\w*QuotaExceeded\w*|CodeStorageExceeded\w*)\b",
        "A quota of the account is used up. No permission is missing. Delete what is no longer needed (`workshop "
        "clean-up` deletes what the workshop made), or ask for a higher quota on the console's page Service Quotas.",
    ),
)
"""What AWS's code or sentence contains, and what to do. The first that fits counts."""


class AwsRefused(ClientError, WorkshopError):  # noqa: N818 - named for what happened, as in errors.py
    """AWS, or a local cloud that enforces permissions, refuses a call.

    Code can catch it as the ClientError that botocore would have raised. A notebook shows AWS's sentence and what to do
    without a traceback.
    """

    def __str__(self) -> str:
        return f"{super().__str__()}\n  {find_advice(self.response)}"


class AccessRefused(AwsRefused):
    """The caller may not do this, whatever the reason."""


def find_advice(answer: Any) -> str | None:
    """Say what to do about a refusal. None if the answer is no refusal, or AWS's own sentence is enough.

    Args:
        answer: An answer of an API, as botocore parses it.
    """
    error = answer.get("Error", {})
    code, message = str(error.get("Code", "")), str(error.get("Message", ""))
    is_denied = code in REFUSALS or MISSING_AT_THE_EDGE in message
    said = f"{code} {message}" if is_denied else f"{code} ({answer.get('Reason', '')})"
    advice = next((advice for part, advice in OTHER_REASONS if re.search(part, said)), None)
    return advice or (LACKING if is_denied else None)


def raise_refusal(parsed: dict[str, Any], model: OperationModel, **_: Any) -> None:
    """Handle botocore's event `after-call`. Answers without an advice pass, and botocore raises their errors itself.

    Raises:
        AccessRefused: The caller may not do this.
        AwsRefused: AWS refuses it for another reason that a sentence can explain.
    """
    if find_advice(parsed) is None:
        return
    message = parsed["Error"].get("Message", "")
    is_denied = parsed["Error"].get("Code") in REFUSALS or MISSING_AT_THE_EDGE in message
    raise (AccessRefused if is_denied else AwsRefused)(parsed, model.name)  # type: ignore[arg-type]
