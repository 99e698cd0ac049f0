"""Fixtures of the steps: one chain, from the local cloud to a learner who has done everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from workshop_lib import cloud as clouds
from workshop_lib.names import WorkshopNames, suggest_names

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from local_cloud.cloud import LocalCloud


@pytest.fixture(scope="session")
def connected(cloud: LocalCloud) -> clouds.Cloud:
    """What `connect()` gives a learner."""
    return clouds.connect(environ=cloud.environment)


@pytest.fixture
def names() -> WorkshopNames:
    """The names of one learner."""
    return suggest_names("ada")


@pytest.fixture
def ireland(connected: clouds.Cloud, names: WorkshopNames) -> S3Client:
    """S3 where the source bucket is."""
    return connected.s3(names.source_region)


@pytest.fixture
def singapore(connected: clouds.Cloud, names: WorkshopNames) -> S3Client:
    """S3 where the destination bucket is."""
    return connected.s3(names.destination_region)
