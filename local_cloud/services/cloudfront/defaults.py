"""The defaults that CloudFront fills in, as `GetDistributionConfig` returns them."""

from __future__ import annotations

import copy

from local_cloud.services.cloudfront.store import Config, counted, items

_NONE: Config = {"Quantity": 0}
_METHODS = ["HEAD", "GET"]


def complete(config: Config) -> Config:
    """A copy of a distribution's configuration with every default that AWS returns."""
    full: Config = {
        "Aliases": _NONE,
        "DefaultRootObject": "",
        "OriginGroups": _NONE,
        "CacheBehaviors": _NONE,
        "CustomErrorResponses": _NONE,
        "Comment": "",
        "Logging": {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""},
        "PriceClass": "PriceClass_All",
        "ViewerCertificate": _certificate({}),
        "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}},
        "WebACLId": "",
        "HttpVersion": "http2",
        "IsIPV6Enabled": True,
        "ContinuousDeploymentPolicyId": "",
        "Staging": False,
        **{name: value for name, value in copy.deepcopy(config).items() if value is not None},
    }
    full["Origins"] = counted(_origin(origin) for origin in items(full["Origins"]))
    full["DefaultCacheBehavior"] = _behavior(full["DefaultCacheBehavior"])
    full["CacheBehaviors"] = counted(_behavior(behavior) for behavior in items(full["CacheBehaviors"]))
    full["CustomErrorResponses"] = counted(_error_response(error) for error in items(full["CustomErrorResponses"]))
    full["ViewerCertificate"] = _certificate(full["ViewerCertificate"])
    for name in ("Aliases", "OriginGroups"):
        full[name] = counted(items(full[name]))
    return copy.deepcopy(full)


def _origin(origin: Config) -> Config:
    full: Config = {
        "OriginPath": "",
        "ConnectionAttempts": 3,
        "ConnectionTimeout": 10,
        "OriginShield": {"Enabled": False},
        "OriginAccessControlId": "",
        **origin,
    }
    full["CustomHeaders"] = counted(items(origin.get("CustomHeaders")))
    if "S3OriginConfig" in full:
        # A read timeout for S3 origins came in 2025; 30 seconds is its documented default.
        full["S3OriginConfig"] = {"OriginAccessIdentity": "", "OriginReadTimeout": 30, **full["S3OriginConfig"]}
    if "CustomOriginConfig" in full:
        full["CustomOriginConfig"] = {
            "OriginSslProtocols": counted(["TLSv1.2"]),
            "OriginReadTimeout": 30,
            "OriginKeepaliveTimeout": 5,
            **full["CustomOriginConfig"],
        }
    return full


def _behavior(behavior: Config) -> Config:
    full: Config = {
        "TrustedSigners": {"Enabled": False, "Quantity": 0},
        "TrustedKeyGroups": {"Enabled": False, "Quantity": 0},
        "SmoothStreaming": False,
        "Compress": False,
        "FunctionAssociations": _NONE,
        "FieldLevelEncryptionId": "",
        "GrpcConfig": {"Enabled": False},
        **behavior,
    }
    methods = behavior.get("AllowedMethods") or counted(_METHODS)
    full["AllowedMethods"] = {**methods, "CachedMethods": methods.get("CachedMethods") or counted(_METHODS)}
    associations = items(behavior.get("LambdaFunctionAssociations"))
    full["LambdaFunctionAssociations"] = counted({"IncludeBody": False, **one} for one in associations)
    if "ForwardedValues" in full:
        full |= {"MinTTL": 0, "DefaultTTL": 86400, "MaxTTL": 31536000} | {
            name: full[name] for name in ("MinTTL", "DefaultTTL", "MaxTTL") if full.get(name) is not None
        }
        forwarded = {"Headers": _NONE, "QueryStringCacheKeys": _NONE, **full["ForwardedValues"]}
        full["ForwardedValues"] = forwarded
    return full


def _error_response(error: Config) -> Config:
    return {"ResponsePagePath": "", "ResponseCode": "", "ErrorCachingMinTTL": 10, **error}


def _certificate(certificate: Config) -> Config:
    own = certificate.get("ACMCertificateArn") or certificate.get("IAMCertificateId")
    if not own:
        return {
            "CloudFrontDefaultCertificate": True,
            "SSLSupportMethod": "vip",
            "MinimumProtocolVersion": "TLSv1",
            "CertificateSource": "cloudfront",
        }
    source = "acm" if certificate.get("ACMCertificateArn") else "iam"
    return {
        "CloudFrontDefaultCertificate": False,
        "SSLSupportMethod": "sni-only",
        "MinimumProtocolVersion": "TLSv1",
        "Certificate": own,
        "CertificateSource": source,
        **certificate,
    }
