"""The Resource Groups Tagging API: tags of different services' resources, together."""

from __future__ import annotations

from typing import Any

from tests.conformance.case import GAP, SAME, Account, case, documented

SERVICE = "resourcegroupstaggingapi"

DEVELOPERS = documented("Tagging API Reference, GetResources")


def make_zone(aws: Account) -> str:
    """A hosted zone; its ARN."""
    route53, name = aws.client("route53", "us-east-1"), f"{aws.name('zone')}.test"
    zone = route53.create_hosted_zone(Name=name, CallerReference=name)["HostedZone"]["Id"].rpartition("/")[2]
    aws.clean_up(route53.delete_hosted_zone, Id=zone)
    return f"arn:aws:route53:::hostedzone/{zone}"


def make_bucket(aws: Account) -> str:
    """A bucket in eu-west-1; its ARN."""
    return f"arn:aws:s3:::{aws.create_bucket('eu-west-1')}"


def find(aws: Account, region: str, **filters: Any) -> list[str]:
    """The ARNs of the resources that are found."""
    pages = aws.client(SERVICE, region).get_paginator("get_resources").paginate(**filters)
    return [found["ResourceARN"] for page in pages for found in page["ResourceTagMappingList"]]


def tag(aws: Account, region: str, key: str, *arns: str, value: str = "1") -> dict[str, Any]:
    """Tag resources; what failed."""
    answer = aws.client(SERVICE, region).tag_resources(ResourceARNList=list(arns), Tags={key: value})
    failed: dict[str, Any] = answer["FailedResourcesMap"]
    return failed


@case(
    "GetResources finds a tagged bucket in the bucket's region and not in another region",
    known_from=DEVELOPERS,
    moto=GAP,
)
def bucket_in_its_region(aws: Account) -> None:
    arn, key = make_bucket(aws), aws.name("key")
    assert tag(aws, "eu-west-1", key, arn) == {}

    def check() -> None:
        assert find(aws, "eu-west-1", TagFilters=[{"Key": key}]) == [arn]
        assert find(aws, "us-east-1", TagFilters=[{"Key": key}]) == []

    aws.eventually(check)


@case(
    "GetResources in us-east-1 finds a tagged hosted zone by the type route53:hostedzone, and not by the type s3",
    known_from=DEVELOPERS,
    moto=GAP,
)
def zone_is_found(aws: Account) -> None:
    arn, key = make_zone(aws), aws.name("key")
    assert tag(aws, "us-east-1", key, arn) == {}

    def check() -> None:
        wanted = [{"Key": key, "Values": ["1"]}]
        assert find(aws, "us-east-1", TagFilters=wanted, ResourceTypeFilters=["route53:hostedzone"]) == [arn]
        assert find(aws, "us-east-1", TagFilters=wanted, ResourceTypeFilters=["s3"]) == []

    aws.eventually(check)


@case("A tag filter with several Values finds resources that have any one of them", known_from=DEVELOPERS, moto=GAP)
def values(aws: Account) -> None:
    arn, key = make_zone(aws), aws.name("key")
    tag(aws, "us-east-1", key, arn, value="blue")

    def check() -> None:
        assert find(aws, "us-east-1", TagFilters=[{"Key": key, "Values": ["red", "blue"]}]) == [arn]
        assert find(aws, "us-east-1", TagFilters=[{"Key": key, "Values": ["red"]}]) == []

    aws.eventually(check)


@case(
    "TagResources tags an IAM role, but GetResources doesn't return roles",
    known_from=documented("Tagging API, services"),
    moto=GAP,
)
def roles(aws: Account) -> None:
    arn, key = aws.create_role(service="lambda.amazonaws.com"), aws.name("key")
    assert tag(aws, "us-east-1", key, arn) == {}
    tags = aws.client("iam").list_role_tags(RoleName=arn.rpartition("/")[2])["Tags"]
    assert tags == [{"Key": key, "Value": "1"}]
    assert find(aws, "us-east-1", TagFilters=[{"Key": key}]) == []


@case(
    "FailedResourcesMap of TagResources lists exactly the resources that couldn't be tagged",
    known_from=documented("botocore TagResources"),
    moto=GAP,
)
def failures(aws: Account) -> None:
    arn, missing = make_zone(aws), f"arn:aws:lambda:us-east-1:{aws.account_id}:function:{aws.name('none')}"
    assert list(tag(aws, "us-east-1", "key", arn, missing)) == [missing]


@case(
    "After UntagResources, GetResources no longer finds the resource by that tag",
    known_from=documented("botocore UntagResources"),
    moto=GAP,
)
def untag(aws: Account) -> None:
    arn, key = make_zone(aws), aws.name("key")
    tag(aws, "us-east-1", key, arn)
    aws.eventually(lambda: _check_found(aws, key, [arn]))
    aws.client(SERVICE, "us-east-1").untag_resources(ResourceARNList=[arn], TagKeys=[key])
    aws.eventually(lambda: _check_found(aws, key, []))


def _check_found(aws: Account, key: str, arns: list[str]) -> None:
    assert find(aws, "us-east-1", TagFilters=[{"Key": key}]) == arns


@case(
    "GetResources with ResourcesPerPage returns a PaginationToken for the next page, and an empty one on the last",
    known_from=DEVELOPERS,
    moto=GAP,
)
def pages(aws: Account) -> None:
    arns, key = sorted([make_zone(aws), make_zone(aws)]), aws.name("key")
    tag(aws, "us-east-1", key, *arns)
    tagging = aws.client(SERVICE, "us-east-1")

    def check() -> None:
        first = tagging.get_resources(TagFilters=[{"Key": key}], ResourcesPerPage=1)
        token = first["PaginationToken"]
        second = tagging.get_resources(TagFilters=[{"Key": key}], ResourcesPerPage=1, PaginationToken=token)
        found = first["ResourceTagMappingList"] + second["ResourceTagMappingList"]
        assert sorted(each["ResourceARN"] for each in found) == arns
        assert second["PaginationToken"] == ""

    aws.eventually(check)


@case(
    "GetResources rejects an invalid PaginationToken (PaginationTokenExpiredException)",
    known_from=documented("botocore GetResources errors"),
    moto=SAME,
)
def bad_token(aws: Account) -> None:
    get = aws.client(SERVICE, "us-east-1").get_resources
    aws.refuses("PaginationTokenExpiredException", 400, None, get, PaginationToken="nothing")
