"""What a viewer sees at the edge while a fault is in force."""

from __future__ import annotations

import pytest

from local_cloud.cloud import LocalCloud
from local_cloud.faults import (
    FUNCTION_THROTTLED,
    S3_REFUSES,
    S3_UNAVAILABLE,
)
from tests.faults.kit import IRELAND, SINGAPORE, Client
from tests.kits.cloudfront import minimal_behavior, minimal_config, minimal_origin
from tests.kits.site import get, make_site

CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"


def put_site(cloud: LocalCloud, client: Client, *, fails_over_at: tuple[int, ...] = ()) -> str:
    """A distribution that keeps nothing, of `site` and, if statuses are given, `twin` after it; its domain name."""
    primary = minimal_origin(Id="site", DomainName=f"site.s3.{IRELAND}.amazonaws.com")
    second = minimal_origin(Id="twin", DomainName=f"twin.s3.{SINGAPORE}.amazonaws.com")
    members = {"Quantity": 2, "Items": [{"OriginId": "site"}, {"OriginId": "twin"}]}
    codes = {"StatusCodes": {"Quantity": len(fails_over_at), "Items": list(fails_over_at)}}
    group = {"Id": "both", "FailoverCriteria": codes, "Members": members}
    config = minimal_config(
        Origins={"Quantity": 2, "Items": [primary, second]},
        OriginGroups={"Quantity": 1, "Items": [group]} if fails_over_at else {"Quantity": 0},
        DefaultCacheBehavior=minimal_behavior(
            TargetOriginId="both" if fails_over_at else "site", CachePolicyId=CACHING_DISABLED
        ),
    )
    made = client("cloudfront", "us-east-1").create_distribution(DistributionConfig=config)
    cloud.settle()
    return str(made["Distribution"]["DomainName"])


@pytest.mark.usefixtures("ireland", "hurried")
def test_a_viewer_sees_s3_s_503_and_afterwards_the_page(cloud: LocalCloud, client: Client) -> None:
    site = put_site(cloud, client)
    cloud.faults.cause(S3_UNAVAILABLE, region=IRELAND)

    status, x_cache, text = get(cloud, site, "/index.html")

    assert (status, x_cache) == (503, "Error from cloudfront")
    assert "ServiceUnavailable" in text
    cloud.faults.end()
    assert get(cloud, site, "/index.html") == (200, "Miss from cloudfront", IRELAND)


@pytest.mark.usefixtures("ireland", "hurried")
def test_a_viewer_sees_502_where_the_origin_refuses_connections(cloud: LocalCloud, client: Client) -> None:
    site = put_site(cloud, client)
    cloud.faults.cause(S3_REFUSES, region=IRELAND)

    status, x_cache, text = get(cloud, site, "/index.html")

    assert (status, x_cache) == (502, "Error from cloudfront")
    assert "either the attempt failed or the origin closed the connection" in text


@pytest.mark.usefixtures("ireland", "singapore", "hurried")
@pytest.mark.parametrize(
    ("kind", "codes", "expected"),
    [
        (S3_UNAVAILABLE, (503,), (200, SINGAPORE)),
        (S3_REFUSES, (503,), (200, SINGAPORE)),
        (S3_REFUSES, (500, 502, 504), (502, None)),
    ],
)
def test_an_origin_group_fails_over_at_503_and_then_also_where_connections_are_refused(
    cloud: LocalCloud, client: Client, kind: str, codes: tuple[int, ...], expected: tuple[int, str | None]
) -> None:
    site = put_site(cloud, client, fails_over_at=codes)
    cloud.faults.cause(kind, region=IRELAND)

    status, _, text = get(cloud, site, "/index.html")

    assert (status, text if status == 200 else None) == expected


def test_a_function_that_is_throttled_is_503_and_x_cache_says_so(hurried: LocalCloud, client: Client) -> None:
    site = make_site(hurried, client)
    hurried.faults.cause(FUNCTION_THROTTLED)

    assert get(hurried, site, "/")[:2] == (503, "LambdaLimitExceeded from cloudfront")
    hurried.faults.end()
    assert get(hurried, site, "/not-kept-yet")[:2] == (403, "Error from cloudfront")
