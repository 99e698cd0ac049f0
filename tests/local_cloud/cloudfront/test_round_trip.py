"""What CloudFront is given survives get → edit → update, whatever it is; drawn from the rules of the API."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.kits.cloudfront import make_kit, minimal_behavior, minimal_config, minimal_origin

OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
METHODS = (["GET", "HEAD"], ["GET", "HEAD", "OPTIONS"])
WORDS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=8)
FLAGS = st.booleans()


def counted(values: list[Any]) -> dict[str, Any]:
    return {"Quantity": len(values), "Items": values} if values else {"Quantity": 0}


def some_of(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Any of the members, none required."""
    return st.fixed_dictionaries({}, optional=members)


HEADERS = st.lists(WORDS, unique=True, max_size=3).map(
    lambda names: counted([{"HeaderName": f"X-{name}", "HeaderValue": name} for name in names])
)
S3 = some_of(
    OriginPath=WORDS.map("/{}".format),
    CustomHeaders=HEADERS,
    ConnectionAttempts=st.integers(1, 3),
    ConnectionTimeout=st.integers(1, 10),
    ResponseCompletionTimeout=st.integers(30, 300),
    OriginShield=st.just({"Enabled": True, "OriginShieldRegion": "eu-west-1"}),
).map(lambda changes: minimal_origin(**changes))
CUSTOM = some_of(OriginReadTimeout=st.integers(1, 120), OriginKeepaliveTimeout=st.integers(1, 120)).map(
    lambda changes: {
        "Id": "custom",
        "DomainName": "www.two-regions.test",
        "CustomOriginConfig": {
            "HTTPPort": 80,
            "HTTPSPort": 443,
            "OriginProtocolPolicy": "match-viewer",
            "OriginSslProtocols": counted(["TLSv1.1", "TLSv1.2"]),
            **changes,
        },
    }
)
FORWARDED = st.fixed_dictionaries(
    {"QueryString": st.just(True), "Cookies": st.just({"Forward": "whitelist", "WhitelistedNames": counted(["a"])})},
    optional={"Headers": st.just(counted(["Origin"])), "QueryStringCacheKeys": st.just(counted(["page"]))},
)
CACHED = st.one_of(
    st.just({"CachePolicyId": OPTIMIZED}),
    st.fixed_dictionaries({"ForwardedValues": FORWARDED}, optional={"MinTTL": st.integers(0, 60)}),
)
BEHAVIOR = st.tuples(
    CACHED,
    some_of(
        Compress=FLAGS,
        ViewerProtocolPolicy=st.sampled_from(["allow-all", "https-only", "redirect-to-https"]),
        AllowedMethods=st.sampled_from(METHODS).map(lambda m: {**counted(m), "CachedMethods": counted(m)}),
        GrpcConfig=st.just({"Enabled": False}),
    ),
).map(lambda parts: {k: v for k, v in minimal_behavior(CachePolicyId="", **parts[1]).items() if v} | parts[0])
CONFIG = some_of(
    DefaultRootObject=WORDS,
    PriceClass=st.sampled_from(["PriceClass_100", "PriceClass_200", "PriceClass_All"]),
    HttpVersion=st.sampled_from(["http1.1", "http2", "http3", "http2and3"]),
    IsIPV6Enabled=FLAGS,
    Comment=WORDS,
    Enabled=FLAGS,
    DefaultCacheBehavior=BEHAVIOR,
    CacheBehaviors=st.lists(st.tuples(WORDS, BEHAVIOR), unique_by=lambda pair: pair[0], max_size=2).map(
        lambda pairs: counted([{"PathPattern": f"{path}/*", **one} for path, one in pairs])
    ),
    CustomErrorResponses=st.just(
        counted([{"ErrorCode": 404, "ResponsePagePath": "/404.html", "ResponseCode": "200", "ErrorCachingMinTTL": 0}])
    ),
    Origins=st.tuples(S3, CUSTOM).map(lambda pair: counted(list(pair))),
)


def holds(read: Any, written: Any) -> bool:
    """Whether everything that was written is in what was read, which may have more members."""
    if isinstance(written, dict):
        return all(name in read and holds(read[name], value) for name, value in written.items())
    if isinstance(written, list):
        return len(read) == len(written) and all(map(holds, read, written))
    return bool(read == written)


@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(CONFIG)
def test_all_that_was_written_is_read_and_is_taken_back_unchanged(changes: dict[str, Any]) -> None:
    client, given_config = make_kit().client, minimal_config(**changes)

    made = client.create_distribution(DistributionConfig=given_config)["Distribution"]["Id"]
    first = client.get_distribution_config(Id=made)
    client.update_distribution(Id=made, IfMatch=first["ETag"], DistributionConfig=first["DistributionConfig"])

    assert holds(first["DistributionConfig"], given_config)
    assert client.get_distribution_config(Id=made)["DistributionConfig"] == first["DistributionConfig"]
