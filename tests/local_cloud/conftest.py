"""How each test of the local cloud begins."""

from __future__ import annotations

import pytest

from local_cloud.cloud import LocalCloud


@pytest.fixture(autouse=True)
def _begin_with_an_empty_cloud(clean_cloud: LocalCloud) -> None:
    """Empty the local cloud before each test: moto's state is one per process, and a kit's services use it too."""
