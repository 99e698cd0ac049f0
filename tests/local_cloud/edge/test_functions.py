"""Functions at origin requests: what they get, and what becomes of what they return."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kits.edge import DISABLED, IRELAND, SINGAPORE, EdgeKit, record_of, unchanged
from tests.local_cloud.edge.kit import Request, changed, request_of, set_s3


def to_singapore(event: dict[str, Any]) -> Request:
    """What the workshop's function does: another bucket, its region and its host name."""
    request = request_of(event)
    request["origin"]["s3"] |= {"domainName": SINGAPORE, "region": "ap-southeast-1"}
    request["headers"]["host"] = [{"key": "Host", "value": SINGAPORE}]
    return request


def test_the_event_has_the_shape_of_aws(edge: EdgeKit) -> None:
    distribution_id = edge.create_with_function(request_of)
    edge.buckets.put("/index.html", "home")

    answer = edge.get("/", Accept_Encoding="gzip, br")

    cf = edge.functions.events[0]["Records"][0]["cf"]
    assert cf["config"] == {
        "distributionDomainName": edge.domain_name,
        "distributionId": distribution_id,
        "eventType": "origin-request",
        "requestId": answer.headers["X-Amz-Cf-Id"],
    }
    assert cf["request"] == {
        "clientIp": "127.0.0.1",
        "method": "GET",
        "uri": "/index.html",
        "querystring": "",
        "headers": {
            "host": [{"key": "Host", "value": IRELAND}],
            "x-forwarded-for": [{"key": "X-Forwarded-For", "value": "127.0.0.1"}],
            "user-agent": [{"key": "User-Agent", "value": "Amazon CloudFront"}],
            "via": [{"key": "Via", "value": f"1.1 {edge.domain_name} (CloudFront)"}],
            "accept-encoding": [{"key": "Accept-Encoding", "value": "br,gzip"}],
        },
        "origin": {
            "s3": {
                "authMethod": "origin-access-identity",
                "region": "eu-west-1",
                "domainName": IRELAND,
                "path": "",
                "customHeaders": {"x-dns-origin": [{"key": "X-DNS-ORIGIN", "value": "origin.two-regions.test"}]},
            }
        },
    }


def test_a_function_runs_on_a_miss_only(edge: EdgeKit) -> None:
    edge.create_with_function(request_of)
    edge.buckets.put("/page", "hello")

    edge.get("/page")
    edge.get("/page")

    assert len(edge.functions.events) == 1


def test_functions_log_in_the_region_of_the_edge(edge: EdgeKit) -> None:
    edge.create_with_function(request_of)

    edge.get("/page")

    assert edge.functions.log_groups == [("eu-west-1", "/aws/lambda/us-east-1.route")]


def test_the_bucket_that_the_function_names_is_asked(edge: EdgeKit) -> None:
    edge.create_with_function(to_singapore)
    edge.buckets.put("/page", "from Singapore", host=SINGAPORE)

    answer = edge.get("/page")

    assert answer.text == "from Singapore"
    assert edge.buckets.askers[0].principal.startswith("arn:aws:iam::cloudfront:user/CloudFront Origin Access Id")
    assert edge.buckets.asked[0].headers["x-dns-origin"] == "origin.two-regions.test"


def test_what_is_cached_stays_after_the_function_changes_its_mind(edge: EdgeKit) -> None:
    edge.create_with_function(request_of)
    edge.buckets.put("/page", "from Ireland")
    edge.buckets.put("/page", "from Singapore", host=SINGAPORE)
    edge.get("/page")
    edge.functions.run = to_singapore

    kept, new = edge.get("/page"), edge.get("/page", method="HEAD")

    assert kept.text == "from Ireland"
    assert new.x_cache == "Hit from cloudfront"


def test_a_switch_is_seen_at_once_where_caching_is_disabled(edge: EdgeKit) -> None:
    edge.create_with_function(request_of, policy=DISABLED)
    edge.buckets.put("/page", "from Ireland")
    edge.buckets.put("/page", "from Singapore", host=SINGAPORE)
    before = edge.get("/page").text
    edge.functions.run = to_singapore

    assert (before, edge.get("/page").text) == ("from Ireland", "from Singapore")


def test_the_viewer_s_address_comes_after_those_that_it_forwarded_for(edge: EdgeKit) -> None:
    edge.create_with_function(unchanged)

    edge.get("/page", X_Forwarded_For="192.0.2.4,192.0.2.3")

    sent = record_of(edge.functions.events[0])["request"]["headers"]["x-forwarded-for"]
    assert sent == [{"key": "X-Forwarded-For", "value": "192.0.2.4,192.0.2.3,127.0.0.1"}]


def test_uri_query_and_headers_that_the_function_returns_are_sent(edge: EdgeKit) -> None:
    def change(request: Request) -> None:
        request["uri"], request["querystring"] = "/other%20page", "versionId=1"
        request["headers"]["x-mine"] = [{"value": "1"}]

    edge.create_with_function(changed(change))
    edge.buckets.put("/other%20page", "other")

    assert edge.get("/page").text == "other"
    asked = edge.buckets.asked[0]
    assert (asked.path, asked.query) == ("/other%20page", "versionId=1")
    assert asked.headers["x-mine"] == "1"


