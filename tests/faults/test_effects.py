"""Faults that a learner causes, as those who ask feel them: clients, the edge, the prober, replication, resolvers."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import dns.exception
import dns.message
import dns.query
import pytest
import requests
from botocore.exceptions import ClientError, ConnectionClosedError

from local_cloud.cloud import LocalCloud
from local_cloud.faults import (
    DNS_JUNK,
    DNS_SILENT,
    FUNCTION_THROTTLED,
    REPLICATION_PAUSED,
    S3_REFUSES,
    S3_SLOW,
    S3_UNAVAILABLE,
)
from tests.kits.cloudfront import minimal_behavior, minimal_config, minimal_origin
from tests.local_cloud.edge.test_end_to_end import get, make_site

Client = Callable[..., Any]
IRELAND, SINGAPORE = "eu-west-1", "ap-southeast-1"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
POLICY = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}


def control(cloud: LocalCloud, method: str, path: str) -> requests.Response:
    return requests.request(method, f"{cloud.environment['WORKSHOP_CONTROL_URL']}/{path}", timeout=10)


def wait_until(is_done: Callable[[], Any], *, timeout: float = 5.0) -> None:
    end = time.monotonic() + timeout
    while not is_done():
        assert time.monotonic() < end, "it took too long"
        threading.Event().wait(0.005)


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


def make_bucket(client: Client, bucket: str, region: str) -> Any:
    """A bucket with a page that anybody may read; S3 in its region."""
    s3 = client("s3", region)
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})
    s3.put_object(Bucket=bucket, Key="index.html", Body=region.encode(), CacheControl="max-age=0")
    s3.delete_public_access_block(Bucket=bucket)
    statement = {**POLICY, "Resource": f"arn:aws:s3:::{bucket}/*"}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    return s3


@pytest.fixture
def ireland(cloud: LocalCloud, client: Client) -> Any:
    """S3 in Ireland, with the bucket `site`."""
    return make_bucket(client, "site", IRELAND)


@pytest.fixture
def singapore(cloud: LocalCloud, client: Client) -> Any:
    """S3 in Singapore, with the bucket `twin`."""
    return make_bucket(client, "twin", SINGAPORE)


# The control API:


def test_a_fault_is_caused_listed_and_ended_by_http(cloud: LocalCloud) -> None:
    made = control(cloud, "POST", f"faults?kind={S3_SLOW}&region={IRELAND}&seconds=30&delay=1.5").json()

    assert (made["kind"], made["region"], made["seconds"], made["delay"]) == (S3_SLOW, IRELAND, 30.0, 1.5)
    (listed,) = control(cloud, "GET", "faults").json()
    assert listed["id"] == made["id"]
    assert 29 < listed["ends_in"] <= 30
    assert control(cloud, "DELETE", f"faults?id={made['id']}").json()[0]["id"] == made["id"]
    assert control(cloud, "GET", "faults").json() == []


def test_all_faults_are_ended_at_once(cloud: LocalCloud) -> None:
    control(cloud, "POST", f"faults?kind={DNS_SILENT}")
    control(cloud, "POST", f"faults?kind={REPLICATION_PAUSED}")

    assert len(control(cloud, "DELETE", "faults").json()) == 2
    assert cloud.faults.in_force == ()


def test_a_reset_ends_faults(cloud: LocalCloud) -> None:
    cloud.faults.cause(S3_UNAVAILABLE, region=IRELAND)

    control(cloud, "POST", "reset")

    assert cloud.faults.in_force == ()


@pytest.mark.parametrize(
    "query",
    ["", "kind=fire", f"kind={S3_SLOW}", f"kind={DNS_SILENT}&seconds=soon", f"kind={S3_SLOW}&region=eu-west-9"],
)
def test_what_is_no_fault_is_refused(cloud: LocalCloud, query: str) -> None:
    answer = control(cloud, "POST", f"faults?{query}")

    assert answer.status_code == 400
    assert answer.json()["error"].endswith(".")
    assert cloud.faults.in_force == ()


def test_a_fault_ends_by_itself_and_the_call_log_tells_of_both(cloud: LocalCloud) -> None:
    cloud.faults.cause(DNS_SILENT, seconds=0.05)

    wait_until(lambda: not cloud.faults.in_force)

    wait_until(lambda: len(cloud.calls) == 2)
    told = [(call["operation"], call["status"], call["error_code"]) for call in cloud.calls]
    assert told == [("CauseFault", 200, None), ("EndFault", 200, None)]


def test_it_tells_its_speed(cloud: LocalCloud) -> None:
    assert control(cloud, "GET", "speed").json() == {"speed": cloud.clock.speed}


# S3 in a region:


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


# The edge:


def put_site(cloud: LocalCloud, client: Client, *, fails_over_at: tuple[int, ...] = ()) -> str:
    """A distribution that keeps nothing, of `site` and, if statuses are given, `twin` after it; its domain name."""
    primary = minimal_origin(Id="site", DomainName=f"site.s3.{IRELAND}.amazonaws.com")
    second = minimal_origin(Id="twin", DomainName=f"twin.s3.{SINGAPORE}.amazonaws.com")
    members = {"Quantity": 2, "Items": [{"OriginId": "site"}, {"OriginId": "twin"}]}
    codes = {"StatusCodes": {"Quantity": len(fails_over_at), "Items": list(fails_over_at)}}
    group = {"Id": "both", "FailoverCriteria": codes, "Members": members}
    config = minimal_config(
        Origins={"Quantity": 2, "Items": [primary, second]},
        OriginGroups={"Quantity": 1, "Items": [group]} if fails_over_at else {"Quantity": 0},
        DefaultCacheBehavior=minimal_behavior(
            TargetOriginId="both" if fails_over_at else "site", CachePolicyId=CACHING_DISABLED
        ),
    )
    made = client("cloudfront", "us-east-1").create_distribution(DistributionConfig=config)
    cloud.settle()
    return str(made["Distribution"]["DomainName"])


@pytest.fixture
def hurried(cloud: LocalCloud) -> Iterator[LocalCloud]:
    """The local cloud, with AWS's long waits shorter still."""
    usual, cloud.clock.speed = cloud.clock.speed, 2000.0
    yield cloud
    cloud.clock.speed = usual


