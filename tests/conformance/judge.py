"""Judges the result of a case: on the local cloud, on AWS, and on bare moto."""

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
"""The errors of a gap: a wrong answer, an unreadable one, none, or one without a member."""


def run_on_cloud(case: Case, account: Account) -> None:
    """Run a case where it must pass. Always cleans up.

    Raises:
        AssertionError: It fails, or never called its service, so it proves nothing. Or it is unverified, but expects
            a message of AWS.
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
    """Run a case on bare moto. It must pass or fail as it claims.

    Returns:
        How moto failed. Empty if it passed, as claimed.

    Raises:
        AssertionError: It passed although it claims a gap, or failed although it claims none.
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
        with suppress(Exception):  # moto ends with the tests, so its resources may stay
            account.close()
    if case.moto is GAP:
        pytest.fail(
            f"moto closed this gap: {case.sentence}. Write moto=SAME, and see which code of the local cloud can go.",
            pytrace=False,
        )
    return ""
