"""The edge that most of these tests ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kits.edge import EdgeKit, running_edge


@pytest.fixture
def edge() -> Iterator[EdgeKit]:
    """An edge in front of buckets that are dictionaries, at a time that stands still."""
    with running_edge() as edge:
        yield edge
