"""A website in the whole local cloud (private bucket, zipped function, distribution), and requests for it."""

from __future__ import annotations

import http.client
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

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
    """Create a function that reads the bucket from a custom header. Returns the ARN of its version."""
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


def make_site(cloud: LocalCloud, client: Client) -> str:
    """Create two buckets, a function, and a deployed distribution. Returns its domain name."""
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
