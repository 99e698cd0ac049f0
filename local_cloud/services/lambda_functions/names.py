"""Functions by name: the forms of a name, and the functions that moto stores."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from moto.backends import get_backend

from local_cloud.call import Call
from local_cloud.constants import ACCOUNT_ID
from local_cloud.errors import AwsError

_NAME = re.compile(
    r"(?:arn:aws[a-z-]*:lambda:)?(?:(?P<region>[a-z]{2}-[a-z-]+-\d):)?(?:\d{12}:)?(?:function:)?"
    r"(?P<name>[a-zA-Z0-9-_]+)(?::(?P<qualifier>\$LATEST|[a-zA-Z0-9-_]+))?"
)


class FunctionName(NamedTuple):
    """The name of a function, with or without a version or alias. Without one it means `$LATEST`."""

    region: str
    name: str
    qualifier: str | None

    @property
    def function_arn(self) -> str:
        """The ARN without version or alias."""
        return f"arn:aws:lambda:{self.region}:{ACCOUNT_ID}:function:{self.name}"

    @property
    def arn(self) -> str:
        """The ARN, with the version or alias if there is one."""
        return f"{self.function_arn}:{self.qualifier}" if self.qualifier else self.function_arn

    @property
    def is_alias(self) -> bool:
        """Whether the qualifier can only be an alias, which has at least one letter."""
        return bool(self.qualifier and self.qualifier != "$LATEST" and not self.qualifier.isdigit())

    @property
    def is_version(self) -> bool:
        """Whether the qualifier is a numbered version."""
        return bool(self.qualifier and self.qualifier.isdigit())


def read_name(call: Call, member: str = "FunctionName") -> FunctionName:
    """Read the name in a call: a name, an ARN or a partial ARN, with or without version or alias.

    Raises:
        AwsError: ResourceNotFoundException for an ARN of another region; InvalidParameterValueException if the
            name and the `Qualifier` name different versions.
    """
    given, qualifier = call.parameters[member], call.parameters.get("Qualifier")
    found = parse_name(given, call.region)
    if found.region != call.region:
        text = f"Functions from '{found.region}' are not reachable in this region ('{call.region}')"
        raise AwsError("ResourceNotFoundException", text, 404, Type="User")
    if qualifier and found.qualifier and qualifier != found.qualifier:
        text = "The derived qualifier from the function name does not match the specified qualifier."
        raise AwsError("InvalidParameterValueException", text, 400, Type="User")
    return found._replace(qualifier=found.qualifier or qualifier)


def parse_name(given: str, region: str = "us-east-1") -> FunctionName:
    """Parse a name or an ARN. `region` is used if it names none."""
    match = _NAME.fullmatch(given)
    if not match:
        return FunctionName(region, given, None)
    return FunctionName(match["region"] or region, match["name"], match["qualifier"])


def find_function(region: str, name: str, qualifier: str | None = None) -> Any | None:
    """The function or version in moto for a name or ARN, or None. For an alias it is the alias's version."""
    parsed = parse_name(name, region)
    try:
        return backend(region).get_function(parsed.name, parsed.qualifier or qualifier)
    except Exception:  # moto raises different classes for an unknown function
        return None


def get_function(name: FunctionName) -> Any:
    """The function or version with this name, as moto stores it.

    Raises:
        AwsError: ResourceNotFoundException.
    """
    found = find_function(name.region, name.name, name.qualifier)
    if found is None:
        raise AwsError("ResourceNotFoundException", f"Function not found: {name.arn}", 404, Type="User")
    return found


def numbered_versions(found: Any) -> list[Any]:
    """All published versions of a function, oldest first."""
    every = backend(found.region).list_versions_by_function(found.function_name)
    return [version for version in every if version.function_arn.count(":") == 7 and str(version.version).isdigit()]


def aliases_of(name: FunctionName) -> list[Any]:
    """A function's aliases, as moto stores them."""
    return list(backend(name.region).list_aliases(name.name))


def backend(region: str) -> Any:
    """The state of Lambda in a region, in moto."""
    return get_backend("lambda")[ACCOUNT_ID][region]
