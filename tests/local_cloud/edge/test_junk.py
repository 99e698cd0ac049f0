"""Functions that return anything at all: the edge answers with what it can use, or says that it failed validation."""

from __future__ import annotations

import logging
import random
from typing import Any

import pytest

from tests.kits.edge import ALL_METHODS, DISABLED, running_edge, unchanged

EVENTS = ("viewer-request", "origin-request", "origin-response", "viewer-response")
JUNK: list[Any] = [
    *(None, True, False, 0, -1, 204, 1e300, "", "/", "text", "\x00", "\ud800", "日本", "a" * 9000, "200", "0x1", "999"),
    *([], [None], [[]], {}, {"value": 1}, {"": ""}, [{"key": "a", "value": "b\r\nc: d"}], {"s3": {}, "custom": {}}),
    *({"custom": {"domainName": "twin.s3.eu-west-1.amazonaws.com"}}, {"action": "replace"}, {"action": []}),
]
NAMES = [
    "status",
    "statusDescription",
    "body",
    "bodyEncoding",
    "headers",
    "uri",
    "querystring",
    "origin",
    "x-a",
    "Host",
]


def mangled(value: Any, chance: random.Random) -> Any:
    """The value with something in it replaced, added or taken away."""
    if isinstance(value, dict) and chance.random() < 0.8:
        name = chance.choice([*value, *NAMES])
        if name in value and chance.random() < 0.2:
            return {key: held for key, held in value.items() if key != name}
        return value | {name: mangled(value.get(name), chance)}
    if isinstance(value, list) and value and chance.random() < 0.8:
        return [mangled(value[0], chance), *value[1:]]
    return chance.choice(JUNK)


@pytest.mark.parametrize("event_type", EVENTS)
def test_no_result_of_a_function_breaks_the_edge(event_type: str, caplog: pytest.LogCaptureFixture) -> None:
    chance = random.Random(event_type)
    with running_edge() as edge:
        edge.create_at(
            event_type,
            lambda event: mangled(unchanged(event), chance),
            include_body=True,
            CachePolicyId=DISABLED,
            **ALL_METHODS,
        )
        edge.buckets.put("/page", "hello")
        statuses = {edge.get("/page", method="POST", body=b"a=1").status for _ in range(150)}

    assert 500 not in statuses
    assert 502 in statuses
    assert len(statuses) > 1
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
