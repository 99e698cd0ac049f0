"""Functions at viewer-request and viewer-response: what they see, what they may change, and when they run."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kits.cloudfront import FUNCTION, minimal_behavior
from tests.kits.edge import DISABLED, OPTIMIZED, EdgeKit, record_of, unchanged, with_functions

Event = dict[str, Any]
VALIDATION_ERROR = "LambdaValidationError from cloudfront"


def to(uri: str) -> Any:
    """A request function that asks for another path."""
    return lambda event: record_of(event)["request"] | {"uri": uri}


def with_header(name: str, value: str) -> Any:
    """A function that sets a header."""

    def run(event: Event) -> Any:
        result = unchanged(event)
        result["headers"][name] = [{"value": value}]
        return result

    return run


def test_a_viewer_request_has_the_shape_of_aws(edge: EdgeKit) -> None:
    distribution_id = edge.create_at("viewer-request", unchanged)

    answer = edge.get("/a%20page?size=large", X_Mine="1", Connection="keep-alive", Accept_Encoding="gzip, br")

    assert record_of(edge.functions.events[0]) == {
        "config": {
            "distributionDomainName": edge.domain_name,
            "distributionId": distribution_id,
            "eventType": "viewer-request",
            "requestId": answer.headers["X-Amz-Cf-Id"],
        },
        "request": {
            "clientIp": "127.0.0.1",
            "headers": {
                "host": [{"key": "Host", "value": edge.domain_name}],
                "x-mine": [{"key": "X-Mine", "value": "1"}],
                "accept-encoding": [{"key": "Accept-Encoding", "value": "gzip, br"}],
            },
            "method": "GET",
            "querystring": "size=large",
            "uri": "/a%20page",
        },
    }


def test_the_local_name_is_the_domain_name_to_functions(edge: EdgeKit) -> None:
    edge.create_at("viewer-request", unchanged)

    edge.get("/page", host=edge.domain_name.replace(".net", ".localhost") + ":8080")

    headers = record_of(edge.functions.events[0])["request"]["headers"]
    assert headers["host"] == [{"key": "Host", "value": edge.domain_name}]


def test_a_viewer_request_function_runs_before_the_cache_is_asked(edge: EdgeKit) -> None:
    edge.create_at("viewer-request", to("/same"))
    edge.buckets.put("/same", "hello")

    answers = [edge.get(path) for path in ("/one", "/two", "/three")]

    assert [answer.x_cache for answer in answers] == ["Miss from cloudfront", *["Hit from cloudfront"] * 2]
    assert edge.events_run == ["viewer-request"] * 3


def test_the_cache_behavior_stays_that_of_the_path_that_the_viewer_asked_for(edge: EdgeKit) -> None:
    edge.functions.run = to("/uncached.html")
    behaviors = {"Quantity": 1, "Items": [minimal_behavior(PathPattern="*.html", CachePolicyId=DISABLED)]}
    edge.create(DefaultCacheBehavior=with_functions("viewer-request"), CacheBehaviors=behaviors)
    edge.buckets.put("/uncached.html", "hello")

    assert [edge.get("/page").x_cache for _ in range(2)] == ["Miss from cloudfront", "Hit from cloudfront"]


def test_a_header_that_viewer_request_sets_is_in_the_cache_key_and_goes_to_the_origin(edge: EdgeKit) -> None:
    policy = {
        "Name": "by-group",
        "MinTTL": 0,
        "ParametersInCacheKeyAndForwardedToOrigin": {
            "EnableAcceptEncodingGzip": False,
            "HeadersConfig": {"HeaderBehavior": "whitelist", "Headers": {"Quantity": 1, "Items": ["x-group"]}},
            "CookiesConfig": {"CookieBehavior": "none"},
            "QueryStringsConfig": {"QueryStringBehavior": "none"},
        },
    }
    made = edge.cloudfront.client.create_cache_policy(CachePolicyConfig=policy)["CachePolicy"]["Id"]
    edge.create_at("viewer-request", with_header("x-group", "a"), CachePolicyId=made)
    edge.buckets.put("/page", "hello")
    edge.get("/page")
    edge.functions.run = with_header("x-group", "b")

    assert edge.get("/page").x_cache == "Miss from cloudfront"
    assert [asked.headers["x-group"] for asked in edge.buckets.asked] == ["a", "b"]


def test_what_viewer_request_generates_is_not_kept_and_no_other_function_sees_it(edge: EdgeKit) -> None:
    made = {"status": "302", "statusDescription": "Over There", "headers": {"location": [{"value": "/elsewhere"}]}}
    edge.create_at("viewer-request viewer-response origin-request", lambda event: made)

    answers = [edge.get("/page") for _ in range(2)]

    assert [(answer.status, answer.reason, answer.headers["Location"]) for answer in answers] == [
        (302, "Over There", "/elsewhere")
    ] * 2
    assert answers[1].x_cache == "LambdaGeneratedResponse from cloudfront"
    assert edge.events_run == ["viewer-request"] * 2


@pytest.mark.parametrize("name", ["host", "via", "content-length", "transfer-encoding", "cdn-loop"])
def test_headers_that_are_read_only_in_viewer_requests(edge: EdgeKit, name: str) -> None:
    edge.create_at("viewer-request", with_header(name, "1"))

    answer = edge.get("/page")

    assert (answer.status, answer.x_cache) == (502, VALIDATION_ERROR)
    assert "The function tried to add, delete, or change a read-only header." in answer.text


def test_a_viewer_request_function_may_change_what_is_read_only_for_an_origin(edge: EdgeKit) -> None:
    edge.create_at("viewer-request", with_header("accept-encoding", "gzip"))
    edge.buckets.put("/page", "hello")

    edge.get("/page")

    assert edge.buckets.asked[0].headers["accept-encoding"] == "gzip"


def test_viewer_request_cannot_add_the_country(edge: EdgeKit) -> None:
    edge.create_at("viewer-request", with_header("cloudfront-viewer-country", "IE"))

    assert edge.get("/page").x_cache == VALIDATION_ERROR


def test_a_generated_204_with_a_body_fails_validation_in_viewer_requests(edge: EdgeKit) -> None:
    edge.create_at("viewer-request", lambda event: {"status": "204", "body": "hello"})

    assert edge.get("/page").x_cache == VALIDATION_ERROR


@pytest.mark.parametrize(("kilobytes", "status"), [(39, 200), (41, 502)])
def test_viewer_request_generates_40_kb_at_most_headers_included(edge: EdgeKit, kilobytes: int, status: int) -> None:
    half = kilobytes * 512
    headers = {f"x-{i}": [{"value": "a" * 4096}] for i in range(half // 4096)}
    edge.create_at("viewer-request", lambda event: {"status": "200", "headers": headers, "body": "b" * half})

    answer = edge.get("/page")

    assert answer.status == status
    assert ("exceeds the maximum size" in answer.text) == (status == 502)


def test_a_failure_in_viewer_request_is_not_kept(edge: EdgeKit) -> None:
    edge.create_at("viewer-request", lambda event: event["no such key"])
    edge.buckets.put("/page", "hello")
    failed = edge.get("/page")
    edge.functions.run = unchanged

    assert (failed.status, failed.x_cache) == (503, "LambdaExecutionError from cloudfront")
    assert edge.get("/page").text == "hello"


def test_a_viewer_response_has_the_shape_of_aws(edge: EdgeKit) -> None:
    edge.create_at("viewer-response", unchanged)
    edge.buckets.put("/page", "hello", ETag='"1"')

    answer = edge.get("/page?a=1", X_Mine="1")

    record = record_of(edge.functions.events[0])
    assert record["config"]["eventType"] == "viewer-response"
    assert record["request"] == {
        "clientIp": "127.0.0.1",
        "headers": {
            "host": [{"key": "Host", "value": edge.domain_name}],
            "accept-encoding": [{"key": "Accept-Encoding", "value": "identity"}],
            "x-mine": [{"key": "X-Mine", "value": "1"}],
        },
        "method": "GET",
        "querystring": "a=1",
        "uri": "/page",
    }
    assert record["response"] == {
        "status": "200",
        "statusDescription": "OK",
        "headers": {
            "content-type": [{"key": "Content-Type", "value": "text/plain"}],
            "etag": [{"key": "ETag", "value": '"1"'}],
            "server": [{"key": "Server", "value": "AmazonS3"}],
            "date": [{"key": "Date", "value": answer.headers["Date"]}],
            "content-length": [{"key": "Content-Length", "value": "5"}],
        },
    }


def test_a_viewer_response_function_runs_for_every_answer_and_is_not_kept(edge: EdgeKit) -> None:
    edge.create_at("viewer-response", with_header("x-number", "1"))
    edge.buckets.put("/page", "hello")
    first = edge.get("/page")
    edge.functions.run = with_header("x-number", "2")

    second = edge.get("/page")

    assert [(a.x_cache, a.headers["X-Number"], a.text) for a in (first, second)] == [
        ("Miss from cloudfront", "1", "hello"),
        ("Hit from cloudfront", "2", "hello"),
    ]


def test_a_viewer_response_sees_the_request_as_viewer_request_left_it(edge: EdgeKit) -> None:
    def run(event: Event) -> Any:
        return unchanged(event) if "response" in record_of(event) else to("/other")(event)

    edge.create_at("viewer-request viewer-response", run)
    edge.buckets.put("/other", "hello")

    edge.get("/page")

    assert record_of(edge.functions.events[1])["request"]["uri"] == "/other"


@pytest.mark.parametrize("status", [403, 404, 503])
def test_viewer_response_does_not_run_when_the_origin_fails(edge: EdgeKit, status: int) -> None:
    edge.create_at("viewer-response", unchanged)
    edge.buckets.fail("/page", status)

    answers = [edge.get("/page").status for _ in range(2)]

    assert (answers, edge.events_run) == ([status] * 2, [])


def test_viewer_response_does_not_run_for_a_custom_error_page(edge: EdgeKit) -> None:
    item = {"ErrorCode": 403, "ResponsePagePath": "/sorry.html", "ResponseCode": "200", "ErrorCachingMinTTL": 30}
    behavior = with_functions("viewer-request", "viewer-response")
    edge.create(DefaultCacheBehavior=behavior, CustomErrorResponses={"Quantity": 1, "Items": [item]})
    edge.buckets.put("/sorry.html", "sorry")

    assert edge.get("/missing").text == "sorry"
    assert edge.events_run == ["viewer-request"]


@pytest.mark.parametrize("name", ["content-encoding", "content-length", "transfer-encoding", "via", "warning"])
def test_headers_that_are_read_only_in_viewer_responses(edge: EdgeKit, name: str) -> None:
    edge.create_at("viewer-response", with_header(name, "1"))
    edge.buckets.put("/page", "hello")

    answer = edge.get("/page")

    assert (answer.status, answer.x_cache) == (502, VALIDATION_ERROR)


def test_viewer_response_does_not_change_the_status(edge: EdgeKit) -> None:
    edge.create_at("viewer-response", lambda event: unchanged(event) | {"status": "201"})
    edge.buckets.put("/page", "hello")

    assert edge.get("/page").status != 201


def test_the_function_of_a_viewer_event_does_not_keep_ranges_and_conditions_from_working(edge: EdgeKit) -> None:
    edge.create_at("viewer-request viewer-response", unchanged)
    edge.buckets.put("/page", "hello", ETag='"1"')

    part, known = edge.get("/page", Range="bytes=1-2"), edge.get("/page", If_None_Match='"1"')

    assert (part.status, part.text, known.status) == (206, "el", 304)


def test_head_is_answered_without_a_body_at_viewer_events(edge: EdgeKit) -> None:
    edge.create_at("viewer-request viewer-response", unchanged)
    edge.buckets.put("/page", "hello", Content_Length="5")

    answers = [edge.get("/page", method="HEAD") for _ in range(2)]

    assert [(a.status, a.body, a.headers["Content-Length"]) for a in answers] == [(200, b"", "5")] * 2


def test_the_default_root_object_is_served_where_a_viewer_function_runs(edge: EdgeKit) -> None:
    edge.create_at("viewer-request viewer-response", unchanged)
    edge.buckets.put("/index.html", "home")

    assert edge.get("/").text == "home"


def test_all_four_functions_run_on_a_miss_and_two_on_a_hit(edge: EdgeKit) -> None:
    edge.create_at("viewer-request origin-request origin-response viewer-response", unchanged)
    edge.buckets.put("/page", "hello")

    assert [edge.get("/page").text for _ in range(2)] == ["hello"] * 2
    assert edge.events_run == [
        *("viewer-request", "origin-request", "origin-response", "viewer-response"),
        *("viewer-request", "viewer-response"),
    ]


def test_names_in_other_scripts_come_through_as_they_are(edge: EdgeKit) -> None:
    edge.create_at("viewer-request origin-request viewer-response", with_header("x-name", "日本"))
    edge.buckets.put("/page", "hello")

    answer = edge.get("/page")

    assert answer.headers["X-Name"].encode("latin-1").decode() == "日本"
    assert edge.buckets.asked[0].headers["x-name"].encode("latin-1").decode() == "日本"


def test_bytes_that_are_not_utf8_count_as_latin_1(edge: EdgeKit) -> None:
    edge.create_at("viewer-request", unchanged)

    edge.get("/page", X_Name="caf\xe9")

    headers = record_of(edge.functions.events[0])["request"]["headers"]
    assert headers["x-name"][0]["value"] == "café"


def test_the_same_function_version_may_be_at_several_events(edge: EdgeKit) -> None:
    distribution_id = edge.create_at("viewer-request viewer-response", unchanged, CachePolicyId=OPTIMIZED)

    config = edge.cloudfront.client.get_distribution_config(Id=distribution_id)["DistributionConfig"]

    items = config["DefaultCacheBehavior"]["LambdaFunctionAssociations"]["Items"]
    assert [item["LambdaFunctionARN"] for item in items] == [FUNCTION] * 2
