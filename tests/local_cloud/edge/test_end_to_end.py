"""The edge in the whole local cloud: a private bucket, a function from its zip, DNS, a distribution."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest

from local_cloud.cloud import LocalCloud
from tests.kits.credentials import KEYS, SECRET
from tests.kits.site import Client, get, make_site


@pytest.fixture
def hurried_cloud(cloud: LocalCloud) -> Iterator[LocalCloud]:
    """The local cloud, with AWS's long waits shorter still."""
    usual, cloud.clock.speed = cloud.clock.speed, 2000.0
    yield cloud
    cloud.clock.speed = usual


@pytest.fixture
def site(hurried_cloud: LocalCloud, client: Client) -> str:
    """A deployed distribution whose function goes to Singapore; its domain name."""
    return make_site(hurried_cloud, client)


def test_the_bucket_that_the_packaged_function_chose_is_served(cloud: LocalCloud, site: str) -> None:
    first, second = get(cloud, site, "/"), get(cloud, site, "/")

    assert first == (200, "Miss from cloudfront", "ap-southeast-1")
    assert second == (200, "Hit from cloudfront", "ap-southeast-1")


def test_a_bucket_whose_policy_does_not_let_the_identity_in_is_not_served(
    cloud: LocalCloud, client: Client, site: str
) -> None:
    client("s3", "ap-southeast-1").delete_bucket_policy(Bucket="twin")

    status, x_cache, text = get(cloud, site, "/")

    assert (status, x_cache) == (403, "Error from cloudfront")
    assert "AccessDenied" in text


@pytest.mark.usefixtures("site")
def test_a_function_version_in_use_is_not_deleted(client: Client) -> None:
    lambda_ = client("lambda", "us-east-1")

    with pytest.raises(lambda_.exceptions.InvalidParameterValueException, match="because it is a replicated function"):
        lambda_.delete_function(FunctionName="route", Qualifier="1")


def test_functions_log_where_the_edge_is(cloud: LocalCloud, client: Client, site: str) -> None:
    get(cloud, site, "/")

    groups = client("logs", "eu-west-1").describe_log_groups()["logGroups"]
    assert [group["logGroupName"] for group in groups] == ["/aws/lambda/us-east-1.route"]


def test_a_cloud_that_runs_no_function_at_once_throttles_each() -> None:
    with LocalCloud(speed=2000.0, concurrent_executions=0, secret=SECRET) as cloud:
        at = {"endpoint_url": cloud.environment["AWS_ENDPOINT_URL"], **KEYS}
        site = make_site(cloud, lambda service, region="eu-west-1": boto3.client(service, region_name=region, **at))

        assert get(cloud, site, "/")[:2] == (503, "LambdaLimitExceeded from cloudfront")
