"""Checks that an update is complete. UpdateDistribution replaces everything, so nothing has a default.

CFDG/distribution-overview-required-fields lists the members. The codes and messages in `_SENTENCES` were reported by
users of AWS who left members out. The others are not AWS's.
"""

from __future__ import annotations

from collections.abc import Iterator

from local_cloud.services.cloudfront.refusals import refusal
from local_cloud.services.cloudfront.store import Config, items

_OF_DISTRIBUTIONS = (
    *("Aliases", "WebACLId", "DefaultRootObject", "CacheBehaviors", "CustomErrorResponses", "Logging", "PriceClass"),
    *("ViewerCertificate", "Restrictions", "HttpVersion"),
)
_OF_BEHAVIORS = ("SmoothStreaming", "Compress", "LambdaFunctionAssociations", "FieldLevelEncryptionId")
_OF_ORIGINS = ("CustomHeaders", "OriginPath")
_OF_CUSTOM_ORIGINS = ("OriginSslProtocols", "OriginReadTimeout", "OriginKeepaliveTimeout")
_ILLEGAL, _INVALID = "IllegalUpdate", "InvalidArgument"

_SENTENCES = {
    "Aliases": (_ILLEGAL, "Aliases are missing for the resource"),
    "WebACLId": (_ILLEGAL, ""),
    "CustomErrorResponses": (
        _ILLEGAL,
        "The specified list of custom error responses does not exist or is not valid.",
    ),
    "CustomHeaders": (_ILLEGAL, "The 'OriginCustomHeaders' field is missing"),
    "OriginReadTimeout": (_ILLEGAL, "OriginReadTimeout is required for updates."),
    "OriginKeepaliveTimeout": (_ILLEGAL, "OriginKeepaliveTimeout is required for updates."),
    "SmoothStreaming": (_INVALID, "The parameter SmoothStreaming flag is missing"),
    "FieldLevelEncryptionId": (_INVALID, "The parameter Field level encryption id is required."),
}


def check_whole(config: Config) -> None:
    """Refuse an incomplete update.

    Raises:
        AwsError: IllegalUpdate or InvalidArgument, for the first missing member.
    """
    for name in _lacking(config):
        raise refusal(*_SENTENCES.get(name, (_INVALID, f"The parameter {name} is required.")))


def _lacking(config: Config) -> Iterator[str]:
    yield from _missing(config, _OF_DISTRIBUTIONS)
    for origin in items(config["Origins"]):
        yield from _missing(origin, _OF_ORIGINS)
        if custom := origin.get("CustomOriginConfig"):
            yield from _missing(custom, _OF_CUSTOM_ORIGINS)
    for behavior in [config["DefaultCacheBehavior"], *items(config["CacheBehaviors"])]:
        yield from _missing(behavior, ("AllowedMethods", *_OF_BEHAVIORS))
        yield from _missing(behavior["AllowedMethods"], ("CachedMethods",))


def _missing(config: Config, names: tuple[str, ...]) -> Iterator[str]:
    return (name for name in names if config.get(name) is None)
