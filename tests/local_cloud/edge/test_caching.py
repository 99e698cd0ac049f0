"""What an edge keeps, for how long, and what tells one page from another in its cache."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from tests.kits.cloudfront import minimal_behavior
from tests.kits.edge import DISABLED, OPTIMIZED, EdgeKit, own_policy
from tests.local_cloud.edge.kit import HIT, MISS


def test_a_page_is_missed_then_hit(edge: EdgeKit) -> None:
    edge.create()
    edge.buckets.put("/page.html", "hello")

    first, second = edge.get("/page.html"), edge.get("/page.html")

    assert (first.status, first.text, first.x_cache) == (200, "hello", MISS)
    assert (second.status, second.text, second.x_cache) == (200, "hello", HIT)
    assert len(edge.buckets.asked) == 1


def test_age_counts_the_seconds_since_the_origin_was_asked(edge: EdgeKit) -> None:
    edge.create()
    edge.buckets.put("/page.html", "hello")
    edge.get("/page.html")

    edge.cloudfront.time.pass_by(42)

    assert edge.get("/page.html").headers["Age"] == "42"


def test_query_strings_do_not_count_under_caching_optimized(edge: EdgeKit) -> None:
    edge.create()
    edge.buckets.put("/page.html", "hello")
    edge.get("/page.html?a=1")

    assert edge.get("/page.html?a=2").x_cache == HIT
    assert edge.buckets.asked[0].query == ""


def test_only_listed_query_strings_count(edge: EdgeKit) -> None:
    listed = {"QueryStringBehavior": "whitelist", "QueryStrings": {"Quantity": 1, "Items": ["page"]}}
    edge.create(DefaultCacheBehavior=own_policy(edge, QueryStringsConfig=listed))
    edge.buckets.put("/list", "hello")
    edge.get("/list?page=1&seen=yes")

    assert edge.get("/list?page=1").x_cache == HIT
    assert edge.get("/list?page=2").x_cache == MISS
    assert edge.buckets.asked[0].query == "page=1"


def test_listed_headers_and_cookies_count_and_are_sent_on(edge: EdgeKit) -> None:
    headers = {"HeaderBehavior": "whitelist", "Headers": {"Quantity": 1, "Items": ["X-Lang"]}}
    cookies = {"CookieBehavior": "whitelist", "Cookies": {"Quantity": 1, "Items": ["group"]}}
    edge.create(DefaultCacheBehavior=own_policy(edge, HeadersConfig=headers, CookiesConfig=cookies))
    edge.buckets.put("/page", "hello")
    edge.get("/page", X_Lang="en", Cookie="group=a; seen=1")

    assert edge.get("/page", X_Lang="en", Cookie="group=a").x_cache == HIT
    assert edge.get("/page", X_Lang="ga", Cookie="group=a").x_cache == MISS
    assert edge.get("/page", X_Lang="en", Cookie="group=b").x_cache == MISS
    assert (edge.buckets.asked[0].headers["x-lang"], edge.buckets.asked[0].headers["cookie"]) == ("en", "group=a")


def test_accept_encoding_is_normalised(edge: EdgeKit) -> None:
    edge.create()
    edge.buckets.put("/page", "hello")
    edge.get("/page", Accept_Encoding="gzip, deflate, br;q=0.9")

    assert edge.get("/page", Accept_Encoding="br, gzip").x_cache == HIT
    assert edge.get("/page", Accept_Encoding="gzip").x_cache == MISS
    assert edge.buckets.asked[0].headers["accept-encoding"] == "br,gzip"


def test_requests_at_the_same_time_share_one_request_to_the_origin(edge: EdgeKit) -> None:
    edge.create()
    edge.buckets.put("/page", "hello")
    edge.buckets.gate = threading.Event()

    with ThreadPoolExecutor(5) as pool:
        answers = [pool.submit(edge.get, "/page") for _ in range(5)]
        threading.Timer(0.2, edge.buckets.gate.set).start()
        texts = [answer.result().text for answer in answers]

    assert texts == ["hello"] * 5
    assert len(edge.buckets.asked) == 1


def test_requests_are_not_shared_where_caching_is_disabled(edge: EdgeKit) -> None:
    edge.create(DefaultCacheBehavior=minimal_behavior(CachePolicyId=DISABLED))
    edge.buckets.put("/page", "hello")
    edge.buckets.gate = threading.Event()

    with ThreadPoolExecutor(5) as pool:
        answers = [pool.submit(edge.get, "/page") for _ in range(5)]
        threading.Timer(0.2, edge.buckets.gate.set).start()
        assert [answer.result().x_cache for answer in answers] == [MISS] * 5

    assert len(edge.buckets.asked) == 5


def test_head_is_answered_without_a_body_and_kept(edge: EdgeKit) -> None:
    edge.create()
    edge.buckets.put("/page", "hello", Content_Length="5")

    first, second = edge.get("/page", method="HEAD"), edge.get("/page", method="HEAD")

    assert (first.body, first.headers["Content-Length"], first.x_cache) == (b"", "5", MISS)
    assert (second.body, second.headers["Content-Length"], second.x_cache) == (b"", "5", HIT)
    assert edge.get("/page").text == "hello"


def test_a_viewer_that_has_the_page_is_told_so(edge: EdgeKit) -> None:
    edge.create()
    edge.buckets.put("/page", "hello", ETag='"1"')
    edge.get("/page")

    answer = edge.get("/page", If_None_Match='"0", W/"1"')

    assert (answer.status, answer.body, answer.x_cache) == (304, b"", HIT)


def test_a_distribution_keeps_nothing_of_another(edge: EdgeKit) -> None:
    edge.create(reference="one")
    edge.buckets.put("/page", "hello")
    edge.get("/page")

    edge.create(reference="two")

    assert edge.get("/page").x_cache == MISS


def test_caching_optimized_is_what_it_says(edge: EdgeKit) -> None:
    edge.create(DefaultCacheBehavior=minimal_behavior(CachePolicyId=OPTIMIZED))
    edge.buckets.put("/page", "hello")
    edge.get("/page")

    edge.cloudfront.time.pass_by(86399)

    assert edge.get("/page").x_cache == HIT
