"""The service: its operations, and queries from the edge. More operations are in the modules beside this one."""

from __future__ import annotations

import datetime
import json
import threading
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote

from local_cloud.call import Call, Response
from local_cloud.clock import Clock
from local_cloud.constants import CONTROL_PREFIX
from local_cloud.engines.sandbox import DeployedFunction, Invocation, Sandbox
from local_cloud.errors import AwsError
from local_cloud.services.constraints import check_constraints
from local_cloud.services.lambda_functions.aliases import AliasOperations, check_no_alias
from local_cloud.services.lambda_functions.invocations import (
    check_concurrency,
    check_runs_here,
    choose_version,
    deploy,
    read_event,
    render,
)
from local_cloud.services.lambda_functions.names import (
    FunctionName,
    find_function,
    get_function,
    numbered_versions,
    parse_name,
    read_name,
)
from local_cloud.services.lambda_functions.permissions import PermissionOperations
from local_cloud.services.lambda_functions.rules import (
    check_environment,
    check_revision,
    check_role,
    check_runtime,
    check_source,
    check_supported,
    invalid_parameter,
)
from local_cloud.services.lambda_functions.settings import SettingsOperations
from local_cloud.services.lambda_functions.states import States
from local_cloud.services.lambda_functions.versions import Numbers, answer_with, leave_publishing_to_us, publish
from local_cloud.services.service import Service

BEFORE = "function before"
"""Note: when the function was changed before an update, its content, and how it was deployed."""
PUBLISHES = "publishes"
"""Note: whether to publish a version after the operation."""


