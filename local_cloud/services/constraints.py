"""Rules of botocore's model that its client doesn't check: lengths, ranges, patterns, enumerations.

Services that validate by the model (IAM, STS, Lambda) share one message: `2 validation errors detected: Value
'x' at 'roleName' failed to satisfy constraint: Member must have …; Value …`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any

from local_cloud.call import Call
from local_cloud.errors import AwsError


def check_constraints(call: Call, *, code: str, shows_values: bool = True, without: Collection[str] = ()) -> None:
    """Refuse parameters that break a rule of the model.

    Args:
        call: The call.
        code: The service's error code: `"ValidationError"` for IAM and STS, `"ValidationException"` for Lambda.
        shows_values: Whether the service's message repeats the value. IAM no longer does.
        without: Members that the service checks in another way.

    Raises:
        AwsError: With every violation.
    """
    members = call.model.input_shape.members if call.model.input_shape else {}
    found = [
        f"Value {_show(value) if shows_values else ''}at '{path}' failed to satisfy constraint: {rule}"
        for name, shape in members.items()
        if name not in without and call.parameters.get(name) is not None
        for path, value, rule in _violations(shape, call.parameters[name], _decapitalize(name))
    ]
    if found:
        noun = "error" if len(found) == 1 else "errors"
        raise AwsError(code, f"{len(found)} validation {noun} detected: {'; '.join(found)}", 400)


def _violations(shape: Any, value: Any, path: str) -> Iterator[tuple[str, Any, str]]:
    rules = _broken_rules(shape, value)
    if rules:
        yield path, value, rules[0]
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if value.get(name) is not None:
                yield from _violations(member, value[name], f"{path}.{_decapitalize(name)}")
    elif shape.type_name == "list":
        yield from _violations_of_items(shape.member, value, path)
    elif shape.type_name == "map":
        for kind, of, items in (("keys", shape.key, value), ("value", shape.value, value.values())):
            if any(_broken_rules(of, item) for item in items):
                yield path, value, f"Map {kind} must satisfy constraint: [{_all_rules(of)}]"


def _violations_of_items(shape: Any, items: list[Any], path: str) -> Iterator[tuple[str, Any, str]]:
    """Structures are reported one by one. Plain values are reported as a whole list, with all rules for its items."""
    if shape.type_name in ("structure", "list"):
        for number, item in enumerate(items, 1):
            yield from _violations(shape, item, f"{path}.{number}.member")
    elif any(_broken_rules(shape, item) for item in items):
        yield path, items, f"Member must satisfy constraint: [{_all_rules(shape)}]"


def _all_rules(shape: Any) -> str:
    return ", ".join([*(text for text, _ in _rules(shape)), "Member must not be null"])


def _broken_rules(shape: Any, value: Any) -> list[str]:
    return [text for text, keeps in _rules(shape) if not keeps(value)]


def _rules(shape: Any) -> Iterator[tuple[str, Any]]:
    """The rules of a shape in AWS's order: each has a text and a function that checks a value."""
    limits, kind = shape.metadata, shape.type_name
    size, noun = (len, "length") if kind in ("string", "list", "blob") else (float, "value")
    if kind not in ("string", "list", "integer", "long", "float", "double"):
        return
    if "max" in limits:
        yield f"Member must have {noun} less than or equal to {limits['max']}", lambda v: size(v) <= limits["max"]
    if "min" in limits:
        yield f"Member must have {noun} greater than or equal to {limits['min']}", lambda v: size(v) >= limits["min"]
    if "pattern" in limits:
        pattern = limits["pattern"]
        yield f"Member must satisfy regular expression pattern: {pattern}", lambda v: matches(pattern, v)
    if enum := getattr(shape, "enum", None):
        yield f"Member must satisfy enum value set: [{', '.join(enum)}]", lambda v: v in enum


def matches(pattern: str, value: str) -> bool:
    """Whether a text satisfies a pattern of the model as a whole."""
    return _compile(pattern).fullmatch(value) is not None


@lru_cache(256)
def _compile(pattern: str) -> re.Pattern[str]:
    r"""Compile a Java pattern, as AWS uses: `\w` is ASCII, and there are classes of all letters, digits and spaces."""
    flags = 0 if r"\p{" in pattern else re.ASCII
    for java, python in ((r"\p{L}", r"\w"), (r"\p{N}", r"\d"), (r"\p{Z}", r"\s")):
        pattern = pattern.replace(java, python)
    return re.compile(pattern.replace(r"\w-_", r"\w\-_"), flags)


def _show(value: Any) -> str:
    if isinstance(value, dict):
        value = f"{{{', '.join(f'{key}={item}' for key, item in value.items())}}}"
    return f"'[{', '.join(map(str, value))}]' " if isinstance(value, list) else f"'{value}' "


def _decapitalize(name: str) -> str:
    return name[0].lower() + name[1:]
