"""What an invalidation makes an edge forget."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.kits.edge import EdgeKit, own_policy
from tests.local_cloud.edge.kit import HIT, MISS


def test_an_invalidation_forgets_the_paths_it_names_and_no_others(edge: EdgeKit) -> None:
    distribution_id = edge.create()
    for path in ("/a/1", "/a/2", "/b"):
        edge.buckets.put(path, "hello")
        edge.get(path)

    edge.invalidate(distribution_id, "/a/*")

    assert [edge.get(path).x_cache for path in ("/a/1", "/a/2", "/b")] == [MISS, MISS, HIT]


@pytest.mark.parametrize(
    ("path", "forgotten"),
    [("/page", ["/page"]), ("/page?a=1", ["/page?a=1"]), ("/page*", ["/page", "/page?a=1", "/page?a=2"])],
)
def test_a_query_string_that_counts_belongs_to_the_path_that_is_invalidated(
    edge: EdgeKit, path: str, forgotten: list[str]
) -> None:
    distribution_id = edge.create(
        DefaultCacheBehavior=own_policy(edge, QueryStringsConfig={"QueryStringBehavior": "all"})
    )
    edge.buckets.put("/page", "hello")
    asked = ["/page", "/page?a=1", "/page?a=2"]
    for each in asked:
        edge.get(each)

    edge.invalidate(distribution_id, path)

    assert [each for each in asked if edge.get(each).x_cache == MISS] == forgotten


def test_a_query_string_that_does_not_count_is_no_part_of_the_path_that_is_invalidated(edge: EdgeKit) -> None:
    names = {"QueryStringBehavior": "whitelist", "QueryStrings": {"Quantity": 1, "Items": ["lang"]}}
    distribution_id = edge.create(DefaultCacheBehavior=own_policy(edge, QueryStringsConfig=names))
    edge.buckets.put("/page", "hello")
    edge.get("/page?a=1")

    edge.invalidate(distribution_id, "/page")

    assert edge.get("/page?a=1").x_cache == MISS


def test_an_invalidation_also_holds_for_what_is_on_its_way(edge: EdgeKit) -> None:
    distribution_id = edge.create()
    edge.buckets.put("/page", "old")
    edge.buckets.gate = threading.Event()

    with ThreadPoolExecutor(1) as pool:
        on_its_way = pool.submit(edge.get, "/page")
        edge.buckets.was_asked.wait(5)
        edge.invalidate(distribution_id, "/page")
        edge.buckets.gate.set()
        assert on_its_way.result().text == "old"

    assert edge.get("/page").x_cache == MISS
