"""Which record sets may answer: Route 53's rules for weights, failover and health."""

from __future__ import annotations

from typing import Any

import pytest

from local_cloud.engines.nameserver import Candidate, choose_by_weight, find_candidates


def weighted(identifier: str, weight: int, health_check: str | None = None) -> dict[str, Any]:
    record_set = {"SetIdentifier": identifier, "Weight": weight}
    return record_set | ({"HealthCheckId": health_check} if health_check else {})


def failover(role: str, health_check: str | None = None) -> dict[str, Any]:
    record_set = {"SetIdentifier": role.lower(), "Failover": role}
    return record_set | ({"HealthCheckId": health_check} if health_check else {})


def candidates(*record_sets: dict[str, Any], unhealthy: set[str] | None = None) -> dict[str, int]:
    found = find_candidates(record_sets, lambda health_check_id: health_check_id not in (unhealthy or set()))
    return {candidate.set_identifier: candidate.weight for candidate in found}


def test_a_weight_is_passed_on_as_it_is() -> None:
    assert candidates(weighted("ie", 230), weighted("sg", 26)) == {"ie": 230, "sg": 26}


def test_a_weight_of_zero_is_no_candidate() -> None:
    assert candidates(weighted("ie", 255), weighted("sg", 0)) == {"ie": 255}


def test_weights_that_are_all_zero_are_all_alike() -> None:
    assert candidates(weighted("ie", 0), weighted("sg", 0)) == {"ie": 1, "sg": 1}


def test_an_unhealthy_record_set_is_no_candidate() -> None:
    assert candidates(weighted("ie", 9, "h1"), weighted("sg", 1, "h2"), unhealthy={"h1"}) == {"sg": 1}


def test_zero_weight_is_considered_when_all_with_a_weight_are_unhealthy() -> None:
    assert candidates(weighted("ie", 255, "h1"), weighted("sg", 0, "h2"), unhealthy={"h1"}) == {"sg": 1}


def test_a_record_set_without_a_health_check_is_healthy() -> None:
    assert candidates(weighted("ie", 9, "h1"), weighted("sg", 1), unhealthy={"h1"}) == {"sg": 1}


def test_when_all_are_unhealthy_all_count_as_healthy() -> None:
    group = (weighted("ie", 9, "h1"), weighted("sg", 1, "h2"), weighted("us", 0, "h3"))
    assert candidates(*group, unhealthy={"h1", "h2", "h3"}) == {"ie": 9, "sg": 1}


@pytest.mark.parametrize(
    ("unhealthy", "answers"),
    [(set(), "primary"), ({"h1"}, "secondary"), ({"h2"}, "primary"), ({"h1", "h2"}, "primary")],
)
def test_failover_answers_the_secondary_only_when_it_alone_is_healthy(unhealthy: set[str], answers: str) -> None:
    group = (failover("SECONDARY", "h2"), failover("PRIMARY", "h1"))
    assert list(candidates(*group, unhealthy=unhealthy)) == [answers]


def test_a_simple_record_set_answers_whatever_its_health() -> None:
    assert candidates({"HealthCheckId": "h1"}, unhealthy={"h1"}) == {"": 1}


@pytest.mark.parametrize(
    ("draw", "chosen"), [(0, "ie"), (229.9 / 256, "ie"), (230 / 256, "sg"), (255.9 / 256, "sg"), (1 - 2**-53, "sg")]
)
def test_the_line_from_0_to_1_is_divided_by_weight(draw: float, chosen: str) -> None:
    group = (Candidate("ie", 230, {}), Candidate("sg", 26, {}))
    assert choose_by_weight(group, draw=lambda: draw).set_identifier == chosen


def multivalue(identifier: str, *values: str, ttl: int = 60, health_check: str | None = None) -> dict[str, Any]:
    records = [{"Value": value} for value in values]
    record_set = {"SetIdentifier": identifier, "MultiValueAnswer": True, "TTL": ttl, "ResourceRecords": records}
    return record_set | ({"HealthCheckId": health_check} if health_check else {})


def answered(*record_sets: dict[str, Any], unhealthy: set[str] | None = None) -> list[list[str]]:
    found = find_candidates(record_sets, lambda health_check_id: health_check_id not in (unhealthy or set()))
    return [[record["Value"] for record in candidate.record_set["ResourceRecords"]] for candidate in found]


def test_multivalue_answers_all_healthy_record_sets_in_one_response() -> None:
    group = (multivalue("a", "1"), multivalue("b", "2", health_check="h"), multivalue("c", "3"))
    assert answered(*group) == [["1", "2", "3"]]
    assert answered(*group, unhealthy={"h"}) == [["1", "3"]]


def test_multivalue_answers_all_when_all_are_unhealthy() -> None:
    group = [multivalue(each, each, health_check="h") for each in "ab"]
    assert answered(*group, unhealthy={"h"}) == [["a", "b"]]


def test_of_more_than_eight_each_multivalue_response_has_eight_and_all_have_their_turn() -> None:
    drawn = answered(*(multivalue(f"n{number}", str(number)) for number in range(10)))
    assert {len(set(values)) for values in drawn} == {8}
    assert {value for values in drawn for value in values} == {str(number) for number in range(10)}


def test_a_multivalue_response_is_remembered_as_briefly_as_its_briefest_part() -> None:
    [candidate] = find_candidates((multivalue("a", "1", ttl=60), multivalue("b", "2", ttl=5)), lambda _: True)
    assert candidate.record_set["TTL"] == 5
