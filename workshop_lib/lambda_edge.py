"""Steps that bring the function to the edge: role, function, numbered version, and a trial run.

Lambda@Edge takes only numbered versions, and only from us-east-1, whatever the region of the buckets.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from workshop_lib.edge_logs import parse_decisions
from workshop_lib.errors import STEPS, InvalidName, StepOutOfOrder, describe_missing, get_error_code, name_missed_step
from workshop_lib.ownership import EARLIER_SENTENCE, make_description, read_description
from workshop_lib.policies import render_policy
from workshop_lib.polling import Sleep, retry_while
from workshop_lib.roles import create_role, put_role_policy
from workshop_lib.waiting import wait_until_function_active

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient

    from workshop_lib.packaging import Package

HANDLER = "handler.handler"
MEMORY_SIZE = 512
"""MB. Lambda gives processor time in proportion: with 128 MB a cold start takes four times as long (docs/design.md)."""
TIMEOUT = 10
"""Seconds. Lambda@Edge allows 30 for an origin request. The function's own limits end all look-ups after 3.4."""

ROLE_NOT_KNOWN_YET = {"InvalidParameterValueException": "cannot be assumed by Lambda"}
BUSY = {"ResourceConflictException": "The operation cannot be performed at this time"}


def create_edge_role(iam: IAMClient, *, role_name: str, boundary_arn: str, learner: str) -> str:
    """Create the function's role, or find it. Its policies are written each time.

    The role must trust both `lambda` and `edgelambda`, which runs the function at the edge. It may only write logs. It
    may do so in every region, because the function runs in the region nearest to the viewer.

    Args:
        iam: Client.
        role_name: Name of the role.
        boundary_arn: From `boundaries.find_permissions_boundary`.
        learner: `names.learner`, with which the role is marked.

    Returns:
        The role's ARN.

    Raises:
        RoleNotBounded: The role exists without this boundary.
    """
    trust = render_policy("edge-role-trust")
    arn = create_role(iam, role_name=role_name, trust=trust, boundary_arn=boundary_arn, learner=learner)
    put_role_policy(iam, role_name=role_name, policy=render_policy("edge-role-permissions"))
    return arn


def create_edge_function(
    lambda_: LambdaClient,
    *,
    function_name: str,
    role_arn: str,
    package: Package,
    learner: str,
    sleep: Sleep = time.sleep,
) -> dict[str, Any]:
    """Create the function from a package, or update an existing one, and wait until it is active.

    It sends nothing if nothing differs. It retries while a new role isn't known everywhere yet.

    Args:
        lambda_: Client in us-east-1.
        function_name: Name of the function.
        role_arn: From `create_edge_role`.
        package: From `packaging.package_edge_function`.
        learner: `names.learner`, whom the function's description names.
        sleep: Seam for tests.

    Returns:
        The function's configuration, as Lambda stores it.

    Raises:
        InvalidName: You have a function of this name for something else.
    """
    wanted = {
        "Description": make_description(learner),
        "Role": role_arn,
        "Runtime": package.runtime,
        "Handler": HANDLER,
        "Timeout": TIMEOUT,
        "MemorySize": MEMORY_SIZE,
    }
    found = _find_configuration(lambda_, function_name)
    if found is None:
        _change(
            lambda_, "create_function", sleep, FunctionName=function_name, Code={"ZipFile": package.zip_bytes}, **wanted
        )
    else:
        owner, is_same = read_description(found.get("Description")), found["CodeSha256"] == package.sha256
        if owner != learner and (owner or not (is_same or found.get("Description") == EARLIER_SENTENCE)):
            raise InvalidName(
                f"You have a function {function_name!r} that the workshop didn't make. Choose another learner "
                f"name, from which the function's name is made: run {STEPS['learner name']}, then steps 4 to 6."
            )
        if not is_same:
            _change(lambda_, "update_function_code", sleep, FunctionName=function_name, ZipFile=package.zip_bytes)
        if any(found.get(key) != value for key, value in wanted.items()):
            _change(lambda_, "update_function_configuration", sleep, FunctionName=function_name, **wanted)
    wait_until_function_active(lambda_, version_arn=function_name, sleep=sleep)
    return _find_configuration(lambda_, function_name) or {}


def _find_configuration(lambda_: LambdaClient, function_name: str) -> dict[str, Any] | None:
    """Return the configuration without HTTP metadata, or None if there is no such function."""
    try:
        answer: dict[str, Any] = dict(lambda_.get_function_configuration(FunctionName=function_name))
    except ClientError as error:
        if get_error_code(error) != "ResourceNotFoundException":
            raise
        return None
    answer.pop("ResponseMetadata")
    return answer


def _change(lambda_: LambdaClient, operation: str, sleep: Sleep, **parameters: Any) -> None:
    """Call an operation, and retry while Lambda doesn't know the role yet or is busy with an earlier change."""
    retry_while(
        lambda: getattr(lambda_, operation)(**parameters),
        ROLE_NOT_KNOWN_YET | BUSY,
        what="Lambda doesn't know the function's role yet",
        sleep=sleep,
    )


