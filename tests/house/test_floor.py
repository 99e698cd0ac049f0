"""The floor of coverage only rises."""

from __future__ import annotations

import pytest

from tests.floor import judge


@pytest.mark.parametrize("measured", [94.0, 95.99])
def test_coverage_within_two_points_above_the_floor_is_fine(measured: float) -> None:
    assert judge(measured, 94) == ""


@pytest.mark.parametrize(
    ("measured", "order"), [(96.0, "from 94 to 95"), (97.3, "from 94 to 96"), (93.99, "below the floor of 94 %")]
)
def test_otherwise_it_says_what_to_do(measured: float, order: str) -> None:
    assert order in judge(measured, 94)
