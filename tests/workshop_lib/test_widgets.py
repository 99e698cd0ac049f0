"""The field for the account that pays."""

from __future__ import annotations

import pytest

from workshop_lib import widgets
from workshop_lib.errors import InvalidName


def test_the_field_for_the_account_starts_empty_and_takes_no_value_from_a_notebook() -> None:
    assert widgets.account_picker().value == ""
    with pytest.raises(TypeError):
        widgets.account_picker("123456789012")  # type: ignore[call-arg]


def test_what_is_typed_is_the_value() -> None:
    picker = widgets.account_picker()
    picker.children[0].value = "123456789012"

    assert picker.value == "123456789012"


def test_what_is_no_account_number_is_refused() -> None:
    picker = widgets.account_picker()
    picker.children[0].value = "yes"

    with pytest.raises(InvalidName, match="12 digits"):
        _ = picker.value
