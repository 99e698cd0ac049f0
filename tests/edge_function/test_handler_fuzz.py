"""Whatever comes in: the edge function never raises, and never chooses an origin that the rule does not allow."""

from __future__ import annotations

import copy
import re
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge_function import handler as edge
from workshop_lib.lambda_edge import make_event

IRELAND = "source-bucket.s3.eu-west-1.amazonaws.com"
# Written apart from the handler's own rule: labels, not one pattern.
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")

quick = settings(
    max_examples=80,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)
almost_origins = st.lists(
    st.sampled_from(
        ["bucket", ".s3.", "eu-west-1", ".amazonaws.com", "\n", ".", "-", "B", "é", " ", "s3", "/", "@", "\0"]
    ),
    max_size=8,
).map("".join)
texts = st.lists(st.text(max_size=300) | almost_origins | st.just(IRELAND), max_size=4)


def is_allowed(domain_name: str) -> bool:
    """Whether CloudFront may be sent there."""
    labels = domain_name.split(".")
    return (
        len(labels) == 5
        and labels[1] == "s3"
        and labels[3:] == ["amazonaws", "com"]
        and 3 <= len(labels[0]) <= 63
        and len(domain_name) <= 128
        and all(LABEL.fullmatch(label) for label in labels)
    )


@quick
@given(texts=texts, ttl=st.integers(-1, 2**31), error=st.booleans())
def test_no_text_makes_it_raise_or_leave_the_rule(texts: list[str], ttl: int, error: bool) -> None:
    def look_up(*_: Any) -> tuple[list[str], int]:
        if error:
            raise ValueError("\ud800" + "".join(texts))
        return texts, ttl

    request = edge.handler(make_event(dns_origin="x.test"), None, look_up=look_up, answers={})

    assert is_allowed(request["origin"]["s3"]["domainName"])


def mutate(value: Any, path: list[int], junk: Any) -> Any:
    """Put junk somewhere in a JSON value, or leave something out."""
    if not path or not isinstance(value, dict | list) or not value:
        return junk
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    key = keys[path[0] % len(keys)]
    if len(path) == 1 and junk is None:
        del value[key]
    else:
        value[key] = mutate(value[key], path[1:], junk)
    return value


@quick
@given(path=st.lists(st.integers(0, 9), min_size=1, max_size=12), junk=json_values)
def test_no_event_makes_it_raise_or_leave_the_rule(path: list[int], junk: Any) -> None:
    event = mutate(make_event(dns_origin="x.test", name_servers=["a"], allowed_buckets=["bucket"]), path, junk)
    before = copy.deepcopy(event)

    def look_up(*_: Any) -> tuple[list[str], int]:
        return ["bucket.s3.ap-southeast-1.amazonaws.com"], 5

    request = edge.handler(event, None, look_up=look_up, answers={})

    try:
        received = before["Records"][0]["cf"]["request"]
    except (KeyError, TypeError, IndexError):
        received = None
    changed = request != received
    assert not changed or request["origin"]["s3"]["domainName"] == "bucket.s3.ap-southeast-1.amazonaws.com"


@quick
@given(event=json_values)
def test_no_json_at_all_makes_it_raise(event: Any) -> None:
    edge.handler(event, None, look_up=lambda *_: ([], 0), answers={})
