"""The option, the targets, and the header printed before a run on AWS."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from local_cloud.cloud import LocalCloud
from tests.conformance.case import all_cases
from tests.conformance.leftovers import find_leftovers
from tests.conformance.targets import Aws, Endpoint, bare_moto, connect_to_aws
from workshop_lib.errors import WorkshopError
from workshop_lib.guards import choose_cloud

ON_AWS = choose_cloud(os.environ) == "aws"
collect_ignore = ["test_local.py", "test_moto.py"] if ON_AWS else ["test_aws.py"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--accept-cost", metavar="ACCOUNT_ID", help="with WORKSHOP_CLOUD=aws: pay for the conformance cases there"
    )


def pytest_report_header() -> str:
    cost = f"; on this AWS account they cost at most {sum_of_costs():.2f} USD" if ON_AWS else ""
    return f"conformance: {len(all_cases())} cases{cost}"


@pytest.fixture(autouse=True)
def _begin_with_an_empty_cloud() -> None:
    """The cases share one cloud. Each deletes the resources that it made."""


@pytest.fixture(scope="session")
def local_target(cloud: LocalCloud) -> Endpoint:
    """The local cloud of these tests."""
    return Endpoint(cloud.environment["AWS_ENDPOINT_URL"], longest_wait=20, read_timeout=30)


@pytest.fixture(scope="module")
def _empty(cloud: LocalCloud) -> None:
    """Remove the resources of other tests from the local cloud."""
    cloud.reset()


@pytest.fixture(scope="session")
def moto_target() -> Iterator[Endpoint]:
    """Bare moto, in its own process."""
    with bare_moto() as endpoint:
        yield endpoint


@pytest.fixture(scope="session")
def aws_target(request: pytest.FixtureRequest) -> Iterator[Aws]:
    """A real account. At the end, fails if resources are left in it."""
    try:
        aws = connect_to_aws(request.config.getoption("--accept-cost", None), sum_of_costs(), environ=os.environ)
    except WorkshopError as error:
        pytest.exit(str(error), returncode=2)
    yield aws
    left = find_leftovers(aws.account(), aws.names.prefix)
    assert not left, f"left in account {aws.cloud.account_id}, delete by hand: {left}"


def sum_of_costs() -> float:
    """The cost of all cases that run on AWS at most, in USD."""
    return sum(case.cost for case in all_cases() if not case.on_aws)
