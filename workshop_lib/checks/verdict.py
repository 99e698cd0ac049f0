"""What all checks return or raise."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from workshop_lib.errors import STEPS, CheckFailed

WIDTH = 104
"""Characters in a line of a notebook. JupyterLab breaks longer lines in the middle of a word."""


@dataclass(frozen=True)
class CheckPassed:
    """The verdict of a check that passed. Its repr is one sentence."""

    sentence: str

    def __repr__(self) -> str:
        return f"✔ {self.sentence}"

    def _repr_pretty_(self, printer: Any, _: bool) -> None:
        """What a notebook shows."""
        printer.text(_fold(self))


@dataclass(frozen=True, repr=False)
class Verdicts:
    """Several verdicts. Each shows as one line, or more if it is long."""

    verdicts: tuple[object, ...]

    def __repr__(self) -> str:
        return "\n".join(map(_fold, self.verdicts))


def all_of(*verdicts: object) -> Verdicts:
    """Show several verdicts in one notebook cell. The first check that fails raises, as always.

    Args:
        verdicts: What the checks returned. A comparison, or anything else with a repr, is fine too.
    """
    return Verdicts(verdicts)


def _fold(verdict: object) -> str:
    return textwrap.fill(repr(verdict), WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def judge(is_right: bool, *, right: str, wrong: str, fix: str) -> CheckPassed:
    """Turn an observation into a verdict.

    Args:
        is_right: Whether the check passed.
        right: The sentence if it passed.
        wrong: The sentence if it failed.
        fix: What to do then, by notebook and step.

    Raises:
        CheckFailed: `is_right` is false.
    """
    if not is_right:
        raise CheckFailed(wrong, fix=fix)
    return CheckPassed(right)


class HasLeftovers(Protocol):
    """A receipt, or anything else with these lists."""

    @property
    def learner(self) -> str:
        """The learner's name."""

    @property
    def looked(self) -> Sequence[object]:
        """The places where it looked."""

    @property
    def left(self) -> Sequence[object]:
        """The resources that are left."""

    @property
    def unseen(self) -> Sequence[object]:
        """The places where it couldn't look."""

    @property
    def only_waits(self) -> bool:
        """Whether all that is left is free, and waits for AWS."""

    @property
    def go_on(self) -> str:
        """How to go on, and when."""

    def describe_others(self) -> str:
        """What other learners made in this account, in one line."""


def nothing_left(receipt: HasLeftovers) -> CheckPassed:
    """Nothing of this learner is left in the cloud, or only what is free and waits for AWS, such as the edge function.

    What other learners made is named, but doesn't count.

    Args:
        receipt: From `clean_up.get_receipt`.
    """
    if receipt.only_waits:
        left = "; ".join(map(str, receipt.left))
        return CheckPassed(f"Nothing is left that costs money. Waiting for AWS: {left}. {receipt.go_on}")
    others = receipt.describe_others()
    wrong = [f"Still there: {'; '.join(map(str, receipt.left))}."] if receipt.left else []
    wrong += [f"Could not look: {'; '.join(map(str, receipt.unseen))}."] if receipt.unseen else []
    return judge(
        not wrong,
        right=f"Looked in {len(receipt.looked)} places; nothing of {receipt.learner} is left."
        + (f" Other learners have things in this account: {others}." if others else ""),
        wrong=" ".join(wrong),
        fix=f"run {STEPS['clean-up']} again. For a function, wait some hours: AWS must delete its edge replicas first.",
    )
