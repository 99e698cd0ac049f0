"""The body of a request at request events: seen with IncludeBody only, cut, read only or replaced."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.kits.edge import ALL_METHODS, EdgeKit, record_of, unchanged

KILOBYTE = 1024


def replacing(**fields: Any) -> Any:
    """A function that replaces the body."""

    def run(event: dict[str, Any]) -> Any:
        request = record_of(event)["request"]
        request["body"] = {"action": "replace", **fields}
        return request

    return run


def sent_on(edge: EdgeKit) -> bytes:
    return edge.buckets.asked[0].body


def test_the_body_is_in_the_event_when_the_association_includes_it(edge: EdgeKit) -> None:
    edge.create_at("viewer-request", unchanged, include_body=True, **ALL_METHODS)

    edge.get("/form", method="POST", body=b"a=1")

    assert record_of(edge.functions.events[0])["request"]["body"] == {
        "inputTruncated": False,
        "action": "read-only",
        "encoding": "base64",
        "data": base64.b64encode(b"a=1").decode(),
    }
    assert sent_on(edge) == b"a=1"


def test_what_describes_a_body_goes_with_it_whatever_the_cache_policy_says(edge: EdgeKit) -> None:
    edge.create_at("origin-request", unchanged, **ALL_METHODS)

    edge.get("/page", method="PUT", body=b"hi", Content_Type="text/html", Content_MD5="SfaKXIST7C", X_Mine="1")

    seen = record_of(edge.functions.events[0])["request"]["headers"]
    assert {name: seen[name][0]["value"] for name in seen if name.startswith(("content-", "x-mine"))} == {
        "content-length": "2",
        "content-md5": "SfaKXIST7C",
        "content-type": "text/html",
    }
    assert edge.buckets.asked[0].headers["content-type"] == "text/html"


def test_without_include_body_there_is_none(edge: EdgeKit) -> None:
    edge.create_at("viewer-request origin-request", unchanged, **ALL_METHODS)

    edge.get("/form", method="POST", body=b"a=1")

    assert [("body" in record_of(event)["request"]) for event in edge.functions.events] == [False, False]


@pytest.mark.parametrize(
    ("event_type", "most"), [("viewer-request", 40 * KILOBYTE), ("origin-request", 1024 * KILOBYTE)]
)
def test_a_large_body_is_cut_for_the_function_and_sent_on_whole(edge: EdgeKit, event_type: str, most: int) -> None:
    edge.create_at(event_type, unchanged, include_body=True, **ALL_METHODS)
    body = b"x" * (most + 1)

    edge.get("/form", method="PUT", body=body)

    seen = record_of(edge.functions.events[0])["request"]["body"]
    assert (seen["inputTruncated"], len(base64.b64decode(seen["data"]))) == (True, most)
    assert sent_on(edge) == body


@pytest.mark.parametrize("event_type", ["viewer-request", "origin-request"])
@pytest.mark.parametrize("fields", [{"encoding": "text", "data": "b=2"}, {"encoding": "base64", "data": "Yj0y"}])
def test_a_body_that_is_replaced_goes_to_the_origin(edge: EdgeKit, event_type: str, fields: dict[str, str]) -> None:
    edge.create_at(event_type, replacing(**fields), include_body=True, **ALL_METHODS)

    edge.get("/form", method="POST", body=b"a=1")

    assert sent_on(edge) == b"b=2"
    assert edge.buckets.asked[0].headers["content-length"] == "3"


def test_a_body_that_is_replaced_is_cut_at_40_kb_in_viewer_requests(edge: EdgeKit) -> None:
    edge.create_at("viewer-request", replacing(encoding="text", data="x" * 50_000), include_body=True, **ALL_METHODS)

    edge.get("/form", method="POST", body=b"a=1")

    assert len(sent_on(edge)) == 40 * KILOBYTE


@pytest.mark.parametrize(
    "fields", [{"action": "append"}, {"encoding": "base64", "data": "no base64"}, {"encoding": "hex"}, {"data": 7}]
)
def test_a_body_that_breaks_a_rule_is_a_validation_error(edge: EdgeKit, fields: dict[str, Any]) -> None:
    edge.create_at("origin-request", replacing(**fields), include_body=True, **ALL_METHODS)

    answer = edge.get("/form", method="POST", body=b"a=1")

    assert (answer.status, answer.x_cache) == (502, "LambdaValidationError from cloudfront")
    assert edge.buckets.asked == []


def test_get_with_a_body_is_forbidden(edge: EdgeKit) -> None:
    edge.create()
    edge.buckets.put("/page", "hello")
    edge.get("/page")

    answer = edge.get("/page", body=b"a=1")

    assert (answer.status, answer.x_cache) == (403, "Error from cloudfront")
