"""Which record sets of a group may answer, and with what weight.

The rules are those of the Route 53 developer guide, "How Amazon Route 53 chooses records when health checking is
configured" and "Weighted routing":

- A record set without a health check is healthy.
- A weight of 0 is chosen only if all weights are 0 (then all are equal), or if no other record set is healthy.
- If no record set is healthy, all count as healthy.
- Failover answers with PRIMARY while it is healthy, else with a healthy SECONDARY. If neither is healthy, with PRIMARY.
- Multivalue answer returns the values of up to eight healthy record sets. If there are more, it varies the eight.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

MOST_VALUES = 8
"""Record sets of a multivalue group in one response at most."""


class Candidate(NamedTuple):
    """A record set that may answer now. `weight` is above 0, and is relative to the other candidates."""

    set_identifier: str
    weight: int
    record_set: dict[str, Any]


Choose = Callable[[Sequence[Candidate]], Candidate]
"""Chooses one of two or more candidates; a seam for tests."""


def choose_by_weight(candidates: Sequence[Candidate], *, draw: Callable[[], float] = random.random) -> Candidate:
    """Choose a candidate with a probability in proportion to its weight.

    It is four times as fast as `random.choices`, which would take most of an answer's time.

    Args:
        candidates: At least one.
        draw: Returns a number from 0 to below 1.
    """
    point = draw() * sum([candidate.weight for candidate in candidates])
    for candidate in candidates:
        point -= candidate.weight
        if point < 0:
            return candidate
    return candidates[-1]


def find_candidates(record_sets: Sequence[dict[str, Any]], is_healthy: Callable[[str], bool]) -> tuple[Candidate, ...]:
    """The candidates among the record sets of one name and type: at least one.

    Args:
        record_sets: All of them, at least one, in botocore's shape.
        is_healthy: Returns the status of a health check by its id.
    """
    if len(record_sets) == 1:
        return (_candidate(record_sets[0], 1),)
    healthy = [record_set for record_set in record_sets if _is_healthy(record_set, is_healthy)]
    if "Failover" in record_sets[0]:
        return (_candidate(_by_failover(record_sets, healthy), 1),)
    if "MultiValueAnswer" in record_sets[0]:
        return _by_eights(healthy or record_sets)
    return _by_weight(healthy or record_sets)


def _is_healthy(record_set: dict[str, Any], is_healthy: Callable[[str], bool]) -> bool:
    health_check_id = record_set.get("HealthCheckId")
    return health_check_id is None or is_healthy(health_check_id)


def _by_weight(record_sets: Sequence[dict[str, Any]]) -> tuple[Candidate, ...]:
    with_weight = tuple(
        _candidate(record_set, record_set["Weight"]) for record_set in record_sets if record_set["Weight"]
    )
    return with_weight or tuple(_candidate(record_set, 1) for record_set in record_sets)


def _by_failover(record_sets: Sequence[dict[str, Any]], healthy: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return min(healthy or record_sets, key=lambda record_set: str(record_set["Failover"]))  # PRIMARY before SECONDARY


def _by_eights(record_sets: Sequence[dict[str, Any]]) -> tuple[Candidate, ...]:
    """One candidate with all of them. Of more than eight: one for each eight in a row, in a circle."""
    starts = range(len(record_sets)) if len(record_sets) > MOST_VALUES else (0,)
    twice = (*record_sets, *record_sets)
    return tuple(_candidate(_merge(twice[start : start + min(MOST_VALUES, len(record_sets))]), 1) for start in starts)


def _merge(record_sets: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """One record set with the values of several, the identifier of the first, and the shortest TTL."""
    values = [record for record_set in record_sets for record in record_set["ResourceRecords"]]
    return {**record_sets[0], "TTL": min(each["TTL"] for each in record_sets), "ResourceRecords": values}


def _candidate(record_set: dict[str, Any], weight: int) -> Candidate:
    return Candidate(record_set.get("SetIdentifier", ""), weight, record_set)
