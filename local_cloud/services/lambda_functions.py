"""Lambda: functions really run, from their zips; what AWS refuses is refused. moto keeps the state."""

from __future__ import annotations

import base64
import datetime
import json
from collections.abc import Callable, Coroutine
from typing import Any

from moto.backends import get_backend

from local_cloud.call import ACCOUNT_ID, Call, Response
from local_cloud.clock import Clock
from local_cloud.engines.sandbox import DeployedFunction, Invocation, Sandbox
from local_cloud.errors import AwsError
from local_cloud.services.lambda_rules import check_limits, check_role, check_runtime, check_zip, invalid_parameter
from local_cloud.services.service import Service

SECONDS_PENDING = 5
"""How long a function or a version is Pending on AWS, about."""

LOG_TAIL = 4096
"""Bytes of the log that an invocation may bring back (LDG/API_Invoke)."""

BEFORE = "local_cloud.function_before"
"""WSGI environment key: what a function was before an update."""


class LambdaService(Service):
    """AWS Lambda.

    Args:
        sandbox: Runs the functions.
        run: Runs a coroutine of the sandbox from a thread, and waits for it.
        is_replicated: Whether edges have, or still keep, a replica of a function version.
        clock: For how long functions are Pending.
    """

    name = "lambda"
    unlocked = frozenset({"Invoke"})

    def __init__(
        self,
        *,
        sandbox: Sandbox,
        run: Callable[[Coroutine[Any, Any, Invocation]], Invocation],
        is_replicated: Callable[[str], bool],
        clock: Clock | None = None,
    ) -> None:
        self._sandbox = sandbox
        self._run = run
        self._is_replicated = is_replicated
        self._clock = clock or Clock()
        self._pending: dict[str, float] = {}

    @property
    def is_settled(self) -> bool:
        """False while a function is Pending."""
        return not any(self._is_pending(arn) for arn in list(self._pending))

    def reset(self) -> None:
        """Forget which functions are Pending; moto forgets the functions."""
        self._pending.clear()

    def describe(self, version_arn: str) -> dict[str, Any] | None:
        """The configuration of a function or a version, as `GetFunctionConfiguration` gives it, or None."""
        region = version_arn.split(":")[3] if version_arn.count(":") > 5 else "us-east-1"
        found = find_function(region, version_arn)
        return self._configure(found) if found else None

    def find_version(self, version_arn: str) -> DeployedFunction | None:
        """A version, ready to be run by the sandbox, or None."""
        region = version_arn.split(":")[3] if version_arn.count(":") > 5 else "us-east-1"
        found = find_function(region, version_arn)
        return deploy(found) if found else None

    def refuse_create_function(self, call: Call) -> None:
        """Refuse what Lambda refuses in a new function."""
        self._refuse_configuration(call)
        check_zip(call.parameters["Code"].get("ZipFile"))

    def observe_create_function(self, call: Call, response: Response) -> None:
        """A new function is Pending at first."""
        self._begin(call, response)

    def refuse_update_function_configuration(self, call: Call) -> None:
        """Refuse what Lambda refuses in a changed function, and changes while it is Pending."""
        self._refuse_configuration(call)
        self._refuse_while_pending(call)
        self._remember(call)

    def observe_update_function_configuration(self, call: Call, response: Response) -> None:
        """If nothing has changed, there is nothing new to publish either; moto thinks there is."""
        self._restore_if_unchanged(call)

    def refuse_update_function_code(self, call: Call) -> None:
        """Refuse code that is no zip, and changes while the function is Pending."""
        check_zip(call.parameters.get("ZipFile"))
        self._refuse_while_pending(call)
        self._remember(call)

    def observe_update_function_code(self, call: Call, response: Response) -> None:
        """A dry run, or the same code again, leaves nothing new to publish; moto thinks it does."""
        self._restore_if_unchanged(call)

    def refuse_publish_version(self, call: Call) -> None:
        """Refuse to publish other code than the caller thinks it is."""
        self._refuse_while_pending(call)
        found = find_function(call.region, call.parameters["FunctionName"])
        wanted = call.parameters.get("CodeSha256")
        if found and wanted and wanted != found.code_sha_256:
            raise invalid_parameter(
                f"CodeSHA256 ({wanted}) is different from current CodeSHA256 in $LATEST ({found.code_sha_256}). "
                "Please try again with the CodeSHA256 in $LATEST."
            )
        call.environ[BEFORE] = {fn.function_arn for fn in _versions(found)} if found else set()

    def observe_publish_version(self, call: Call, response: Response) -> None:
        """A new version is Pending at first; one that was there already is as it was."""
        if json.loads(response.body)["FunctionArn"] not in call.environ[BEFORE]:
            self._begin(call, response)

    def refuse_delete_function(self, call: Call) -> None:
        """Refuse to delete `$LATEST` alone, and what edges still have (CFDG/lambda-edge-delete-replicas)."""
        name, qualifier = call.parameters["FunctionName"], call.parameters.get("Qualifier")
        found = find_function(call.region, name, qualifier)
        if found is None:
            return
        if qualifier == "$LATEST" or name.endswith(":$LATEST"):
            raise invalid_parameter("$LATEST version cannot be deleted without deleting the function.")
        numbered = str(found.version) != "$LATEST" and found.function_arn.count(":") == 7
        for version in [found] if numbered else _versions(found):
            if self._is_replicated(version.function_arn):
                raise invalid_parameter(
                    f"Lambda was unable to delete {version.function_arn} because it is a replicated function. "
                    "Please see our documentation for Deleting Lambda@Edge Functions and Replicas."
                )

    def observe_get_function(self, call: Call, response: Response) -> None:
        """The state is ours."""
        self._amend(call, response, "Configuration")

    def observe_get_function_configuration(self, call: Call, response: Response) -> None:
        """The state is ours."""
        self._amend(call, response)

    def answer_invoke(self, call: Call) -> Response:
        """Run the function, in an environment of its own."""
        parameters = call.parameters
        found = find_function(call.region, parameters["FunctionName"], parameters.get("Qualifier"))
        if found is None:
            arn = f"arn:aws:lambda:{call.region}:{ACCOUNT_ID}:function:{parameters['FunctionName']}"
            raise AwsError("ResourceNotFoundException", f"Function not found: {arn}", 404, Type="User")
        if self._is_pending(found.function_arn):
            raise _busy()
        try:
            event = json.loads(call.body or b"{}")
        except ValueError as error:
            text = f"Could not parse request body into json: {error}"
            raise AwsError("InvalidRequestContentException", text, 400, Type="User") from error
        if parameters.get("InvocationType") == "DryRun":
            return Response(204)
        invocation = self._run(self._sandbox.invoke(deploy(found), event, region=call.region))
        if parameters.get("InvocationType") == "Event":
            return Response(202)
        return _render(invocation, found, with_log=parameters.get("LogType") == "Tail")

    def _refuse_configuration(self, call: Call) -> None:
        check_limits(call)
        check_runtime(call, today=datetime.date.fromtimestamp(self._clock.now()))
        check_role(call.parameters.get("Role"))

    def _refuse_while_pending(self, call: Call) -> None:
        found = find_function(call.region, call.parameters["FunctionName"])
        if found and self._is_pending(found.function_arn):
            raise _busy()

    def _remember(self, call: Call) -> None:
        found = find_function(call.region, call.parameters["FunctionName"])
        if found:
            call.environ[BEFORE] = (found.code_or_config_updated, _content(found))

    def _restore_if_unchanged(self, call: Call) -> None:
        found = find_function(call.region, call.parameters["FunctionName"])
        updated, content = call.environ[BEFORE]
        if found and content == _content(found):
            found.code_or_config_updated = updated

    def _begin(self, call: Call, response: Response) -> None:
        """From now on, and for a while, the function in the response is Pending."""
        arn = json.loads(response.body)["FunctionArn"]
        self._pending[arn] = self._clock.now() + self._clock.scaled(SECONDS_PENDING)
        self._amend(call, response)

    def _is_pending(self, arn: str) -> bool:
        return self._clock.now() < self._pending.get(arn, 0.0)

    def _configure(self, found: Any) -> dict[str, Any]:
        """The configuration, with the state that it has now."""
        return {**found.get_configuration(), **self._get_state(found.function_arn)}

    def _get_state(self, arn: str) -> dict[str, str]:
        if not self._is_pending(arn):
            return {"State": "Active"}
        reason = "The function is being created."
        return {"State": "Pending", "StateReason": reason, "StateReasonCode": "Creating"}

    def _amend(self, call: Call, response: Response, member: str | None = None) -> None:
        """Put the state into an answer of moto's."""
        answer = json.loads(response.body)
        configuration = answer[member] if member else answer
        configuration.update(self._get_state(configuration["FunctionArn"]))
        response.body = json.dumps(answer).encode()
        response.set_header("Content-Length", str(len(response.body)))


