"""Every case passes on a real account. Collected only with `WORKSHOP_CLOUD=aws`; see the README beside this file."""

from __future__ import annotations

import pytest

from tests.conformance.case import Case, all_cases
from tests.conformance.judge import run_on_cloud
from tests.conformance.targets import Aws


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: f"aws-{case.name}")
def test_it_is_so_on_aws(case: Case, request: pytest.FixtureRequest) -> None:
    if case.on_aws:
        pytest.skip(case.on_aws)
    aws: Aws = request.getfixturevalue("aws_target")
    run_on_cloud(case, aws.account())
