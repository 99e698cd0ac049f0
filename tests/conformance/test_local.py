"""Every case passes on the local cloud."""

from __future__ import annotations

import pytest

from tests.conformance.case import Case, all_cases
from tests.conformance.judge import run_on_cloud
from tests.conformance.targets import Endpoint


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: f"local-{case.name}")
@pytest.mark.usefixtures("_empty")
def test_it_is_as_on_aws(case: Case, local_target: Endpoint) -> None:
    run_on_cloud(case, local_target.account())
