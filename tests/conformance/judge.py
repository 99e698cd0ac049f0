"""What the outcome of a case means on the local cloud and on AWS, and what it means on bare moto."""

from __future__ import annotations

from contextlib import suppress
from http.client import HTTPException

import pytest
from botocore.exceptions import ClientError, HTTPClientError, PaginationError, ParamValidationError, WaiterError
from botocore.parsers import ResponseParserError

from tests.conformance.account import Account
from tests.conformance.case import GAP, Case

MOTOS_FAULT = (
    AssertionError,
    ClientError,
    HTTPClientError,
    LookupError,
    PaginationError,
    ResponseParserError,
    WaiterError,
)
"""How a gap shows itself: another answer than AWS's, none that can be read, none at all, one with a member missing."""


def run_on_cloud(case: Case, account: Account) -> None:
    """Run a case where it must pass; clean up whatever happens.

    Raises:
        AssertionError: It fails; or it never asked its service, so it proves nothing; or it expects a sentence of AWS
            that nobody has shown.
    """
    try:
        case.run(account)
    except BaseException as error:
        try:
            account.close()
        except ExceptionGroup as left:
            error.add_note(f"{left}: {left.exceptions}")
        raise
    account.close()
    assert account.was_asked, "the case asked nobody, so it proves nothing"
    if case.known_from.kind == "unverified":
        assert not account.sentences, f"nobody has shown that AWS says {account.sentences}: assert code and status"


def run_on_moto(case: Case, account: Account) -> str:
    """Run a case on bare moto, where it must pass or fail as it claims.

    Returns:
        How moto failed; empty when it passed, as claimed.

    Raises:
        AssertionError: It passed though a gap was claimed; or it failed though none was.
        Exception: The case itself is wrong.
    """
    try:
        case.run(account)
    except ParamValidationError:
        raise
    except (*MOTOS_FAULT, OSError, HTTPException) as error:
        if case.moto is not GAP:
            raise
        return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
    finally:
        with suppress(Exception):  # what moto can't delete is nobody's loss: it ends with the tests
            account.close()
    if case.moto is GAP:
        pytest.fail(
            f"moto closed this gap: {case.sentence}. Write moto=SAME, and see which code of the local cloud can go.",
            pytrace=False,
        )
    return ""
