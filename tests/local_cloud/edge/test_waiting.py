"""What an edge asks of S3 keeps nobody else waiting, and reaches S3 only."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from local_cloud.call import HttpRequest, Response
from local_cloud.cloud import LocalCloud
from local_cloud.front.gateway import Gateway
from tests.kits.credentials import CREDENTIALS

PAGE = HttpRequest("GET", "/page.html", host="no-such-bucket.s3.eu-west-1.amazonaws.com", scheme="https")


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    cloud = LocalCloud()
    yield cloud.gateway
    cloud.stop()


def test_a_plain_read_is_answered_at_once(gateway: Gateway) -> None:
    response = gateway.respond_at_once(PAGE)

    assert response is not None
    assert response.status == 404


@pytest.mark.parametrize(
    "more",
    [
        {"method": "PUT"},
        {"query": "versionId=1"},
        {"headers": {"authorization": "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/lambda/aws4_request"}},
    ],
)
def test_what_could_wait_for_an_engine_is_not_answered_at_once(gateway: Gateway, more: dict[str, Any]) -> None:
    assert gateway.respond_at_once(PAGE._replace(**more)) is None


def test_while_another_call_has_the_lock_nothing_is_answered_at_once() -> None:
    lock = threading.RLock()
    gateway = Gateway({}, lock=lock, control=lambda *_: Response(200), log=lambda *_: None, credentials=CREDENTIALS)

    with held(lock):
        assert gateway.respond_at_once(PAGE) is None


def test_an_edge_does_not_reach_the_control_api(gateway: Gateway) -> None:
    assert gateway.respond(PAGE._replace(path="/_local_cloud/environment")).status == 404


@contextmanager
def held(lock: Any) -> Iterator[None]:
    """Another thread holds the lock."""
    has_it, done = threading.Event(), threading.Event()

    def hold() -> None:
        with lock:
            has_it.set()
            done.wait(5)

    thread = threading.Thread(target=hold)
    thread.start()
    has_it.wait(5)
    try:
        yield
    finally:
        done.set()
        thread.join(5)
