"""Lambda's aliases: which versions they may point to, and in which proportions. moto takes anything."""

from __future__ import annotations

from typing import Any

from local_cloud.call import Call, Response
from local_cloud.errors import AwsError
from local_cloud.services.lambda_names import FunctionName, aliases_of, get_function, read_name
from local_cloud.services.lambda_rules import invalid_parameter


class AliasOperations:
    """What Lambda says about aliases."""

    def refuse_create_alias(self, call: Call) -> None:
        """Refuse a name that is taken, and versions that can't be pointed to."""
        name = read_name(call)
        get_function(name)
        for alias in aliases_of(name):
            if alias.name == call.parameters["Name"]:
                raise AwsError("ResourceConflictException", f"Alias already exists: {alias.arn}", 409, Type="User")
        _check_target(name, call.parameters["FunctionVersion"], call.parameters.get("RoutingConfig"))

    def refuse_update_alias(self, call: Call) -> None:
        """Refuse versions that can't be pointed to."""
        name = read_name(call)
        get_function(name)
        found = [alias for alias in aliases_of(name) if alias.name == call.parameters["Name"]]
        if found:
            target = call.parameters.get("FunctionVersion") or found[0].function_version
            _check_target(name, target, call.parameters.get("RoutingConfig"))

    def observe_update_alias(self, call: Call, response: Response) -> None:
        """200, where moto says 201."""
        response.status = 200

    observe_get_alias = observe_update_alias

    def observe_delete_alias(self, call: Call, response: Response) -> None:
        """204 and no body, where moto says 201."""
        response.status, response.body = 204, b""
        response.set_header("Content-Length", "0")


def _check_target(name: FunctionName, version: str, routing: dict[str, Any] | None) -> None:
    get_function(name._replace(qualifier=version))
    weights = (routing or {}).get("AdditionalVersionWeights") or {}
    if len(weights) > 1:
        raise invalid_parameter("Number of items in AdditionalVersionWeights cannot be greater than 1")
    for other in weights:
        if other == version:
            raise invalid_parameter(
                f"Invalid function version {version}. Function version {version} is already included in routing "
                "configuration."
            )
        if version == "$LATEST":
            raise invalid_parameter("$LATEST is not supported for an alias pointing to more than 1 version")
        get_function(name._replace(qualifier=other))


def check_no_alias(name: FunctionName) -> None:
    """Refuse to touch a version that an alias points to.

    Raises:
        AwsError: ResourceConflictException.
    """
    pointing = [alias for alias in aliases_of(name) if name.qualifier in _targets(alias)]
    if pointing:
        text = "Unable to delete version because the following aliases reference it: "
        names = ", ".join(alias.name for alias in pointing)
        raise AwsError("ResourceConflictException", f"{text}[{names}]", 409, Type="User")


def _targets(alias: Any) -> set[str]:
    weights = (alias.routing_config or {}).get("AdditionalVersionWeights") or {}
    return {alias.function_version, *weights}