def publish_version(lambda_: LambdaClient, *, function_name: str, package: Package, sleep: Sleep = time.sleep) -> str:
    """Publish the function's current code as a numbered version, which never changes again.

    If nothing has changed since the last version, Lambda makes no new version and returns the last one.

    Args:
        lambda_: Client in us-east-1.
        function_name: Name of the function.
        package: The package that the function should hold. Lambda refuses if it holds another.
        sleep: Seam for tests.

    Returns:
        ARN of the version, which ends with its number.

    Raises:
        StepOutOfOrder: There is no such function, or it holds another package.
    """
    try:
        version = retry_while(
            lambda: lambda_.publish_version(FunctionName=function_name, CodeSha256=package.sha256),
            BUSY,
            what="Lambda is busy with the function",
            sleep=sleep,
        )
    except ClientError as error:
        if get_error_code(error) == "ResourceNotFoundException":
            raise StepOutOfOrder(describe_missing("function", function_name)) from error
        if get_error_code(error) == "InvalidParameterValueException" and "CodeSHA256" in str(error):
            raise StepOutOfOrder(
                f"The function {function_name!r} holds another package. Run {STEPS['function']} again."
            ) from error
        raise
    return version["FunctionArn"]


def find_version(lambda_: LambdaClient, *, function_name: str) -> str:
    """Find the newest numbered version of the function. Changes nothing.

    Args:
        lambda_: Client in us-east-1.
        function_name: Name of the function.

    Returns:
        ARN of the version, as `publish_version` returned it.

    Raises:
        StepOutOfOrder: There is no such function, or no version of it was published.
    """
    pages = lambda_.get_paginator("list_versions_by_function").paginate(FunctionName=function_name)
    try:
        versions = [version for page in pages for version in page["Versions"] if version["Version"] != "$LATEST"]
    except ClientError as error:
        if get_error_code(error) != "ResourceNotFoundException":
            raise
        raise StepOutOfOrder(describe_missing("function", function_name)) from error
    if not versions:
        raise StepOutOfOrder(f"The function {function_name!r} has no version. Run {STEPS['function version']} first.")
    return max(versions, key=lambda version: int(version["Version"]))["FunctionArn"]


@name_missed_step("ResourceNotFoundException")
def invoke_edge_function(lambda_: LambdaClient, *, version_arn: str, event: dict[str, Any]) -> dict[str, Any]:
    """Run the function once with an event of your own, in Lambda itself and not at the edge.

    Args:
        lambda_: Client in us-east-1.
        version_arn: From `publish_version`.
        event: From `make_event`, or any other.

    Returns:
        `{"request", "decisions", "error", "log"}`: the request that the function returned, its logged decisions, its
        error (or None), and the last 4 kB of its log.
    """
    answer = lambda_.invoke(FunctionName=version_arn, Payload=json.dumps(event), LogType="Tail")
    payload = json.loads(answer["Payload"].read() or "null")
    log = base64.b64decode(answer.get("LogResult", "")).decode("utf-8", "replace")
    failed = "FunctionError" in answer
    return {
        "request": None if failed else payload,
        "decisions": parse_decisions(log.splitlines()),
        "error": payload if failed else None,
        "log": log,
    }


def make_event(
    *,
    dns_origin: str | None = None,
    name_servers: Sequence[str] = (),
    allowed_buckets: Sequence[str] = (),
    domain_name: str = "source-bucket.s3.eu-west-1.amazonaws.com",
    uri: str = "/index.html",
) -> dict[str, Any]:
    """Make an origin-request event, as CloudFront gives it to the function for an S3 origin.

    Args:
        dns_origin: Value of the X-DNS-ORIGIN header. With None there is no such header.
        name_servers: Names or addresses of the zone's own name servers.
        allowed_buckets: The only buckets that the function may choose. An empty list allows all.
        domain_name: The origin in the distribution's configuration, `BUCKET.s3.REGION.amazonaws.com`.
        uri: The path that the viewer requested.

    Returns:
        The event. The function returns `event["Records"][0]["cf"]["request"]`, changed or not.
    """
    settings = {
        "X-DNS-ORIGIN": dns_origin,
        "X-DNS-NAMESERVERS": ",".join(name_servers),
        "X-DNS-ALLOWED-BUCKETS": ",".join(allowed_buckets),
    }
    headers = {"Host": domain_name, "User-Agent": "Amazon CloudFront", "X-Forwarded-For": "203.0.113.178"}
    origin = {
        "authMethod": "origin-access-identity",
        "customHeaders": _format_headers({key: value for key, value in settings.items() if value}),
        "domainName": domain_name,
        "path": "",
        "region": domain_name.split(".")[2],
    }
    config = {
        "distributionDomainName": "d111111abcdef8.cloudfront.net",
        "distributionId": "EDFDVBD6EXAMPLE",
        "eventType": "origin-request",
        "requestId": "4TyzHTaYWb1GX1qTfsHhEqV6HUDd_BzoBZnwfnvQc_1oF26ClkoUSEQ==",
    }
    request = {
        "clientIp": "203.0.113.178",
        "headers": _format_headers(headers),
        "method": "GET",
        "origin": {"s3": origin},
        "querystring": "",
        "uri": uri,
    }
    return {"Records": [{"cf": {"config": config, "request": request}}]}


def _format_headers(headers: dict[str, str]) -> dict[str, list[dict[str, str]]]:
    """Write headers as CloudFront does in events."""
    return {key.lower(): [{"key": key, "value": value}] for key, value in headers.items()}
