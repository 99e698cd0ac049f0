"""Bare moto fails a case that claims a gap, and passes all others. `-rP` prints how it failed."""

from __future__ import annotations

import pytest

from tests.conformance.case import Case, all_cases
from tests.conformance.judge import run_on_moto
from tests.conformance.targets import Endpoint


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: f"moto-{case.name}")
def test_it_does_as_claimed(case: Case, moto_target: Endpoint) -> None:
    print(run_on_moto(case, moto_target.account()))
