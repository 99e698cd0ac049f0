"""Lambda@Edge functions that are not the workshop's, at the real edge: six that behave, six that AWS would refuse.

They are written from the ideas in AWS's published examples (CFDG/lambda-examples), each in a file of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local_cloud.cloud import LocalCloud
from tests.foreign_functions.edge_site import EdgeSite

MISS, HIT = "Miss from cloudfront", "Hit from cloudfront"


@pytest.fixture
def site(clean_cloud: LocalCloud, client: Callable[..., Any]) -> Iterator[EdgeSite]:
    """Two buckets, and AWS's long waits shorter still."""
    usual, clean_cloud.clock.speed = clean_cloud.clock.speed, 2000.0
    site = EdgeSite(clean_cloud, client)
    site.make_buckets()
    yield site
    clean_cloud.clock.speed = usual


def test_an_ab_test_keeps_a_viewer_in_the_group_that_it_drew(site: EdgeSite) -> None:
    site.put("a/page", "the old design")
    site.put("b/page", "the new design")
    site.serve(site.publish("ab_groups"), "viewer-request", "viewer-response")
    first = site.get("/page")
    cookie = first.headers["Set-Cookie"].partition(";")[0]

    later = [site.get("/page", Cookie=cookie) for _ in range(5)]

    assert first.text == {"group=a": "the old design", "group=b": "the new design"}[cookie]
    assert {(answer.text, answer.x_cache) for answer in later} == {(first.text, HIT)}


def test_who_has_not_signed_in_is_redirected(site: EdgeSite) -> None:
    site.put("account", "your account")
    site.serve(site.publish("sign_in_redirect"), "viewer-request")

    stranger, known = site.get("/account"), site.get("/account", Cookie="session=1")

    assert (stranger.status, stranger.headers["Location"]) == (302, "/sign-in?back=%2Faccount")
    assert stranger.x_cache == "LambdaGeneratedResponse from cloudfront"
    assert (known.status, known.text) == (200, "your account")


def test_a_generated_page_is_served_and_kept(site: EdgeSite) -> None:
    site.put("page", "from the bucket")
    site.serve(site.publish("generated_page"), "origin-request")

    first, second, other = site.get("/hello"), site.get("/hello"), site.get("/page")

    assert first.text == second.text == "<h1>Hello from the edge — 日本</h1>"
    assert [first.x_cache, second.x_cache] == ["LambdaGeneratedResponse from cloudfront", HIT]
    assert other.text == "from the bucket"


def test_spellings_of_a_query_string_share_an_object(site: EdgeSite) -> None:
    site.put("list", "the list")
    policy = site.make_cache_policy(QueryStringsConfig={"QueryStringBehavior": "all"})
    site.serve(site.publish("normalised_query"), "viewer-request", policy=policy)

    answers = [site.get(f"/list?{query}").x_cache for query in ("Size=L&page=1", "PAGE=1&size=l", "page=2&size=l")]

    assert answers == [MISS, HIT, MISS]


def test_a_header_chooses_the_origin(site: EdgeSite) -> None:
    site.put("page", "from Ireland")
    site.put("page", "from Singapore", bucket="twin")
    headers = {"HeaderBehavior": "whitelist", "Headers": {"Quantity": 1, "Items": ["X-Region"]}}
    site.serve(site.publish("origin_by_header"), "origin-request", policy=site.make_cache_policy(HeadersConfig=headers))

    answers = [site.get("/page").text, site.get("/page", X_Region="ap-southeast-1").text]

    assert answers == ["from Ireland", "from Singapore"]


def test_headers_of_responses_are_changed_once_and_kept(site: EdgeSite) -> None:
    site.put("page", "hello", Metadata={"last-modified": "Wed, 01 Jan 2025 00:00:00 GMT"})
    site.serve(site.publish("response_headers"), "origin-response")

    answers = [site.get("/page") for _ in range(2)]

    assert [answer.x_cache for answer in answers] == [MISS, HIT]
    for answer in answers:
        assert answer.text == "hello"
        assert answer.headers["Strict-Transport-Security"] == "max-age=63072000"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Last-Modified"] == "Wed, 01 Jan 2025 00:00:00 GMT"
        assert answer.headers["x-amz-meta-last-modified"] is None


@pytest.mark.parametrize(
    ("name", "event", "sentence", "logged"),
    [
        (
            "wrong_read_only_header",
            "viewer-request",
            "The function tried to add, delete, or change a read-only header.",
            "the function tried to change read-only header, headerName : Host.",
        ),
        ("wrong_status", "origin-request", "", "status"),
        (
            "wrong_body_too_large",
            "origin-request",
            "The body is not a string, is not an object, or exceeds the maximum size.",
            "exceeds the maximum size",
        ),
    ],
)
def test_a_result_that_fails_validation_is_a_bad_gateway(
    site: EdgeSite, name: str, event: str, sentence: str, logged: str
) -> None:
    site.put("page", "hello")
    site.serve(site.publish(name), event)

    answer = site.get("/page")

    assert (answer.status, answer.x_cache) == (502, "LambdaValidationError from cloudfront")
    assert f"The Lambda function result failed validation: {sentence}" in answer.text
    assert logged in site.log(f"/aws/cloudfront/LambdaEdge/{site.distribution_id}")


@pytest.mark.parametrize(
    ("name", "logged"),
    [("wrong_timeout", "Task timed out after 1.00 seconds"), ("wrong_exception", "KeyError: 'x-not-there'")],
)
def test_a_function_that_does_not_come_to_an_end_is_unavailable(site: EdgeSite, name: str, logged: str) -> None:
    site.put("page", "hello")
    site.serve(site.publish(name, timeout=1), "origin-request")

    answer = site.get("/page")

    assert (answer.status, answer.x_cache) == (503, "LambdaExecutionError from cloudfront")
    assert "The Lambda function associated with the CloudFront distribution is invalid" in answer.text
    assert logged in site.log(f"/aws/lambda/us-east-1.{name}")


def test_latest_is_refused_with_the_distribution(site: EdgeSite) -> None:
    arn = site.publish("generated_page").rpartition(":")[0] + ":$LATEST"
    cloudfront = site.client("cloudfront", "us-east-1")

    with pytest.raises(cloudfront.exceptions.InvalidLambdaFunctionAssociation) as caught:
        site.serve(arn, "origin-request")

    assert caught.value.response["Error"]["Message"] == (
        "The function ARN must reference a specific function version. "
        f"(The ARN must end with the version number.) ARN: {arn}"
    )
