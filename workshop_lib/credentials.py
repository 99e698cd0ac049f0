"""Says in one sentence what is wrong with the learner's AWS credentials, or with the way to AWS, and what to do.

botocore's and AWS's errors are many, and a traceback helps no learner.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore import exceptions as raised
from botocore.exceptions import BotoCoreError, ClientError

from workshop_lib.errors import CloudNotReachable, CredentialsRefused, get_error_code

SIGN_IN = (
    "Sign in again, for example with `aws sso login` or `aws configure`, then run this again. In a notebook, restart "
    "the kernel first."
)
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
        "Your AWS configuration file can't be used.",
        "Correct ~/.aws/config and ~/.aws/credentials, then run this again.",
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

NOT_REACHABLE = (
    *(raised.EndpointConnectionError, raised.ConnectTimeoutError),
    *(raised.ProxyConnectionError, raised.SSLError, raised.InvalidProxiesConfigError),
)

REFUSED = {
    **dict.fromkeys(("ExpiredToken", "ExpiredTokenException", "RequestExpired"), "Your AWS credentials have expired."),
    **dict.fromkeys(
        ("InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "InvalidToken", "AuthFailure"),
        "AWS doesn't know your access key.",
    ),
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
        CloudNotReachable: AWS does not answer.
    """
    if isinstance(error, ClientError):
        code, said = get_error_code(error), str(error)
        if code in SKEWED or (code in REFUSED and any(part in said for part in SKEWED_SIGNATURE)):
            raise CredentialsRefused(f"AWS says that the clock of this machine is wrong ({said}). {CLOCK}") from error
        if code in REFUSED:
            raise CredentialsRefused(f"{REFUSED[code]} ({said}) {SIGN_IN}") from error
    if isinstance(error, NOT_REACHABLE):
        raise CloudNotReachable(
            f"AWS does not answer ({error}). Check the network, HTTPS_PROXY and AWS_CA_BUNDLE, then run this again."
        ) from error
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


class Explaining:
    """A base class of clients, whose calls raise the errors of `explain`."""

    @classmethod
    def add_to(cls, base_classes: list[type], **_: Any) -> None:
        """Handle botocore's event `creating-client-class`."""
        base_classes.insert(0, cls)

    def _make_api_call(self, operation_name: str, api_params: Any) -> Any:
        with explaining():
            return super()._make_api_call(operation_name, api_params)  # type: ignore[misc]
