"""Hosted zones, as boto3 sees them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import botocore.exceptions
import dns.name
import pytest

from local_cloud.cloud import LocalCloud
from local_cloud.errors import AwsError
from local_cloud.services.route53.batch import apply_changes
from local_cloud.services.route53.zones import HostedZone


@pytest.fixture
def route53(client: Callable[..., Any]) -> Any:
    return client("route53")


def create(route53: Any, name: str, reference: str | None = None) -> str:
    zone = route53.create_hosted_zone(Name=name, CallerReference=reference or name)
    return str(zone["HostedZone"]["Id"])


def refusal(call: Callable[..., Any], **parameters: Any) -> tuple[str, str, int]:
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        call(**parameters)
    response = refused.value.response
    return response["Error"]["Code"], response["Error"]["Message"], response["ResponseMetadata"]["HTTPStatusCode"]


def test_a_zone_is_created_with_four_name_servers(route53: Any) -> None:
    created = route53.create_hosted_zone(
        Name="Two-Regions.test", CallerReference="a", HostedZoneConfig={"Comment": "workshop"}
    )
    zone = created["HostedZone"]
    assert (zone["Name"], zone["ResourceRecordSetCount"]) == ("two-regions.test.", 2)
    assert zone["Config"] == {"Comment": "workshop", "PrivateZone": False}
    assert created["Location"].endswith(zone["Id"])
    suffixes = [host.split(".", 2)[2] for host in created["DelegationSet"]["NameServers"]]
    assert suffixes == ["com", "net", "org", "co.uk"]


@pytest.mark.parametrize("name", ["notexample.com", "example.com.test", "_srv.two-regions.test", "1.2.test"])
def test_names_that_only_look_odd_are_accepted(route53: Any, name: str) -> None:
    assert create(route53, name)


@pytest.mark.parametrize(
    "name", ["foo bar.test", "a..test", f"{'a' * 64}.test", "test", ".", "é.test", "192.0.2.1", f"{'a.' * 130}test"]
)
def test_what_is_no_domain_name_is_refused(route53: Any, name: str) -> None:
    assert refusal(route53.create_hosted_zone, Name=name, CallerReference="a")[0] == "InvalidDomainName"


def test_a_reset_forgets_the_caller_references(route53: Any, cloud: LocalCloud) -> None:
    create(route53, "two-regions.test", "same")
    cloud.reset()
    assert create(route53, "two-regions.test", "same")


def test_a_zone_is_found_by_its_id_with_or_without_the_prefix(route53: Any) -> None:
    zone_id = create(route53, "two-regions.test")
    found = [route53.get_hosted_zone(Id=each)["HostedZone"]["Name"] for each in (zone_id, zone_id.rsplit("/")[-1])]
    assert found == ["two-regions.test."] * 2


def test_a_zone_that_is_not_there_is_refused_by_every_operation(route53: Any) -> None:
    expected = ("NoSuchHostedZone", "No hosted zone found with ID: Z404", 404)
    change = {
        "Changes": [
            {
                "Action": "DELETE",
                "ResourceRecordSet": {
                    "Name": "a.test",
                    "Type": "A",
                    "TTL": 1,
                    "ResourceRecords": [{"Value": "192.0.2.1"}],
                },
            }
        ]
    }
    assert refusal(route53.get_hosted_zone, Id="Z404") == expected
    assert refusal(route53.delete_hosted_zone, Id="Z404") == expected
    assert refusal(route53.list_resource_record_sets, HostedZoneId="Z404") == expected
    assert refusal(route53.change_resource_record_sets, HostedZoneId="Z404", ChangeBatch=change) == expected
    assert refusal(route53.test_dns_answer, HostedZoneId="Z404", RecordName="a.test", RecordType="A") == expected


def test_zones_are_listed_by_page(route53: Any) -> None:
    names = [f"zone{number}.test." for number in range(5)]
    for name in names:
        create(route53, name)
    pages = list(route53.get_paginator("list_hosted_zones").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["HostedZones"]) for page in pages] == [2, 2, 1]
    assert [zone["Name"] for page in pages for zone in page["HostedZones"]] == names
    assert route53.get_hosted_zone_count()["HostedZoneCount"] == 5


def test_zones_of_one_name_are_listed_by_page_too(route53: Any) -> None:
    made = {create(route53, "a.test", reference).removeprefix("/hostedzone/") for reference in "xyz"}
    page = route53.list_hosted_zones_by_name(MaxItems="1")
    listed = page["HostedZones"]
    while page["IsTruncated"]:
        start = {"DNSName": page["NextDNSName"], "HostedZoneId": page["NextHostedZoneId"]}
        page = route53.list_hosted_zones_by_name(MaxItems="1", **start)
        listed += page["HostedZones"]
    assert [zone["Id"].removeprefix("/hostedzone/") for zone in listed] == sorted(made)


@pytest.mark.parametrize(
    ("name", "kind", "value"),
    [
        ("a.two-regions.test", "NS", "ns.test."),
        ("two-regions.test", "A", "192.0.2.1"),
        ("a.two-regions.test", "A", "192.0.2.1"),
    ],
)
def test_a_zone_with_records_is_not_deleted(route53: Any, name: str, kind: str, value: str) -> None:
    zone_id = create(route53, "two-regions.test")
    record_set = {"Name": name, "Type": kind, "TTL": 1, "ResourceRecords": [{"Value": value}]}
    change = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record_set}]}
    route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch=change)
    assert refusal(route53.delete_hosted_zone, Id=zone_id)[0] == "HostedZoneNotEmpty"


def test_a_deleted_zone_is_gone(route53: Any) -> None:
    zone_id = create(route53, "two-regions.test")
    assert route53.delete_hosted_zone(Id=zone_id)["ChangeInfo"]["Id"].startswith("/change/C")
    assert route53.list_hosted_zones()["HostedZones"] == []


def test_private_zones_are_not_pretended(route53: Any) -> None:
    vpc = {"VPCRegion": "eu-west-1", "VPCId": "vpc-1"}
    assert refusal(route53.create_hosted_zone, Name="a.test", CallerReference="a", VPC=vpc)[0] == "NotImplemented"


def test_an_operation_that_is_not_done_is_refused_by_its_name_whatever_is_asked(route53: Any) -> None:
    code, message, status = refusal(route53.create_cidr_collection, Name="x", CallerReference="x")
    assert (code, "CreateCidrCollection" in message, status) == ("NotImplemented", True, 501)


def test_limits_are_told_with_what_is_used_of_them(route53: Any) -> None:
    zone_id = create(route53, "a.test")
    limit = route53.get_hosted_zone_limit(HostedZoneId=zone_id, Type="MAX_RRSETS_BY_ZONE")
    assert (limit["Limit"], limit["Count"]) == ({"Type": "MAX_RRSETS_BY_ZONE", "Value": 10000}, 2)
    limit = route53.get_account_limit(Type="MAX_HOSTED_ZONES_BY_OWNER")
    assert (limit["Limit"]["Value"], limit["Count"]) == (500, 1)
    code = refusal(route53.get_hosted_zone_limit, HostedZoneId=zone_id, Type="MAX_VPCS_ASSOCIATED_BY_ZONE")[0]
    assert code == "HostedZoneNotPrivate"


def test_a_zone_with_ten_thousand_record_sets_takes_no_more() -> None:
    zone_name = dns.name.from_text("two-regions.test")
    record_sets = {(dns.name.from_text(f"n{n}", zone_name), "A", ""): {"Name": "", "Type": "A"} for n in range(10_000)}
    zone = HostedZone("Z1", zone_name, "", "", (), record_sets)
    one_more = {"Name": "x.two-regions.test", "Type": "A", "TTL": 1, "ResourceRecords": [{"Value": "192.0.2.1"}]}
    with pytest.raises(AwsError) as refused:
        apply_changes(zone, [{"Action": "CREATE", "ResourceRecordSet": one_more}], health_check_exists=lambda _: True)
    assert refused.value.message == "[Exceeded limit MAX_RRSETS_BY_ZONE for zone: Z1]"


def test_an_account_has_500_zones_at_most(route53: Any, cloud: LocalCloud) -> None:
    for number in range(499):
        cloud.route53.zones.put(HostedZone(f"Z{number}", dns.name.from_text(f"n{number}.test"), "", "", (), {}))
    create(route53, "last.test")

    code, message, status = refusal(route53.create_hosted_zone, Name="one-more.test", CallerReference="a")

    assert (code, status) == ("TooManyHostedZones", 400)
    assert message == "Limits Exceeded: MAX_HOSTED_ZONES_BY_OWNER - Cannot create more hosted zones."


def test_zones_are_listed_by_name_as_text_so_a_hyphen_comes_before_a_dot(route53: Any) -> None:
    for name in ("a.test", "b.a.test", "a-b.test"):
        create(route53, name)

    listed = route53.list_hosted_zones_by_name()["HostedZones"]

    assert [zone["Name"] for zone in listed] == ["a-b.test.", "a.test.", "b.a.test."]


def test_a_delegation_set_that_is_not_there_is_refused(route53: Any) -> None:
    asked = {"Name": "a.test.org", "CallerReference": "a", "DelegationSetId": "N1"}
    assert refusal(route53.create_hosted_zone, **asked)[0] == "NoSuchDelegationSet"


def test_a_name_is_answered_from_the_deepest_zone_and_of_equals_from_the_newest(
    route53: Any, cloud: LocalCloud
) -> None:
    name_servers = {}
    for number, name in enumerate(("b.two-regions.test", "two-regions.test", "b.two-regions.test")):
        created = route53.create_hosted_zone(Name=name, CallerReference=str(number))
        name_servers[number] = created["DelegationSet"]["NameServers"][0]
    [soa] = cloud.route53.find_record_sets("b.two-regions.test", "SOA") or []
    assert soa["ResourceRecords"][0]["Value"].startswith(f"{name_servers[2]}. ")
    assert str(cloud.route53.zone_of("a.b.two-regions.test")) == "b.two-regions.test."
    assert str(cloud.route53.zone_of("a.two-regions.test")) == "two-regions.test."
