"""What the plain AWS CLI prints when the local cloud refuses: the line that it prints on AWS.

Only sentences that were captured from AWS stand here; where, is said at each. The CLI has nothing of ours in it, but
for the endpoint in its environment.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from local_cloud.cloud import LocalCloud

Client = Callable[..., Any]
Refused = Callable[..., str]

ROLE = "arn:aws:iam::123456789012:role/replication"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
EXIT_CODES = {254, 255}  # of the AWS CLI 2 and 1, when the service said no


@pytest.fixture
def refused(cloud: LocalCloud, tmp_path: Path) -> Refused:
    """Runs a command of the AWS CLI that has to fail, and returns the line that it printed."""
    ours = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "AWS_MAX_ATTEMPTS": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "awscli", *arguments],
            env=ours | cloud.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode in EXIT_CODES, done
        assert done.stdout == ""
        return done.stderr.strip("\n").removeprefix("aws: [ERROR]: ")

    return run


@pytest.fixture
def configuration(client: Client) -> dict[str, Any]:
    """The configuration of a distribution in front of a bucket."""
    client("s3").create_bucket(Bucket="site", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    domain = "site.s3.eu-west-1.amazonaws.com"
    origin = {"Id": "s3", "DomainName": domain, "S3OriginConfig": {"OriginAccessIdentity": ""}}
    return {
        "CallerReference": "1",
        "Comment": "",
        "Enabled": True,
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": {
            "TargetOriginId": "s3",
            "ViewerProtocolPolicy": "allow-all",
            "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
        },
    }


def test_a_bucket_elsewhere_than_in_us_east_1_needs_a_location_constraint(refused: Refused) -> None:
    """LocalStack's recordings, tests/aws/services/s3/test_s3.snapshot.json."""
    line = refused("s3api", "create-bucket", "--bucket", "site", "--region", "eu-west-1")

    assert line == said(
        "IllegalLocationConstraintException",
        "CreateBucket",
        "The unspecified location constraint is incompatible for the region specific endpoint this request was sent "
        "to.",
    )


def test_a_bucket_with_objects_cannot_be_deleted(refused: Refused, client: Client) -> None:
    """aws-nuke#64; `aws s3 rb --force` runs into it as well."""
    s3 = client("s3", "us-east-1")
    s3.create_bucket(Bucket="site")
    s3.put_bucket_versioning(Bucket="site", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="site", Key="page.html")

    line = refused("s3api", "delete-bucket", "--bucket", "site", "--region", "us-east-1")

    assert line == said(
        "BucketNotEmpty",
        "DeleteBucket",
        "The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
    )


def test_the_destination_of_replication_must_be_versioned(refused: Refused, client: Client) -> None:
    """LocalStack's recordings, TestS3BucketReplication of tests/aws/services/s3/test_s3.snapshot.json."""
    s3 = client("s3", "us-east-1")
    for bucket in ("source", "destination"):
        s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket="source", VersioningConfiguration={"Status": "Enabled"})
    client("iam").create_role(RoleName="replication", AssumeRolePolicyDocument=json.dumps(TRUST))
    rule = {
        "Status": "Enabled",
        "Priority": 1,
        "Filter": {},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": "arn:aws:s3:::destination"},
    }
    rules = json.dumps({"Role": ROLE, "Rules": [rule]})

    line = refused("s3api", "put-bucket-replication", "--bucket", "source", "--replication-configuration", rules)

    assert line == said("InvalidRequest", "PutBucketReplication", "Destination bucket must have versioning enabled.")


def test_a_role_s_name_has_no_space(refused: Refused) -> None:
    """Quoted from AWS in several public issues, of rosa for a prefix of `^^^^`."""
    line = refused("iam", "create-role", "--role-name", "my role", "--assume-role-policy-document", json.dumps(TRUST))

    assert line == said(
        "ValidationError",
        "CreateRole",
        "The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the "
        "following: +=,.@_-",
    )


def test_a_function_s_role_must_trust_lambda(refused: Refused, client: Client, tmp_path: Path) -> None:
    """python-lambda#28, LambdAuth#49; on AWS also for a moment when the role is new."""
    client("iam").create_role(RoleName="replication", AssumeRolePolicyDocument=json.dumps(TRUST))
    code = tmp_path / "code.zip"
    code.write_bytes(_zip())

    line = refused(
        *("lambda", "create-function", "--region", "us-east-1", "--function-name", "edge", "--runtime", "python3.13"),
        *("--handler", "handler.handler", "--role", ROLE, "--zip-file", f"fileb://{code}"),
    )

    assert line == said(
        "InvalidParameterValueException",
        "CreateFunction",
        "The role defined for the function cannot be assumed by Lambda.",
    )


