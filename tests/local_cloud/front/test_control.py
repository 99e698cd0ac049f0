"""The control API and the call log: what AWS has no word for."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_cloud.call import Call, HttpRequest, Response
from local_cloud.call_log import CallLog
from local_cloud.cloud import LocalCloud
from tests.kits.credentials import control

Client = Callable[..., Any]


def make_call(operation: str = "PutObject", **parameters: Any) -> Call:
    return Call("s3", operation, parameters, "eu-west-1", None, HttpRequest("GET", "/"), None)  # type: ignore[arg-type]


def test_it_says_that_it_is_well(cloud: LocalCloud) -> None:
    assert control(cloud, "GET", "health").json()["status"] == "ok"


def test_it_tells_the_environment_of_its_clients(cloud: LocalCloud) -> None:
    assert control(cloud, "GET", "environment").json() == cloud.environment


def test_reset_empties_the_cloud(cloud: LocalCloud, client: Client) -> None:
    client("s3", "us-east-1").create_bucket(Bucket="site")

    control(cloud, "POST", "reset")

    assert client("s3", "us-east-1").list_buckets()["Buckets"] == []


def test_calls_are_listed_from_a_number_on(cloud: LocalCloud, client: Client) -> None:
    client("s3").list_buckets()
    first = control(cloud, "GET", "calls").json()[-1]["number"]
    client("sts", "us-east-1").get_caller_identity()

    calls = control(cloud, "GET", f"calls?since={first}").json()

    assert [(call["service"], call["operation"]) for call in calls] == [("sts", "GetCallerIdentity")]


def test_a_refused_call_is_listed_with_its_error_code(cloud: LocalCloud, client: Client) -> None:
    with pytest.raises(ClientError):
        client("s3").get_object(Bucket="nowhere", Key="page")

    last = cloud.calls[-1]
    assert (last["status"], last["error_code"]) == (404, "NoSuchBucket")
    assert last["parameters"] == {"Bucket": "nowhere", "Key": "page", "ChecksumMode": "ENABLED"}


@pytest.mark.parametrize(("method", "path"), [("GET", "reset"), ("POST", "health"), ("GET", ""), ("GET", "a/b")])
def test_what_it_does_not_have_is_not_found(cloud: LocalCloud, method: str, path: str) -> None:
    assert control(cloud, method, path).status_code == 404


def test_a_number_that_is_none_is_refused(cloud: LocalCloud) -> None:
    assert control(cloud, "GET", "calls?since=yesterday").status_code == 400


@pytest.mark.parametrize("timeout", ["nan", "inf", "-1", "soon"])
def test_nobody_waits_for_ever(cloud: LocalCloud, timeout: str) -> None:
    assert control(cloud, "POST", f"settle?timeout={timeout}").status_code == 400


def test_the_log_forgets_the_oldest_first() -> None:
    log = CallLog(limit=2)

    for key in "abc":
        log.add(make_call(Key=key), Response(200))

    assert [(entry["number"], entry["parameters"]["Key"]) for entry in log.since()] == [(2, "b"), (3, "c")]


def test_numbers_go_on_after_clearing() -> None:
    log = CallLog()
    log.add(make_call(), Response(200))

    log.clear()
    log.add(make_call(), Response(200))

    assert [entry["number"] for entry in log.since()] == [2]


def test_long_parameters_are_cut() -> None:
    log = CallLog()

    log.add(make_call(Policy="x" * 5000, Code={"ZipFile": b"12345"}), Response(200))

    parameters = log.since()[0]["parameters"]
    assert len(parameters["Policy"]) < 200
    assert parameters["Code"] == {"ZipFile": "5 bytes"}


def test_the_log_is_also_kept_in_a_file(tmp_path: Path) -> None:
    log = CallLog(file=tmp_path / "calls.jsonl")

    log.add(make_call(Key="a"), Response(200))
    log.add(make_call(Key="b"), Response(404, [], b"<Error><Code>NoSuchKey</Code></Error>"))
    log.close()

    lines = [json.loads(line) for line in (tmp_path / "calls.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(line["parameters"]["Key"], line["error_code"]) for line in lines] == [("a", None), ("b", "NoSuchKey")]
