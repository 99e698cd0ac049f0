"""Buckets in two regions, and a cloud in a hurry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from local_cloud.cloud import LocalCloud
from tests.faults.kit import IRELAND, SINGAPORE, Client, make_bucket


@pytest.fixture
def ireland(cloud: LocalCloud, client: Client) -> Any:
    """S3 in Ireland, with the bucket `site`."""
    return make_bucket(client, "site", IRELAND)


@pytest.fixture
def singapore(cloud: LocalCloud, client: Client) -> Any:
    """S3 in Singapore, with the bucket `twin`."""
    return make_bucket(client, "twin", SINGAPORE)


@pytest.fixture
def hurried(cloud: LocalCloud) -> Iterator[LocalCloud]:
    """The local cloud, with AWS's long waits shorter still."""
    usual, cloud.clock.speed = cloud.clock.speed, 2000.0
    yield cloud
    cloud.clock.speed = usual
