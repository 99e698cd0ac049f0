"""S3 in a region that is down, slow or refuses connections, as clients feel it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError, ConnectionClosedError

from local_cloud.cloud import LocalCloud
from local_cloud.faults import (
    S3_REFUSES,
    S3_SLOW,
    S3_UNAVAILABLE,
)
from tests.faults.kit import IRELAND, SINGAPORE, Client


class Telling(threading.Event):
    """Tells when somebody begins to wait for it."""

    def __init__(self) -> None:
        super().__init__()
        self.is_awaited = threading.Event()

    def wait(self, timeout: float | None = None) -> bool:
        self.is_awaited.set()
        return super().wait(timeout)


@contextmanager
def waiting_for(cloud: LocalCloud, ask: Callable[[], Any], *, region: str) -> Iterator[threading.Thread]:
    """Somebody who asks S3 in a region that takes half a minute, and waits there by now."""
    over = Telling()
    cloud.faults.in_force = (replace(cloud.faults.cause(S3_SLOW, region=region, delay=30), over=over),)
    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    assert over.is_awaited.wait(5)
    yield asking
    asking.join(5)
    assert not asking.is_alive()


def test_a_region_that_is_down_answers_503(cloud: LocalCloud, ireland: Any) -> None:
    cloud.faults.cause(S3_UNAVAILABLE, region=IRELAND)

    with pytest.raises(ClientError, match="Service is unable to handle request") as refused:
        ireland.get_object(Bucket="site", Key="index.html")

    assert refused.value.response["Error"]["Code"] == "ServiceUnavailable"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503
    assert (cloud.calls[-1]["operation"], cloud.calls[-1]["status"]) == ("GetObject", 503)


def test_other_regions_and_other_services_go_on(cloud: LocalCloud, client: Client, singapore: Any) -> None:
    cloud.faults.cause(S3_UNAVAILABLE, region=IRELAND)

    assert singapore.get_object(Bucket="twin", Key="index.html")["Body"].read() == SINGAPORE.encode()
    assert client("sts", IRELAND).get_caller_identity()["Account"]


def test_the_bucket_s_region_counts_and_not_the_signature_s(cloud: LocalCloud, ireland: Any, singapore: Any) -> None:
    cloud.faults.cause(S3_UNAVAILABLE, region=IRELAND)

    with pytest.raises(ClientError, match="ServiceUnavailable"):
        singapore.list_objects_v2(Bucket="site")
    assert ireland.get_bucket_location(Bucket="twin")["LocationConstraint"] == SINGAPORE


def test_without_a_bucket_the_endpoint_s_region_counts(cloud: LocalCloud, ireland: Any, singapore: Any) -> None:
    cloud.faults.cause(S3_UNAVAILABLE, region=IRELAND)

    with pytest.raises(ClientError, match="ServiceUnavailable"):
        ireland.list_buckets()
    assert len(singapore.list_buckets()["Buckets"]) == 2


def test_nothing_is_written_in_a_region_that_is_down(cloud: LocalCloud, ireland: Any) -> None:
    cloud.faults.cause(S3_UNAVAILABLE, region=IRELAND)
    with pytest.raises(ClientError, match="ServiceUnavailable"):
        ireland.put_object(Bucket="site", Key="new.html", Body=b"new")

    cloud.faults.end()

    assert [found["Key"] for found in ireland.list_objects_v2(Bucket="site")["Contents"]] == ["index.html"]


def test_a_slow_region_answers_after_the_delay(cloud: LocalCloud, ireland: Any, singapore: Any) -> None:
    cloud.faults.cause(S3_SLOW, region=IRELAND, delay=0.2)
    begun = time.monotonic()

    singapore.head_object(Bucket="twin", Key="index.html")
    assert time.monotonic() - begun < 0.2
    ireland.head_object(Bucket="site", Key="index.html")
    assert time.monotonic() - begun >= 0.2


def test_nobody_waits_on_for_a_slow_region_that_was_mended(cloud: LocalCloud, ireland: Any) -> None:
    with waiting_for(cloud, lambda: ireland.head_object(Bucket="site", Key="index.html"), region=IRELAND):
        cloud.faults.end()


def test_a_slow_region_holds_up_neither_the_lock_nor_an_event_loop(cloud: LocalCloud, ireland: Any) -> None:
    plain_read = {"REQUEST_METHOD": "GET", "PATH_INFO": "/site/index.html"}
    with waiting_for(cloud, lambda: ireland.head_object(Bucket="site", Key="index.html"), region=IRELAND) as asking:
        assert cloud.gateway.respond_at_once(plain_read) is None
        assert cloud.lock.acquire(timeout=1)
        cloud.lock.release()
        assert asking.is_alive()
        cloud.faults.end()


def test_a_region_that_refuses_connections_closes_them_without_an_answer(cloud: LocalCloud, ireland: Any) -> None:
    cloud.faults.cause(S3_REFUSES, region=IRELAND)

    with pytest.raises(ConnectionClosedError):
        ireland.list_objects_v2(Bucket="site")

    cloud.faults.end()
    assert ireland.list_objects_v2(Bucket="site")["KeyCount"] == 1


def test_a_cloud_with_a_fault_in_force_ends_at_once() -> None:
    with LocalCloud() as own:
        url = own.environment["AWS_ENDPOINT_URL"]

        def ask() -> None:
            with suppress(requests.RequestException):
                requests.get(url, timeout=10, allow_redirects=False)

        with waiting_for(own, ask, region="us-east-1"):
            begun = time.monotonic()
            own.stop()
            assert time.monotonic() - begun < 4
