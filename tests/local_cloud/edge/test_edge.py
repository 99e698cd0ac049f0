"""Which distribution answers a request, by which cache behavior, and with what page."""

from __future__ import annotations

import pytest

from tests.kits.cloudfront import minimal_behavior
from tests.kits.edge import DISABLED, EdgeKit
from tests.local_cloud.edge.kit import HIT, MISS

ERROR = "Error from cloudfront"


def x_caches(edge: EdgeKit, path: str, times: int = 2, **headers: str) -> list[str]:
    """What X-Cache says to several requests in a row."""
    return [edge.get(path, **headers).x_cache for _ in range(times)]


def test_the_answer_names_the_edge(edge: EdgeKit) -> None:
    edge.create()
    edge.buckets.put("/page.html", "hello")

    headers = edge.get("/page.html").headers

    assert headers["Via"] == f"1.1 {edge.domain_name} (CloudFront)"
    assert len(headers["X-Amz-Cf-Id"]) == 56
    assert headers["X-Amz-Cf-Pop"]
    assert headers["Server"] == "AmazonS3"
    assert headers["Age"] is None


def test_the_default_root_object_is_served_at_the_root(edge: EdgeKit) -> None:
    edge.create()
    edge.buckets.put("/index.html", "home")

    assert edge.get("/").text == "home"


def test_a_distribution_also_answers_at_its_local_name_with_a_port(edge: EdgeKit) -> None:
    edge.create()
    edge.buckets.put("/index.html", "home")
    local = edge.domain_name.replace(".net", ".localhost") + ":8080"

    assert edge.get("/", host=local).text == "home"


def test_an_alias_answers(edge: EdgeKit) -> None:
    certificate = {"ACMCertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/1"}
    edge.create(Aliases={"Quantity": 1, "Items": ["www.two-regions.test"]}, ViewerCertificate=certificate)
    edge.buckets.put("/index.html", "home")

    assert edge.get("/", host="WWW.two-regions.test").text == "home"


def test_an_unknown_host_name_is_refused(edge: EdgeKit) -> None:
    answer = edge.get("/", host="d000000000000.cloudfront.net")

    assert (answer.status, answer.x_cache) == (403, ERROR)
    assert "No distribution answers at this host name" in answer.text


def test_a_disabled_distribution_is_refused(edge: EdgeKit) -> None:
    edge.create(Enabled=False)

    assert edge.get("/").status == 403


def test_a_distribution_does_not_answer_before_it_is_deployed(edge: EdgeKit) -> None:
    edge.create(deployed=False)
    edge.buckets.put("/index.html", "home")

    answer = edge.get("/")

    assert answer.status == 503
    assert "Wait until its Status is Deployed" in answer.text


def test_an_update_is_served_once_it_is_deployed(edge: EdgeKit) -> None:
    distribution_id = edge.create()
    edge.buckets.put("/index.html", "home")
    edge.buckets.put("/new.html", "new")
    client = edge.cloudfront.client
    held = client.get_distribution_config(Id=distribution_id)
    config = held["DistributionConfig"] | {"DefaultRootObject": "new.html"}
    client.update_distribution(Id=distribution_id, IfMatch=held["ETag"], DistributionConfig=config)
    before = edge.get("/").text

    edge.cloudfront.deploy()

    assert (before, edge.get("/").text) == ("home", "new")


def test_a_method_that_is_not_allowed_is_refused(edge: EdgeKit) -> None:
    edge.create()

    answer = edge.get("/", method="POST")

    assert (answer.status, answer.x_cache) == (403, ERROR)


def test_the_first_behavior_whose_path_pattern_matches_counts(edge: EdgeKit) -> None:
    behaviors = [
        minimal_behavior(PathPattern="region.json", CachePolicyId=DISABLED),
        minimal_behavior(PathPattern="*.json"),
    ]
    edge.create(CacheBehaviors={"Quantity": 2, "Items": behaviors})
    edge.buckets.put("/region.json", "{}")
    edge.buckets.put("/other.json", "{}")

    assert x_caches(edge, "/region.json") == [MISS, MISS]
    assert x_caches(edge, "/other.json") == [MISS, HIT]


def test_a_custom_error_response_replaces_an_error(edge: EdgeKit) -> None:
    item = {"ErrorCode": 404, "ResponsePagePath": "/sorry.html", "ResponseCode": "200", "ErrorCachingMinTTL": 30}
    edge.create(CustomErrorResponses={"Quantity": 1, "Items": [item]})
    edge.buckets.put("/sorry.html", "sorry")
    edge.buckets.fail("/missing", 404)
    first = edge.get("/missing")
    edge.buckets.put("/missing", "found")

    edge.cloudfront.time.pass_by(29)

    assert (first.status, first.text, first.x_cache) == (200, "sorry", ERROR)
    assert edge.get("/missing").text == "sorry"


def test_where_the_page_for_an_error_is_missing_the_viewer_gets_the_status_of_that(edge: EdgeKit) -> None:
    item = {"ErrorCode": 403, "ResponsePagePath": "/sorry.html", "ResponseCode": "200", "ErrorCachingMinTTL": 30}
    edge.create(CustomErrorResponses={"Quantity": 1, "Items": [item]})
    edge.buckets.fail("/sorry.html", 404)

    assert edge.get("/missing").status == 404


@pytest.mark.parametrize(
    ("wanted", "status", "body"),
    [
        ("bytes=1-2", 206, "el"),
        ("bytes=3-", 206, "lo"),
        ("bytes=-1", 206, "o"),
        ("bytes=9-", 416, ""),
        ("lines=1-2", 200, "hello"),
    ],
)
def test_a_viewer_gets_the_part_it_asks_for(edge: EdgeKit, wanted: str, status: int, body: str) -> None:
    edge.create()
    edge.buckets.put("/page", "hello")

    answer = edge.get("/page", Range=wanted)

    assert (answer.status, answer.text) == (status, body)
    assert "range" not in edge.buckets.asked[0].headers


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("http://two-regions.test/page?a=1", 200),
        ("*", 400),
        ("/%zz%00", 403),
        ("//page", 403),
        ("/" + "a" * 5000, 403),
        ("/?" + "&=" * 500, 403),
    ],
)
def test_odd_targets_do_no_harm(edge: EdgeKit, target: str, status: int) -> None:
    edge.create()
    edge.buckets.put("/page", "hello")

    answer = edge.get(target)

    assert (answer.status, edge.get("/page").text) == (status, "hello")


def test_an_edge_that_fails_inside_says_so_in_a_page(edge: EdgeKit, caplog: pytest.LogCaptureFixture) -> None:
    edge.create(DefaultCacheBehavior=minimal_behavior(CachePolicyId=DISABLED))
    del edge.buckets.objects

    answer = edge.get("/page")

    assert (answer.status, answer.x_cache) == (500, ERROR)
    assert "Internal error" in answer.text
    assert "AttributeError" in caplog.text