@pytest.mark.usefixtures("ireland", "hurried")
def test_a_viewer_sees_s3_s_503_and_afterwards_the_page(cloud: LocalCloud, client: Client) -> None:
    site = put_site(cloud, client)
    cloud.faults.cause(S3_UNAVAILABLE, region=IRELAND)

    status, x_cache, text = get(cloud, site, "/index.html")

    assert (status, x_cache) == (503, "Error from cloudfront")
    assert "ServiceUnavailable" in text
    cloud.faults.end()
    assert get(cloud, site, "/index.html") == (200, "Miss from cloudfront", IRELAND)


@pytest.mark.usefixtures("ireland", "hurried")
def test_a_viewer_sees_502_where_the_origin_refuses_connections(cloud: LocalCloud, client: Client) -> None:
    site = put_site(cloud, client)
    cloud.faults.cause(S3_REFUSES, region=IRELAND)

    status, x_cache, text = get(cloud, site, "/index.html")

    assert (status, x_cache) == (502, "Error from cloudfront")
    assert "either the attempt failed or the origin closed the connection" in text


@pytest.mark.usefixtures("ireland", "singapore", "hurried")
@pytest.mark.parametrize(
    ("kind", "codes", "expected"),
    [
        (S3_UNAVAILABLE, (503,), (200, SINGAPORE)),
        (S3_REFUSES, (503,), (200, SINGAPORE)),
        (S3_REFUSES, (500, 502, 504), (502, None)),
    ],
)
def test_an_origin_group_fails_over_at_503_and_then_also_where_connections_are_refused(
    cloud: LocalCloud, client: Client, kind: str, codes: tuple[int, ...], expected: tuple[int, str | None]
) -> None:
    site = put_site(cloud, client, fails_over_at=codes)
    cloud.faults.cause(kind, region=IRELAND)

    status, _, text = get(cloud, site, "/index.html")

    assert (status, text if status == 200 else None) == expected


def test_a_function_that_is_throttled_is_503_and_x_cache_says_so(hurried: LocalCloud, client: Client) -> None:
    site = make_site(hurried, client)
    hurried.faults.cause(FUNCTION_THROTTLED)

    assert get(hurried, site, "/")[:2] == (503, "LambdaLimitExceeded from cloudfront")
    hurried.faults.end()
    assert get(hurried, site, "/not-kept-yet")[:2] == (403, "Error from cloudfront")


# Health checks:


@pytest.mark.parametrize(("kind", "seen"), [(S3_UNAVAILABLE, "503"), (S3_REFUSES, "refuses connections")])
def test_a_region_s_health_check_turns_and_turns_back(cloud: LocalCloud, client: Client, kind: str, seen: str) -> None:
    route53, threshold, interval = client("route53"), 3, cloud.clock.scaled(10)
    config = {"Type": "HTTPS", "FullyQualifiedDomainName": f"s3.{IRELAND}.amazonaws.com", "Port": 443}
    config = {**config, "RequestInterval": 10, "FailureThreshold": threshold}
    made = route53.create_health_check(CallerReference=kind, HealthCheckConfig=config)["HealthCheck"]["Id"]
    wait_until(lambda: len(cloud.prober.observations(made)) == 3)
    begun = time.monotonic()

    cloud.faults.cause(kind, region=IRELAND)

    wait_until(lambda: not cloud.prober.is_healthy(made))
    assert time.monotonic() - begun >= (threshold - 1) * interval
    reports = route53.get_health_check_status(HealthCheckId=made)["HealthCheckObservations"]
    assert all(seen in report["StatusReport"]["Status"] for report in reports)
    cloud.faults.end()
    wait_until(lambda: cloud.prober.is_healthy(made))


