"""Fixtures of all tests. `pytest --fixtures -v` reads as a page."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from typing import Any

import botocore.session
import pytest
from boto3.session import Session
from botocore.config import Config

from local_cloud.cloud import LocalCloud
from workshop_cli.runs.whole_run import spare_slow_imports

spare_slow_imports()  # nbformat is imported by each worker
pytest.register_assert_rewrite("tests.conformance", "tests.kits")  # they assert, and are no test modules
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell without job control starts a program with `&` so that it ignores Ctrl-C, and so do all its children.
    signal.signal(signal.SIGINT, signal.default_int_handler)
pytest_plugins = ["tests.kits.learner"]

SLOW = (
    "test_whole_rehearsal.py",
    "test_whole_run.py",
    "test_goes_red.py",
    "test_in_the_browser.py",
    "test_small_runs.py",
)
"""The files that take longest, longest first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that all workers end at about the same time."""
    items.sort(key=lambda item: SLOW.index(item.path.name) if item.path.name in SLOW else len(SLOW))


@pytest.fixture(scope="session")
def cloud() -> Iterator[LocalCloud]:
    """The local cloud, in this process, started once."""
    from tests.kits.credentials import SECRET  # late: pytest rewrites the asserts of the kits

    with LocalCloud(secret=SECRET) as cloud:
        yield cloud


@pytest.fixture
def clean_cloud(cloud: LocalCloud) -> LocalCloud:
    """The local cloud with nothing in it."""
    cloud.reset()
    return cloud


@pytest.fixture(autouse=True)
def _begin_with_an_empty_cloud(request: pytest.FixtureRequest) -> None:
    """Empty the local cloud before each test that uses it; no other test starts it unasked."""
    if "cloud" in request.fixturenames:
        request.getfixturevalue("clean_cloud")


@pytest.fixture(scope="session")
def client(cloud: LocalCloud) -> Callable[[str, str], Any]:
    """Makes boto3 clients of the local cloud: `client("s3", "eu-west-1")`."""
    from tests.kits.credentials import KEYS, leave_out_the_account

    session = Session(
        **KEYS,
        botocore_session=botocore.session.Session(profile=None),
    )
    made: dict[tuple[str, str], Any] = {}

    def make(service: str, region: str = "eu-west-1") -> Any:
        if (service, region) not in made:
            made[service, region] = made_client = session.client(
                service,
                region_name=region,
                endpoint_url=cloud.environment["AWS_ENDPOINT_URL"],
                config=Config(retries={"total_max_attempts": 1}, proxies={}),
            )
            made_client.meta.events.register("before-sign", leave_out_the_account)
        return made[service, region]

    return make
