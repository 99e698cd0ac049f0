"""Which function versions may run at the edge: every case of InvalidLambdaFunctionAssociation.

CloudFront returns the error when a distribution is written. Lambda never does. Captured from AWS are the messages
about the version, the region, environment variables, layers, the VPC, the role, the timeout, the size of the code, the
runtime and the state (awslabs/aws-cloudfront-extensions#112, Widen/cloudfront-auth#43 and #59, goldstack/goldstack#18,
serverless-nextjs/serverless-next.js#180 and #982). The others are modelled on them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from local_cloud.access.known import look_up
from local_cloud.constants import ACCOUNT_ID
from local_cloud.errors import AwsError
from local_cloud.services.cloudfront.refusals import refusal
from local_cloud.services.cloudfront.store import Config, items

# LDG/lambda-runtimes, 2026: those that can be created for x86_64. 3.15 is too new to rely on.
RUNTIMES = (
    "nodejs20.x",
    "nodejs22.x",
    "nodejs24.x",
    "python3.10",
    "python3.11",
    "python3.12",
    "python3.13",
    "python3.14",
)
_MOST_SECONDS, _MOST_MEGABYTES, _MOST_ZIPPED = 30, 10240, 50 * 1024 * 1024  # CFDG/cloudfront-limits, 2026
_MOST_FUNCTIONS, _MOST_DISTRIBUTIONS = 100, 500
_ARN = re.compile(r"arn:aws:lambda:([a-z0-9-]+):(\d{12}):function:([A-Za-z0-9_-]+)(?::([A-Za-z0-9_$-]+))?")


class Functions(Protocol):
    """The part of Lambda that CloudFront uses."""

    def describe(self, version_arn: str) -> Config | None:
        """The configuration of a function version, or None."""


TrustOf = Callable[[str], Config | None]
"""Returns the trust policy of the role with an ARN, or None if it doesn't exist."""


def trust_in_moto(role_arn: str) -> Config | None:
    """The trust policy of a role in moto's IAM."""
    document = look_up(role_arn).trust
    return json.loads(document) if document else None


def function_versions_of(config: Config) -> set[str]:
    """ARNs of the function versions in a distribution's configuration."""
    return {one["LambdaFunctionARN"] for group in _associations_of(config) for one in group}


def _associations_of(config: Config) -> list[list[Config]]:
    """The function associations of each cache behavior."""
    behaviors = [config["DefaultCacheBehavior"], *items(config.get("CacheBehaviors"))]
    return [items(behavior.get("LambdaFunctionAssociations")) for behavior in behaviors]


def check_associations(config: Config, functions: Functions, trust_of: TrustOf) -> None:
    """Refuse a distribution's function associations as CloudFront does.

    Raises:
        AwsError: InvalidLambdaFunctionAssociation, or TooManyLambdaFunctionAssociations.
    """
    groups = _associations_of(config)
    if sum(map(len, groups)) > _MOST_FUNCTIONS:
        raise refusal("TooManyLambdaFunctionAssociations")
    for group in groups:
        for one in group:
            _check_event(one)
        if len({one["EventType"] for one in group}) != len(group):
            raise _refused("A cache behavior can have only one function for each event type.")
    for arn in dict.fromkeys(one.get("LambdaFunctionARN") or "" for group in groups for one in group):
        check_version(arn, functions, trust_of)


def check_quotas(config: Config, others: Iterable[Config]) -> None:
    """Refuse more distributions with functions than an account may have (CFDG/cloudfront-limits).

    The quota of distributions for one function version is the same number, so it isn't checked.

    Args:
        config: The new configuration.
        others: The configurations of all other distributions.

    Raises:
        AwsError: TooManyDistributionsWithLambdaAssociations.
    """
    if function_versions_of(config) and sum(map(bool, map(function_versions_of, others))) >= _MOST_DISTRIBUTIONS:
        raise refusal("TooManyDistributionsWithLambdaAssociations")