def find_function(region: str, name: str, qualifier: str | None = None) -> Any | None:
    """A function or a version as moto keeps it, by name or ARN, or None."""
    if name.startswith("arn:"):
        _, _, rest = name.partition(":function:")
        name, _, in_arn = rest.partition(":")
        qualifier = in_arn or qualifier
    try:
        return get_backend("lambda")[ACCOUNT_ID][region].get_function(name, qualifier)
    except Exception:  # moto's own class for "unknown", which differs from place to place
        return None


def deploy(found: Any) -> DeployedFunction:
    """A function of moto's as the sandbox takes it."""
    return DeployedFunction(
        arn=found.function_arn,
        name=found.function_name,
        version=str(found.version),
        code=found.code_bytes,
        handler=found.handler,
        runtime=found.run_time,
        timeout=float(found.timeout),
        memory_size=int(found.memory_size),
        environment=dict(found.environment_vars),
    )


def _versions(found: Any) -> list[Any]:
    """All numbered versions of a function."""
    backend = get_backend("lambda")[ACCOUNT_ID][found.region]
    return [fn for fn in backend.list_versions_by_function(found.function_name) if fn.function_arn.count(":") == 7]


def _content(found: Any) -> tuple[Any, ...]:
    """What makes a version differ from another."""
    configuration = {key: value for key, value in found.get_configuration().items() if key != "LastModified"}
    return found.code_sha_256, json.dumps(configuration, sort_keys=True, default=str)


def _busy() -> AwsError:
    text = "The operation cannot be performed at this time. The function is currently in the following state: Pending"
    return AwsError("ResourceConflictException", text, 409, Type="User")


def _render(invocation: Invocation, found: Any, *, with_log: bool) -> Response:
    """An invocation as Lambda answers it."""
    failed = invocation.error is not None
    response = Response(200, [("Content-Type", "application/json"), ("X-Amz-Executed-Version", str(found.version))])
    if failed:
        response.set_header("X-Amz-Function-Error", "Unhandled")
    if with_log:
        tail = "\n".join([*invocation.log, ""]).encode()[-LOG_TAIL:]
        response.set_header("X-Amz-Log-Result", base64.b64encode(tail).decode())
    response.set_header("x-amzn-RequestId", invocation.request_id)
    response.body = json.dumps(invocation.error if failed else invocation.payload).encode()
    return response
