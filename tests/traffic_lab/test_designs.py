"""Three designs and one fault: what the table says of each."""

from __future__ import annotations

import pytest

from traffic_lab.designs import DNS_ALONE, DNS_AND_CACHE, ORIGIN_GROUP, Design, compare_designs
from traffic_lab.measurement import Mark, Sample, Timeline

IRELAND, SINGAPORE = "eu-west-1", "ap-southeast-1"
HIT, MISS, REFRESH, ERROR = (
    "Hit from cloudfront",
    "Miss from cloudfront",
    "RefreshHit from cloudfront",
    "Error from cloudfront",
)


def record(*phases: tuple[int, int, str | None, str]) -> Timeline:
    """Ten seconds, ten requests in each; the fault comes after one. A phase: until when, status, region, X-Cache."""
    samples = []
    for number in range(100):
        _, status, region, x_cache = next(phase for phase in phases if number / 10 < phase[0])
        samples.append(Sample(number / 10, status, region, x_cache, 0))
    return Timeline(tuple(samples), (Mark(1.0, "Ireland fails"),), 10.0)


def compare(design: Design, *phases: tuple[int, int, str | None, str]):
    return compare_designs({design: record(*phases)}, region=SINGAPORE, cause="Ireland fails")[0]


def test_a_design_has_recovered_when_the_last_request_has_failed() -> None:
    result = compare(DNS_ALONE, (1, 200, IRELAND, MISS), (4, 503, None, ERROR), (10, 200, SINGAPORE, MISS))

    assert (result.failed, result.requests) == (30, 90)
    assert result.recovered == pytest.approx(2.9)
    assert result.moved == pytest.approx(3.0)


def test_a_cache_lets_nobody_notice() -> None:
    table = compare_designs(
        {DNS_AND_CACHE: record((5, 200, IRELAND, HIT), (10, 200, SINGAPORE, HIT))},
        region=SINGAPORE,
        cause="Ireland fails",
    )

    assert (table[0].failed, table[0].recovered) == (0, 0.0)
    assert "recovered after: no request failed" in repr(table)
    assert "<td" in table._repr_html_()


def test_an_origin_group_stays_where_nothing_fails() -> None:
    """So it is on AWS, where the health check is inverted."""
    table = compare_designs({ORIGIN_GROUP: record((10, 200, IRELAND, HIT))}, region=SINGAPORE, cause="Ireland fails")

    assert "recovered after: no request failed" in repr(table)
    assert "95 % moved after: it did not move" in repr(table)


def test_a_function_runs_whenever_the_edge_asks_for_news_and_not_at_hits() -> None:
    asked = ((1, 200, IRELAND, HIT), (2, 200, IRELAND, MISS), (3, 200, IRELAND, REFRESH), (10, 200, IRELAND, HIT))

    assert compare(DNS_AND_CACHE, *asked).function_runs == round(20 / 90 * 1_000_000)


def test_an_origin_group_runs_no_function() -> None:
    assert compare(ORIGIN_GROUP, (10, 200, IRELAND, MISS)).function_runs == 0