def test_without_the_new_host_name_the_signature_does_not_match(edge: EdgeKit) -> None:
    def change(request: Request) -> None:
        request["origin"]["s3"] |= {"domainName": SINGAPORE, "region": "ap-southeast-1"}

    edge.create_with_function(changed(change))

    answer = edge.get("/page")

    assert answer.status == 403
    assert "<Code>SignatureDoesNotMatch</Code>" in answer.text
    assert edge.buckets.asked == []


def test_the_region_must_be_the_one_of_the_bucket(edge: EdgeKit) -> None:
    def change(request: Request) -> None:
        request["origin"]["s3"]["region"] = "us-west-2"

    edge.create_with_function(changed(change))

    answer = edge.get("/page")

    assert (answer.status, "AuthorizationHeaderMalformed" in answer.text) == (400, True)


def test_a_domain_that_is_no_bucket_cannot_be_resolved(edge: EdgeKit) -> None:
    def change(request: Request) -> None:
        request["origin"]["s3"]["domainName"] = "www.two-regions.test"
        request["headers"]["host"] = [{"key": "Host", "value": "www.two-regions.test"}]

    edge.create_with_function(changed(change))

    answer = edge.get("/page")

    assert answer.status == 502
    assert "able to resolve the origin domain name" in answer.text


def test_a_function_can_make_the_response_itself(edge: EdgeKit) -> None:
    made = {"status": "302", "headers": {"location": [{"key": "Location", "value": "/elsewhere"}]}}
    edge.create_with_function(lambda event: made)

    first, second = edge.get("/page"), edge.get("/page")

    assert (first.status, first.headers["Location"]) == (302, "/elsewhere")
    assert first.x_cache == "LambdaGeneratedResponse from cloudfront"
    assert second.x_cache == "Hit from cloudfront"
    assert edge.buckets.asked == []


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_a_function_generates_comes_from_cloudfront_and_has_no_type_that_it_was_not_given(
    edge: EdgeKit, method: str
) -> None:
    edge.create_with_function(lambda event: {"status": "401", "body": "Unauthorized"})

    answer = edge.get("/page", method=method)

    assert (answer.headers["Server"], answer.headers["Content-Type"]) == ("CloudFront", None)


def test_a_generated_body_may_be_base64(edge: EdgeKit) -> None:
    edge.create_with_function(lambda event: {"status": 200, "body": "aGVsbG8=", "bodyEncoding": "base64"})

    assert edge.get("/page").text == "hello"


def test_a_function_that_raises_is_an_execution_error_for_ten_seconds(edge: EdgeKit) -> None:
    edge.create_with_function(lambda event: event["no such key"])
    edge.buckets.put("/page", "hello")
    failed = edge.get("/page")
    edge.functions.run = request_of
    edge.cloudfront.time.pass_by(9)
    still = edge.get("/page")

    edge.cloudfront.time.pass_by(2)

    assert (failed.status, failed.x_cache) == (503, "LambdaExecutionError from cloudfront")
    assert (still.status, still.x_cache) == (503, "Error from cloudfront")
    assert edge.get("/page").text == "hello"


def test_a_function_that_takes_too_long_is_an_execution_error(edge: EdgeKit) -> None:
    edge.create_with_function(request_of)
    edge.functions.timed_out = True

    answer = edge.get("/page")

    assert (answer.status, answer.x_cache) == (503, "LambdaExecutionError from cloudfront")


def test_the_conditions_of_a_confirmation_are_in_the_event_and_read_only(edge: EdgeKit) -> None:
    edge.create_with_function(request_of)
    edge.buckets.put("/page", "hello", ETag='"1"', Cache_Control="max-age=5")
    edge.get("/page")
    edge.cloudfront.time.pass_by(6)

    confirmed = edge.get("/page")

    assert confirmed.x_cache == "RefreshHit from cloudfront"
    condition = edge.functions.events[1]["Records"][0]["cf"]["request"]["headers"]["if-none-match"]
    assert condition == [{"key": "If-None-Match", "value": '"1"'}]


def test_a_public_origin_says_so_in_the_event(edge: EdgeKit) -> None:
    edge.create_with_function(request_of)
    client = edge.cloudfront.client
    distribution_id = edge.cloudfront.service.find_distribution(edge.domain_name).id  # type: ignore[union-attr]
    held = client.get_distribution_config(Id=distribution_id)
    held["DistributionConfig"]["Origins"]["Items"][0]["S3OriginConfig"]["OriginAccessIdentity"] = ""
    config = held["DistributionConfig"]
    client.update_distribution(Id=distribution_id, IfMatch=held["ETag"], DistributionConfig=config)
    edge.cloudfront.deploy()

    edge.get("/page")

    assert edge.functions.events[0]["Records"][0]["cf"]["request"]["origin"]["s3"]["authMethod"] == "none"


def test_a_function_may_ask_as_no_one_in_particular(edge: EdgeKit) -> None:
    edge.create_with_function(changed(set_s3(authMethod="none")))
    edge.buckets.put("/page", "hello")

    edge.get("/page")

    assert edge.buckets.askers[0].principal is None
