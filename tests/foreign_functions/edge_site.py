"""What the tests of foreign functions share: the real local cloud, a function and two buckets."""

from __future__ import annotations

import http.client
import io
import json
import uuid
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from local_cloud.cloud import LocalCloud

FUNCTIONS = Path(__file__).with_name("functions")
OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
BUCKETS = {"site": "eu-west-1", "twin": "ap-southeast-1"}
WAIT = {"Delay": 0.02, "MaxAttempts": 200}


@dataclass
class Answer:
    """What a viewer gets."""

    status: int
    headers: http.client.HTTPMessage
    text: str

    @property
    def x_cache(self) -> str:
        return str(self.headers["X-Cache"])


@dataclass
class EdgeSite:
    """Two public buckets and, once `serve` was called, a distribution with a function."""

    cloud: LocalCloud
    client: Callable[..., Any]
    domain_name: str = ""
    distribution_id: str = ""

    def make_buckets(self) -> None:
        for bucket, region in BUCKETS.items():
            s3 = self.client("s3", region)
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})
            s3.delete_public_access_block(Bucket=bucket)
            statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}
            statement["Resource"] = f"arn:aws:s3:::{bucket}/*"
            policy = {"Version": "2012-10-17", "Statement": [statement]}
            s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))

    def put(self, key: str, text: str, *, bucket: str = "site", **parameters: Any) -> None:
        s3 = self.client("s3", BUCKETS[bucket])
        s3.put_object(Bucket=bucket, Key=key, Body=text.encode(), ContentType="text/html", **parameters)

    def publish(self, name: str, *, timeout: int = 5) -> str:
        """Make a function of a file in `functions/`; returns the ARN of its version."""
        services = ["lambda.amazonaws.com", "edgelambda.amazonaws.com"]
        statement = {"Effect": "Allow", "Principal": {"Service": services}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        role = self.client("iam").create_role(RoleName="edge", AssumeRolePolicyDocument=document)["Role"]["Arn"]
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as package:
            package.write(FUNCTIONS / f"{name}.py", f"{name}.py")
        functions = self.client("lambda", "us-east-1")
        made = {"FunctionName": name, "Runtime": "python3.13", "Role": role, "Handler": f"{name}.handler"}
        functions.create_function(**made, Code={"ZipFile": code.getvalue()}, Timeout=timeout)
        functions.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig=WAIT)
        version = functions.publish_version(FunctionName=name)
        waiter = functions.get_waiter("published_version_active")
        waiter.wait(FunctionName=name, Qualifier=version["Version"], WaiterConfig=WAIT)
        return str(version["FunctionArn"])

    def make_cache_policy(self, **in_key: Any) -> str:
        """A cache policy that keeps for a minute, by what is given."""
        key = {
            "EnableAcceptEncodingGzip": False,
            "HeadersConfig": {"HeaderBehavior": "none"},
            "CookiesConfig": {"CookieBehavior": "none"},
            "QueryStringsConfig": {"QueryStringBehavior": "none"},
            **in_key,
        }
        config = {"Name": "own", "MinTTL": 0, "DefaultTTL": 60, "ParametersInCacheKeyAndForwardedToOrigin": key}
        made = self.client("cloudfront", "us-east-1").create_cache_policy(CachePolicyConfig=config)
        return str(made["CachePolicy"]["Id"])

    def serve(self, arn: str, *events: str, policy: str = OPTIMIZED) -> None:
        """Create a distribution with the function version at these events, and wait until it is deployed."""
        associations = [{"LambdaFunctionARN": arn, "EventType": event} for event in events]
        behavior = {
            "TargetOriginId": "site",
            "ViewerProtocolPolicy": "allow-all",
            "CachePolicyId": policy,
            "LambdaFunctionAssociations": {"Quantity": len(associations), "Items": associations},
        }
        domain_name = "site.s3.eu-west-1.amazonaws.com"
        origin = {"Id": "site", "DomainName": domain_name, "S3OriginConfig": {"OriginAccessIdentity": ""}}
        made = self.client("cloudfront", "us-east-1").create_distribution(
            DistributionConfig={
                "CallerReference": str(uuid.uuid4()),
                "Comment": "",
                "Enabled": True,
                "Origins": {"Quantity": 1, "Items": [origin]},
                "DefaultCacheBehavior": behavior,
            }
        )["Distribution"]
        self.domain_name, self.distribution_id = made["DomainName"], made["Id"]
        self.cloud.settle()

    def get(self, path: str, **headers: str) -> Answer:
        """Ask the edge."""
        address = urlsplit(self.cloud.environment["WORKSHOP_EDGE_URL"])
        connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=20)
        try:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request("GET", path, headers={"Host": self.domain_name, **sent})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read().decode())
        finally:
            connection.close()

    def log(self, group: str) -> str:
        """All that was logged in a group, where the edge is."""
        logs = self.client("logs", "eu-west-1")
        events = logs.filter_log_events(logGroupName=group)["events"]
        return "\n".join(event["message"] for event in events)