class LambdaService(AliasOperations, PermissionOperations, SettingsOperations, Service):
    """AWS Lambda.

    Args:
        sandbox: Runs the functions.
        run: Runs a coroutine of the sandbox from a thread, and waits for it.
        is_replicated: Whether edges have, or still keep, a replica of a function version.
        clock: Times how long functions are Pending.
        presign: Signs the URL of a function's code: path with query, and host.
    """

    name = "lambda"
    unlocked = frozenset({"Invoke"})

    def __init__(
        self,
        *,
        sandbox: Sandbox,
        run: Callable[[Coroutine[Any, Any, Any]], Any],
        is_replicated: Callable[[str], bool],
        clock: Clock | None = None,
        presign: Callable[[str, str], str] = lambda target, host: target,
    ) -> None:
        self._presign = presign
        self._sandbox = sandbox
        self._run = run
        self._is_replicated = is_replicated
        self._clock = clock or Clock()
        self._states = States(self._clock)
        self._numbers = Numbers()
        self._before: dict[str, DeployedFunction] = {}
        self._running: set[threading.Thread] = set()

    @property
    def is_settled(self) -> bool:
        """False while a function is Pending or being updated, or handles an asynchronous event."""
        self._running = {thread for thread in list(self._running) if thread.is_alive()}
        return self._states.is_settled and not self._running

    def reset(self) -> None:
        """Delete the states and version numbers. moto deletes the functions."""
        self._states.reset()
        self._numbers.reset()
        self._before.clear()

    def describe(self, version_arn: str) -> dict[str, Any] | None:
        """The configuration of a function or a version, as `GetFunctionConfiguration` returns it, or None."""
        found = find_function(parse_name(version_arn).region, version_arn)
        return self._configure(found) if found else None

    def find_version(self, version_arn: str) -> DeployedFunction | None:
        """A version, ready for the sandbox, or None."""
        found = find_function(parse_name(version_arn).region, version_arn)
        return deploy(found) if found else None

    def refuse(self, call: Call) -> None:
        """Refuse other regions' ARNs, and values that break the model. Runtimes have other messages, so not here."""
        check_constraints(call, code="ValidationException", without={"Runtime"})
        if "FunctionName" in call.parameters:
            read_name(call)

    def prepare_create_function(self, call: Call) -> None:
        """Make moto create only the function, by its bare name. The version is made here."""
        call.rewrite(body=json.dumps({**json.loads(call.body), "FunctionName": read_name(call).name}).encode())
        call.note(PUBLISHES, leave_publishing_to_us(call))

    def refuse_create_function(self, call: Call) -> None:
        """Refuse a new function as Lambda does."""
        parameters = call.parameters
        check_supported(call)
        self._refuse_configuration(call)
        if not parameters.get("Runtime") or not parameters.get("Handler"):
            text = "Runtime and Handler are mandatory parameters for functions created with deployment packages."
            raise invalid_parameter(text)
        name = read_name(call)
        if len(name.name) > 64 or name.qualifier:
            raise AwsError("ValidationException", f"{parameters['FunctionName']} can't be a function's name.", 400)
        check_source(call, parameters["Code"])

    def observe_create_function(self, call: Call, response: Response) -> None:
        """Set the new function to Pending. Publish a version if the call asks for one."""
        self._begin(response)
        if call.notes[PUBLISHES]:
            version, _ = publish(read_name(call), self._numbers)
            self._states.begin(version.function_arn)
            answer_with(response, {**json.loads(response.body), "Version": str(version.version)})

    def prepare_update_function_configuration(self, call: Call) -> None:
        """Store the function's content before the update."""
        _note_what_it_was(call)

    def refuse_update_function_configuration(self, call: Call) -> None:
        """Refuse a change as Lambda does, and while another one is under way."""
        check_supported(call)
        self._refuse_configuration(call)
        self._refuse_change(call)

    def observe_update_function_configuration(self, call: Call, response: Response) -> None:
        """If nothing has changed, a later publish makes no version. moto would make one."""
        self._end_change(call, response)

    def prepare_update_function_code(self, call: Call) -> None:
        """Store the function's content before the update. The version is made here, not by moto."""
        _note_what_it_was(call)
        call.note(PUBLISHES, leave_publishing_to_us(call))

    def refuse_update_function_code(self, call: Call) -> None:
        """Refuse code that can't be unzipped, and a change while another one is under way."""
        check_supported(call)
        check_source(call, call.parameters)
        self._refuse_change(call)

    def observe_update_function_code(self, call: Call, response: Response) -> None:
        """After a dry run or the same code, a later publish makes no version. moto would make one."""
        self._end_change(call, response)
        if call.notes[PUBLISHES]:
            answer_with(response, self._publish(read_name(call)))

    def refuse_publish_version(self, call: Call) -> None:
        """Refuse to publish if the code or the revision differs from the caller's."""
        found = get_function(read_name(call))
        self._states.check(found.function_arn)
        wanted = call.parameters.get("CodeSha256")
        if wanted and wanted != found.code_sha_256:
            raise invalid_parameter(
                f"CodeSHA256 ({wanted}) is different from current CodeSHA256 in $LATEST ({found.code_sha_256}). "
                "Please try again with the CodeSHA256 in $LATEST."
            )
        self._check_revision(call, found)

    def answer_publish_version(self, call: Call) -> Response:
        """Publish a version. A new one is Pending at first; an existing one is returned unchanged."""
        configuration = self._publish(read_name(call), description=call.parameters.get("Description") or "")
        return Response(201, [("Content-Type", "application/json")], json.dumps(configuration).encode())

    def _publish(self, name: FunctionName, *, description: str = "") -> dict[str, Any]:
        version, is_new = publish(name, self._numbers, description=description)
        if is_new:
            self._states.begin(version.function_arn)
        return self._configure(version)

    def refuse_delete_function(self, call: Call) -> None:
        """Refuse to delete `$LATEST` alone, an alias, its version, and replicas (CFDG/lambda-edge-delete-replicas)."""
        name = read_name(call)
        if name.qualifier == "$LATEST":
            raise invalid_parameter("$LATEST version cannot be deleted without deleting the function.")
        if name.is_alias:
            raise invalid_parameter("Deletion of aliases is not currently supported.")
        found = get_function(name)
        if name.is_version:
            check_no_alias(name)
        for version in [found] if name.is_version else numbered_versions(found):
            if self._is_replicated(version.function_arn):
                raise invalid_parameter(
                    f"Lambda was unable to delete {version.function_arn} because it is a replicated function. "
                    "Please see our documentation for Deleting Lambda@Edge Functions and Replicas."
                )

    def observe_delete_function(self, call: Call, response: Response) -> None:
        """End the function's environments too."""
        name = read_name(call)
        self._states.forget(name.arn)
        self._numbers.forget(name.arn)
        self._before.pop(name.arn, None)
        self._later(lambda: self._sandbox.forget(name.arn))

    def observe_get_function(self, call: Call, response: Response) -> None:
        """Set the state, the revision and the URL of the code."""
        answer = json.loads(response.body)
        self._states.amend(answer["Configuration"])
        _name_alias(call, answer["Configuration"])
        host, arn = call.request.host or "127.0.0.1", quote(read_name(call).arn)
        answer["Code"]["Location"] = f"http://{host}{self._presign(f'{CONTROL_PREFIX}code?function={arn}', host)}"
        _replace_body(response, answer)

    def answer_get_function_configuration(self, call: Call) -> dict[str, Any]:
        """Return the configuration. moto doesn't know partial ARNs."""
        configuration = self._configure(get_function(read_name(call)))
        _name_alias(call, configuration)
        return configuration

    def answer_invoke(self, call: Call) -> Response:
        """Run the function in one of its environments."""
        name, kind = read_name(call), call.parameters.get("InvocationType")
        found = choose_version(name)
        self._states.check_active(found.function_arn)
        event = read_event(call)
        if kind == "DryRun":
            return Response(204)
        check_concurrency(get_function(name._replace(qualifier=None)))
        check_runs_here(found)
        if kind == "Event":
            self._invoke_later(found, event, call.region)
            return Response(202)
        invocation: Invocation = self._run(self._sandbox.invoke(self._deploy(found), event, region=call.region))
        return render(invocation, found, with_log=call.parameters.get("LogType") == "Tail")

    def _invoke_later(self, found: Any, event: Any, region: str) -> None:
        """Run the function asynchronously. It isn't retried if it fails."""
        function = self._deploy(found)
        self._later(lambda: self._sandbox.invoke(function, event, region=region))

    def _deploy(self, found: Any) -> DeployedFunction:
        """What runs now. During an update this is the code and configuration before it (LDG/functions-states)."""
        before = self._before.get(found.function_arn)
        if before and self._states.is_updating(found.function_arn):
            return before
        self._before.pop(found.function_arn, None)
        return deploy(found)

    def _later(self, start: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        """Start work in the sandbox without waiting for it, as this thread holds the cloud's lock."""
        thread = threading.Thread(target=lambda: self._run(start()), name="local-cloud-lambda", daemon=True)
        self._running.add(thread)
        thread.start()

    def _refuse_configuration(self, call: Call) -> None:
        check_environment((call.parameters.get("Environment") or {}).get("Variables") or {})
        check_runtime(call, today=datetime.date.fromtimestamp(self._clock.now()))
        check_role(call.parameters.get("Role"))

    def _refuse_change(self, call: Call) -> None:
        name = read_name(call)
        found = get_function(name)
        if name.is_version or name.is_alias:
            raise invalid_parameter(f"{name.arn} can't be changed: only $LATEST can.")
        self._states.check(found.function_arn)
        self._check_revision(call, found)

    def _end_change(self, call: Call, response: Response) -> None:
        found = get_function(read_name(call))
        updated, content, before = call.notes[BEFORE]
        if content == _content(found):
            found.code_or_config_updated = updated
        if not call.parameters.get("DryRun"):
            self._states.begin_update(found.function_arn)
            self._before[found.function_arn] = before
        self._amend(response)

    def _check_revision(self, call: Call, found: Any) -> None:
        check_revision(call, self._configure(found)["RevisionId"])

    def _begin(self, response: Response) -> None:
        """Set the function in the response to Pending for some seconds."""
        self._states.begin(json.loads(response.body)["FunctionArn"])
        self._amend(response)

    def _configure(self, found: Any) -> dict[str, Any]:
        """The configuration with the current state."""
        configuration: dict[str, Any] = found.get_configuration()
        self._states.amend(configuration)
        return configuration

    def _amend(self, response: Response) -> None:
        """Add state and revision to moto's answer."""
        configuration = json.loads(response.body)
        self._states.amend(configuration)
        _replace_body(response, configuration)


def _note_what_it_was(call: Call) -> None:
    name = read_name(call)
    if found := find_function(name.region, name.arn):
        call.note(BEFORE, (found.code_or_config_updated, _content(found), deploy(found)))


def _name_alias(call: Call, configuration: dict[str, Any]) -> None:
    """If the call names an alias, return the alias's ARN."""
    name = read_name(call)
    if name.is_alias:
        configuration["FunctionArn"] = name.arn


def _replace_body(response: Response, answer: dict[str, Any]) -> None:
    response.body = json.dumps(answer).encode()
    response.set_header("Content-Length", str(len(response.body)))


def _content(found: Any) -> tuple[Any, ...]:
    """The content of a function; a change of it allows a new version."""
    configuration = {key: value for key, value in found.get_configuration().items() if key != "LastModified"}
    return found.code_sha_256, json.dumps(configuration, sort_keys=True, default=str)
