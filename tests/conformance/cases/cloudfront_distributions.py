"""CloudFront: what is refused in a distribution's configuration, apart from its origins."""

from __future__ import annotations

from tests.conformance.case import GAP, SAME, Account, captured, case, documented
from tests.conformance.cloudfront_made import (
    SLOW,
    behavior,
    counted,
    create,
    legacy,
    origin,
    refuses,
)

SERVICE = "cloudfront"
MODEL = documented("botocore cloudfront: errors of CreateDistribution and UpdateDistribution")
QUOTED = captured("public source code of deployments that met these refusals quotes them")


@case(
    "CreateDistribution rejects a Quantity that isn't the number of Items (InconsistentQuantities)",
    known_from=MODEL,
    moto=GAP,
)
def counts_differ(aws: Account) -> None:
    refuses(aws, "InconsistentQuantities", 400, Origins={"Quantity": 2, "Items": [origin()]})


@case(
    "CreateDistribution also checks Quantity inside an origin's CustomHeaders (InconsistentQuantities)",
    known_from=MODEL,
    moto=GAP,
)
def deep_counts_differ(aws: Account) -> None:
    headers = {"Quantity": 3, "Items": [{"HeaderName": "X-One", "HeaderValue": "1"}]}
    refuses(aws, "InconsistentQuantities", 400, Origins=counted(origin(CustomHeaders=headers)))


@case("CreateDistribution rejects a comment of more than 128 characters (InvalidArgument)", known_from=QUOTED, moto=GAP)
def long_comment(aws: Account) -> None:
    refuses(aws, "InvalidArgument", 400, "The parameter Comment is too big", Comment="c" * 129)


@case(
    "A cache behavior can't have both a cache policy and ForwardedValues (InvalidArgument)",
    known_from=captured("terraform-aws-modules/terraform-aws-cloudfront#71"),
    moto=GAP,
)
def policy_and_forwarded_values(aws: Account) -> None:
    text = "The parameter ForwardedValues cannot be used when a cache policy is associated to the cache behavior."
    forwarded = {"QueryString": False, "Cookies": {"Forward": "none"}}
    refuses(aws, "InvalidArgument", 400, text, DefaultCacheBehavior=behavior(ForwardedValues=forwarded))


@case("A cache behavior needs a cache policy or ForwardedValues (InvalidArgument)", known_from=MODEL, moto=GAP)
def neither_policy_nor_forwarded_values(aws: Account) -> None:
    refuses(aws, "InvalidArgument", 400, DefaultCacheBehavior=behavior(CachePolicyId=None))


@case(
    "CreateDistribution rejects a cache policy that doesn't exist (NoSuchCachePolicy, 404)", known_from=MODEL, moto=GAP
)
def unknown_policy(aws: Account) -> None:
    unknown = "00000000-0000-4000-8000-000000000000"
    refuses(aws, "NoSuchCachePolicy", 404, DefaultCacheBehavior=behavior(CachePolicyId=unknown))


@case(
    "A cache behavior's MinTTL must not exceed its DefaultTTL (InvalidTTLOrder)",
    known_from=captured("hashicorp/terraform-provider-aws#17878"),
    moto=GAP,
)
def ttl_order(aws: Account) -> None:
    text = "MinTTL, MaxTTL and DefaultTTL should follow order MinTTL less than or equal to DefaultTTL"
    refuses(aws, "InvalidTTLOrder", 400, text, DefaultCacheBehavior=legacy(MinTTL=10, DefaultTTL=5, MaxTTL=60))


@case(
    "ForwardedValues with the cookie setting whitelist needs WhitelistedNames (InvalidForwardCookies)",
    known_from=MODEL,
    moto=GAP,
)
def cookies_without_names(aws: Account) -> None:
    forwarded = {"QueryString": False, "Cookies": {"Forward": "whitelist"}}
    refuses(aws, "InvalidForwardCookies", 400, DefaultCacheBehavior=legacy() | {"ForwardedValues": forwarded})


