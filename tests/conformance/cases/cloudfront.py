"""Distributions: what is refused in a configuration, what an update must hold, and when one may be deleted."""

from __future__ import annotations

from typing import Any

from tests.conformance.case import GAP, SAME, Account, captured, case, documented
from tests.conformance.cloudfront_made import (
    SLOW,
    behavior,
    config,
    counted,
    create,
    create_control,
    create_identity,
    deployed,
    legacy,
    origin,
    update,
)

SERVICE = "cloudfront"

MODEL = documented("botocore cloudfront: errors of CreateDistribution and UpdateDistribution")
FIELDS = documented("distribution-overview-required-fields")
QUOTED = captured("public source code of deployments that met these refusals quotes them")
GROUPS = documented("high_availability_origin_failover")


def refuses(aws: Account, code: str, status: int, message: str | None = None, **changes: Any) -> None:
    """Expect that a distribution with these changes is refused."""
    client = aws.client("cloudfront")
    aws.refuses(code, status, message, client.create_distribution, DistributionConfig=config(aws, **changes))


def refuses_update(
    aws: Account, code: str, status: int, message: str | None, edited: dict[str, Any], held: dict[str, Any]
) -> None:
    """Expect that an update is refused."""
    asked = {"Id": held["Id"], "IfMatch": held["ETag"], "DistributionConfig": edited}
    aws.refuses(code, status, message, aws.client("cloudfront").update_distribution, **asked)


def held_by(aws: Account, **changes: Any) -> dict[str, Any]:
    """Id, ETag and configuration of a new distribution."""
    made = create(aws, **changes)
    return {"Id": made["Id"], **aws.client("cloudfront").get_distribution_config(Id=made["Id"])}


def custom_origin(domain_name: str) -> dict[str, Any]:
    """An origin that is no bucket."""
    how = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    return {"Id": "site", "DomainName": domain_name, "CustomOriginConfig": how}


@case("Quantity must be the number of Items", known_from=MODEL, moto=GAP)
def counts_differ(aws: Account) -> None:
    refuses(aws, "InconsistentQuantities", 400, Origins={"Quantity": 2, "Items": [origin()]})


@case("Counts are checked however deep they lie", known_from=MODEL, moto=GAP)
def deep_counts_differ(aws: Account) -> None:
    headers = {"Quantity": 3, "Items": [{"HeaderName": "X-One", "HeaderValue": "1"}]}
    refuses(aws, "InconsistentQuantities", 400, Origins=counted(origin(CustomHeaders=headers)))


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


@case("A comment has 128 characters at most", known_from=QUOTED, moto=GAP)
def long_comment(aws: Account) -> None:
    refuses(aws, "InvalidArgument", 400, "The parameter Comment is too big", Comment="c" * 129)


@case(
    "A cache policy leaves no room for ForwardedValues",
    known_from=captured("terraform-aws-modules/terraform-aws-cloudfront#71"),
    moto=GAP,
)
def policy_and_forwarded_values(aws: Account) -> None:
    text = "The parameter ForwardedValues cannot be used when a cache policy is associated to the cache behavior."
    forwarded = {"QueryString": False, "Cookies": {"Forward": "none"}}
    refuses(aws, "InvalidArgument", 400, text, DefaultCacheBehavior=behavior(ForwardedValues=forwarded))


@case("A cache behavior has a cache policy or ForwardedValues", known_from=MODEL, moto=GAP)
def neither_policy_nor_forwarded_values(aws: Account) -> None:
    refuses(aws, "InvalidArgument", 400, DefaultCacheBehavior=behavior(CachePolicyId=None))


@case("A cache policy must exist", known_from=MODEL, moto=GAP)
def unknown_policy(aws: Account) -> None:
    unknown = "00000000-0000-4000-8000-000000000000"
    refuses(aws, "NoSuchCachePolicy", 404, DefaultCacheBehavior=behavior(CachePolicyId=unknown))


@case("TTLs of a cache behavior are in order", known_from=captured("hashicorp/terraform-provider-aws#17878"), moto=GAP)
def ttl_order(aws: Account) -> None:
    text = "MinTTL, MaxTTL and DefaultTTL should follow order MinTTL less than or equal to DefaultTTL"
    refuses(aws, "InvalidTTLOrder", 400, text, DefaultCacheBehavior=legacy(MinTTL=10, DefaultTTL=5, MaxTTL=60))


@case("Cookies to forward are named if and only if some are", known_from=MODEL, moto=GAP)
def cookies_without_names(aws: Account) -> None:
    forwarded = {"QueryString": False, "Cookies": {"Forward": "whitelist"}}
    refuses(aws, "InvalidForwardCookies", 400, DefaultCacheBehavior=legacy() | {"ForwardedValues": forwarded})


