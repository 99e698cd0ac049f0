"""Lambda: listings of versions, tags, concurrency and the account's limits."""

from __future__ import annotations

from typing import Any

from local_cloud.call import Call, not_implemented
from local_cloud.services.lambda_functions.names import backend, get_function, numbered_versions, parse_name, read_name
from local_cloud.services.lambda_functions.pages import paginate
from local_cloud.services.lambda_functions.rules import LARGEST_UNZIPPED, invalid_parameter
from local_cloud.services.lambda_functions.states import States

_NOT_LISTED = {
    *("State", "StateReason", "StateReasonCode"),
    *("LastUpdateStatus", "LastUpdateStatusReason", "LastUpdateStatusReasonCode", "RuntimeVersionConfig"),
}

CONCURRENCY, UNRESERVED_CONCURRENCY = 1000, 100
"""Concurrent executions of an account, and how many of them can't be reserved (LDG/gettingstarted-limits)."""


class SettingsOperations:
    """Operations on functions, except on their code."""

    _states: States

    def answer_list_versions_by_function(self, call: Call) -> dict[str, Any]:
        """List `$LATEST` and the numbered versions, oldest first. moto would return none for an unknown function."""
        name = read_name(call)._replace(qualifier=None)
        found = get_function(name)
        latest = {**found.get_configuration(), "FunctionArn": f"{name.arn}:$LATEST", "Version": "$LATEST"}
        every = [latest, *(version.get_configuration() for version in numbered_versions(found))]
        return paginate(call, "Versions", self._as_listed(every))

    def answer_list_functions(self, call: Call) -> dict[str, Any]:
        """List all functions, with all versions if the call asks for them. moto returns no pages.

        Replicas at the edge, for which `MasterRegion` asks, are not functions here.
        """
        if call.parameters.get("MasterRegion", "ALL") != "ALL":
            raise not_implemented(call)
        found = backend(call.region).list_functions(call.parameters.get("FunctionVersion"))
        return paginate(call, "Functions", self._as_listed([function.get_configuration() for function in found]))

    def _as_listed(self, configurations: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Configurations as listings return them, without states (botocore, `ListFunctions`)."""
        for configuration in configurations:
            self._states.amend(configuration)
        return [{key: value for key, value in one.items() if key not in _NOT_LISTED} for one in configurations]

    def refuse_tag_resource(self, call: Call) -> None:
        """Refuse tags of versions and aliases."""
        if parse_name(call.parameters["Resource"]).qualifier:
            text = "Tags on function aliases and versions are not supported. Please specify a function ARN."
            raise invalid_parameter(text)

    refuse_untag_resource = refuse_tag_resource
    refuse_list_tags = refuse_tag_resource

    def refuse_put_function_concurrency(self, call: Call) -> None:
        """Refuse a reservation that leaves too little for functions without one."""
        found = get_function(read_name(call))
        others = _reserved(call.region) - int(found.reserved_concurrency or 0)
        wanted = int(call.parameters["ReservedConcurrentExecutions"])
        if CONCURRENCY - others - wanted < UNRESERVED_CONCURRENCY:
            raise invalid_parameter(
                "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
                f"below its minimum value of [{UNRESERVED_CONCURRENCY}]."
            )

    def answer_get_account_settings(self, call: Call) -> dict[str, Any]:
        """Return the default limits, and how much is used."""
        functions = list(backend(call.region).list_functions(None))
        return {
            "AccountLimit": {
                "TotalCodeSize": 80_530_636_800,
                "CodeSizeUnzipped": LARGEST_UNZIPPED,
                "CodeSizeZipped": 52_428_800,
                "ConcurrentExecutions": CONCURRENCY,
                "UnreservedConcurrentExecutions": CONCURRENCY - _reserved(call.region),
            },
            "AccountUsage": {
                "TotalCodeSize": sum(found.code_size for found in functions),
                "FunctionCount": len(functions),
            },
        }

    def refuse_invoke_async(self, call: Call) -> None:
        """Not implemented."""
        raise not_implemented(call)

    refuse_create_function_url_config = refuse_invoke_async
    refuse_create_event_source_mapping = refuse_invoke_async
    refuse_publish_layer_version = refuse_invoke_async
    refuse_put_function_event_invoke_config = refuse_invoke_async


def _reserved(region: str) -> int:
    return sum(int(found.reserved_concurrency or 0) for found in backend(region).list_functions(None))
