"""One page of a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from local_cloud.errors import AwsError

T = TypeVar("T")


def page_size(parameters: Mapping[str, Any], *, largest: int = 100) -> int:
    """The number of items on a page: `MaxItems`, or `largest` if that is less or nothing is given.

    Raises:
        AwsError: `InvalidInput` unless it is a number above 0.
    """
    text = str(parameters.get("MaxItems", largest))
    if not text.isdecimal() or int(text) < 1:
        raise AwsError("InvalidInput", f"Invalid value for maxitems: '{text}'. It must be a number above 0.")
    return min(int(text), largest)


def cut_page(items: Sequence[T], size: int) -> tuple[Sequence[T], T | None]:
    """The first items, and the first item of the next page, or None."""
    return items[:size], items[size] if len(items) > size else None
