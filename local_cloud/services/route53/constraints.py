"""The limits in botocore's model that its client doesn't check: enumerations, maximums, patterns.

A call that breaks them is refused as by Route 53: code `InvalidInput`, "N validation errors detected: …".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from local_cloud.call import Call
from local_cloud.errors import AwsError


def check_constraints(call: Call) -> None:
    """Refuse parameters that break the model.

    Raises:
        AwsError: `InvalidInput`, with every violation.
    """
    if not call.model.input_shape:
        return
    violations = list(_violations(call.model.input_shape, call.parameters, ""))
    if violations:
        count = f"{len(violations)} validation error{'s' if len(violations) > 1 else ''} detected"
        raise AwsError("InvalidInput", f"{count}: {'; '.join(violations)}", 400)


def _violations(shape: Any, value: Any, path: str) -> Iterator[str]:
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            where = f"{path}.{name[0].lower()}{name[1:]}".lstrip(".")
            if value.get(name) is not None:
                yield from _violations(member, value[name], where)
            elif name in shape.required_members:
                yield f"Value null at '{where}' failed to satisfy constraint: Member must not be null"
        return
    rule = _broken_rule(shape, value)
    if rule:
        yield f"Value '{value}' at '{path}' failed to satisfy constraint: {rule}"
    if shape.type_name == "list":
        for number, item in enumerate(value, 1):
            yield from _violations(shape.member, item, f"{path}.{number}.member")


def _broken_rule(shape: Any, value: Any) -> str | None:
    limits = shape.metadata
    if shape.type_name in ("integer", "long", "double"):
        measured, kind = value, "value"
    elif shape.type_name in ("string", "list"):
        measured, kind = len(value), "length"
    else:
        return None
    if limits.get("enum") and value not in limits["enum"]:
        return f"Member must satisfy enum value set: [{', '.join(limits['enum'])}]"
    if "max" in limits and measured > limits["max"]:
        return f"Member must have {kind} less than or equal to {limits['max']}"
    if "min" in limits and measured < limits["min"]:
        return f"Member must have {kind} greater than or equal to {limits['min']}"
    if "pattern" in limits and not re.fullmatch(limits["pattern"], value):
        return f"Member must satisfy regular expression pattern: {limits['pattern']}"
    return None
