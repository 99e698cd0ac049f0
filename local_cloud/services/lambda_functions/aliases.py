"""Lambda's aliases: their versions, and the weights of these. moto accepts any."""

from __future__ import annotations

import json
import uuid
from typing import Any

from local_cloud.call import Call, Response
from local_cloud.errors import AwsError
from local_cloud.services.lambda_functions.names import FunctionName, aliases_of, get_function, read_name
from local_cloud.services.lambda_functions.pages import paginate
from local_cloud.services.lambda_functions.rules import check_revision, invalid_parameter


class AliasOperations:
    """Operations on aliases."""

    def refuse_create_alias(self, call: Call) -> None:
        """Refuse a name that is taken, and versions that an alias can't have."""
        name = read_name(call)
        get_function(name)
        for alias in aliases_of(name):
            if alias.name == call.parameters["Name"]:
                raise AwsError("ResourceConflictException", f"Alias already exists: {alias.arn}", 409, Type="User")
        _check_target(name, call.parameters["FunctionVersion"], call.parameters.get("RoutingConfig"))

    def refuse_update_alias(self, call: Call) -> None:
        """Refuse versions that an alias can't have, and an outdated revision id."""
        name = read_name(call)
        get_function(name)
        found = [alias for alias in aliases_of(name) if alias.name == call.parameters["Name"]]
        if found:
            check_revision(call, found[0].revision_id)
            target = call.parameters.get("FunctionVersion") or found[0].function_version
            _check_target(name, target, call.parameters.get("RoutingConfig"))

    def observe_update_alias(self, call: Call, response: Response) -> None:
        """Give the alias a new revision id (botocore, shape AliasConfiguration). Return 200 instead of moto's 201."""
        alias = next(one for one in aliases_of(read_name(call)) if one.name == call.parameters["Name"])
        alias.revision_id = str(uuid.uuid4())
        response.status, response.body = 200, json.dumps(alias.to_json()).encode()
        response.set_header("Content-Length", str(len(response.body)))

    def observe_get_alias(self, call: Call, response: Response) -> None:
        """Return 200 instead of moto's 201."""
        response.status = 200

    def answer_list_aliases(self, call: Call) -> dict[str, Any]:
        """List a page of the aliases, only those of one version if the call names one."""
        name, version = read_name(call), call.parameters.get("FunctionVersion")
        get_function(name)
        found = [alias.to_json() for alias in aliases_of(name) if version in (None, alias.function_version)]
        return paginate(call, "Aliases", found)

    def observe_delete_alias(self, call: Call, response: Response) -> None:
        """Return 204 without a body instead of moto's 201."""
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
    """Refuse to delete a version that an alias points to.

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
