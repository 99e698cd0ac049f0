"""A conformance case: a sentence about AWS, its source, and the calls that prove it.

SERVICE = "s3"

@case("CreateBucket rejects a name with capital letters (InvalidBucketName)", known_from=captured("where"), moto=GAP)
def capital_letters(aws: Account) -> None:
    aws.refuses("InvalidBucketName", 400, None, aws.client("s3").create_bucket, Bucket="Site")
"""

from __future__ import annotations

import enum
import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

from tests.conformance import cases as package
from tests.conformance.account import Account

__all__ = ["GAP", "SAME", "Account", "Case", "all_cases", "captured", "case", "documented", "unverified"]

Body = Callable[[Account], None]


class Moto(enum.Enum):
    """Whether bare moto, in the pinned version, passes a case."""

    SAME = "same"
    GAP = "gap"


SAME = Moto.SAME
"""moto does the same as AWS. The case passes there too."""

GAP = Moto.GAP
"""moto gets it wrong. The case must fail there."""


@dataclass(frozen=True)
class Source:
    """The source of a fact.

    Attributes:
        kind: `"captured"`, `"documented"` or `"unverified"`.
        where: The recording, the page or the shape of botocore. For an unverified fact, the reason for it.
    """

    kind: str
    where: str


def captured(where: str) -> Source:
    """Recorded from real AWS; `where` names the recording."""
    return Source("captured", where)


def documented(where: str) -> Source:
    """Stated by AWS in a page of its documentation, or in a shape of botocore's models."""
    return Source("documented", where)


def unverified(why: str) -> Source:
    """No recording or page shows it. `why` gives the reason for it."""
    return Source("unverified", why)


@dataclass(frozen=True)
class Case:
    """One fact about AWS that can be tested.

    Attributes:
        sentence: The fact.
        known_from: Its source.
        moto: Whether bare moto passes too.
        on_aws: Why it is not run on a real account. None if it is.
        cost: The cost of a run on AWS at most, in USD.
        run: The calls and the assertions.
    """

    sentence: str
    known_from: Source
    moto: Moto
    on_aws: str | None
    cost: float
    run: Body

    @property
    def module(self) -> str:
        """The name of its file, such as `"s3_replication"`."""
        return self.run.__module__.rpartition(".")[2]

    @property
    def service(self) -> str:
        """botocore's name of the fact's service: the constant `SERVICE` of its module."""
        return str(self.run.__globals__["SERVICE"])

    @property
    def name(self) -> str:
        """The name of the test: `"s3_replication-unversioned_destination"`."""
        return f"{self.module}-{self.run.__name__}"


_cases: list[Case] = []


def case(
    sentence: str, *, known_from: Source, moto: Moto, on_aws: str | None = None, cost: float = 0.0
) -> Callable[[Body], Body]:
    """Make a function a case.

    Args:
        sentence: The AWS fact, as a sentence of 25 words at most, without a full stop.
        known_from: `captured(…)`, `documented(…)` or `unverified(…)`.
        moto: `GAP` if bare moto gets it wrong, so the case must fail there; else `SAME`.
        on_aws: Why it can't be run on a real account, if it can't.
        cost: The cost of a run on AWS at most, in USD.
    """

    def keep(function: Body) -> Body:
        _cases.append(Case(sentence, known_from, moto, on_aws, cost, function))
        return function

    return keep


def all_cases() -> list[Case]:
    """Every case of the package `cases`, by module, and in the order of the file."""
    for module in sorted(module.name for module in pkgutil.iter_modules(package.__path__)):
        importlib.import_module(f"{package.__name__}.{module}")
    return [case for case in _cases if case.run.__module__.startswith(f"{package.__name__}.")]
