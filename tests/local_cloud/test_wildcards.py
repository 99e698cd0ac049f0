"""AWS's wildcards."""

from __future__ import annotations

import time
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_cloud.access.conditions import meets_conditions
from local_cloud.engines.edge.site import path_matcher
from local_cloud.wildcards import matches


@pytest.mark.parametrize(
    ("pattern", "text", "is_match"),
    [
        ("*", "", True),
        ("?", "", False),
        ("a*", "ab/c:d\n", True),
        ("*.html", "a.html.html", True),
        ("*.html", "a.htm", False),
        ("a?c", "a/c", True),
        ("a?c", "ac", False),
        ("**a**", "bab", True),
        ("a.c", "abc", False),
        ("[ab]", "a", False),
        ("a*a", "a", False),
        ("*ab?b*", "aabab", True),
    ],
)
def test_a_star_is_any_characters_and_a_question_mark_is_one(pattern: str, text: str, is_match: bool) -> None:
    assert matches(pattern, text) is is_match


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=10))
def test_they_match_as_file_names_do(pattern: str, text: str) -> None:
    assert matches(pattern, text) is fnmatchcase(text, pattern)


@pytest.mark.parametrize(
    "ask",
    [
        lambda pattern, text: path_matcher(pattern)(text),
        matches,
        lambda pattern, text: meets_conditions({"StringLike": {"aws:SourceArn": pattern}}, {"aws:SourceArn": text}),
        lambda pattern, text: meets_conditions(
            {"ArnLike": {"aws:SourceArn": f"arn:aws:s3:::{pattern}"}}, {"aws:SourceArn": f"arn:aws:s3:::{text}"}
        ),
    ],
    ids=["path pattern", "resource", "StringLike", "ArnLike"],
)
def test_many_stars_take_no_longer_than_the_text_is_long(ask) -> None:  # type: ignore[no-untyped-def]
    pattern, text = "/" + "*a" * 30 + "*b", "/" + "a" * 8000
    begin = time.process_time()

    assert not ask(pattern, text)

    assert time.process_time() - begin < 1
