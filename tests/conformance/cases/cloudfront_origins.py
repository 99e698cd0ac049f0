"""CloudFront: the origins of a distribution, their headers, their access and their groups."""

from __future__ import annotations

from typing import Any

from tests.conformance.case import GAP, SAME, Account, captured, case, documented
from tests.conformance.cloudfront_made import (
    SLOW,
    behavior,
    counted,
    create,
    create_control,
    create_identity,
    held_by,
    origin,
    refuses,
)

SERVICE = "cloudfront"
MODEL = documented("botocore cloudfront: errors of CreateDistribution and UpdateDistribution")
QUOTED = captured("public source code of deployments that met these refusals quotes them")
GROUPS = documented("high_availability_origin_failover")


def custom_origin(domain_name: str) -> dict[str, Any]:
    """An origin that is no bucket."""
    how = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    return {"Id": "site", "DomainName": domain_name, "CustomOriginConfig": how}


@case("A cache behavior targets an origin of the distribution", known_from=MODEL, moto=SAME)
def unknown_target(aws: Account) -> None:
    refuses(aws, "NoSuchOrigin", 404, DefaultCacheBehavior=behavior(TargetOriginId="other"))


@case("An S3 origin is a bucket's domain name", known_from=captured("vincenting/vincentu#8"), moto=SAME)
def no_bucket(aws: Account) -> None:
    text = "The parameter Origin DomainName does not refer to a valid S3 bucket."
    refuses(aws, "InvalidArgument", 400, text, Origins=counted(origin(DomainName="www.two-regions.test")))


@case("A custom origin is a host and no URL", known_from=captured("aws/aws-cdk#25118"), moto=GAP)
def origin_with_a_colon(aws: Account) -> None:
    text = "The parameter origin name cannot contain a colon."
    refuses(aws, "InvalidArgument", 400, text, Origins=counted(custom_origin("https://www.two-regions.test")))


@case("A custom origin is no IP address", known_from=QUOTED, moto=GAP)
def origin_at_an_address(aws: Account) -> None:
    text = "The parameter origin name cannot be an IP address"
    refuses(aws, "InvalidArgument", 400, text, Origins=counted(custom_origin("203.0.113.7")))


@case("A custom origin has a domain name", known_from=captured("laurilehmijoki/s3_website#83"), moto=GAP)
def origin_without_a_name(aws: Account) -> None:
    text = "The parameter origin name must be a domain name."
    refuses(aws, "InvalidArgument", 400, text, Origins=counted(custom_origin("www.two-regions.test/site")))


@case("A website endpoint is no S3 origin", known_from=captured("aws/aws-sdk-js#2368"), moto=GAP)
def website_endpoint(aws: Account) -> None:
    text = "The parameter Origin DomainName does not refer to a valid S3 bucket."
    website = origin(DomainName="site.s3-website-eu-west-1.amazonaws.com")
    refuses(aws, "InvalidArgument", 400, text, Origins=counted(website))


@case("An origin has an access identity or an access control, not both", known_from=MODEL, moto=GAP)
def identity_and_control(aws: Account) -> None:
    both = {
        "S3OriginConfig": {"OriginAccessIdentity": f"origin-access-identity/cloudfront/{create_identity(aws)}"},
        "OriginAccessControlId": create_control(aws)["OriginAccessControl"]["Id"],
    }
    text = "An origin cannot contain both an origin access control (OAC) and an origin access identity (OAI)."
    refuses(aws, "IllegalOriginAccessConfiguration", 400, text, Origins=counted(origin(**both)))


@case("An origin's access identity must exist", known_from=MODEL, moto=GAP)
def unknown_identity(aws: Account) -> None:
    s3 = {"OriginAccessIdentity": "origin-access-identity/cloudfront/E00000000000AA"}
    refuses(aws, "InvalidOriginAccessIdentity", 400, Origins=counted(origin(S3OriginConfig=s3)))


@case(
    "An access identity is named with origin-access-identity/cloudfront/ before its id",
    known_from=documented("botocore cloudfront S3OriginConfig"),
    moto=GAP,
)
def identity_without_its_path(aws: Account) -> None:
    s3 = {"OriginAccessIdentity": create_identity(aws)}
    refuses(aws, "InvalidOriginAccessIdentity", 400, Origins=counted(origin(S3OriginConfig=s3)))


