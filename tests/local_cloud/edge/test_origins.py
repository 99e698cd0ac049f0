"""Origins that a function chooses, or that are custom ones: what is reached, as whom, and what is said otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kits.edge import IRELAND, SINGAPORE, EdgeKit, record_of, with_functions

CUSTOM = {
    "domainName": SINGAPORE,
    "port": 443,
    "protocol": "https",
    "path": "",
    "sslProtocols": ["TLSv1.2"],
    "readTimeout": 5,
    "keepaliveTimeout": 5,
    "customHeaders": {},
}


def to_custom(*, host: str = SINGAPORE, **changes: Any) -> Any:
    """A function that goes to a custom origin."""

    def run(event: dict[str, Any]) -> Any:
        request = record_of(event)["request"]
        request["origin"] = {"custom": CUSTOM | changes}
        request["headers"]["host"] = [{"key": "Host", "value": host}]
        return request

    return run


def custom_origin(domain_name: str, **changes: Any) -> dict[str, Any]:
    config = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only", **changes}
    origin = {"Id": "source", "DomainName": domain_name, "CustomOriginConfig": config}
    return {"Quantity": 1, "Items": [origin]}


def test_a_bucket_as_a_custom_origin_is_asked_by_no_one_in_particular(edge: EdgeKit) -> None:
    edge.create(Origins=custom_origin(IRELAND))
    edge.buckets.put("/page", "hello")

    assert edge.get("/page").text == "hello"
    assert edge.buckets.askers[0].principal is None


def test_a_function_may_leave_s3_for_a_custom_origin(edge: EdgeKit) -> None:
    edge.create_with_function(to_custom(path="/site", customHeaders={"x-mine": [{"value": "1"}]}))
    edge.buckets.put("/site/page", "from Singapore", host=SINGAPORE)

    assert edge.get("/page").text == "from Singapore"
    assert (edge.buckets.askers[0].principal, edge.buckets.asked[0].headers["x-mine"]) == (None, "1")


def test_a_function_may_leave_a_custom_origin_for_s3_without_an_identity(edge: EdgeKit) -> None:
    def run(event: dict[str, Any]) -> Any:
        request = record_of(event)["request"]
        s3 = {"domainName": SINGAPORE, "region": "", "authMethod": "none", "path": "", "customHeaders": {}}
        request["origin"] = {"s3": s3}
        request["headers"]["host"] = [{"key": "Host", "value": SINGAPORE}]
        return request

    edge.functions.run = run
    edge.create(Origins=custom_origin("www.two-regions.test"), DefaultCacheBehavior=with_functions("origin-request"))
    edge.buckets.put("/page", "from Singapore", host=SINGAPORE)

    assert edge.get("/page").text == "from Singapore"


@pytest.mark.parametrize("domain_name", ["www.two-regions.test", "site.s3-website-eu-west-1.amazonaws.com"])
def test_what_cannot_be_reached_is_said_by_name(edge: EdgeKit, domain_name: str) -> None:
    edge.create(Origins=custom_origin(domain_name))

    answer = edge.get("/page")

    assert (answer.status, answer.x_cache) == (502, "Error from cloudfront")
    assert domain_name in answer.text


def test_a_host_that_is_no_name_of_s3_is_a_bucket_to_it(edge: EdgeKit) -> None:
    edge.create_with_function(to_custom(host="www.two-regions.test"))

    edge.get("/page")

    assert edge.buckets.asked[0].host == "www.two-regions.test.s3.ap-southeast-1.amazonaws.com"


def test_a_custom_origin_in_an_event_has_the_shape_of_aws(edge: EdgeKit) -> None:
    origins = custom_origin(IRELAND, HTTPPort=8080, OriginProtocolPolicy="http-only", OriginReadTimeout=10)
    origins["Items"][0]["OriginPath"] = "/site"
    edge.create(Origins=origins, DefaultCacheBehavior=with_functions("origin-request"))

    edge.get("/page")

    assert record_of(edge.functions.events[0])["request"]["origin"]["custom"] == {
        "domainName": IRELAND,
        "path": "/site",
        "customHeaders": {},
        "keepaliveTimeout": 5,
        "port": 8080,
        "protocol": "http",
        "readTimeout": 10,
        "sslProtocols": ["TLSv1.2"],
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"domainName": "10.0.0.1"},
        {"domainName": "a" * 254},
        {"domainName": "host:80"},
        {"port": 22},
        {"port": "443"},
        {"protocol": "ftp"},
        {"sslProtocols": ["TLSv9"]},
        {"path": "/site/"},
        {"customHeaders": {"x-amz-mine": [{"value": "1"}]}},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_custom_origin_that_breaks_a_rule_is_a_validation_error(edge: EdgeKit, changes: dict[str, Any]) -> None:
    edge.create_with_function(to_custom(**changes))

    answer = edge.get("/page")

    assert (answer.status, answer.x_cache) == (502, "LambdaValidationError from cloudfront")


def test_a_public_s3_origin_is_no_reason_for_an_identity(edge: EdgeKit) -> None:
    def run(event: dict[str, Any]) -> Any:
        request = record_of(event)["request"]
        request["origin"]["s3"] |= {"authMethod": "origin-access-identity", "region": "eu-west-1"}
        return request

    edge.create_at("origin-request", run)

    assert edge.get("/page").x_cache == "LambdaValidationError from cloudfront"
