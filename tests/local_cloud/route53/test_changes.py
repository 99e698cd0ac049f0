"""The changes that Route 53 knows of."""

from __future__ import annotations

import pytest

from local_cloud.clock import Clock
from local_cloud.errors import AwsError
from local_cloud.services.route53.changes import Changes


def test_the_oldest_changes_are_forgotten_so_that_memory_stays_bounded() -> None:
    changes = Changes(Clock(), kept=2)

    first, second, third = (changes.add()["Id"].removeprefix("/change/") for _ in range(3))

    with pytest.raises(AwsError, match="Could not find resource with ID"):
        changes.describe(first)
    assert [changes.describe(one)["Id"] for one in (second, third)] == [f"/change/{second}", f"/change/{third}"]
