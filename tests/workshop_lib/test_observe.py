"""What a viewer sees of a deployed distribution, and what the checks make of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from workshop_lib import checks, distribution, dns_records
from workshop_lib.errors import CheckFailed
from workshop_lib.observe import count_regions, fetch_page
from workshop_lib.waiting import wait_until_invalidated, wait_until_page_is_served, wait_until_served_from

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from workshop_lib.cloud import Cloud
    from workshop_lib.names import WorkshopNames


def test_a_viewer_gets_the_page_and_then_gets_it_from_the_cache(
    connected: Cloud, deployed: dict[str, str], ireland: S3Client, names: WorkshopNames
) -> None:
    ireland.put_object(
        Bucket=names.source_bucket,
        Key="index.html",
        Body=b"<h1>Hello",
        ContentType="text/html",
        CacheControl="max-age=60",
    )
    domain_name = deployed["domain_name"]

    page = wait_until_page_is_served(connected.page_url(domain_name), timeout=10)

    assert (page.status, page.text, page.age) == (200, "<h1>Hello", 0)
    assert page.x_cache == "Miss from cloudfront"
    assert page.region is None
    assert checks.page_served(connected, domain_name=domain_name)
    assert checks.served_from_cache(connected, domain_name=domain_name)

    invalidation_id = distribution.create_invalidation(connected.cloudfront, distribution_id=deployed["id"])
    wait_until_invalidated(
        connected.cloudfront, distribution_id=deployed["id"], invalidation_id=invalidation_id, timeout=10
    )

    assert fetch_page(connected.page_url(domain_name)).x_cache == "Miss from cloudfront"


def test_each_city_sees_the_site_from_a_cache_of_its_own(
    connected: Cloud, deployed: dict[str, str], ireland: S3Client, names: WorkshopNames
) -> None:
    ireland.put_object(Bucket=names.source_bucket, Key="index.html", Body=b"<h1>Hello", CacheControl="max-age=60")
    domain_name = deployed["domain_name"]
    wait_until_page_is_served(connected.page_url(domain_name), timeout=10)

    seen = {city: fetch_page(connected.page_url(domain_name, seen_from=city)) for city in connected.edge_locations}

    assert {page.text for page in seen.values()} == {"<h1>Hello"}
    assert [(city, page.headers["x-amz-cf-pop"], page.x_cache) for city, page in seen.items()] == [
        ("Dublin", "DUB56-P1", "Hit from cloudfront"),
        ("Manchester", "MAN51-P1", "Hit from cloudfront"),
        ("Singapore", "SIN52-P1", "Miss from cloudfront"),
    ]


def test_the_traffic_follows_the_records(
    connected: Cloud, deployed: dict[str, str], zone_id: str, names: WorkshopNames
) -> None:
    domain_name, record = deployed["domain_name"], {"zone_id": zone_id, "record_name": names.record_name}
    wait_until_page_is_served(connected.page_url(domain_name, "/region.json"), timeout=10)
    assert checks.page_served_from(connected, domain_name=domain_name, region="eu-west-1")
    with pytest.raises(CheckFailed, match="reads from eu-west-1, not from ap-southeast-1"):
        checks.page_served_from(connected, domain_name=domain_name, region="ap-southeast-1")

    weights = {names.source_origin: 128, names.destination_origin: 128}
    dns_records.put_weighted_records(connected.route53, weights=weights, ttl=0, **record)
    counted = count_regions(connected, domain_name=domain_name, requests=60)

    assert checks.shares_as_expected(counted, weights=weights)

    dns_records.put_txt_record(
        connected.route53, origin=names.destination_origin, ttl=0, replaces=[names.source_origin], **record
    )
    page = wait_until_served_from(connected.page_url(domain_name, "/region.json"), region="ap-southeast-1", timeout=10)

    assert page.region == "ap-southeast-1"
    assert checks.etag_unchanged(connected.cloudfront, distribution_id=deployed["id"], etag=deployed["etag"])


def test_a_missing_page_is_a_404_and_the_check_says_where_to_look(connected: Cloud, deployed: dict[str, str]) -> None:
    domain_name = deployed["domain_name"]

    with pytest.raises(CheckFailed, match=r"(?s)/nothing answers 404.*wait_for_log.*put_bucket_policy"):
        checks.page_served(connected, domain_name=domain_name, path="/nothing")
    with pytest.raises(CheckFailed, match="does not come from the cache"):
        checks.served_from_cache(connected, domain_name=domain_name, path="/region.json")


def test_an_answer_that_is_no_marker_is_counted_as_an_error(connected: Cloud, deployed: dict[str, str]) -> None:
    counted = count_regions(connected, domain_name=deployed["domain_name"], requests=3, path="/nothing")

    assert counted == {"error 404": 3}
