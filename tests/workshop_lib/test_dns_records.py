"""Steps about DNS records against the local cloud."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from workshop_lib import checks, dns_records, observe
from workshop_lib.errors import CheckFailed, CloudNotReachable, InvalidName, InvalidNumber, StepOutOfOrder
from workshop_lib.names import S3Origin
from workshop_lib.observe import look_up_txt
from workshop_lib.waiting import wait_until_in_sync

if TYPE_CHECKING:
    from mypy_boto3_route53 import Route53Client

    from workshop_lib.cloud import Cloud
    from workshop_lib.names import WorkshopNames


@pytest.fixture
def route53(connected: Cloud) -> Route53Client:
    """Route 53."""
    return connected.route53


@pytest.fixture
def record(zone_id: str, names: WorkshopNames) -> dict[str, str]:
    """Where the record sets go."""
    return {"zone_id": zone_id, "record_name": names.record_name}


class TestZones:
    def test_creating_a_zone_again_returns_the_same_one(self, route53: Route53Client) -> None:
        first = dns_records.create_hosted_zone(route53, zone_name="ada.two-regions.test", learner="ada")

        assert dns_records.create_hosted_zone(route53, zone_name="ada.two-regions.test", learner="ada") == first

    def test_a_zone_with_a_longer_name_is_another_zone(self, route53: Route53Client) -> None:
        first = dns_records.create_hosted_zone(route53, zone_name="b.ada.two-regions.test", learner="ada")

        assert dns_records.create_hosted_zone(route53, zone_name="ada.two-regions.test", learner="ada") != first

    def test_a_zone_is_found_by_its_name(self, route53: Route53Client) -> None:
        made = dns_records.create_hosted_zone(route53, zone_name="ada.two-regions.test", learner="ada")

        assert dns_records.find_hosted_zone(route53, zone_name="ada.two-regions.test") == made
        with pytest.raises(StepOutOfOrder, match="step 2 of notebook 03"):
            dns_records.find_hosted_zone(route53, zone_name="bob.two-regions.test")

    def test_a_zone_has_four_name_servers(self, route53: Route53Client, zone_id: str) -> None:
        assert len(dns_records.get_name_servers(route53, zone_id=zone_id)) == 4

    def test_a_reserved_name_is_explained(self, route53: Route53Client) -> None:
        with pytest.raises(InvalidName, match=r"refuses the zone name 'lab\.example\.com'"):
            dns_records.create_hosted_zone(route53, zone_name="lab.example.com", learner="ada")

    def test_without_a_zone_the_missing_step_is_named(self, route53: Route53Client) -> None:
        with pytest.raises(StepOutOfOrder, match="create_hosted_zone"):
            dns_records.get_name_servers(route53, zone_id="ZDOESNOTEXIST")


class TestTxt:
    def test_dns_answers_with_the_origin_and_the_ttl(
        self, connected: Cloud, record: dict[str, str], names: WorkshopNames
    ) -> None:
        change = dns_records.put_txt_record(connected.route53, origin=names.source_origin, ttl=5, **record)

        assert wait_until_in_sync(connected.route53, change_id=change) == "INSYNC"
        assert look_up_txt(connected, record_name=names.record_name) == [(names.source_origin.domain_name, 5)]
        assert checks.txt_record_answers(connected, record_name=names.record_name, origin=names.source_origin)

    def test_the_check_notices_another_origin(
        self, connected: Cloud, record: dict[str, str], names: WorkshopNames
    ) -> None:
        dns_records.put_txt_record(connected.route53, origin=names.destination_origin, **record)

        with pytest.raises(CheckFailed, match=r"ap-southeast-1.*not .*eu-west-1.*\n.*put_txt_record"):
            checks.txt_record_answers(connected, record_name=names.record_name, origin=names.source_origin)

    def test_a_name_without_records_has_no_answers(self, connected: Cloud, zone_id: str, names: WorkshopNames) -> None:
        assert look_up_txt(connected, record_name=names.record_name) == []

    def test_an_unknown_zone_is_nobodys(self, connected: Cloud) -> None:
        with pytest.raises(CloudNotReachable, match=r"nowhere\.test"):
            look_up_txt(connected, record_name="nowhere.test")

    def test_a_record_needs_a_zone(self, route53: Route53Client, names: WorkshopNames) -> None:
        with pytest.raises(StepOutOfOrder, match="create_hosted_zone"):
            dns_records.put_txt_record(
                route53, zone_id="ZDOESNOTEXIST", record_name=names.record_name, origin=names.source_origin
            )


class TestWeights:
    @pytest.fixture
    def both(self, names: WorkshopNames) -> dict[S3Origin, int]:
        """Nine in ten to Ireland."""
        return {names.source_origin: 230, names.destination_origin: 26}

    def test_weighted_sets_replace_the_simple_one(
        self, connected: Cloud, record: dict[str, str], names: WorkshopNames, both: dict[S3Origin, int]
    ) -> None:
        dns_records.put_txt_record(connected.route53, origin=names.source_origin, **record)

        dns_records.put_weighted_records(connected.route53, weights=both, **record)

        assert checks.weights_set(connected.route53, weights=both, **record)

    def test_a_simple_set_replaces_the_weighted_ones(
        self, connected: Cloud, record: dict[str, str], names: WorkshopNames, both: dict[S3Origin, int]
    ) -> None:
        dns_records.put_weighted_records(connected.route53, weights=both, **record)

        dns_records.put_txt_record(
            connected.route53, origin=names.source_origin, replaces=[names.destination_origin], **record
        )

        assert len(observe.list_record_sets(connected.route53, **record)) == 1

    def test_an_origin_that_is_left_out_is_removed(
        self, route53: Route53Client, record: dict[str, str], names: WorkshopNames, both: dict[S3Origin, int]
    ) -> None:
        dns_records.put_weighted_records(route53, weights=both, **record)

        dns_records.put_weighted_records(
            route53, weights={names.destination_origin: 255}, replaces=[names.source_origin], **record
        )

        assert checks.weights_set(route53, weights={names.destination_origin: 255}, **record)

    def test_putting_the_same_weights_again_changes_nothing(
        self, route53: Route53Client, record: dict[str, str], both: dict[S3Origin, int]
    ) -> None:
        dns_records.put_weighted_records(route53, weights=both, **record)
        before = observe.list_record_sets(route53, **record)

        dns_records.put_weighted_records(route53, weights=both, **record)

        assert observe.list_record_sets(route53, **record) == before

    def test_other_names_in_the_zone_are_left_alone(
        self, route53: Route53Client, record: dict[str, str], names: WorkshopNames, both: dict[S3Origin, int]
    ) -> None:
        dns_records.put_weighted_records(
            route53, zone_id=record["zone_id"], record_name=names.preview_record_name, weights=both
        )

        dns_records.put_txt_record(route53, origin=names.source_origin, **record)

        assert checks.weights_set(
            route53, zone_id=record["zone_id"], record_name=names.preview_record_name, weights=both
        )

    def test_answers_follow_the_weights(
        self, connected: Cloud, record: dict[str, str], names: WorkshopNames, both: dict[S3Origin, int]
    ) -> None:
        dns_records.put_weighted_records(connected.route53, weights=both, ttl=0, **record)

        counted = Counter(
            S3Origin.from_domain_name(look_up_txt(connected, record_name=names.record_name)[0].text).region
            for _ in range(200)
        )

        assert checks.shares_as_expected(counted, weights=both)

    def test_the_check_notices_another_weight(
        self, route53: Route53Client, record: dict[str, str], names: WorkshopNames, both: dict[S3Origin, int]
    ) -> None:
        dns_records.put_weighted_records(route53, weights=both, **record)

        with pytest.raises(CheckFailed, match=r"(?s)230.*put_weighted_records"):
            checks.weights_set(route53, weights=both | {names.source_origin: 10}, **record)

    @pytest.mark.parametrize("weight", [-1, 256, 0.5, "10", None])
    def test_a_weight_that_route_53_refuses_is_refused(
        self, route53: Route53Client, record: dict[str, str], names: WorkshopNames, weight: Any
    ) -> None:
        with pytest.raises(InvalidNumber, match="0 to 255"):
            dns_records.put_weighted_records(route53, weights={names.source_origin: weight}, **record)

    def test_two_buckets_in_one_region_would_share_a_set_identifier(
        self, route53: Route53Client, record: dict[str, str]
    ) -> None:
        with pytest.raises(InvalidName, match="set identifier"):
            dns_records.put_weighted_records(
                route53, weights={S3Origin("one", "eu-west-1"): 1, S3Origin("two", "eu-west-1"): 1}, **record
            )
