"""What a function returns is validated: which results are refused, and what the log says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.kits.edge import EdgeKit
from tests.local_cloud.edge.kit import Request, changed, set_s3


@pytest.mark.parametrize(
    "result",
    [
        {"status": "200", "body": "\ud800"},
        {"status": "200", "body": "\ud800", "bodyEncoding": "base64"},
        {"status": "٢٠٠"},
        {"status": "²00"},
    ],
    ids=ascii,
)
def test_a_response_of_letters_that_http_does_not_have_fails_validation(edge: EdgeKit, result: Any) -> None:
    edge.create_with_function(lambda event: result)

    answer = edge.get("/page")

    assert (answer.status, answer.x_cache) == (502, "LambdaValidationError from cloudfront")


@pytest.mark.parametrize("field", ["uri", "querystring"])
def test_half_a_character_in_the_request_fails_validation(edge: EdgeKit, field: str) -> None:
    edge.create_with_function(changed(lambda request: request.update({field: "/\ud800"})))

    answer = edge.get("/page")

    assert (answer.status, answer.x_cache) == (502, "LambdaValidationError from cloudfront")


def set_header(name: str, value: str = "1") -> Callable[[Request], None]:
    return lambda request: request["headers"].update({name: [{"key": name, "value": value}]})


@pytest.mark.parametrize(
    "change",
    [
        set_header("via", "me"),
        set_header("if-none-match"),
        set_header("connection"),
        set_header("x-amz-cf-thing"),
        set_header("x-edge-thing"),
        set_header("Upper-Case"),
        set_header("x-mine", "two\nlines"),
        lambda request: request["headers"].pop("accept-encoding"),
        lambda request: request.update(uri="page"),
        lambda request: request.update(uri="/" + "a" * 8192),
        lambda request: request.update(method="POST"),
        lambda request: request.update(clientIp="10.0.0.1"),
        lambda request: request.update(querystring=None),
    ],
)
def test_a_request_that_breaks_a_rule_is_a_validation_error(edge: EdgeKit, change: Callable[[Request], Any]) -> None:
    edge.create_with_function(changed(change))

    answer = edge.get("/page", Accept_Encoding="gzip")

    assert (answer.status, answer.x_cache) == (502, "LambdaValidationError from cloudfront")
    assert "The Lambda function result failed validation" in answer.text
    assert edge.buckets.asked == []


@pytest.mark.parametrize(
    "change",
    [
        lambda request: request["origin"].update(custom={}),
        lambda request: request.update(origin={}),
        set_s3(domainName=""),
        set_s3(domainName="UPPER.s3.eu-west-1.amazonaws.com"),
        set_s3(domainName="a" * 129),
        set_s3(readTimeout=121),
        set_s3(region=""),
        set_s3(authMethod="origin-access-control"),
        set_s3(path="site"),
        set_s3(path="/site/"),
        set_s3(customHeaders={"host": [{"key": "Host", "value": "a"}]}),
        set_s3(customHeaders={"user-agent": [{"key": "User-Agent", "value": "a"}]}),
    ],
)
def test_an_origin_that_breaks_a_rule_is_a_validation_error(edge: EdgeKit, change: Callable[[Request], Any]) -> None:
    edge.create_with_function(changed(change))

    answer = edge.get("/page", Accept_Encoding="gzip")

    assert (answer.status, answer.x_cache) == (502, "LambdaValidationError from cloudfront")
    assert "The Lambda function returned an invalid origin configuration: " in answer.text
    assert edge.buckets.asked == []


@pytest.mark.parametrize("header", [{"key": "Host", "value": "a"}, {"key": "X-Mine", "value": "two\nlines"}])
def test_a_custom_header_that_is_not_allowed_is_an_invalid_origin_configuration(
    edge: EdgeKit, header: dict[str, str]
) -> None:
    edge.create_with_function(changed(set_s3(customHeaders={header["key"].lower(): [header]})))

    assert (
        "invalid origin configuration: One or more HeaderName or HeaderValue values are invalid."
        in edge.get("/page").text
    )


@pytest.mark.parametrize(
    "result",
    [
        {"status": "999"},
        {"status": "ok"},
        {"status": "200", "body": "a" * (1024 * 1024 + 1)},
        {"status": "200", "body": "no base64", "bodyEncoding": "base64"},
        {"status": "200", "headers": {"connection": [{"value": "close"}]}},
    ],
)
def test_a_response_that_breaks_a_rule_is_a_validation_error(edge: EdgeKit, result: dict[str, Any]) -> None:
    edge.create_with_function(lambda event: result)

    answer = edge.get("/page")

    assert (answer.status, answer.x_cache) == (502, "LambdaValidationError from cloudfront")


@pytest.mark.parametrize("result", [None, "text", 7, []])
def test_a_result_must_be_an_object(edge: EdgeKit, result: Any) -> None:
    edge.create_with_function(lambda event: result)

    answer = edge.get("/page")

    assert answer.status == 502
    assert "The Lambda function returned invalid JSON: The JSON output must be an object type." in answer.text


def test_unknown_fields_do_no_harm(edge: EdgeKit) -> None:
    edge.create_with_function(changed(set_s3(readTimeout=30, something="new")))
    edge.buckets.put("/page", "hello")

    assert edge.get("/page").text == "hello"


def test_a_validation_error_is_logged_as_on_aws(edge: EdgeKit) -> None:
    distribution_id = edge.create_with_function(changed(set_header("connection")))

    answer = edge.get("/page")

    ((group, region, _, lines),) = edge.logs
    request_id = answer.headers["X-Amz-Cf-Id"]
    replica = "arn:aws:lambda:eu-west-1:123456789012:function:us-east-1.route:1"
    assert (group, region) == (f"/aws/cloudfront/LambdaEdge/{distribution_id}", "eu-west-1")
    assert lines == [
        f"({request_id}) INFO Invoking LambdaFunctionARN: {replica} Region: eu-west-1",
        f"({request_id}) INFO Response received from Lambda: RequestId: id",
        f"({request_id}) ERROR Validation error: Lambda function result failed validation, the function tried to add a "
        "blacklisted header in headers, headerName : connection.",
    ]
    assert "The function tried to add a blacklisted header." in answer.text


def test_the_log_says_which_character_is_invalid_in_which_header(edge: EdgeKit) -> None:
    edge.create_with_function(lambda event: {"status": "302", "headers": {"location": [{"value": "/?a\r\nb"}]}})

    edge.get("/page")

    assert edge.logs[0][3][-1].endswith(
        " ERROR Validation error: Lambda function result validation failed, the function returned an invalid header, "
        "invalid character : '%0D' in header value, headerName : Location."
    )
