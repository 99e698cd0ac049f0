"""Edge locations in front of regional edge caches: which of them answers, what they share, and how old it is."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local_cloud.engines.edge import City
from tests.kits.cloudfront import minimal_behavior, minimal_origin
from tests.kits.edge import (
    ALL_METHODS,
    DISABLED,
    IRELAND,
    SINGAPORE,
    Answer,
    EdgeKit,
    own_policy,
    record_of,
    running_edge,
)
from tests.kits.edge import unchanged as stay

MISS, HIT, REFRESH_HIT = "Miss from cloudfront", "Hit from cloudfront", "RefreshHit from cloudfront"
ERROR = "Error from cloudfront"
NAMES = ("Dublin", "Manchester", "Singapore")


def create_site(edge: EdgeKit, *, ttls: tuple[int, int, int] = (0, 60, 600), **changes: Any) -> str:
    """A distribution with an origin-request function that stays with the bucket in Ireland."""
    policy = own_policy(edge, ttls=ttls)["CachePolicyId"]
    return edge.create_with_function(stay, policy=policy, **changes)


def to_singapore(event: dict[str, Any]) -> dict[str, Any]:
    request: dict[str, Any] = record_of(event)["request"]
    request["origin"]["s3"] |= {"domainName": SINGAPORE, "region": "ap-southeast-1"}
    request["headers"]["host"] = [{"key": "Host", "value": SINGAPORE}]
    return request


def ask_all(edge: EdgeKit, path: str = "/page") -> list[Answer]:
    """What viewers in each of the cities get, one after the other."""
    return [edge.get(path, seen_from=city) for city in NAMES]


def test_each_edge_location_answers_at_an_address_of_its_own_and_says_which_it_is(edge: EdgeKit) -> None:
    create_site(edge)

    pops = [answer.headers["X-Amz-Cf-Pop"] for answer in ask_all(edge)]

    assert pops == ["DUB56-P1", "MAN51-P1", "SIN52-P1"]
    assert len(set(edge.edge.urls.values())) == 3
    assert edge.edge.url == edge.edge.urls["Dublin"]


@pytest.mark.parametrize(("host", "status"), [("d000000000000.cloudfront.net", 403), ("", 404)])
def test_an_error_names_the_edge_location_too(edge: EdgeKit, host: str, status: int) -> None:
    create_site(edge)
    edge.buckets.fail("/page", 404)

    answer = edge.get("/page", host=host, seen_from="Singapore")

    assert (answer.status, answer.headers["X-Amz-Cf-Pop"]) == (status, "SIN52-P1")


def test_a_page_cached_in_dublin_is_a_miss_in_singapore(edge: EdgeKit) -> None:
    create_site(edge)
    edge.buckets.put("/page", "hello")
    edge.get("/page")
    edge.get("/page")

    assert edge.get("/page", seen_from="Singapore").x_cache == MISS
    assert len(edge.buckets.asked) == 2


def test_manchester_is_served_by_the_regional_cache_that_dublin_filled(edge: EdgeKit) -> None:
    create_site(edge)
    edge.buckets.put("/page", "hello")
    edge.get("/page")
    edge.cloudfront.time.pass_by(42)

    answer = edge.get("/page", seen_from="Manchester")

    assert (answer.text, answer.x_cache, answer.headers["Age"]) == ("hello", HIT, "42")
    assert answer.headers["X-Amz-Cf-Pop"] == "MAN51-P1"
    assert (len(edge.functions.events), len(edge.buckets.asked)) == (1, 1)


def test_a_hit_in_manchester_does_not_say_that_it_comes_from_dublin(edge: EdgeKit) -> None:
    create_site(edge)
    edge.buckets.put("/page", "hello")

    pops = [edge.get("/page", seen_from=city).headers["X-Amz-Cf-Pop"] for city in ("Dublin", "Manchester") * 3]

    assert pops == ["DUB56-P1", "MAN51-P1"] * 3


def test_functions_at_origin_events_run_in_the_region_of_the_regional_edge_cache(edge: EdgeKit) -> None:
    create_site(edge)
    edge.buckets.put("/page", "hello")

    ask_all(edge)

    assert [region for region, _ in edge.functions.log_groups] == ["eu-west-1", "ap-southeast-1"]


def test_functions_at_viewer_events_run_in_the_region_of_the_edge_location(edge: EdgeKit) -> None:
    edge.create_at("viewer-request", stay)
    edge.buckets.put("/page", "hello")

    ask_all(edge)

    assert [region for region, _ in edge.functions.log_groups] == ["eu-west-1", "eu-west-1", "ap-southeast-1"]


def test_an_object_expires_in_manchester_when_it_does_in_the_regional_cache(edge: EdgeKit) -> None:
    create_site(edge)
    edge.buckets.put("/page", "old")
    edge.get("/page")
    edge.cloudfront.time.pass_by(59)
    edge.get("/page", seen_from="Manchester")
    edge.buckets.put("/page", "new")
    edge.cloudfront.time.pass_by(2)

    assert edge.get("/page", seen_from="Manchester").text == "new"


def test_an_error_expires_in_manchester_when_it_does_in_the_regional_cache(edge: EdgeKit) -> None:
    create_site(edge)
    edge.buckets.fail("/page", 404)
    edge.get("/page")
    edge.cloudfront.time.pass_by(9)
    still = edge.get("/page", seen_from="Manchester")
    edge.buckets.put("/page", "hello")
    edge.cloudfront.time.pass_by(2)

    assert (still.status, still.x_cache, still.headers["Age"]) == (404, ERROR, "9")
    assert edge.get("/page", seen_from="Manchester").text == "hello"


def test_when_the_origin_fails_viewers_get_stale_pages_and_no_error_in_both_cities(edge: EdgeKit) -> None:
    create_site(edge)
    edge.buckets.put("/page", "hello", ETag='"1"')
    ask_all(edge)
    edge.buckets.fail("/page", 503)
    edge.cloudfront.time.pass_by(61)

    answers = [edge.get("/page", seen_from=city) for city in NAMES for _ in range(2)]

    assert [(answer.status, answer.text, answer.headers["Age"]) for answer in answers] == [(200, "hello", "61")] * 6
    assert {answer.x_cache for answer in answers} == {HIT}  # nothing was refreshed
    assert [asked.host for asked in edge.buckets.asked] == [IRELAND] * 4  # each region once more


def test_a_city_that_never_had_the_page_gets_it_stale_from_the_regional_cache(edge: EdgeKit) -> None:
    create_site(edge)
    edge.buckets.put("/page", "hello")
    edge.get("/page")
    edge.buckets.fail("/page", 503)
    edge.cloudfront.time.pass_by(61)

    assert edge.get("/page", seen_from="Manchester").text == "hello"
    assert edge.get("/page", seen_from="Singapore").status == 503


def test_an_edge_location_serves_what_it_has_when_the_regional_cache_has_lost_it(edge: EdgeKit) -> None:
    create_site(edge, ttls=(0, 600, 6000))
    edge.buckets.put("/page", "hello")
    edge.get("/page")
    edge.cloudfront.time.pass_by(601)
    edge.buckets.fail("/page", 404)
    edge.get("/page", seen_from="Manchester")  # in the regional cache the error is in the place of the page now
    edge.buckets.fail("/page", 503)
    edge.cloudfront.time.pass_by(11)

    assert edge.get("/page").text == "hello"


def test_a_function_that_fails_is_no_origin_that_fails(edge: EdgeKit) -> None:
    create_site(edge)
    edge.buckets.put("/page", "hello")
    edge.get("/page")
    edge.functions.run = lambda event: 1 / 0
    edge.cloudfront.time.pass_by(61)

    assert edge.get("/page").x_cache == "LambdaExecutionError from cloudfront"


def test_an_origin_that_fails_is_asked_again_after_the_error_caching_minimum_ttl(edge: EdgeKit) -> None:
    create_site(edge)
    edge.buckets.put("/page", "old")
    ask_all(edge)
    edge.buckets.fail("/page", 503)
    edge.cloudfront.time.pass_by(61)
    ask_all(edge)
    edge.buckets.put("/page", "new")
    edge.cloudfront.time.pass_by(9)
    still = [answer.text for answer in ask_all(edge)]

    edge.cloudfront.time.pass_by(2)

    assert (still, [answer.text for answer in ask_all(edge)]) == (["old"] * 3, ["new"] * 3)


def test_the_origin_confirms_an_expired_page_once_for_both_cities(edge: EdgeKit) -> None:
    create_site(edge)
    edge.buckets.put("/page", "hello", ETag='"1"')
    ask_all(edge)
    edge.cloudfront.time.pass_by(61)

    dublin, manchester, singapore = ask_all(edge)

    assert [answer.x_cache for answer in (dublin, manchester, singapore)] == [REFRESH_HIT] * 3
    assert [answer.text for answer in (dublin, manchester, singapore)] == ["hello"] * 3
    assert [asked.headers.get("if-none-match") for asked in edge.buckets.asked] == [None, None, '"1"', '"1"']


def test_requests_at_the_same_time_share_one_request_to_the_origin_in_a_region(edge: EdgeKit) -> None:
    create_site(edge)
    edge.buckets.put("/page", "hello")
    edge.buckets.gate = threading.Event()

    with ThreadPoolExecutor(6) as pool:
        answers = [pool.submit(edge.get, "/page", seen_from=city) for city in ("Dublin", "Manchester") * 3]
        edge.buckets.was_asked.wait(5)
        threading.Timer(0.1, edge.buckets.gate.set).start()
        assert [answer.result().text for answer in answers] == ["hello"] * 6

    assert (len(edge.functions.events), len(edge.buckets.asked)) == (1, 1)


def test_after_an_invalidation_all_cities_ask_again(edge: EdgeKit) -> None:
    distribution_id = create_site(edge)
    edge.buckets.put("/page", "old")
    ask_all(edge)
    edge.buckets.put("/page", "new")

    edge.invalidate(distribution_id, "/*")

    assert [(answer.text, answer.x_cache) for answer in ask_all(edge)] == [("new", MISS), ("new", HIT), ("new", MISS)]


def test_an_invalidation_also_holds_for_what_is_on_its_way_to_a_city(edge: EdgeKit) -> None:
    distribution_id = create_site(edge)
    edge.buckets.put("/page", "old")
    edge.buckets.gate = threading.Event()

    with ThreadPoolExecutor(1) as pool:
        on_its_way = pool.submit(edge.get, "/page")
        edge.buckets.was_asked.wait(5)
        edge.invalidate(distribution_id, "/page")
        edge.buckets.gate.set()
        on_its_way.result()

    assert [answer.x_cache for answer in ask_all(edge)] == [MISS, HIT, MISS]


def test_two_cities_see_two_regions_at_once_while_dns_has_changed(edge: EdgeKit) -> None:
    create_site(edge)
    edge.buckets.put("/page", "from Ireland")
    edge.buckets.put("/page", "from Singapore", host=SINGAPORE)
    edge.get("/page")
    edge.functions.run = to_singapore

    seen = [answer.text for answer in ask_all(edge)]
    edge.cloudfront.time.pass_by(61)

    assert seen == ["from Ireland", "from Ireland", "from Singapore"]
    assert [answer.text for answer in ask_all(edge)] == ["from Singapore"] * 3


def test_what_is_never_cached_does_not_go_through_the_regional_cache(edge: EdgeKit) -> None:
    edge.create_with_function(stay, policy=DISABLED)
    edge.buckets.put("/page", "hello")

    answers = ask_all(edge)

    assert [answer.x_cache for answer in answers] == [MISS] * 3
    assert [region for region, _ in edge.functions.log_groups] == ["eu-west-1", "eu-west-1", "ap-southeast-1"]


@pytest.mark.parametrize("method", ["DELETE", "OPTIONS", "PATCH", "POST", "PUT"])
def test_proxy_methods_go_straight_to_the_origin(edge: EdgeKit, method: str) -> None:
    allowed = {"AllowedMethods": ALL_METHODS["AllowedMethods"] | {"CachedMethods": cached("GET", "HEAD", "OPTIONS")}}
    edge.create_at("origin-request", stay, **allowed)
    edge.buckets.put("/page", "hello")

    for city in ("Dublin", "Manchester"):
        assert edge.get("/page", method=method, seen_from=city).x_cache == MISS

    assert len(edge.buckets.asked) == 2


def cached(*methods: str) -> dict[str, Any]:
    return {"Quantity": len(methods), "Items": list(methods)}


def test_a_bucket_in_the_region_of_the_regional_cache_is_asked_directly(edge: EdgeKit) -> None:
    edge.create()
    edge.buckets.put("/page", "hello")

    assert [answer.x_cache for answer in ask_all(edge)] == [MISS] * 3


def test_a_bucket_in_another_region_is_asked_by_the_regional_cache(edge: EdgeKit) -> None:
    edge.create(Origins={"Quantity": 1, "Items": [minimal_origin(DomainName=SINGAPORE)]})
    edge.buckets.put("/page", "hello", host=SINGAPORE)

    assert [answer.x_cache for answer in ask_all(edge)] == [MISS, HIT, MISS]


def test_each_city_shows_the_custom_error_page_and_the_regional_cache_keeps_the_error(edge: EdgeKit) -> None:
    item = {"ErrorCode": 404, "ResponsePagePath": "/sorry.html", "ResponseCode": "200", "ErrorCachingMinTTL": 30}
    create_site(edge, CustomErrorResponses={"Quantity": 1, "Items": [item]})
    edge.buckets.put("/sorry.html", "sorry")
    edge.buckets.fail("/page", 404)

    answers = [edge.get("/page", seen_from=city) for city in ("Dublin", "Manchester")]

    assert [(answer.status, answer.text, answer.x_cache) for answer in answers] == [(200, "sorry", ERROR)] * 2
    assert [asked.path for asked in edge.buckets.asked] == ["/page", "/sorry.html", "/sorry.html"]


def test_an_error_page_that_is_missing_is_not_asked_for_again_while_the_error_is_kept(edge: EdgeKit) -> None:
    item = {"ErrorCode": 404, "ResponsePagePath": "/sorry.html", "ResponseCode": "200", "ErrorCachingMinTTL": 30}
    create_site(edge, CustomErrorResponses={"Quantity": 1, "Items": [item]})
    edge.buckets.fail("/page", 404)
    edge.buckets.fail("/sorry.html", 410)

    assert [edge.get("/page").status for _ in range(2)] == [410, 410]
    assert len(edge.buckets.asked) == 2


def test_a_stale_page_is_preferred_to_the_custom_error_page(edge: EdgeKit) -> None:
    item = {"ErrorCode": 503, "ResponsePagePath": "/sorry.html", "ResponseCode": "200", "ErrorCachingMinTTL": 30}
    create_site(edge, CustomErrorResponses={"Quantity": 1, "Items": [item]})
    edge.buckets.put("/page", "hello")
    edge.get("/page")
    edge.buckets.fail("/page", 503)
    edge.cloudfront.time.pass_by(61)

    assert [edge.get("/page", seen_from=city).text for city in ("Dublin", "Manchester")] == ["hello"] * 2


def test_concurrency_is_limited_in_each_region_apart() -> None:
    with running_edge(concurrent_executions=1) as edge:
        edge.create_with_function(stay, policy=DISABLED)
        edge.buckets.put("/page", "hello")
        edge.functions.gate = threading.Event()
        with ThreadPoolExecutor(2) as pool:
            busy = pool.submit(edge.get, "/page")
            edge.functions.was_asked.wait(5)
            edge.functions.was_asked.clear()
            throttled = edge.get("/page", seen_from="Manchester")
            elsewhere = pool.submit(edge.get, "/page", seen_from="Singapore")
            edge.functions.was_asked.wait(5)
            edge.functions.gate.set()

            assert (busy.result().status, throttled.status, elsewhere.result().status) == (200, 503, 200)


def test_other_cities_can_be_chosen() -> None:
    with running_edge(cities=[City("Cork", "ORK50-C1", "eu-west-1")]) as edge:
        edge.create()

        assert edge.get("/page", seen_from="Cork").headers["X-Amz-Cf-Pop"] == "ORK50-C1"


def test_an_origin_group_goes_where_its_first_origin_does(edge: EdgeKit) -> None:
    origins = [minimal_origin(DomainName=SINGAPORE), minimal_origin(Id="twin", DomainName=IRELAND)]
    members = {"Quantity": 2, "Items": [{"OriginId": "source"}, {"OriginId": "twin"}]}
    codes = {"StatusCodes": {"Quantity": 1, "Items": [503]}}
    edge.create(
        Origins={"Quantity": 2, "Items": origins},
        OriginGroups={"Quantity": 1, "Items": [{"Id": "both", "FailoverCriteria": codes, "Members": members}]},
        DefaultCacheBehavior=minimal_behavior(TargetOriginId="both"),
    )
    edge.buckets.fail("/page", 503, host=SINGAPORE)
    edge.buckets.put("/page", "hello")

    assert [(answer.text, answer.x_cache) for answer in ask_all(edge)] == [
        ("hello", MISS),
        ("hello", HIT),
        ("hello", MISS),
    ]