# DNS:


def ask(cloud: LocalCloud, *, tcp: bool = False) -> Any:
    host, port = cloud.nameserver.address
    send = dns.query.tcp if tcp else dns.query.udp
    return send(dns.message.make_query("origin.two-regions.test", "TXT"), host, port=port, timeout=0.2)


@pytest.mark.parametrize("tcp", [False, True])
def test_a_silent_nameserver_answers_nobody(cloud: LocalCloud, tcp: bool) -> None:
    cloud.faults.cause(DNS_SILENT)

    with pytest.raises((dns.exception.Timeout, EOFError)):
        ask(cloud, tcp=tcp)
    cloud.faults.end()
    assert ask(cloud, tcp=tcp).rcode() == dns.rcode.REFUSED


@pytest.mark.parametrize("tcp", [False, True])
def test_junk_has_the_query_s_id_and_is_no_message(cloud: LocalCloud, tcp: bool) -> None:
    cloud.faults.cause(DNS_JUNK)

    with pytest.raises(dns.exception.FormError):
        ask(cloud, tcp=tcp)
    query = dns.message.make_query("origin.two-regions.test", "TXT").to_wire()
    assert (cloud.nameserver.answer(query) or b"")[:2] == query[:2]


# Replication:


@pytest.fixture
def replicated(cloud: LocalCloud, client: Client, ireland: Any, singapore: Any) -> Any:
    """S3 in Ireland, where all of `site` is replicated to `twin`."""
    trust = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}
    everything = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    document, policy = (json.dumps({"Version": "2012-10-17", "Statement": [one]}) for one in (trust, everything))
    role = client("iam").create_role(RoleName="replication", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    client("iam").put_role_policy(RoleName="replication", PolicyName="all", PolicyDocument=policy)
    for s3, bucket in ((ireland, "site"), (singapore, "twin")):
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    rule = {"Status": "Enabled", "Priority": 1, "Filter": {"Prefix": ""}}
    rule = {**rule, "DeleteMarkerReplication": {"Status": "Enabled"}, "Destination": {"Bucket": "arn:aws:s3:::twin"}}
    ireland.put_bucket_replication(Bucket="site", ReplicationConfiguration={"Role": role, "Rules": [rule]})
    cloud.call_log.clear()
    return ireland


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize(
    ("kind", "region"),
    [
        (REPLICATION_PAUSED, None),
        (REPLICATION_PAUSED, IRELAND),
        (S3_UNAVAILABLE, SINGAPORE),
        (S3_REFUSES, SINGAPORE),
    ],
)
def test_what_is_written_meanwhile_stays_pending_and_is_replicated_afterwards(
    cloud: LocalCloud, replicated: Any, client: Client, kind: str, region: str | None
) -> None:
    cloud.faults.cause(kind, region=region)
    replicated.put_object(Bucket="site", Key="new.html", Body=b"new")
    with pytest.raises(TimeoutError, match="for a fault to end"):
        cloud.settle(0.2)
    assert replicated.head_object(Bucket="site", Key="new.html")["ReplicationStatus"] == "PENDING"

    cloud.faults.end()
    cloud.settle()

    assert replicated.head_object(Bucket="site", Key="new.html")["ReplicationStatus"] == "COMPLETED"
    assert client("s3", SINGAPORE).head_object(Bucket="twin", Key="new.html")["ReplicationStatus"] == "REPLICA"


@pytest.mark.usefixtures("hurried")
def test_replication_goes_on_when_the_fault_ends_by_itself(cloud: LocalCloud, replicated: Any) -> None:
    cloud.faults.cause(REPLICATION_PAUSED, seconds=0.2)
    replicated.put_object(Bucket="site", Key="new.html", Body=b"new")

    cloud.settle()

    assert cloud.faults.in_force == ()
    assert replicated.head_object(Bucket="site", Key="new.html")["ReplicationStatus"] == "COMPLETED"


@pytest.mark.usefixtures("hurried")
def test_a_pause_in_one_region_lets_other_sources_replicate(cloud: LocalCloud, replicated: Any) -> None:
    cloud.faults.cause(REPLICATION_PAUSED, region=SINGAPORE)
    replicated.put_object(Bucket="site", Key="new.html", Body=b"new")

    cloud.settle()

    assert replicated.head_object(Bucket="site", Key="new.html")["ReplicationStatus"] == "COMPLETED"


@pytest.mark.usefixtures("hurried")
def test_a_reset_forgets_what_a_fault_held_back(cloud: LocalCloud, replicated: Any) -> None:
    cloud.faults.cause(REPLICATION_PAUSED)
    replicated.put_object(Bucket="site", Key="new.html", Body=b"new")
    with pytest.raises(TimeoutError):
        cloud.settle(0.1)

    cloud.reset()

    cloud.settle(1)


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
