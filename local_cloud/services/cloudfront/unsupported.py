"""Features that this edge doesn't implement. They are refused by name, as a setting must not silently do nothing."""

from __future__ import annotations

from collections.abc import Iterator

from local_cloud.services.cloudfront.refusals import not_done
from local_cloud.services.cloudfront.store import Config, items

_OF_DISTRIBUTIONS = {
    "WebACLId": "web ACLs",
    "ContinuousDeploymentPolicyId": "continuous deployment",
    "Staging": "staging distributions",
    "AnycastIpListId": "anycast IP lists",
    "TenantConfig": "multi-tenant distributions",
    "ViewerMtlsConfig": "mutual TLS with viewers",
    "ConnectionFunctionAssociation": "connection functions",
    "CacheTagConfig": "cache tags",
}
_OF_BEHAVIORS = {
    "OriginRequestPolicyId": "origin request policies",
    "ResponseHeadersPolicyId": "response headers policies",
    "FieldLevelEncryptionId": "field-level encryption",
    "RealtimeLogConfigArn": "real-time logs",
    "SmoothStreaming": "Smooth Streaming",
}


def refuse_unsupported(config: Config) -> None:
    """Refuse a distribution with features that aren't implemented.

    Settings without effect for a viewer on this machine (price class, HTTP version, IPv6, Origin Shield,
    connection attempts, timeouts) are accepted and stored.

    Raises:
        AwsError: NotImplemented, with the name of the feature.
    """
    for what in _asked_for(config):
        raise not_done(what)


def _asked_for(config: Config) -> Iterator[str]:
    yield from (what for name, what in _OF_DISTRIBUTIONS.items() if config.get(name))
    if config.get("ConnectionMode") == "tenant-only":
        yield "multi-tenant distributions"
    if (config.get("Logging") or {}).get("Enabled"):
        yield "access logs"
    if ((config.get("Restrictions") or {}).get("GeoRestriction") or {}).get("RestrictionType", "none") != "none":
        yield "geographic restrictions"
    for behavior in [config["DefaultCacheBehavior"], *items(config.get("CacheBehaviors"))]:
        yield from _asked_for_by(behavior)
    if any(origin.get("VpcOriginConfig") for origin in items(config["Origins"])):
        yield "VPC origins"
    if any(group.get("SelectionCriteria", "default") != "default" for group in items(config.get("OriginGroups"))):
        yield "origin groups that select by media quality"


def _asked_for_by(behavior: Config) -> Iterator[str]:
    yield from (what for name, what in _OF_BEHAVIORS.items() if behavior.get(name))
    if items(behavior.get("FunctionAssociations")):
        yield "CloudFront Functions"
    if any((behavior.get(name) or {}).get("Enabled") for name in ("TrustedSigners", "TrustedKeyGroups")):
        yield "signed URLs and cookies"
    if (behavior.get("GrpcConfig") or {}).get("Enabled"):
        yield "gRPC"
    if "*" in items((behavior.get("ForwardedValues") or {}).get("Headers")):
        yield "forwarding all headers"
