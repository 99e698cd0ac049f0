"""Evaluates the Condition block of a policy statement.

Every operator and every key must match (AND). One value of a key is enough (OR); for a negated operator no value may
match (IAM User Guide, "Conditions with multiple context keys or values"). A key may have several values in the
request: with `ForAllValues:` all must match, or there are none. With `ForAnyValue:` one must match ("Multivalued
context keys").
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from local_cloud.call import Context
from local_cloud.wildcards import matches

Test = Callable[[str, str], bool]
"""Compares the value in the policy with the value of the request."""


def _arn_like(wanted: str, given: str) -> bool:
    """Compare part by part, so that a `*` doesn't match a colon, except in the sixth part."""
    patterns, parts = wanted.split(":", 5), given.split(":", 5)
    return len(patterns) == len(parts) and all(map(matches, patterns, parts))


def _in_network(wanted: str, given: str) -> bool:
    try:
        return ipaddress.ip_address(given) in ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return False


def _moment(text: str) -> datetime:
    if text.isascii() and text.isdecimal():
        return datetime.fromtimestamp(int(text), UTC)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_TESTS: dict[str, Test] = {
    "StringEquals": str.__eq__,
    "StringEqualsIgnoreCase": lambda wanted, given: wanted.lower() == given.lower(),
    "StringLike": matches,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    "Bool": lambda wanted, given: wanted.lower() == given.lower(),
    "IpAddress": _in_network,
    "NumericEquals": lambda wanted, given: float(wanted) == float(given),
    "NumericLessThan": lambda wanted, given: float(given) < float(wanted),
    "NumericLessThanEquals": lambda wanted, given: float(given) <= float(wanted),
    "NumericGreaterThan": lambda wanted, given: float(given) > float(wanted),
    "NumericGreaterThanEquals": lambda wanted, given: float(given) >= float(wanted),
    "DateEquals": lambda wanted, given: _moment(given) == _moment(wanted),
    "DateLessThan": lambda wanted, given: _moment(given) < _moment(wanted),
    "DateLessThanEquals": lambda wanted, given: _moment(given) <= _moment(wanted),
    "DateGreaterThan": lambda wanted, given: _moment(given) > _moment(wanted),
    "DateGreaterThanEquals": lambda wanted, given: _moment(given) >= _moment(wanted),
    "BinaryEquals": str.__eq__,
}
_NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NotIpAddress": "IpAddress",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
}
_VARIABLE = re.compile(r"\$\{([^},]+)(?:,\s*'([^']*)'\s*)?\}")
_QUALIFIER = re.compile(r"^For(?:All|Any)Values?:")


def is_operator(name: str) -> bool:
    """Whether a condition operator exists."""
    bare = _bare(name)
    return bare in _TESTS or bare in _NEGATED or bare == "Null"


def is_affirmative(name: str) -> bool:
    """Whether an operator isn't negated and requires its key in the request."""
    return _bare(name) in _TESTS and not name.endswith("IfExists") and not name.startswith("ForAllValues:")


def fill_in(text: str, variables: Context) -> str:
    """A text of a policy with its variables, such as `${aws:username}`, replaced.

    A variable that isn't in the request and has no default stays as it is, and so matches nothing (IAM User Guide,
    "Policy variables").
    """
    if "${" not in text:
        return text
    given = {key.lower(): value for key, value in variables.items() if isinstance(value, str)}
    return _VARIABLE.sub(lambda found: given.get(found[1].strip().lower(), found[2] or found[0]), text)


def meets_conditions(
    block: Mapping[str, Mapping[str, Any]], context: Context, *, variables: Context | None = None
) -> bool:
    """Whether a request with these condition keys meets a statement's Condition block, which may have variables.

    Raises:
        KeyError: An operator is unknown. Bucket and trust policies with one are refused when they are put.
    """
    if not block:
        return True
    given = {key.lower(): value for key, value in context.items()}
    return all(
        _holds(operator, given.get(key.lower()), _texts(values, variables or {}))
        for operator, keys in block.items()
        for key, values in keys.items()
    )


def _bare(operator: str) -> str:
    return _QUALIFIER.sub("", operator).removesuffix("IfExists")


def _texts(values: Any, variables: Context) -> list[str]:
    listed = values if isinstance(values, list) else [values]
    return [str(one).lower() if isinstance(one, bool) else fill_in(str(one), variables) for one in listed]


def _holds(operator: str, given: str | tuple[str, ...] | None, texts: list[str]) -> bool:
    name = _bare(operator)
    if name == "Null":
        return any((given is None) == (text.lower() == "true") for text in texts)
    several = () if given is None else (given,) if isinstance(given, str) else given
    if operator.startswith("ForAllValues:"):
        return all(_holds_for(name, one, texts) for one in several)
    if not several:
        return operator.endswith("IfExists") or (name in _NEGATED and not operator.startswith("ForAnyValue:"))
    return any(_holds_for(name, one, texts) for one in several)


def _holds_for(name: str, given: str, texts: list[str]) -> bool:
    if name in _NEGATED:
        return not any(_compare(_NEGATED[name], text, given) for text in texts)
    return any(_compare(name, text, given) for text in texts)


def _compare(name: str, text: str, given: str) -> bool:
    """Compare two values. An invalid number or date equals no value."""
    try:
        return _TESTS[name](text, given)
    except (ValueError, OverflowError, OSError):
        return False
