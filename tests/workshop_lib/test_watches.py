"""What a recording looks at meanwhile takes nothing from the calls of the notebook."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from tests.kits.fake_aws import ERROR, FakeAws, running_fake_aws
from workshop_lib import dns_records, health_checks
from workshop_lib.cloud import Cloud, connect
from workshop_lib.watches import watch_dns, watch_health

if TYPE_CHECKING:
    from workshop_lib.names import WorkshopNames

CALLS_OF_A_LOOK_AT_HEALTH = 2


@pytest.fixture
def aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAws]:
    """AWS, and a machine with credentials."""
    with running_fake_aws(tmp_path) as aws:
        keys = "aws_access_key_id = AKIAFIRST\naws_secret_access_key = secret\n"
        (tmp_path / "credentials").write_text(f"[default]\n{keys}", encoding="utf-8")
        for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"):
            monkeypatch.delenv(name, raising=False)
        for name, value in aws.environment.items():
            monkeypatch.setenv(name, value)
        yield aws


def test_a_throttled_look_at_health_is_not_tried_again(aws: FakeAws) -> None:
    aws.answer = lambda asked: (400, ERROR.format("Throttling", "Rate exceeded"))
    watch = watch_health(connect(environ=aws.environment), health_check_id="any")

    with pytest.raises(ClientError, match="Throttling"):
        watch.look()
    assert len(aws.asked) == 1


def test_a_watch_shares_no_client_with_the_notebook(aws: FakeAws) -> None:
    cloud = connect(environ=aws.environment)

    assert cloud.client("route53", patient=False) is not cloud.route53


def test_on_aws_the_watches_take_less_than_one_call_a_second_together(aws: FakeAws) -> None:
    cloud = connect(environ=aws.environment)
    health, dns = watch_health(cloud, health_check_id="any"), watch_dns(cloud, record_name="any")

    assert CALLS_OF_A_LOOK_AT_HEALTH / health.every + 1 / dns.every < 1


def test_where_port_53_is_closed_a_throttled_look_at_dns_is_not_tried_again(aws: FakeAws) -> None:
    aws.answer = lambda asked: (400, ERROR.format("Throttling", "Rate exceeded"))
    servers = ["127.0.0.1", "127.0.0.2"]  # nothing listens at their port 53
    watch = watch_dns(connect(environ=aws.environment), record_name="origin.test", name_servers=servers)

    with pytest.warns(UserWarning, match="53"), pytest.raises(ClientError, match="Throttling"):
        watch.look()
    assert len(aws.asked) == 1


def test_the_local_cloud_is_looked_at_many_times_a_second(connected: Cloud, zone_id: str, names: WorkshopNames) -> None:
    check_id = health_checks.create_health_check(connected.route53, name="ada", region=names.source_region)
    dns_records.put_txt_record(
        connected.route53, zone_id=zone_id, record_name=names.record_name, origin=names.source_origin, ttl=0
    )

    health = watch_health(connected, health_check_id=check_id)
    dns = watch_dns(connected, record_name=names.record_name)

    assert (health.look(), dns.look()) == (True, names.source_region)
    assert health.every == dns.every <= 0.1
