"""Functions at origin-response: what they see, what they may change, what is kept of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.kits.cloudfront import minimal_origin
from tests.kits.edge import IRELAND, SINGAPORE, EdgeKit, record_of, unchanged, with_functions

Event = dict[str, Any]
EVENTS = "origin-request origin-response"


def answering(**changes: Any) -> Callable[[Event], Any]:
    """A function that changes the response."""
    return lambda event: record_of(event)["response"] | changes


def test_an_origin_response_has_the_shape_of_aws(edge: EdgeKit) -> None:
    edge.create_at("origin-response", unchanged)
    edge.buckets.put("/page", "hello", Cache_Control="max-age=5")

    answer = edge.get("/page?a=1")

    record = record_of(edge.functions.events[0])
    assert record["config"]["eventType"] == "origin-response"
    assert record["request"]["origin"]["s3"]["domainName"] == IRELAND
    assert record["request"]["headers"]["host"] == [{"key": "Host", "value": IRELAND}]
    assert (record["request"]["uri"], record["request"]["querystring"]) == ("/page", "")
    assert record["response"] == {
        "status": "200",
        "statusDescription": "OK",
        "headers": {
            "content-type": [{"key": "Content-Type", "value": "text/plain"}],
            "cache-control": [{"key": "Cache-Control", "value": "max-age=5"}],
            "server": [{"key": "Server", "value": "AmazonS3"}],
            "date": [{"key": "Date", "value": answer.headers["Date"]}],
            "content-length": [{"key": "Content-Length", "value": "5"}],
        },
    }


def test_it_sees_the_request_as_origin_request_left_it(edge: EdgeKit) -> None:
    def run(event: Event) -> Any:
        result = unchanged(event)
        if "status" not in result:
            result["uri"] = "/other"
        return result

    edge.create_at(EVENTS, run)

    edge.get("/page")

    assert record_of(edge.functions.events[1])["request"]["uri"] == "/other"


def test_what_origin_response_returns_is_what_is_kept(edge: EdgeKit) -> None:
    headers = {"x-mine": [{"key": "X-Mine", "value": "1"}], "cache-control": [{"value": "max-age=5"}]}
    edge.create_at("origin-response", answering(headers=headers))
    edge.buckets.put("/page", "hello", X_Theirs="1")

    answers = [edge.get("/page") for _ in range(2)]
    edge.cloudfront.time.pass_by(6)

    assert [(a.headers["X-Mine"], a.headers["X-Theirs"], a.text) for a in answers] == [("1", None, "hello")] * 2
    assert edge.events_run == ["origin-response"]
    assert edge.get("/page").x_cache == "Miss from cloudfront"


def test_it_runs_for_errors_and_may_turn_them_into_pages(edge: EdgeKit) -> None:
    edge.create_at("origin-response viewer-response", lambda event: answering(status="200", body="sorry")(event))
    edge.buckets.fail("/page", 404)

    answer = edge.get("/page")

    assert record_of(edge.functions.events[0])["response"]["status"] == "404"
    assert (answer.status, answer.reason, answer.text) == (200, "Not Found", "sorry")


def test_an_error_that_became_a_redirect_is_kept_as_a_redirect(edge: EdgeKit) -> None:
    location = {"location": [{"key": "Location", "value": "/elsewhere"}]}
    changed = {"status": 302, "statusDescription": "Found", "body": "", "headers": location}
    edge.create_at("origin-response", lambda event: changed)
    edge.buckets.fail("/page", 404)

    answers = [edge.get("/page") for _ in range(2)]

    assert [(a.status, a.headers["Location"], a.body) for a in answers] == [(302, "/elsewhere", b"")] * 2
    assert [a.x_cache for a in answers] == ["Miss from cloudfront", "Hit from cloudfront"]


def test_a_success_that_became_an_error_is_kept_as_an_error(edge: EdgeKit) -> None:
    edge.create_at("origin-response", answering(status="404"))
    edge.buckets.put("/page", "hello")
    answer = edge.get("/page")
    edge.functions.run = unchanged

    edge.cloudfront.time.pass_by(11)

    assert (answer.status, answer.x_cache) == (404, "Error from cloudfront")
    assert edge.get("/page").status == 200


def test_a_body_that_is_not_returned_stays_and_an_empty_one_is_none(edge: EdgeKit) -> None:
    edge.create_at("origin-response", unchanged)
    edge.buckets.put("/kept", "hello")
    edge.buckets.put("/gone", "hello")

    kept = edge.get("/kept").body
    edge.functions.run = answering(body="")

    assert (kept, edge.get("/gone").body) == (b"hello", b"")


def test_a_body_may_be_base64(edge: EdgeKit) -> None:
    edge.create_at("origin-response", answering(body="aGVsbG8=", bodyEncoding="base64"))
    edge.buckets.put("/page", "a longer text than that")

    answer = edge.get("/page")

    assert (answer.body, answer.headers["Content-Length"]) == (b"hello", "5")


def test_it_does_not_run_for_what_origin_request_generated(edge: EdgeKit) -> None:
    edge.create_at(EVENTS, lambda event: {"status": "200", "body": "hello"})

    assert edge.get("/page").text == "hello"
    assert edge.events_run == ["origin-request"]


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "600"},
        {"status": "199"},
        {"status": None},
        {"headers": {"via": [{"value": "me"}]}},
        {"headers": {"transfer-encoding": [{"value": "chunked"}]}},
        {"headers": {"x-cache": [{"value": "Hit from me"}]}},
        {"statusDescription": "two\r\nlines"},
        {"body": "a" * (1024 * 1024 + 1)},
        {"body": 7},
        {"body": "no base64", "bodyEncoding": "base64"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_response_that_breaks_a_rule_is_a_validation_error(edge: EdgeKit, changes: dict[str, Any]) -> None:
    edge.create_at("origin-response", answering(**changes))
    edge.buckets.put("/page", "hello")

    answer = edge.get("/page")

    assert (answer.status, answer.x_cache) == (502, "LambdaValidationError from cloudfront")


def test_a_response_event_takes_a_response_and_no_request(edge: EdgeKit) -> None:
    edge.create_at("origin-response", lambda event: record_of(event)["request"])
    edge.buckets.put("/page", "hello")

    assert edge.get("/page").x_cache == "LambdaValidationError from cloudfront"


def test_a_failure_in_origin_response_is_kept_for_the_error_caching_minimum_ttl(edge: EdgeKit) -> None:
    edge.create_at("origin-response", lambda event: event["no such key"])
    edge.buckets.put("/page", "hello")
    failed = edge.get("/page")
    edge.functions.run = unchanged
    still = edge.get("/page")

    edge.cloudfront.time.pass_by(11)

    assert (failed.status, failed.x_cache, still.status) == (503, "LambdaExecutionError from cloudfront", 503)
    assert edge.get("/page").text == "hello"


def test_a_confirmation_runs_it_too(edge: EdgeKit) -> None:
    edge.create_at("origin-response", unchanged)
    edge.buckets.put("/page", "hello", ETag='"1"', Cache_Control="max-age=5")
    edge.get("/page")
    edge.cloudfront.time.pass_by(6)

    confirmed = edge.get("/page")

    assert (confirmed.x_cache, confirmed.text) == ("RefreshHit from cloudfront", "hello")
    assert record_of(edge.functions.events[1])["response"]["status"] == "304"


def test_functions_run_for_each_origin_of_a_group_that_is_asked(edge: EdgeKit) -> None:
    origins = [minimal_origin(), minimal_origin(Id="twin", DomainName=SINGAPORE)]
    members = {"Quantity": 2, "Items": [{"OriginId": "source"}, {"OriginId": "twin"}]}
    codes = {"StatusCodes": {"Quantity": 1, "Items": [503]}}
    groups = {"Quantity": 1, "Items": [{"Id": "both", "FailoverCriteria": codes, "Members": members}]}
    edge.create(
        Origins={"Quantity": 2, "Items": origins},
        OriginGroups=groups,
        DefaultCacheBehavior=with_functions(*EVENTS.split(), TargetOriginId="both"),
    )
    edge.buckets.fail("/page", 503)
    edge.buckets.put("/page", "from the twin", host=SINGAPORE)

    assert edge.get("/page").text == "from the twin"
    assert edge.events_run == EVENTS.split() * 2


def test_head_keeps_its_length_through_origin_response(edge: EdgeKit) -> None:
    edge.create_at("origin-response", unchanged)
    edge.buckets.put("/page", "", Content_Length="1234")

    assert edge.get("/page", method="HEAD").headers["Content-Length"] == "1234"


def test_headers_that_functions_do_not_see_stay(edge: EdgeKit) -> None:
    edge.create_at("origin-response", answering(headers={}))
    edge.buckets.put("/page", "hello", X_Real_Ip="10.0.0.1")

    assert edge.get("/page").headers["X-Real-Ip"] == "10.0.0.1"
    assert "x-real-ip" not in record_of(edge.functions.events[0])["response"]["headers"]


def test_a_header_that_is_no_list_is_refused_with_the_sentence_of_aws(edge: EdgeKit) -> None:
    edge.create_at("origin-response", answering(headers={"location": {"key": "Location", "value": "/"}}))

    answer = edge.get("/page")

    assert (answer.status, answer.x_cache) == (502, "LambdaValidationError from cloudfront")
    assert (
        "The Lambda function returned an invalid entry in the headers object: Each header entry in the headers object "
        "must be an array."
    ) in answer.text


def test_a_header_without_a_key_gets_initial_capitals(edge: EdgeKit) -> None:
    edge.create_at("origin-response", answering(headers={"x-my-own": [{"value": "1"}]}))

    names = [name for name, _ in edge.get("/page").headers.items()]

    assert "X-My-Own" in names