@case("An origin's access control must exist", known_from=MODEL, moto=GAP)
def unknown_control(aws: Account) -> None:
    refuses(aws, "InvalidOriginAccessControl", 400, Origins=counted(origin(OriginAccessControlId="E00000000000AA")))


@case("An access control for S3 belongs to a bucket's origin", known_from=MODEL, moto=GAP)
def control_of_a_custom_origin(aws: Account) -> None:
    custom = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    made = {"Id": "site", "DomainName": "www.two-regions.test", "CustomOriginConfig": custom}
    made["OriginAccessControlId"] = create_control(aws)["OriginAccessControl"]["Id"]
    refuses(aws, "InvalidDomainNameForOriginAccessControl", 400, Origins=counted(made))


@case("At most 30 custom headers go to an origin", known_from=documented("cloudfront-limits"), moto=GAP)
def custom_headers(aws: Account) -> None:
    headers = [{"HeaderName": f"X-{number}", "HeaderValue": "1"} for number in range(31)]
    refuses(aws, "TooManyOriginCustomHeaders", 400, Origins=counted(origin(CustomHeaders=counted(*headers))))


@case("Host is no custom header", known_from=QUOTED, moto=GAP)
def host_header(aws: Account) -> None:
    headers, text = (
        counted({"HeaderName": "Host", "HeaderValue": "1"}),
        "The parameter HeaderName : Host is not allowed",
    )
    refuses(aws, "InvalidArgument", 400, text, Origins=counted(origin(CustomHeaders=headers)))


@case(
    "CloudFront's own headers are no custom headers",
    known_from=documented("add-origin-custom-headers; the code as for Host"),
    moto=GAP,
)
def forbidden_header(aws: Account) -> None:
    headers = counted({"HeaderName": "X-Amz-Thing", "HeaderValue": "1"})
    refuses(aws, "InvalidArgument", 400, Origins=counted(origin(CustomHeaders=headers)))


@case("An origin answers within 120 seconds", known_from=documented("CustomOriginConfig"), moto=GAP)
def read_timeout(aws: Account) -> None:
    custom = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only", "OriginReadTimeout": 500}
    made = {"Id": "site", "DomainName": "www.two-regions.test", "CustomOriginConfig": custom}
    refuses(aws, "InvalidOriginReadTimeout", 400, Origins=counted(made))


def group(*members: str, codes: tuple[int, ...] = (500, 503)) -> dict[str, Any]:
    """An origin group."""
    criteria = {"StatusCodes": counted(*codes)}
    return {"Id": "both", "FailoverCriteria": criteria, "Members": counted(*({"OriginId": m} for m in members))}


@case("Members of an origin group are origins of the distribution", known_from=MODEL, moto=GAP)
def unknown_member(aws: Account) -> None:
    refuses(aws, "NoSuchOrigin", 404, OriginGroups=counted(group("site", "other")))


@case(
    "A cache behavior with an origin group allows no writing",
    known_from=captured("aws/aws-cdk#32450"),
    moto=GAP,
)
def writing_to_a_group(aws: Account) -> None:
    text = "cannot include POST, PUT, PATCH, or DELETE for a cached behavior associated with an origin group."
    methods = counted("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE")
    changes = {
        "Origins": counted(origin(), origin(Id="spare")),
        "OriginGroups": counted(group("site", "spare")),
        "DefaultCacheBehavior": behavior(TargetOriginId="both", AllowedMethods=methods),
    }
    refuses(aws, "InvalidArgument", 400, text, **changes)


@case("A cache behavior may target an origin group", known_from=GROUPS, moto=GAP, on_aws=SLOW)
def target_group(aws: Account) -> None:
    made = create(
        aws,
        Origins=counted(origin(), origin(Id="spare")),
        OriginGroups=counted(group("site", "spare")),
        DefaultCacheBehavior=behavior(TargetOriginId="both"),
    )
    assert made["DistributionConfig"]["OriginGroups"]["Items"][0]["Members"]["Quantity"] == 2


@case("An origin is tried three times, for ten seconds each", known_from=documented("Origin"), moto=SAME, on_aws=SLOW)
def connection_defaults(aws: Account) -> None:
    read = held_by(aws)["DistributionConfig"]["Origins"]["Items"][0]
    assert (read["ConnectionAttempts"], read["ConnectionTimeout"]) == (3, 10)
