"""Permissions to tag: a call that creates something with tags needs both actions."""

from __future__ import annotations

from typing import Any

from tests.conformance.case import GAP, SAME, Account, case, documented, unverified
from tests.conformance.cases.access import again, allow, make_user, refused
from tests.conformance.cloudfront_made import SLOW, config
from tests.conformance.iam_made import trust

SERVICE = "iam"


def service_authorization(service: str) -> Any:
    """The Service Authorization Reference of a service."""
    return documented(f"Service Authorization Reference, {service}")


@case(
    "CreateRole with Tags needs iam:TagRole besides iam:CreateRole",
    known_from=service_authorization("AWS Identity and Access Management"),
    moto=GAP,
)
def role(aws: Account) -> None:
    create = make_user(aws, allow("iam:CreateRole")).client("iam").create_role
    tags = [{"Key": "team", "Value": "ferries"}]
    asked = {"RoleName": aws.name("role"), "AssumeRolePolicyDocument": trust(), "Tags": tags}
    refused(aws, "AccessDenied", "is not authorized to perform: iam:TagRole on resource", create, **asked)


@case(
    "CreateDistributionWithTags needs cloudfront:TagResource besides cloudfront:CreateDistribution",
    known_from=service_authorization("Amazon CloudFront"),
    moto=GAP,
)
def distribution(aws: Account) -> None:
    create = make_user(aws, allow("cloudfront:CreateDistribution")).client("cloudfront").create_distribution_with_tags
    tags = {"Items": [{"Key": "team", "Value": "ferries"}]}
    asked = {"DistributionConfigWithTags": {"DistributionConfig": config(aws), "Tags": tags}}
    refused(aws, "AccessDenied", "is not authorized to perform: cloudfront:TagResource", create, **asked)


@case(
    "CreateDistributionWithTags succeeds with cloudfront:CreateDistribution and cloudfront:TagResource",
    known_from=service_authorization("Amazon CloudFront"),
    moto=SAME,
    on_aws=SLOW,
)
def both_actions(aws: Account) -> None:
    user = make_user(aws, allow(["cloudfront:CreateDistribution", "cloudfront:TagResource"]))
    given = {"DistributionConfig": config(aws), "Tags": {"Items": [{"Key": "team", "Value": "ferries"}]}}
    create = user.client("cloudfront").create_distribution_with_tags
    assert again(aws, lambda: create(DistributionConfigWithTags=given))["Distribution"]["ARN"]


@case(
    "ListTagsForResource of CloudFront needs cloudfront:ListTagsForResource on the distribution",
    known_from=service_authorization("Amazon CloudFront"),
    moto=GAP,
)
def read_distribution_tags(aws: Account) -> None:
    user = make_user(aws, allow("cloudfront:GetDistribution"))
    arn = f"arn:aws:cloudfront::{aws.account_id}:distribution/E000000000NONE"
    message = "is not authorized to perform: cloudfront:ListTagsForResource on resource"
    refused(aws, "AccessDenied", message, user.client("cloudfront").list_tags_for_resource, Resource=arn)


@case(
    "GetResources of the tagging API needs tag:GetResources (AccessDeniedException)",
    known_from=unverified("the status; the action is documented, and users quote the code"),
    moto=GAP,
)
def tagged_resources(aws: Account) -> None:
    get = make_user(aws, allow("s3:*")).client("resourcegroupstaggingapi", "us-east-1").get_resources
    aws.eventually(lambda: aws.refuses("AccessDeniedException", 400, None, get))


@case(
    "ChangeTagsForResource needs route53:ChangeTagsForResource on the hosted zone",
    known_from=service_authorization("Amazon Route 53"),
    moto=GAP,
)
def zone_tags(aws: Account) -> None:
    route53, name = aws.client("route53"), f"{aws.name('zone')}.test"
    zone = route53.create_hosted_zone(Name=name, CallerReference=name)["HostedZone"]["Id"].rpartition("/")[2]
    aws.clean_up(route53.delete_hosted_zone, Id=zone)
    change = make_user(aws, allow("route53:GetHostedZone")).client("route53").change_tags_for_resource
    asked = {"ResourceType": "hostedzone", "ResourceId": zone, "AddTags": [{"Key": "team", "Value": "ferries"}]}
    refused(aws, "AccessDenied", "is not authorized to perform: route53:ChangeTagsForResource", change, **asked)
