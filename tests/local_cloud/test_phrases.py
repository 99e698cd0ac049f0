"""The phrase beside an HTTP status."""

from __future__ import annotations

from http import HTTPStatus

import pytest

from local_cloud.engines.edge.responses import OwnResponse
from local_cloud.engines.edge.wire import refuse
from local_cloud.phrases import phrase

RENAMED = [
    (413, "Request Entity Too Large"),
    (414, "Request-URI Too Long"),
    (416, "Requested Range Not Satisfiable"),
    (422, "Unprocessable Entity"),
]
"""By Python 3.13."""


@pytest.mark.parametrize(("status", "text"), RENAMED)
def test_a_phrase_does_not_depend_on_the_version_of_python(status: int, text: str) -> None:
    said = [phrase(status), OwnResponse(status=status, headers={}).reason, refuse(status, "", "DUB56-P1").reason]

    assert said == [text] * 3


def test_all_other_phrases_are_pythons() -> None:
    others = [status for status in HTTPStatus if status not in dict(RENAMED)]

    assert [status for status in others if phrase(status) != status.phrase] == []


def test_a_status_without_a_name_has_no_phrase() -> None:
    assert phrase(599) == ""
