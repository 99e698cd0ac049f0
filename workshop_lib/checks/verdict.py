"""What all checks return or raise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from workshop_lib.errors import CheckFailed


@dataclass(frozen=True)
class CheckPassed:
    """What a check found to be right. Its repr is that sentence."""

    sentence: str

    def __repr__(self) -> str:
        return f"✔ {self.sentence}"


def judge(is_right: bool, *, right: str, wrong: str, mend: str) -> CheckPassed:
    """Turn an observation into a verdict.

    Args:
        is_right: What was observed.
        right: A sentence for when it is right.
        wrong: A sentence for when it isn't.
        mend: The step that mends it.

    Raises:
        CheckFailed: It isn't right.
    """
    if not is_right:
        raise CheckFailed(wrong, mend=mend)
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
        mend="run clean_up.delete_resources(cloud, names) again; edge replicas take AWS some hours.",
    )
