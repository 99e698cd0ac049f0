"""The local cloud as a whole: it starts, forgets, and leaves nothing behind."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from local_cloud.__main__ import describe_environment
from local_cloud.cloud import LocalCloud

Client = Callable[..., Any]


def test_reset_forgets_the_buckets(cloud: LocalCloud, client: Client) -> None:
    client("s3").create_bucket(Bucket="site", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})

    cloud.reset()

    assert client("s3").list_buckets()["Buckets"] == []


def test_stopping_leaves_no_thread_and_no_socket() -> None:
    before = set(threading.enumerate())

    with LocalCloud() as cloud:
        port = int(cloud.environment["AWS_ENDPOINT_URL"].rsplit(":", 1)[1])
        assert set(threading.enumerate()) > before

    assert set(threading.enumerate()) == before
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_stopping_twice_is_as_stopping_once() -> None:
    cloud = LocalCloud()

    cloud.stop()
    cloud.stop()


def test_a_port_that_is_taken_leaves_nothing_bound() -> None:
    before = set(threading.enumerate())
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(OSError, match=f"port {port}"):
            LocalCloud(port=port)

    assert set(threading.enumerate()) == before


def test_the_environment_names_loopback_only(cloud: LocalCloud) -> None:
    addresses = [value for name, value in cloud.environment.items() if name.endswith(("URL", "NAMESERVER"))]

    assert len(addresses) == 4
    assert all(address.removeprefix("http://").startswith("127.0.0.1:") for address in addresses)


def test_the_environment_says_from_which_cities_one_can_look(cloud: LocalCloud) -> None:
    pairs = [pair.split("=") for pair in cloud.environment["WORKSHOP_EDGE_LOCATIONS"].split(",")]

    assert [city for city, _ in pairs] == ["Dublin", "Manchester", "Singapore"]
    assert pairs[0][1] == cloud.environment["WORKSHOP_EDGE_URL"]
    assert f"seen from Dublin {pairs[0][1]}, Manchester {pairs[1][1]}," in describe_environment(cloud.environment)


def test_what_a_function_wrote_is_in_its_log_group(cloud: LocalCloud, client: Client) -> None:
    cloud.logs.keep("/aws/lambda/us-east-1.site", "eu-west-1", "environment-1", ["hello", "goodbye"])

    found = client("logs", "eu-west-1").filter_log_events(logGroupName="/aws/lambda/us-east-1.site")
    assert [event["message"] for event in found["events"]] == ["hello", "goodbye"]


def test_nothing_of_sixteen_threads_at_once_is_lost(cloud: LocalCloud, client: Client) -> None:
    s3 = client("s3", "us-east-1")
    s3.create_bucket(Bucket="site")
    s3.put_bucket_versioning(Bucket="site", VersioningConfiguration={"Status": "Enabled"})

    def put() -> None:
        for _ in range(10):
            s3.put_object(Bucket="site", Key="page", Body=b"x")

    threads = [threading.Thread(target=put) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(s3.list_object_versions(Bucket="site")["Versions"]) == 160
