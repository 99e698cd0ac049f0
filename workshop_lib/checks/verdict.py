"""What all checks return or raise."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from workshop_lib.errors import CheckFailed

WIDTH = 104
"""Characters in a line of a notebook. JupyterLab breaks what is longer in the middle of a word."""


@dataclass(frozen=True)
class CheckPassed:
    """What a check found to be right. Its repr is that sentence."""

    sentence: str

    def __repr__(self) -> str:
        return f"✔ {self.sentence}"

    def _repr_pretty_(self, printer: Any, _: bool) -> None:
        """What a notebook shows."""
        printer.text(_fold(self))


@dataclass(frozen=True, repr=False)
class Verdicts:
    """Several verdicts. Shows itself as one line, or more, for each."""

    verdicts: tuple[object, ...]

    def __repr__(self) -> str:
        return "\n".join(map(_fold, self.verdicts))


def all_of(*verdicts: object) -> Verdicts:
    """Several verdicts in one, so that a notebook shows each of them. The first check that fails raises, as always.

    Args:
        verdicts: What checks returned, or anything else that says how it went, such as a comparison.
    """
    return Verdicts(verdicts)


def _fold(verdict: object) -> str:
    return textwrap.fill(repr(verdict), WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def judge(is_right: bool, *, right: str, wrong: str, fix: str) -> CheckPassed:
    """Turn an observation into a verdict.

    Args:
        is_right: What was observed.
        right: A sentence for when it is right.
        wrong: A sentence for when it isn't.
        fix: The step that fixes it.

    Raises:
        CheckFailed: It isn't right.
    """
    if not is_right:
        raise CheckFailed(wrong, fix=fix)
    return CheckPassed(right)


class HasLeftovers(Protocol):
    """A receipt, or anything else that knows where it looked and what is left."""

    @property
    def looked(self) -> Sequence[object]:
        """Where."""

    @property
    def left(self) -> Sequence[object]:
        """What."""


def nothing_left(receipt: HasLeftovers) -> CheckPassed:
    """Nothing of the workshop is left in the cloud.

    Args:
        receipt: From `clean_up.get_receipt`.
    """
    return judge(
        not receipt.left,
        right=f"Looked in {len(receipt.looked)} places; nothing is left.",
        wrong=f"Still there: {'; '.join(map(str, receipt.left))}.",
        fix="run clean_up.delete_resources(cloud, names) again; edge replicas take AWS some hours.",
    )
