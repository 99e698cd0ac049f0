"""The edge in the whole local cloud: a private bucket, a function from its zip, DNS, a distribution."""

from __future__ import annotations

import http.client
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest

from local_cloud.cloud import LocalCloud
from tests.kits.cloudfront import TRUST, minimal_behavior, minimal_config, minimal_origin

Client = Callable[..., Any]
HANDLER = """
def handler(event, context):
    request = event["Records"][0]["cf"]["request"]
    s3 = request["origin"]["s3"]
    s3["domainName"] = s3["customHeaders"]["x-bucket"][0]["value"]
    s3["region"] = s3["domainName"].split(".")[2]
    request["headers"]["host"] = [{"key": "Host", "value": s3["domainName"]}]
    return request
"""


def make_bucket(client: Client, bucket: str, region: str, identity: str) -> None:
    s3 = client("s3", region)
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})
    s3.put_object(Bucket=bucket, Key="index.html", Body=region.encode(), ContentType="text/html")
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity {identity}"},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


def make_function(client: Client) -> str:
    """A function that reads the bucket from a custom header; returns the ARN of its version."""
    document = json.dumps({"Version": "2012-10-17", **TRUST})
    role = client("iam").create_role(RoleName="edge", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as package:
        package.writestr("handler.py", HANDLER)
    lambda_ = client("lambda", "us-east-1")
    made = {"FunctionName": "route", "Runtime": "python3.13", "Role": role, "Handler": "handler.handler"}
    lambda_.create_function(**made, Code={"ZipFile": code.getvalue()})
    waiting = {"Delay": 0.05, "MaxAttempts": 100}
    lambda_.get_waiter("function_active_v2").wait(FunctionName="route", WaiterConfig=waiting)
    version = lambda_.publish_version(FunctionName="route")["Version"]
    lambda_.get_waiter("published_version_active").wait(FunctionName="route", Qualifier=version, WaiterConfig=waiting)
    return f"arn:aws:lambda:us-east-1:123456789012:function:route:{version}"


def get(cloud: LocalCloud, host: str, path: str) -> tuple[int, str, str]:
    """Status, X-Cache and text of a page."""
    address = urlsplit(cloud.environment["WORKSHOP_EDGE_URL"])
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=20)
    try:
        connection.request("GET", path, headers={"Host": host})
        response = connection.getresponse()
        return response.status, response.headers["X-Cache"], response.read().decode()
    finally:
        connection.close()


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


def make_site(cloud: LocalCloud, client: Client) -> str:
    """Two buckets, a function, and a deployed distribution; its domain name."""
    cloudfront = client("cloudfront", "us-east-1")
    config = {"CallerReference": "one", "Comment": ""}
    made = cloudfront.create_cloud_front_origin_access_identity(CloudFrontOriginAccessIdentityConfig=config)
    identity = made["CloudFrontOriginAccessIdentity"]["Id"]
    make_bucket(client, "site", "eu-west-1", identity)
    make_bucket(client, "twin", "ap-southeast-1", identity)
    header = {"HeaderName": "X-Bucket", "HeaderValue": "twin.s3.ap-southeast-1.amazonaws.com"}
    origin = minimal_origin(
        S3OriginConfig={"OriginAccessIdentity": f"origin-access-identity/cloudfront/{identity}"},
        CustomHeaders={"Quantity": 1, "Items": [header]},
    )
    association = {"LambdaFunctionARN": make_function(client), "EventType": "origin-request"}
    behavior = minimal_behavior(LambdaFunctionAssociations={"Quantity": 1, "Items": [association]})
    config = minimal_config(Origins={"Quantity": 1, "Items": [origin]}, DefaultCacheBehavior=behavior)
    domain_name = cloudfront.create_distribution(DistributionConfig=config)["Distribution"]["DomainName"]
    cloud.settle()
    return str(domain_name)


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
    with LocalCloud(speed=2000.0, concurrent_executions=0) as cloud:
        key = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
        at = {"endpoint_url": cloud.environment["AWS_ENDPOINT_URL"], **key}
        site = make_site(cloud, lambda service, region="eu-west-1": boto3.client(service, region_name=region, **at))

        assert get(cloud, site, "/")[:2] == (503, "LambdaLimitExceeded from cloudfront")
