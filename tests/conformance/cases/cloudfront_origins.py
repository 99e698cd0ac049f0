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


@case(
    "CreateDistribution rejects a TargetOriginId that isn't an origin of the distribution (NoSuchOrigin, 404)",
    known_from=MODEL,
    moto=SAME,
)
def unknown_target(aws: Account) -> None:
    refuses(aws, "NoSuchOrigin", 404, DefaultCacheBehavior=behavior(TargetOriginId="other"))


@case(
    "CreateDistribution rejects an S3 origin whose domain name isn't a bucket's (InvalidArgument)",
    known_from=captured("vincenting/vincentu#8"),
    moto=SAME,
)
def no_bucket(aws: Account) -> None:
    text = "The parameter Origin DomainName does not refer to a valid S3 bucket."
    refuses(aws, "InvalidArgument", 400, text, Origins=counted(origin(DomainName="www.two-regions.test")))


@case(
    "CreateDistribution rejects a URL as a custom origin's domain name (InvalidArgument)",
    known_from=captured("aws/aws-cdk#25118"),
    moto=GAP,
)
def origin_with_a_colon(aws: Account) -> None:
    text = "The parameter origin name cannot contain a colon."
    refuses(aws, "InvalidArgument", 400, text, Origins=counted(custom_origin("https://www.two-regions.test")))


@case(
    "CreateDistribution rejects an IP address as a custom origin's domain name (InvalidArgument)",
    known_from=QUOTED,
    moto=GAP,
)
def origin_at_an_address(aws: Account) -> None:
    text = "The parameter origin name cannot be an IP address"
    refuses(aws, "InvalidArgument", 400, text, Origins=counted(custom_origin("203.0.113.7")))


@case(
    "CreateDistribution rejects a custom origin's domain name with a path (InvalidArgument)",
    known_from=captured("laurilehmijoki/s3_website#83"),
    moto=GAP,
)
def origin_without_a_name(aws: Account) -> None:
    text = "The parameter origin name must be a domain name."
    refuses(aws, "InvalidArgument", 400, text, Origins=counted(custom_origin("www.two-regions.test/site")))


@case(
    "CreateDistribution rejects an S3 website endpoint as an S3 origin (InvalidArgument)",
    known_from=captured("aws/aws-sdk-js#2368"),
    moto=GAP,
)
def website_endpoint(aws: Account) -> None:
    text = "The parameter Origin DomainName does not refer to a valid S3 bucket."
    website = origin(DomainName="site.s3-website-eu-west-1.amazonaws.com")
    refuses(aws, "InvalidArgument", 400, text, Origins=counted(website))


@case(
    "An origin can't have both an origin access identity and an origin access control "
    "(IllegalOriginAccessConfiguration)",
    known_from=MODEL,
    moto=GAP,
)
def identity_and_control(aws: Account) -> None:
    both = {
        "S3OriginConfig": {"OriginAccessIdentity": f"origin-access-identity/cloudfront/{create_identity(aws)}"},
        "OriginAccessControlId": create_control(aws)["OriginAccessControl"]["Id"],
    }
    text = "An origin cannot contain both an origin access control (OAC) and an origin access identity (OAI)."
    refuses(aws, "IllegalOriginAccessConfiguration", 400, text, Origins=counted(origin(**both)))


@case(
    "CreateDistribution rejects an origin access identity that doesn't exist (InvalidOriginAccessIdentity)",
    known_from=MODEL,
    moto=GAP,
)
def unknown_identity(aws: Account) -> None:
    s3 = {"OriginAccessIdentity": "origin-access-identity/cloudfront/E00000000000AA"}
    refuses(aws, "InvalidOriginAccessIdentity", 400, Origins=counted(origin(S3OriginConfig=s3)))


@case(
    "An S3OriginConfig needs origin-access-identity/cloudfront/ before the identity's ID (InvalidOriginAccessIdentity)",
    known_from=documented("botocore cloudfront S3OriginConfig"),
    moto=GAP,
)
def identity_without_its_path(aws: Account) -> None:
    s3 = {"OriginAccessIdentity": create_identity(aws)}
    refuses(aws, "InvalidOriginAccessIdentity", 400, Origins=counted(origin(S3OriginConfig=s3)))


