"""Says in one sentence what is wrong with the learner's AWS credentials, or with the way to AWS, and what to do.

botocore's and AWS's errors are many, and a traceback helps no learner.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore import exceptions as raised
from botocore.exceptions import BotoCoreError, ClientError

from workshop_lib.errors import AmbiguousCloud, CredentialsRefused, ServiceNotReachable, get_error_code

SIGN_IN = "Sign in again, for example with `aws login`, `aws sso login` or `aws configure`, then run this again."
IN_VARIABLES = (
    "They are in variables such as AWS_ACCESS_KEY_ID, which no running program reads again. Set the new ones where you "
    "start JupyterLab or this command, and start it again. Credentials in ~/.aws/credentials need no new start."
)
CHECK_THE_WAY = "Check the network, HTTPS_PROXY and AWS_CA_BUNDLE, then run this again."
CLOCK = "Set the clock of this machine, then run this again."

LOCAL = "To use the local cloud, unset WORKSHOP_CLOUD."

NOT_USABLE: tuple[tuple[tuple[type[BotoCoreError], ...], str, str], ...] = (
    ((raised.NoCredentialsError,), "There are no AWS credentials.", f"{SIGN_IN} {LOCAL}"),
    (
        (raised.PartialCredentialsError,),
        "Your AWS credentials are incomplete.",
        "Give both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or neither of them, then run this again.",
    ),
    (
        (raised.ProfileNotFound,),
        "AWS_PROFILE names a profile that isn't there.",
        "Choose one that `aws configure list-profiles` shows, or unset AWS_PROFILE.",
    ),
    (
        (raised.ConfigParseError, raised.ConfigNotFound, raised.InvalidConfigError),
        "Your AWS configuration can't be used.",
        "Correct ~/.aws/config, ~/.aws/credentials, or the variable whose name begins with AWS_. Then run this again.",
    ),
    (
        (raised.SSOError, raised.LoginError, raised.TokenRetrievalError, raised.NoAuthTokenError),
        "Your sign-in to AWS has expired.",
        SIGN_IN,
    ),
    (
        (raised.CredentialRetrievalError, raised.MetadataRetrievalError, raised.RefreshWithMFAUnsupportedError),
        "Your AWS credentials can't be fetched.",
        SIGN_IN,
    ),
    (
        (raised.UnknownCredentialError, raised.UnknownTokenProviderError, raised.MissingDependencyException),
        "Your AWS profile needs something that isn't here.",
        "Use another profile, then run this again.",
    ),
)
"""Errors of botocore, what is wrong, and what to do."""

NOT_REACHABLE = (raised.ConnectionError, raised.HTTPClientError, raised.InvalidProxiesConfigError)

ANY_ERROR = (
    *(BotoCoreError, ClientError, EOFError, KeyError),
    *(NotImplementedError, OSError, RuntimeError, TypeError, ValueError),
)
"""botocore lets through whatever goes wrong with a profile or a setting, such as an answer that is no JSON."""

UNKNOWN = ("InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "InvalidToken", "AuthFailure")
"""AWS's codes for an access key that it doesn't know. It says so too in a region that isn't enabled for the account."""

REFUSED = {
    **dict.fromkeys(
        ("ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"),
        "Your AWS credentials have expired.",
    ),
    **dict.fromkeys(UNKNOWN, "AWS doesn't know your access key."),
    **dict.fromkeys(
        ("SignatureDoesNotMatch", "InvalidSignatureException"),
        "Your secret access key doesn't belong to the access key.",
    ),
    **dict.fromkeys(("MissingAuthenticationToken", "IncompleteSignature"), "Your AWS credentials are incomplete."),
}
"""AWS's codes for credentials that it doesn't accept (IAM, "Common Errors"; S3, "Error responses")."""

SKEWED = ("RequestTimeTooSkewed", "RequestInTheFuture")
SKEWED_SIGNATURE = ("Signature expired", "Signature not yet current")
"""What AWS says with the code of a wrong signature when a clock is wrong."""


def explain(error: Exception) -> None:
    """Raise an error with a sentence instead of one of botocore's or AWS's. Return if it is of another kind.

    Raises:
        CredentialsRefused: There are no usable credentials, or AWS doesn't accept them.
        ServiceNotReachable: AWS does not answer.
    """
    if isinstance(error, ClientError):
        code, said = get_error_code(error), str(error)
        if code in SKEWED or (code in REFUSED and any(part in said for part in SKEWED_SIGNATURE)):
            raise CredentialsRefused(f"AWS says that the clock of this machine is wrong ({said}). {CLOCK}") from error
        if code in REFUSED:
            fix = IN_VARIABLES if os.environ.get("AWS_ACCESS_KEY_ID") else SIGN_IN
            raise CredentialsRefused(f"{REFUSED[code]} ({said}) {fix}") from error
    if isinstance(error, NOT_REACHABLE):
        raise ServiceNotReachable(f"AWS does not answer ({error}). {CHECK_THE_WAY}") from error
    for kinds, what, fix in NOT_USABLE:
        if isinstance(error, kinds):
            raise CredentialsRefused(f"{what} ({error}) {fix}") from error


@contextmanager
def explaining() -> Iterator[None]:
    """Replace errors of the block by those of `explain`. Errors of other kinds stay."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        explain(error)
        raise


@contextmanager
def fetching() -> Iterator[None]:
    """As `explaining`, for a block that looks up credentials. A profile may name a program or a file that isn't there.

    It may also want the code of an MFA device, which nobody can type without a terminal.
    """
    try:
        with explaining():
            yield
    except (EOFError, NotImplementedError) as error:
        raise CredentialsRefused(
            f"Your AWS profile asks for the code of an MFA device, and it can't be typed here. ({error}) Run the cell "
            "in JupyterLab, where you can type it. Or run `aws configure export-credentials --format env` in a "
            "terminal, paste what it prints, and start again from there."
        ) from error
    except ANY_ERROR as error:
        raise CredentialsRefused(
            f"Your AWS credentials can't be fetched. ({type(error).__name__}: {error}) Correct what your profile in "
            "~/.aws/config names, such as a program, a file or a role, then run this again."
        ) from error


@contextmanager
def configuring() -> Iterator[None]:
    """As `explaining`, for a block that reads the machine's settings for AWS."""
    try:
        with explaining():
            yield
    except ANY_ERROR as error:
        raise AmbiguousCloud(
            f"A setting for AWS on this machine can't be used. ({error}) It is in ~/.aws/config, or in a variable "
            "such as HTTPS_PROXY or one whose name begins with AWS_. Correct or remove it, then run this again."
        ) from error


class Explaining:
    """A base class of clients, whose calls raise the errors of `explain`."""

    @classmethod
    def add_to(cls, base_classes: list[type], **_: Any) -> None:
        """Handle botocore's event `creating-client-class`."""
        base_classes.insert(0, cls)

    def _make_api_call(self, operation_name: str, api_params: Any) -> Any:
        with explaining():
            return super()._make_api_call(operation_name, api_params)  # type: ignore[misc]