@case(
    "A bucket is not sent the viewer's Host",
    known_from=documented("RequestAndResponseBehaviorCustomOrigin, Host; botocore InvalidHeadersForS3Origin"),
    moto=GAP,
)
def host_of_the_viewer(aws: Account) -> None:
    with_host = legacy()
    with_host["ForwardedValues"]["Headers"] = counted("Host")
    refuses(aws, "InvalidHeadersForS3Origin", 400, DefaultCacheBehavior=with_host)


@case("An alias needs a certificate", known_from=documented("CNAMEs: alternate-domain-names-requirements"), moto=GAP)
def alias_without_certificate(aws: Account) -> None:
    refuses(aws, "InvalidViewerCertificate", 400, Aliases=counted("www.two-regions.test"))


@case("A certificate is one's own or CloudFront's, not both", known_from=QUOTED, moto=GAP)
def two_certificates(aws: Account) -> None:
    arn = f"arn:aws:acm:us-east-1:{aws.account_id}:certificate/00000000-0000-4000-8000-000000000000"
    both = {"ACMCertificateArn": arn, "CloudFrontDefaultCertificate": True, "SSLSupportMethod": "sni-only"}
    text = "You cannot specify more than one of ACMCertificateArn, IAMCertificateId, or CloudFrontDefaultCertificate."
    refuses(aws, "InvalidViewerCertificate", 400, text, ViewerCertificate=both)


@case("A certificate is in us-east-1", known_from=documented("cnames-and-https-requirements"), moto=GAP)
def certificate_of_elsewhere(aws: Account) -> None:
    arn = f"arn:aws:acm:eu-west-1:{aws.account_id}:certificate/00000000-0000-4000-8000-000000000000"
    certificate = {"ACMCertificateArn": arn, "SSLSupportMethod": "sni-only", "MinimumProtocolVersion": "TLSv1.2_2021"}
    refuses(
        aws,
        "InvalidViewerCertificate",
        400,
        Aliases=counted("www.two-regions.test"),
        ViewerCertificate=certificate,
    )


@case("The default root object has no slash in front", known_from=documented("DistributionConfig"), moto=GAP)
def default_root_object(aws: Account) -> None:
    refuses(aws, "InvalidDefaultRootObject", 400, DefaultRootObject="/index.html")


@case("Custom error pages are for certain statuses", known_from=MODEL, moto=GAP)
def error_code(aws: Account) -> None:
    refuses(aws, "InvalidErrorCode", 400, CustomErrorResponses=counted({"ErrorCode": 418}))


@case("A custom error page comes with certain statuses", known_from=MODEL, moto=GAP)
def response_code(aws: Account) -> None:
    error = {"ErrorCode": 404, "ResponsePagePath": "/404.html", "ResponseCode": "299"}
    refuses(aws, "InvalidResponseCode", 400, CustomErrorResponses=counted(error))


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


@case("A path pattern has no space", known_from=captured("anomalyco/sst#5136"), moto=GAP)
def pattern_with_a_space(aws: Account) -> None:
    text = "The parameter globPattern can only contain these characters"
    patterns = counted(behavior(PathPattern="/plus icon.svg"))
    refuses(aws, "InvalidArgument", 400, text, CacheBehaviors=patterns)


@case("Allowed methods are one of three sets", known_from=documented("AllowedMethods"), moto=GAP)
def methods(aws: Account) -> None:
    refuses(aws, "InvalidArgument", 400, DefaultCacheBehavior=behavior(AllowedMethods=counted("GET", "POST")))


@case("A caller reference makes one distribution", known_from=documented("DistributionConfig"), moto=SAME, on_aws=SLOW)
def caller_reference(aws: Account) -> None:
    made = create(aws)["DistributionConfig"]
    refuses(aws, "DistributionAlreadyExists", 409, CallerReference=made["CallerReference"])


@case("What was written is what is read, members that moto drops too", known_from=FIELDS, moto=GAP, on_aws=SLOW)
def fidelity(aws: Account) -> None:
    headers = counted({"HeaderName": "X-DNS-ORIGIN", "HeaderValue": "origin.two-regions.test"})
    control = create_control(aws)["OriginAccessControl"]["Id"]
    made = held_by(aws, Origins=counted(origin(CustomHeaders=headers, OriginAccessControlId=control)))
    read = made["DistributionConfig"]["Origins"]["Items"][0]
    assert (read["CustomHeaders"], read["OriginAccessControlId"]) == (headers, control)
    assert "ForwardedValues" not in made["DistributionConfig"]["DefaultCacheBehavior"]


@case("An origin is tried three times, for ten seconds each", known_from=documented("Origin"), moto=SAME, on_aws=SLOW)
def connection_defaults(aws: Account) -> None:
    read = held_by(aws)["DistributionConfig"]["Origins"]["Items"][0]
    assert (read["ConnectionAttempts"], read["ConnectionTimeout"]) == (3, 10)


