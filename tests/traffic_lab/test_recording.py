"""A real recording: DNS changes while viewers ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from traffic_lab.recording import Action
from traffic_lab.timeline import record_timeline
from workshop_lib import dns_records
from workshop_lib.errors import NotTheLocalCloud
from workshop_lib.names import S3Origin
from workshop_lib.observe import Page, look_up_region, region_by_replication
from workshop_lib.waiting import wait_until_served_from
from workshop_lib.watches import watch_dns

if TYPE_CHECKING:
    from workshop_lib.cloud import Cloud
    from workshop_lib.names import WorkshopNames

IRELAND, SINGAPORE = "eu-west-1", "ap-southeast-1"


def test_a_viewer_sees_the_traffic_move_when_dns_changes(
    connected: Cloud, deployed: dict[str, str], zone_id: str, names: WorkshopNames
) -> None:
    url = connected.page_url(deployed["domain_name"], "/region.json")
    record = {"zone_id": zone_id, "record_name": names.record_name}

    def move() -> None:
        dns_records.put_txt_record(
            connected.route53, origin=names.destination_origin, ttl=0, replaces=[names.source_origin], **record
        )

    wait_until_served_from(url, region=IRELAND, timeout=10)

    timeline = record_timeline(
        url,
        seconds=2.4,
        actions=[Action(0.4, "DNS moves", move)],
        watch={"DNS": watch_dns(connected, record_name=names.record_name)},
        show_progress=False,
    )

    moved = timeline.moved_at(SINGAPORE, share=1.0, since=timeline.time_of("DNS moves"), window=0.5)
    assert moved is not None
    assert 0 <= moved < 1.5
    assert len(timeline.samples) == 48
    assert not timeline.failed
    assert {sample.x_cache for sample in timeline.samples} == {"Miss from cloudfront"}
    assert {mark.label for mark in timeline.marks} == {"DNS moves", f"DNS: {SINGAPORE}"}
    assert timeline.time_of("DNS") >= timeline.beginning_of("DNS moves")  # it may be seen before the call returns


def test_a_distribution_that_nobody_serves_is_recorded_as_silence(connected: Cloud) -> None:
    timeline = record_timeline("http://127.0.0.1:9/region.json", seconds=0.2, show_progress=False)

    assert {sample.status for sample in timeline.samples} == {0}


def test_a_recording_stays_on_this_machine(connected: Cloud) -> None:
    with pytest.raises(NotTheLocalCloud):
        record_timeline("https://d1.cloudfront.net/", seconds=0.2, show_progress=False)


def test_the_region_that_dns_names_is_none_without_a_record_or_with_a_text_of_another_kind(
    connected: Cloud, zone_id: str, names: WorkshopNames
) -> None:
    assert look_up_region(connected, record_name=names.record_name) is None

    dns_records.put_txt_record(
        connected.route53, zone_id=zone_id, record_name=names.record_name, origin=names.source_origin, ttl=0
    )

    assert look_up_region(connected, record_name=names.record_name) == IRELAND

    greeting = {"Name": names.record_name, "Type": "TXT", "TTL": 0, "ResourceRecords": [{"Value": '"hello"'}]}
    connected.route53.change_resource_record_sets(
        HostedZoneId=zone_id,
        ChangeBatch={"Changes": [{"Action": "UPSERT", "ResourceRecordSet": greeting}]},  # type: ignore[typeddict-item]
    )

    assert look_up_region(connected, record_name=names.record_name) is None


@pytest.mark.parametrize(
    ("status", "region"),
    [("COMPLETED", IRELAND), ("PENDING", IRELAND), ("FAILED", IRELAND), ("REPLICA", SINGAPORE), (None, None)],
)
def test_the_replication_status_tells_which_bucket_a_page_came_from(status: str | None, region: str | None) -> None:
    headers = {"x-amz-replication-status": status} if status else {}
    tell = region_by_replication(S3Origin("source", IRELAND), S3Origin("destination", SINGAPORE))

    assert tell(Page("http://127.0.0.1/", 200, headers, "<h1>Hello")) == region
