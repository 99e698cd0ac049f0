"""For how long what an origin answered is fresh, and for how long it is served when it no longer is.

Each test runs twice: in Dublin, which asks the bucket in Ireland directly, and in Singapore, which has a regional edge
cache before it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.kits.cloudfront import minimal_behavior
from tests.kits.edge import DISABLED, EdgeKit, own_policy, running_edge

MISS, HIT, REFRESH_HIT = "Miss from cloudfront", "Hit from cloudfront", "RefreshHit from cloudfront"
ERROR = "Error from cloudfront"


@pytest.fixture(params=["Dublin", "Singapore"])
def edge(request: pytest.FixtureRequest) -> Iterator[EdgeKit]:
    """An edge in front of buckets that are dictionaries, at a time that stands still."""
    with running_edge() as edge:
        edge.city = request.param
        yield edge


def expire(edge: EdgeKit, status: int = 503, *, ttls: tuple[int, int, int] = (0, 60, 600), **headers: str) -> None:
    """Have a page in the cache that is one second past its TTL of 60, while the origin answers with an error."""
    edge.create(DefaultCacheBehavior=own_policy(edge, ttls=ttls))
    edge.buckets.put("/page", "hello", **headers)
    edge.get("/page")
    edge.buckets.fail("/page", status)
    edge.cloudfront.time.pass_by(61)


def is_kept(edge: EdgeKit, status: int, seconds: float, *, minimum: int | None = None, **headers: str) -> bool:
    """Whether an error with these headers is still answered after some seconds, although the origin has recovered."""
    item = {"ErrorCode": status, "ErrorCachingMinTTL": minimum}
    changes = {} if minimum is None else {"CustomErrorResponses": {"Quantity": 1, "Items": [item]}}
    edge.create(DefaultCacheBehavior=own_policy(edge), **changes)
    edge.buckets.fail("/page", status, **headers)
    assert edge.get("/page").status == status
    edge.buckets.put("/page", "hello")
    edge.cloudfront.time.pass_by(seconds)
    return edge.get("/page").status == status


@pytest.mark.parametrize(
    ("ttls", "headers", "seconds"),
    [
        ((0, 60, 600), {}, 60),
        ((0, 60, 600), {"Cache_Control": "max-age=5"}, 5),
        ((0, 60, 600), {"Cache_Control": "max-age=9999"}, 600),
        ((0, 60, 600), {"Cache_Control": "max-age=5, s-maxage=7"}, 7),
        ((10, 60, 600), {"Cache_Control": "max-age=5"}, 10),
        ((10, 60, 600), {"Cache_Control": "no-store"}, 10),
        ((0, 60, 600), {"Cache_Control": "s-maxage=9999, max-age=5"}, 600),
        ((0, 60, 600), {"Cache_Control": "MAX-AGE=5"}, 5),
        ((0, 60, 600), {"Cache_Control": "stale-if-error=5, x-max-age=7"}, 60),
        ((0, 60, 600), {"Expires": "Fri, 15 Jan 2027 08:05:21 GMT"}, 20),
        ((0, 60, 600), {"Expires": "Fri, 15 Jan 2027 08:05:21 GMT", "Cache_Control": "max-age=5"}, 5),
        ((30, 60, 600), {"Expires": "Fri, 15 Jan 2027 08:05:21 GMT"}, 30),
        ((0, 60, 600), {"Expires": "Fri, 15 Jan 2077 08:05:21 GMT"}, 600),
        ((10, 60, 600), {"Expires": "0"}, 10),
    ],
)
def test_an_object_is_fresh_for_its_ttl(
    edge: EdgeKit, ttls: tuple[int, int, int], headers: dict[str, str], seconds: int
) -> None:
    edge.create(DefaultCacheBehavior=own_policy(edge, ttls=ttls))
    edge.buckets.put("/page", "hello", **headers)
    edge.get("/page")
    edge.cloudfront.time.pass_by(seconds - 1)
    just_before = edge.get("/page").x_cache

    edge.cloudfront.time.pass_by(2)

    assert (just_before, edge.get("/page").x_cache) == (HIT, MISS)


@pytest.mark.parametrize("control", ["no-cache", "no-store", "private", "max-age=0", "private, max-age=60"])
def test_what_may_not_be_kept_is_asked_for_each_time(edge: EdgeKit, control: str) -> None:
    edge.create(DefaultCacheBehavior=own_policy(edge))
    edge.buckets.put("/page", "hello", Cache_Control=control)

    assert [edge.get("/page").x_cache for _ in range(2)] == [MISS, MISS]


def test_an_expired_object_is_confirmed_by_the_origin(edge: EdgeKit) -> None:
    edge.create(DefaultCacheBehavior=own_policy(edge))
    edge.buckets.put("/page", "hello", ETag='"1"')
    edge.get("/page")
    edge.cloudfront.time.pass_by(61)

    confirmed, again = edge.get("/page"), edge.get("/page")

    assert (confirmed.x_cache, confirmed.text) == (REFRESH_HIT, "hello")
    assert edge.buckets.asked[1].headers["if-none-match"] == '"1"'
    assert (again.x_cache, again.headers["Age"]) == (HIT, "0")


def test_an_expired_object_is_served_while_the_origin_fails(edge: EdgeKit) -> None:
    edge.create(DefaultCacheBehavior=own_policy(edge))
    edge.buckets.put("/page", "hello")
    edge.get("/page")
    edge.buckets.fail("/page", 503)
    edge.cloudfront.time.pass_by(61)

    answer = edge.get("/page")

    assert (answer.status, answer.text, answer.headers["Age"]) == (200, "hello", "61")


def test_an_error_is_kept_for_ten_seconds(edge: EdgeKit) -> None:
    edge.create()
    edge.buckets.fail("/page", 404)
    first = edge.get("/page")
    edge.buckets.put("/page", "hello")
    edge.cloudfront.time.pass_by(9)
    still = edge.get("/page")

    edge.cloudfront.time.pass_by(2)

    assert [(a.status, a.x_cache) for a in (first, still)] == [(404, ERROR), (404, ERROR)]
    assert edge.get("/page").text == "hello"


def test_errors_are_not_kept_where_caching_is_disabled(edge: EdgeKit) -> None:
    edge.create(DefaultCacheBehavior=minimal_behavior(CachePolicyId=DISABLED))
    edge.buckets.fail("/page", 404)
    edge.get("/page")
    edge.buckets.put("/page", "hello")

    assert edge.get("/page").text == "hello"


def test_an_object_that_may_not_be_kept_is_kept_for_the_origin_to_confirm(edge: EdgeKit) -> None:
    edge.create(DefaultCacheBehavior=own_policy(edge))
    edge.buckets.put("/page", "hello", ETag='"1"', Cache_Control="no-cache")

    assert [edge.get("/page").x_cache for _ in range(3)] == [MISS, REFRESH_HIT, REFRESH_HIT]


@pytest.mark.parametrize("control", ["no-cache", "no-store", "private", "max-age=0", "must-revalidate, max-age=60"])
def test_whatever_else_the_origin_said_it_is_served_while_the_origin_fails(edge: EdgeKit, control: str) -> None:
    expire(edge, Cache_Control=control)

    assert edge.get("/page").text == "hello"


def test_a_stale_object_is_served_until_the_maximum_ttl(edge: EdgeKit) -> None:
    expire(edge, Cache_Control="max-age=60, stale-if-error=86400")
    edge.cloudfront.time.pass_by(600 - 61 - 1)
    just_before = edge.get("/page").status

    edge.cloudfront.time.pass_by(2)

    assert (just_before, edge.get("/page").status) == (200, 503)


def test_where_the_maximum_ttl_is_the_ttl_nothing_is_served_stale(edge: EdgeKit) -> None:
    expire(edge, ttls=(0, 60, 60))

    assert edge.get("/page").status == 503


def test_with_stale_if_error_0_an_error_is_an_error(edge: EdgeKit) -> None:
    expire(edge, Cache_Control="max-age=60, stale-if-error=0")

    assert edge.get("/page").status == 503


def test_stale_if_error_counts_from_when_the_object_is_no_longer_fresh(edge: EdgeKit) -> None:
    expire(edge, Cache_Control="max-age=60, stale-if-error=30")
    edge.cloudfront.time.pass_by(28)
    just_before = edge.get("/page").status

    edge.cloudfront.time.pass_by(2)

    assert (just_before, edge.get("/page").status) == (200, 503)


def test_an_object_that_the_origin_refuses_is_not_served_stale(edge: EdgeKit) -> None:
    expire(edge, 403)

    assert edge.get("/page").status == 403


def test_stale_while_revalidate_serves_at_once_and_asks_meanwhile(edge: EdgeKit) -> None:
    edge.create(DefaultCacheBehavior=own_policy(edge))
    edge.buckets.put("/page", "old", Cache_Control="max-age=60, stale-while-revalidate=30")
    edge.get("/page")
    edge.buckets.put("/page", "new")
    edge.cloudfront.time.pass_by(61)
    edge.buckets.was_asked.clear()
    edge.buckets.gate = threading.Event()

    at_once = edge.get("/page")
    assert edge.buckets.was_asked.wait(5)
    edge.buckets.gate.set()

    assert (at_once.text, at_once.x_cache, at_once.headers["Age"]) == ("old", HIT, "61")
    assert "new" in (edge.get("/page").text for _ in range(500))


def test_after_stale_while_revalidate_a_viewer_waits_for_the_origin(edge: EdgeKit) -> None:
    edge.create(DefaultCacheBehavior=own_policy(edge))
    edge.buckets.put("/page", "old", Cache_Control="max-age=60, stale-while-revalidate=30")
    edge.get("/page")
    edge.buckets.put("/page", "new")

    edge.cloudfront.time.pass_by(91)

    assert edge.get("/page").text == "new"


def test_stale_while_revalidate_ends_at_the_maximum_ttl(edge: EdgeKit) -> None:
    edge.create(DefaultCacheBehavior=own_policy(edge, ttls=(0, 60, 60)))
    edge.buckets.put("/page", "old", Cache_Control="max-age=60, stale-while-revalidate=30")
    edge.get("/page")
    edge.buckets.put("/page", "new")

    edge.cloudfront.time.pass_by(61)

    assert edge.get("/page").text == "new"


@pytest.mark.parametrize("status", [404, 410, 414, 500, 501, 502, 503, 504])
def test_errors_that_cloudfront_keeps(edge: EdgeKit, status: int) -> None:
    assert is_kept(edge, status, 9)


@pytest.mark.parametrize("status", [400, 403, 405, 412, 415])
def test_some_errors_are_kept_only_if_cache_control_has_an_age(edge: EdgeKit, status: int) -> None:
    assert not is_kept(edge, status, 1)


@pytest.mark.parametrize("control", ["max-age=5", "s-maxage=0"])
def test_an_age_in_cache_control_keeps_them(edge: EdgeKit, control: str) -> None:
    assert is_kept(edge, 403, 9, Cache_Control=control)


@pytest.mark.parametrize("status", [401, 409, 416, 429])
def test_other_errors_are_not_kept(edge: EdgeKit, status: int) -> None:
    assert not is_kept(edge, status, 1, Cache_Control="max-age=60")


@pytest.mark.parametrize("control", ["no-cache", "no-store", "private"])
def test_a_missing_page_is_not_kept_if_the_origin_forbids_it(edge: EdgeKit, control: str) -> None:
    assert not is_kept(edge, 404, 1, Cache_Control=control)


@pytest.mark.parametrize("control", ["no-cache", "no-store", "private"])
def test_an_unavailable_origin_is_kept_even_if_it_forbids_it(edge: EdgeKit, control: str) -> None:
    assert is_kept(edge, 503, 9, Cache_Control=control)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Cache_Control": "max-age=30"}, 29),
        ({"Cache_Control": "max-age=5"}, 9),
        ({"Expires": "Fri, 15 Jan 2027 08:05:21 GMT"}, 19),
        ({"Cache_Control": "max-age=9999"}, 599),
    ],
)
def test_an_error_is_kept_for_as_long_as_the_origin_says_or_at_least_the_minimum(
    edge: EdgeKit, headers: dict[str, str], seconds: int
) -> None:
    assert is_kept(edge, 404, seconds, **headers)
    edge.cloudfront.time.pass_by(2)
    assert edge.get("/page").status == 200


def test_an_error_of_s3_is_kept_for_a_second_also_where_the_minimum_is_0(edge: EdgeKit) -> None:
    assert is_kept(edge, 503, 0.9, minimum=0)
    edge.cloudfront.time.pass_by(0.2)
    assert edge.get("/page").status == 200


@pytest.mark.parametrize(("status", "kept"), [(301, True), (302, True), (307, False), (308, False)])
def test_temporary_redirects_are_kept_only_if_cache_control_is_there(edge: EdgeKit, status: int, kept: bool) -> None:
    assert is_kept(edge, status, 1) == kept


def test_a_temporary_redirect_with_cache_control_is_kept(edge: EdgeKit) -> None:
    assert is_kept(edge, 307, 1, Cache_Control="max-age=60")