@case(
    "A cache behavior can't forward the Host header to an S3 origin (InvalidHeadersForS3Origin)",
    known_from=documented("RequestAndResponseBehaviorCustomOrigin, Host; botocore InvalidHeadersForS3Origin"),
    moto=GAP,
)
def host_of_the_viewer(aws: Account) -> None:
    with_host = legacy()
    with_host["ForwardedValues"]["Headers"] = counted("Host")
    refuses(aws, "InvalidHeadersForS3Origin", 400, DefaultCacheBehavior=with_host)


@case(
    "CreateDistribution rejects an alias without a certificate (InvalidViewerCertificate)",
    known_from=documented("CNAMEs: alternate-domain-names-requirements"),
    moto=GAP,
)
def alias_without_certificate(aws: Account) -> None:
    refuses(aws, "InvalidViewerCertificate", 400, Aliases=counted("www.two-regions.test"))


@case(
    "A ViewerCertificate can't have both ACMCertificateArn and CloudFrontDefaultCertificate (InvalidViewerCertificate)",
    known_from=QUOTED,
    moto=GAP,
)
def two_certificates(aws: Account) -> None:
    arn = f"arn:aws:acm:us-east-1:{aws.account_id}:certificate/00000000-0000-4000-8000-000000000000"
    both = {"ACMCertificateArn": arn, "CloudFrontDefaultCertificate": True, "SSLSupportMethod": "sni-only"}
    text = "You cannot specify more than one of ACMCertificateArn, IAMCertificateId, or CloudFrontDefaultCertificate."
    refuses(aws, "InvalidViewerCertificate", 400, text, ViewerCertificate=both)


@case(
    "CreateDistribution rejects an ACM certificate outside us-east-1 (InvalidViewerCertificate)",
    known_from=documented("cnames-and-https-requirements"),
    moto=GAP,
)
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


@case(
    "CreateDistribution rejects a DefaultRootObject that begins with a slash (InvalidDefaultRootObject)",
    known_from=documented("DistributionConfig"),
    moto=GAP,
)
def default_root_object(aws: Account) -> None:
    refuses(aws, "InvalidDefaultRootObject", 400, DefaultRootObject="/index.html")


@case(
    "A custom error response rejects an ErrorCode outside CloudFront's list, such as 418 (InvalidErrorCode)",
    known_from=MODEL,
    moto=GAP,
)
def error_code(aws: Account) -> None:
    refuses(aws, "InvalidErrorCode", 400, CustomErrorResponses=counted({"ErrorCode": 418}))


@case(
    "A custom error response rejects a ResponseCode outside CloudFront's list, such as 299 (InvalidResponseCode)",
    known_from=MODEL,
    moto=GAP,
)
def response_code(aws: Account) -> None:
    error = {"ErrorCode": 404, "ResponsePagePath": "/404.html", "ResponseCode": "299"}
    refuses(aws, "InvalidResponseCode", 400, CustomErrorResponses=counted(error))


@case(
    "CreateDistribution rejects a path pattern with a space (InvalidArgument)",
    known_from=captured("anomalyco/sst#5136"),
    moto=GAP,
)
def pattern_with_a_space(aws: Account) -> None:
    text = "The parameter globPattern can only contain these characters"
    patterns = counted(behavior(PathPattern="/plus icon.svg"))
    refuses(aws, "InvalidArgument", 400, text, CacheBehaviors=patterns)


@case(
    "CreateDistribution rejects GET and POST as AllowedMethods, which must be one of three sets (InvalidArgument)",
    known_from=documented("AllowedMethods"),
    moto=GAP,
)
def methods(aws: Account) -> None:
    refuses(aws, "InvalidArgument", 400, DefaultCacheBehavior=behavior(AllowedMethods=counted("GET", "POST")))


@case(
    "CreateDistribution rejects a used CallerReference (DistributionAlreadyExists, 409)",
    known_from=documented("DistributionConfig"),
    moto=SAME,
    on_aws=SLOW,
)
def caller_reference(aws: Account) -> None:
    made = create(aws)["DistributionConfig"]
    refuses(aws, "DistributionAlreadyExists", 409, CallerReference=made["CallerReference"])
