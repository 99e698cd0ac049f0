"""Errors are for learners: short, complete, and naming the step to run."""

from __future__ import annotations

import inspect

import pytest
from botocore.exceptions import ClientError

from workshop_lib import errors
from workshop_lib.errors import (
    CheckFailed,
    InvalidName,
    StepOutOfOrder,
    TookTooLong,
    VersioningNotEnabled,
    WorkshopError,
    get_error_code,
    name_missed_step,
)

CLASSES = [thing for _, thing in inspect.getmembers(errors, inspect.isclass) if issubclass(thing, WorkshopError)]


@pytest.mark.parametrize("error", CLASSES)
def test_every_error_is_in_the_drawn_tree_below_its_base(error: type[WorkshopError]) -> None:
    lines = (errors.__doc__ or "").splitlines()
    drawn = {line.split("── ")[-1].split()[0]: line.find("── ") for line in lines if "──" in line}

    base = error.__base__
    assert error is WorkshopError or error.__name__ in drawn
    assert error is WorkshopError or drawn[error.__name__] == drawn.get(base.__name__, -3) + 4


def test_a_notebook_shows_one_paragraph_instead_of_a_traceback() -> None:
    shown = StepOutOfOrder("Run step 1 first.")._render_traceback_()

    assert len(shown) == 1
    assert shown[0].endswith(": Run step 1 first.")
    assert "StepOutOfOrder" in shown[0]


def test_versioning_not_enabled_names_the_bucket_and_the_step() -> None:
    error = VersioningNotEnabled("ticket-ui")

    assert str(error) == (
        "Versioning is not enabled on 'ticket-ui'. Run replication.enable_versioning(s3, bucket='ticket-ui') first."
    )
    assert error.bucket == "ticket-ui"


def test_a_failed_check_says_what_is_wrong_and_what_mends_it() -> None:
    error = CheckFailed("The bucket is public.", fix="run create_bucket(…).")

    assert str(error) == "✘ The bucket is public.\n  To fix it: run create_bucket(…)."


def test_a_wait_that_took_too_long_may_simply_be_repeated() -> None:
    assert "run the cell again" in str(TookTooLong("Deploying", seconds=60, last="InProgress"))


def test_an_invalid_name_is_a_value_error_too() -> None:
    assert issubclass(InvalidName, ValueError)


def refuse(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "No."}}, "PutObject")


def test_the_code_of_an_error_is_awss() -> None:
    assert get_error_code(refuse("NoSuchBucket")) == "NoSuchBucket"


def test_a_refusal_becomes_the_step_that_was_missed() -> None:
    with (
        pytest.raises(StepOutOfOrder, match=r"There is no bucket 'ada'\. Run steps 1 and 2 of notebook 01") as caught,
        name_missed_step("NoSuchBucket", "ada"),
    ):
        raise refuse("NoSuchBucket")

    assert isinstance(caught.value.__cause__, ClientError)


def test_other_refusals_stay_awss_own() -> None:
    with pytest.raises(ClientError, match="AccessDenied"), name_missed_step("NoSuchBucket"):
        raise refuse("AccessDenied")