def test_a_distribution_takes_a_numbered_version_only(refused: Refused, configuration: dict[str, Any]) -> None:
    """grahamgilbert/terraform-aws-munki-repo#6, terraform-provider-aws#21238."""
    arn = "arn:aws:lambda:us-east-1:123456789012:function:edge:$LATEST"
    function = {"EventType": "origin-request", "LambdaFunctionARN": arn}
    configuration["DefaultCacheBehavior"]["LambdaFunctionAssociations"] = {"Quantity": 1, "Items": [function]}

    line = refused("cloudfront", "create-distribution", "--distribution-config", json.dumps(configuration))

    assert line == said(
        "InvalidLambdaFunctionAssociation",
        "CreateDistribution",
        "The function ARN must reference a specific function version. (The ARN must end with the version number.) "
        "ARN: arn:aws:lambda:us-east-1:123456789012:function:edge:$LATEST",
    )


def test_an_origin_that_is_a_bucket_needs_its_s3_configuration(refused: Refused, configuration: dict[str, Any]) -> None:
    """boto3#3804, aws-sdk-php#1737, aws-sdk-go-v2#1831."""
    del configuration["Origins"]["Items"][0]["S3OriginConfig"]

    line = refused("cloudfront", "create-distribution", "--distribution-config", json.dumps(configuration))

    assert line == said(
        "InvalidOrigin", "CreateDistribution", "The specified origin server does not exist or is not valid."
    )


def test_an_enabled_distribution_cannot_be_deleted(
    refused: Refused, client: Client, configuration: dict[str, Any]
) -> None:
    """Quoted from AWS by serverless-components' website, and by courses about cleaning up."""
    made = client("cloudfront", "us-east-1").create_distribution(DistributionConfig=configuration)

    line = refused("cloudfront", "delete-distribution", "--id", made["Distribution"]["Id"], "--if-match", made["ETag"])

    assert line == said(
        "DistributionNotDisabled",
        "DeleteDistribution",
        "The distribution you are trying to delete has not been disabled.",
    )


def test_the_value_of_a_txt_record_is_quoted(refused: Refused, client: Client) -> None:
    """external-dns#1176, infra-ansible#376."""
    zone = _zone(client)
    record = {"Name": "a.two-regions.test.", "Type": "TXT", "TTL": 5, "ResourceRecords": [{"Value": "site"}]}

    line = refused(*_change(zone, record))

    assert line == said(
        "InvalidChangeBatch",
        "ChangeResourceRecordSets",
        "[Invalid Resource Record: FATAL problem: InvalidCharacterString (Value should be enclosed in quotation "
        "marks) encountered with 'site']",
    )


def test_a_set_identifier_needs_a_weight(refused: Refused, client: Client) -> None:
    """Quoted from the AWS CLI in scripts of ministryofjustice/cloud-platform."""
    record = {"Name": "a.two-regions.test.", "Type": "TXT", "TTL": 5, "ResourceRecords": [{"Value": '"site"'}]}

    line = refused(*_change(_zone(client), record | {"SetIdentifier": "a"}))

    assert line == said(
        "InvalidInput",
        "ChangeResourceRecordSets",
        "Invalid request: Expected exactly one of [Weight, Region, Failover, GeoLocation, MultiValueAnswer, "
        "GeoProximityLocation, or CidrRoutingConfig], but found none in Change with [Action=UPSERT, "
        "Name=a.two-regions.test., Type=TXT, SetIdentifier=a]",
    )


def said(code: str, operation: str, message: str) -> str:
    """The AWS CLI's line for an error."""
    return f"An error occurred ({code}) when calling the {operation} operation: {message}"


def _zone(client: Client) -> str:
    zone = client("route53").create_hosted_zone(Name="two-regions.test", CallerReference="1")["HostedZone"]
    return str(zone["Id"])


def _change(zone: str, record: dict[str, Any]) -> tuple[str, ...]:
    batch = json.dumps({"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]})
    return ("route53", "change-resource-record-sets", "--hosted-zone-id", zone, "--change-batch", batch)


def _zip() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("handler.py", "def handler(event, context):\n    return event\n")
    return file.getvalue()
