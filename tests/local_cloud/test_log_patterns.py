"""Filter patterns of CloudWatch Logs."""

from __future__ import annotations

import pytest

from local_cloud.services.logs.patterns import is_about_words, matches_pattern

MESSAGE = "ERROR: the origin was not found (502)"


@pytest.mark.parametrize("pattern", ["", "ERROR origin", '"was not found"', "?timeout ?origin", "-timeout", "(502)"])
def test_a_message_is_let_through(pattern: str) -> None:
    assert matches_pattern(pattern, MESSAGE)


@pytest.mark.parametrize("pattern", ["error", "ERROR timeout", '"found not"', "?timeout ?refused", "-origin"])
def test_a_message_is_held_back(pattern: str) -> None:
    assert not matches_pattern(pattern, MESSAGE)


@pytest.mark.parametrize("pattern", ["{ $.status = 502 }", "[ip, user]", "%5[0-9]+%"])
def test_patterns_that_take_messages_apart_are_told_from_words(pattern: str) -> None:
    assert not is_about_words(pattern)