def check_version(arn: str, functions: Functions, trust_of: TrustOf) -> None:
    """Refuse a function version that may not run at the edge, or that only AWS's edge can run.

    Raises:
        AwsError: InvalidLambdaFunctionAssociation, with the first reason found; NotImplemented for Node.js.
    """
    match = _ARN.fullmatch(arn)
    if not match or not (match[4] or "").isdigit():
        raise _refused(
            "The function ARN must reference a specific function version. "
            f"(The ARN must end with the version number.) ARN: {arn}"
        )
    if match[1] != "us-east-1":
        raise _refused(f"The function must be in region 'us-east-1'. ARN: {arn}")
    if match[2] != ACCOUNT_ID:
        raise _refused(f"The function must be in the same account as the distribution. ARN: {arn}")
    function = functions.describe(arn)
    if function is None:
        raise _refused(f"Lambda@Edge cannot retrieve the specified Lambda function. The function does not exist: {arn}")
    _check_settings(arn, function)
    _check_limits(arn, function)
    _check_trust(function.get("Role") or "", trust_of)
    if not function["Runtime"].startswith("python"):
        message = f"The local cloud runs Python functions only. The runtime of {arn} is {function['Runtime']}."
        raise AwsError("NotImplemented", message, 501)


def _check_event(association: Config) -> None:
    """Refuse a body at response events, which the model allows. Which error AWS gives is not known."""
    if association.get("IncludeBody") and not association["EventType"].endswith("-request"):
        raise refusal("InvalidArgument", "The parameter IncludeBody is only for viewer-request and origin-request.")


def _check_settings(arn: str, function: Config) -> None:
    """Refuse what Lambda@Edge lacks (CFDG/lambda-at-edge-function-restrictions)."""
    forbidden: dict[str, Any] = {
        "environment variables": (function.get("Environment") or {}).get("Variables"),
        "a layer": function.get("Layers"),
        "a VPC configuration": (function.get("VpcConfig") or {}).get("SubnetIds"),
        "a dead letter queue": (function.get("DeadLetterConfig") or {}).get("TargetArn"),
        "active tracing": (function.get("TracingConfig") or {}).get("Mode") == "Active",
        "a customer managed key": function.get("KMSKeyArn"),
    }
    for what, present in forbidden.items():
        if present:
            raise _refused(f"The function cannot have {what}. Function: {arn}")
    if function.get("PackageType", "Zip") != "Zip":
        raise _refused(f"The function cannot be a container image. Function: {arn}")
    if function.get("Architectures", ["x86_64"]) != ["x86_64"]:
        raise _refused(f"The function must have the architecture x86_64. Function: {arn}")
    if function.get("Runtime") not in RUNTIMES:
        raise _refused(
            f"The function has a runtime that is not supported by Lambda@Edge: {function.get('Runtime')} "
            f"Function: {arn} Supported runtimes: [{', '.join(RUNTIMES)}]"
        )
    if function.get("State", "Active") != "Active":
        raise _refused(
            f"The function must be in an Active state. The current state for function {arn} is {function['State']}"
        )


def _check_limits(arn: str, function: Config) -> None:
    limits = {
        "timeout": (function.get("Timeout", 3), _MOST_SECONDS),
        "memory size": (function.get("MemorySize", 128), _MOST_MEGABYTES),
        "ephemeral storage": ((function.get("EphemeralStorage") or {}).get("Size", 512), 512),
        "code size": (function.get("CodeSize", 0), _MOST_ZIPPED),
    }
    for what, (value, most) in limits.items():
        if value > most:
            allowed = "maximum allowed size" if what == "code size" else "maximum allowed"
            raise _refused(
                f"The function {what} is larger than the {allowed} for functions that are triggered by "
                f"a CloudFront event: {value} Max allowed: {most} Function: {arn}"
            )


def _check_trust(role_arn: str, trust_of: TrustOf) -> None:
    trusted = _trusted_services(trust_of(role_arn) or {})
    if not {"lambda.amazonaws.com", "edgelambda.amazonaws.com"} <= trusted:
        raise _refused(
            "The function execution role must be assumable with edgelambda.amazonaws.com as well as "
            f"lambda.amazonaws.com principals. Update the IAM role and try again. Role: {role_arn}"
        )


def _trusted_services(trust: Config) -> set[str]:
    services: set[str] = set()
    for statement in _listed(trust.get("Statement")):
        principal = statement.get("Principal")
        actions = _listed(statement.get("Action"))
        if statement.get("Effect") == "Allow" and isinstance(principal, dict) and "sts:AssumeRole" in actions:
            services.update(_listed(principal.get("Service")))
    return services


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _refused(message: str) -> AwsError:
    return AwsError("InvalidLambdaFunctionAssociation", message)
