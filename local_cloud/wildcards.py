"""AWS's wildcards, `*` and `?`, in path patterns, policies and conditions. One matcher, in linear time, for all."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(4096)
def compile_wildcards(pattern: str) -> re.Pattern[str]:
    """A regular expression for `fullmatch`: `*` is any characters, also `/` and `:`; `?` is one character.

    Each part between two stars is taken where it comes first, and never elsewhere. For wildcards that is enough.
    Without it, `*a*a*b` against many `a` takes time that grows with their number to the power of the stars.
    """
    first, *others = (re.escape(part).replace(r"\?", ".") for part in pattern.split("*"))
    if not others:
        return re.compile(first, re.DOTALL)
    *middle, last = others
    return re.compile(first + "".join(f"(?>.*?{part})" for part in middle) + ".*" + last, re.DOTALL)


def matches(pattern: str, text: str) -> bool:
    """Whether all of a text matches a pattern."""
    return compile_wildcards(pattern).fullmatch(text) is not None
