"""Lambda's numbered versions. moto would number them by counting those that are left."""

from __future__ import annotations

import copy
import json
from typing import Any

from local_cloud.call import Call, Response
from local_cloud.services.lambda_functions.names import FunctionName, backend, get_function, numbered_versions


class Numbers:
    """The last version number of each function. A number is never reused, even if its version was deleted."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def last(self, function_arn: str) -> int:
        """The number of the last version, even if it was deleted; 0 before the first."""
        return self._last.get(function_arn, 0)

    def next(self, function_arn: str) -> int:
        """The number of the next version."""
        self._last[function_arn] = self.last(function_arn) + 1
        return self._last[function_arn]

    def forget(self, function_arn: str) -> None:
        """Delete the number of a deleted function."""
        self._last.pop(function_arn, None)

    def reset(self) -> None:
        """Delete all numbers."""
        self._last.clear()


def leave_publishing_to_us(call: Call) -> bool:
    """Remove `Publish` from the request for moto. Returns whether it was set."""
    asked = json.loads(call.body or b"{}")
    if not asked.pop("Publish", False):
        return False
    call.rewrite(body=json.dumps(asked).encode())
    return not asked.get("DryRun")


def publish(name: FunctionName, numbers: Numbers, *, description: str = "") -> tuple[Any, bool]:
    """Make a version of `$LATEST`, if something has changed since the last one (botocore, `PublishVersion`).

    Returns:
        The new version or, if nothing has changed, the last one; and whether it is new.
    """
    latest = get_function(name._replace(qualifier=None))
    before = numbered_versions(latest)
    is_there = bool(before) and int(before[-1].version) == numbers.last(latest.function_arn)
    if is_there and not latest.code_or_config_updated:
        return before[-1], False
    latest.code_or_config_updated = False
    version = copy.copy(latest)
    version.set_version(numbers.next(latest.function_arn))
    version.description = description or latest.description
    functions = backend(name.region)._lambdas
    functions._functions[latest.function_name]["versions"].append(version)
    functions._arns[version.function_arn] = version
    return version, True


def answer_with(response: Response, configuration: dict[str, Any]) -> None:
    """Replace `$LATEST` in an answer by a version."""
    response.body = json.dumps(configuration).encode()
    response.set_header("Content-Length", str(len(response.body)))
