"""The conformance cases, and the document that is made of them."""

from __future__ import annotations

import re
from collections import Counter

from tests.conformance.case import all_cases
from tests.conformance.differences import DOCUMENT, render
from tests.conformance.operations import SERVICES
from tests.house.kit import python_files


def test_there_are_cases_enough_and_each_module_says_whose_they_are() -> None:
    modules = [path for path in python_files("tests/conformance/cases") if path.name != "__init__.py"]
    cases = all_cases()

    for path in modules:
        assert re.search(r"^SERVICE = ", path.read_text(encoding="utf-8"), re.M), f'{path.name} lacks SERVICE = "…"'
    assert {case.module for case in cases} == {path.stem for path in modules}, "a module of cases has a case"
    assert {case.service for case in cases} <= set(SERVICES), "a case belongs to a service taught, by botocore's name"


def test_no_fact_about_aws_is_there_twice() -> None:
    sentences = [case.sentence for case in all_cases()]
    tests = "\n".join(path.read_text(encoding="utf-8") for path in python_files("tests/local_cloud", "tests/faults"))
    proven = set(re.findall(r"^def test_(\w+)", tests, re.M))

    assert not [one for one, count in Counter(sentences).items() if count > 1], "two cases say the same"
    for sentence in sentences:
        assert not sentence.endswith("."), f"no full stop: {sentence!r}"
        name = "_".join(re.findall(r"[a-z0-9]+", sentence.lower().replace("'s", "s")))
        assert name not in proven, f"a case and a test of the local cloud both say {sentence!r}: keep the case"


def test_a_fact_about_aws_has_at_most_25_words() -> None:
    assert not [case.sentence for case in all_cases() if len(case.sentence.split()) > 25]


def test_the_document_of_differences_is_fresh() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == render(), "run make differences"