@case("Get, edit, update changes only what was edited", known_from=FIELDS, moto=GAP, on_aws=SLOW)
def round_trip(aws: Account) -> None:
    before = held_by(aws)
    update(aws, before["Id"], Comment="edited")
    after = aws.client("cloudfront").get_distribution_config(Id=before["Id"])
    assert after["DistributionConfig"] == before["DistributionConfig"] | {"Comment": "edited"}
    assert after["ETag"] != before["ETag"]


@case("An update names the version it started from", known_from=MODEL, moto=SAME, on_aws=SLOW)
def update_without_etag(aws: Account) -> None:
    made = held_by(aws)
    client, edited = aws.client("cloudfront"), made["DistributionConfig"]
    aws.refuses(
        "InvalidIfMatchVersion", 400, None, client.update_distribution, Id=made["Id"], DistributionConfig=edited
    )


@case("An update of a version that was replaced is refused", known_from=MODEL, moto=GAP, on_aws=SLOW)
def stale_update(aws: Account) -> None:
    made = held_by(aws)
    update(aws, made["Id"], Comment="edited")
    refuses_update(aws, "PreconditionFailed", 412, None, made["DistributionConfig"], made)


@case("An update keeps the caller reference", known_from=documented("UpdateDistribution"), moto=GAP, on_aws=SLOW)
def changed_reference(aws: Account) -> None:
    made = held_by(aws)
    edited = made["DistributionConfig"] | {"CallerReference": aws.name("reference")}
    refuses_update(aws, "IllegalUpdate", 400, None, edited, made)


@case(
    "An update without Aliases is refused",
    known_from=QUOTED,
    moto=GAP,
    on_aws=SLOW,
)
def update_without_aliases(aws: Account) -> None:
    made = held_by(aws)
    del made["DistributionConfig"]["Aliases"]
    text = "Aliases are missing for the resource"
    refuses_update(aws, "IllegalUpdate", 400, text, made["DistributionConfig"], made)


@case("An update without an origin's CustomHeaders is refused", known_from=QUOTED, moto=GAP, on_aws=SLOW)
def update_without_custom_headers(aws: Account) -> None:
    made = held_by(aws)
    edited = made["DistributionConfig"] | {"Origins": counted(origin(OriginPath=""))}
    refuses_update(aws, "IllegalUpdate", 400, "The 'OriginCustomHeaders' field is missing", edited, made)


@case("An update without SmoothStreaming is refused", known_from=QUOTED, moto=GAP, on_aws=SLOW)
def update_without_smooth_streaming(aws: Account) -> None:
    made = held_by(aws)
    del made["DistributionConfig"]["DefaultCacheBehavior"]["SmoothStreaming"]
    text = "The parameter SmoothStreaming flag is missing"
    refuses_update(aws, "InvalidArgument", 400, text, made["DistributionConfig"], made)


@case(
    "An update without FieldLevelEncryptionId is refused", known_from=captured("boto/boto3#1558"), moto=GAP, on_aws=SLOW
)
def update_without_encryption(aws: Account) -> None:
    made = held_by(aws)
    del made["DistributionConfig"]["DefaultCacheBehavior"]["FieldLevelEncryptionId"]
    text = "The parameter Field level encryption id is required."
    refuses_update(aws, "InvalidArgument", 400, text, made["DistributionConfig"], made)


@case("An update without CachedMethods is refused", known_from=QUOTED, moto=GAP, on_aws=SLOW)
def update_without_cached_methods(aws: Account) -> None:
    made = held_by(aws)
    del made["DistributionConfig"]["DefaultCacheBehavior"]["AllowedMethods"]["CachedMethods"]
    text = "The parameter CachedMethods is required"
    refuses_update(aws, "InvalidArgument", 400, text, made["DistributionConfig"], made)


@case(
    "An enabled distribution is not deleted",
    known_from=captured("rebuy-de/aws-nuke#155"),
    moto=GAP,
    on_aws=SLOW,
)
def delete_enabled(aws: Account) -> None:
    made = create(aws, Enabled=True)
    deployed(aws, made["Id"])
    client = aws.client("cloudfront")
    which = {"Id": made["Id"], "IfMatch": client.get_distribution(Id=made["Id"])["ETag"]}
    text = "The distribution you are trying to delete has not been disabled."
    aws.refuses("DistributionNotDisabled", 409, text, client.delete_distribution, **which)


@case("A distribution is not deleted with a stale ETag", known_from=MODEL, moto=GAP, on_aws=SLOW)
def delete_stale(aws: Account) -> None:
    made = held_by(aws)
    update(aws, made["Id"], Comment="edited")
    delete = aws.client("cloudfront").delete_distribution
    aws.refuses("PreconditionFailed", 412, None, delete, Id=made["Id"], IfMatch=made["ETag"])


@case(
    "A distribution is InProgress after an update", known_from=documented("Distribution$Status"), moto=GAP, on_aws=SLOW
)
def in_progress(aws: Account) -> None:
    made = create(aws)
    deployed(aws, made["Id"])
    assert update(aws, made["Id"], Comment="edited")["Distribution"]["Status"] == "InProgress"
