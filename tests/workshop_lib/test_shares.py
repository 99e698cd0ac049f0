"""How well the regions' shares of many requests follow the weights of their record sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from workshop_lib import checks, dns_records
from workshop_lib.errors import CheckFailed
from workshop_lib.observe import count_regions
from workshop_lib.waiting import wait_until_page_is_served

if TYPE_CHECKING:
    from workshop_lib.cloud import Cloud
    from workshop_lib.names import WorkshopNames


def test_two_thousand_requests_go_as_weighted_and_none_to_a_weight_of_zero(
    connected: Cloud, deployed: dict[str, str], zone_id: str, names: WorkshopNames
) -> None:
    domain_name, record = deployed["domain_name"], {"zone_id": zone_id, "record_name": names.record_name, "ttl": 0}
    wait_until_page_is_served(connected.page_url(domain_name, "/region.json"), timeout=10)

    weights = {names.source_origin: 230, names.destination_origin: 26}
    dns_records.put_weighted_records(connected.route53, weights=weights, **record)
    counted = count_regions(connected, domain_name=domain_name, requests=2000, show_progress=False)

    assert checks.shares_as_expected(counted, weights=weights)  # within 5 standard deviations: 203 ± 67 to Singapore
    with pytest.raises(CheckFailed):
        checks.shares_as_expected(counted, weights={names.source_origin: 128, names.destination_origin: 128})

    only_ireland = {names.source_origin: 255, names.destination_origin: 0}
    dns_records.put_weighted_records(
        connected.route53, weights=only_ireland, replaces=[names.destination_origin], **record
    )
    counted = count_regions(connected, domain_name=domain_name, requests=200, show_progress=False)

    assert counted == {"eu-west-1": 200}
