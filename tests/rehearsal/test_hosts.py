"""Which host name accepts which signature."""

from __future__ import annotations

import botocore.session
import pytest

from tests.rehearsal.hosts import API, NAME_SERVERS, VIEWERS, Scope, find_address, find_scope

SERVICES = [("s3", "eu-west-1"), ("s3", "us-east-1"), ("iam", "us-east-1"), ("sts", "eu-west-1"), ("sts", "us-east-1")]
SERVICES += [("cloudfront", "us-east-1"), ("route53", "us-east-1"), ("lambda", "us-east-1"), ("logs", "ap-southeast-1")]


@pytest.mark.parametrize(("service", "region"), SERVICES, ids="-".join)
def test_the_door_expects_the_scope_with_which_botocore_signs(service: str, region: str) -> None:
    client = botocore.session.Session(profile=None).create_client(
        service, region, aws_access_key_id="any", aws_secret_access_key="any"
    )
    host = client.meta.endpoint_url.removeprefix("https://")

    assert find_scope(host) == Scope(region, client.meta.service_model.signing_name)


@pytest.mark.parametrize(
    ("host", "scope"),
    [
        ("site.s3.eu-west-1.amazonaws.com", Scope("eu-west-1", "s3")),
        ("a.site.s3.eu-west-1.amazonaws.com", Scope("eu-west-1", "s3")),
        ("site.s3.amazonaws.com", Scope("us-east-1", "s3")),
        ("123456789012.s3-control.eu-west-1.amazonaws.com", Scope("eu-west-1", "s3")),
        ("sts.amazonaws.com", Scope("us-east-1", "sts")),
        ("iam.eu-west-1.amazonaws.com", None),
        ("s3.eu-west-1.amazonaws.com.example.org", None),
        ("d111111abcdef8.cloudfront.net", None),
    ],
)
def test_a_host_name_of_an_api_names_its_scope(host: str, scope: Scope | None) -> None:
    assert find_scope(host) == scope


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("iam.amazonaws.com", API),
        ("d111111abcdef8.cloudfront.net", VIEWERS),
        ("ns-7.awsdns-00.co.uk", NAME_SERVERS),
        ("example.org", None),
        ("pypi.python.org", None),
    ],
)
def test_only_names_of_aws_have_an_address(host: str, address: str | None) -> None:
    assert find_address(host) == address