@case(
    "CreateDistribution rejects an origin access control that doesn't exist (InvalidOriginAccessControl)",
    known_from=MODEL,
    moto=GAP,
)
def unknown_control(aws: Account) -> None:
    refuses(aws, "InvalidOriginAccessControl", 400, Origins=counted(origin(OriginAccessControlId="E00000000000AA")))


@case(
    "An origin access control for S3 is rejected at a custom origin (InvalidDomainNameForOriginAccessControl)",
    known_from=MODEL,
    moto=GAP,
)
def control_of_a_custom_origin(aws: Account) -> None:
    custom = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    made = {"Id": "site", "DomainName": "www.two-regions.test", "CustomOriginConfig": custom}
    made["OriginAccessControlId"] = create_control(aws)["OriginAccessControl"]["Id"]
    refuses(aws, "InvalidDomainNameForOriginAccessControl", 400, Origins=counted(made))


@case(
    "CreateDistribution rejects more than 30 custom headers of an origin (TooManyOriginCustomHeaders)",
    known_from=documented("cloudfront-limits"),
    moto=GAP,
)
def custom_headers(aws: Account) -> None:
    headers = [{"HeaderName": f"X-{number}", "HeaderValue": "1"} for number in range(31)]
    refuses(aws, "TooManyOriginCustomHeaders", 400, Origins=counted(origin(CustomHeaders=counted(*headers))))


@case("CreateDistribution rejects Host as a custom header of an origin (InvalidArgument)", known_from=QUOTED, moto=GAP)
def host_header(aws: Account) -> None:
    headers, text = (
        counted({"HeaderName": "Host", "HeaderValue": "1"}),
        "The parameter HeaderName : Host is not allowed",
    )
    refuses(aws, "InvalidArgument", 400, text, Origins=counted(origin(CustomHeaders=headers)))


@case(
    "CreateDistribution rejects an X-Amz- header as a custom header of an origin (InvalidArgument)",
    known_from=documented("add-origin-custom-headers; the code as for Host"),
    moto=GAP,
)
def forbidden_header(aws: Account) -> None:
    headers = counted({"HeaderName": "X-Amz-Thing", "HeaderValue": "1"})
    refuses(aws, "InvalidArgument", 400, Origins=counted(origin(CustomHeaders=headers)))


@case(
    "CreateDistribution rejects an OriginReadTimeout of 500 seconds (InvalidOriginReadTimeout)",
    known_from=documented("CustomOriginConfig"),
    moto=GAP,
)
def read_timeout(aws: Account) -> None:
    custom = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only", "OriginReadTimeout": 500}
    made = {"Id": "site", "DomainName": "www.two-regions.test", "CustomOriginConfig": custom}
    refuses(aws, "InvalidOriginReadTimeout", 400, Origins=counted(made))


def group(*members: str, codes: tuple[int, ...] = (500, 503)) -> dict[str, Any]:
    """An origin group."""
    criteria = {"StatusCodes": counted(*codes)}
    return {"Id": "both", "FailoverCriteria": criteria, "Members": counted(*({"OriginId": m} for m in members))}


@case(
    "CreateDistribution rejects an origin group member that isn't an origin of the distribution (NoSuchOrigin, 404)",
    known_from=MODEL,
    moto=GAP,
)
def unknown_member(aws: Account) -> None:
    refuses(aws, "NoSuchOrigin", 404, OriginGroups=counted(group("site", "other")))


@case(
    "A cache behavior for an origin group can't allow PUT, PATCH, POST or DELETE (InvalidArgument)",
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


@case(
    "CreateDistribution accepts an origin group as a cache behavior's target", known_from=GROUPS, moto=GAP, on_aws=SLOW
)
def target_group(aws: Account) -> None:
    made = create(
        aws,
        Origins=counted(origin(), origin(Id="spare")),
        OriginGroups=counted(group("site", "spare")),
        DefaultCacheBehavior=behavior(TargetOriginId="both"),
    )
    assert made["DistributionConfig"]["OriginGroups"]["Items"][0]["Members"]["Quantity"] == 2


@case(
    "An origin's ConnectionAttempts default to 3, and its ConnectionTimeout to 10 seconds",
    known_from=documented("Origin"),
    moto=SAME,
    on_aws=SLOW,
)
def connection_defaults(aws: Account) -> None:
    read = held_by(aws)["DistributionConfig"]["Origins"]["Items"][0]
    assert (read["ConnectionAttempts"], read["ConnectionTimeout"]) == (3, 10)
