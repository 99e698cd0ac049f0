"""Record sets: what Route 53 accepts, refuses and lists."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import botocore.exceptions
import pytest

from local_cloud.cloud import LocalCloud

NAME = "origin.two-regions.test"


@pytest.fixture
def route53(client: Callable[..., Any]) -> Any:
    return client("route53")


@pytest.fixture
def zone_id(route53: Any) -> str:
    created = route53.create_hosted_zone(Name="two-regions.test", CallerReference="zone")
    return str(created["HostedZone"]["Id"])


Change = Callable[..., Any]


@pytest.fixture
def change(route53: Any, zone_id: str) -> Change:
    """Sends one batch: pairs of an action and a record set."""

    def change(*changes: tuple[str, dict[str, Any]]) -> Any:
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": each} for action, each in changes]}
        return route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch=batch)

    return change


@pytest.fixture
def idle_check(route53: Any) -> str:
    """A health check that probes nothing, and is healthy."""
    config = {"Type": "CALCULATED", "HealthThreshold": 0}
    return str(route53.create_health_check(CallerReference="idle", HealthCheckConfig=config)["HealthCheck"]["Id"])


@pytest.fixture
def listed(route53: Any, zone_id: str) -> Callable[[], list[dict[str, Any]]]:
    """The zone's record sets, without its own SOA and NS."""

    def listed() -> list[dict[str, Any]]:
        record_sets = route53.list_resource_record_sets(HostedZoneId=zone_id)["ResourceRecordSets"]
        return [each for each in record_sets if each["Name"] != "two-regions.test."]

    return listed


def txt(*values: str, name: str = NAME, ttl: int = 60, **members: Any) -> dict[str, Any]:
    records = [{"Value": f'"{value}"'} for value in values]
    return {"Name": name, "Type": "TXT", "TTL": ttl, "ResourceRecords": records, **members}


def record(kind: str, *values: str, name: str = NAME, **members: Any) -> dict[str, Any]:
    records = [{"Value": value} for value in values]
    return {"Name": name, "Type": kind, "TTL": 60, "ResourceRecords": records, **members}


def weighted(identifier: str, weight: int, **members: Any) -> dict[str, Any]:
    return txt(identifier, SetIdentifier=identifier, Weight=weight, **members)


def refusal(call: Callable[..., Any], *arguments: Any, **parameters: Any) -> tuple[str, str]:
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        call(*arguments, **parameters)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_record_set_is_listed_as_it_was_put_with_its_whole_name(change: Change, listed: Any) -> None:
    change(("CREATE", txt("a", "b", name="Origin.Two-Regions.test")))
    assert listed() == [txt("a", "b", name="origin.two-regions.test.")]


def test_a_weighted_group_is_listed_by_set_identifier(change: Change, listed: Any) -> None:
    change(("CREATE", weighted("sg", 0)), ("CREATE", weighted("ie", 255)))
    assert [(each["SetIdentifier"], each["Weight"]) for each in listed()] == [("ie", 255), ("sg", 0)]


@pytest.mark.parametrize(
    "differing",
    [txt("ie", SetIdentifier="ie", Weight=2), weighted("ie", 1, ttl=5), txt("other", SetIdentifier="ie", Weight=1)],
    ids=["weight", "ttl", "value"],
)
def test_a_delete_needs_every_value_identical(change: Change, listed: Any, differing: dict[str, Any]) -> None:
    change(("CREATE", weighted("ie", 1)))
    code, message = refusal(change, ("DELETE", differing))
    assert (code, message.endswith("but the values provided do not match the current values]")) == (
        "InvalidChangeBatch",
        True,
    )
    assert listed()


def test_weighted_beside_failover_is_refused(change: Change) -> None:
    change(("CREATE", weighted("ie", 1)))
    code, message = refusal(change, ("CREATE", txt("x", SetIdentifier="p", Failover="SECONDARY")))
    assert code == "InvalidChangeBatch"
    assert "set exists with the same name and type" in message


def test_a_failover_set_has_one_primary_and_one_secondary(change: Change, listed: Any, idle_check: str) -> None:
    primary = txt("x", SetIdentifier="p", Failover="PRIMARY", HealthCheckId=idle_check)
    change(("CREATE", primary), ("CREATE", txt("y", SetIdentifier="s", Failover="SECONDARY")))
    assert refusal(change, ("CREATE", {**primary, "SetIdentifier": "p2"}))[0] == "InvalidChangeBatch"
    assert [each["Failover"] for each in listed()] == ["PRIMARY", "SECONDARY"]


def test_one_ttl_for_the_whole_weighted_group(change: Change) -> None:
    change(("CREATE", weighted("ie", 1)), ("CREATE", weighted("sg", 1)))
    code, message = refusal(change, ("UPSERT", weighted("sg", 1, ttl=5)))
    assert (code, "weighted sets must contain the same TTL" in message) == ("InvalidChangeBatch", True)


def test_a_batch_changes_the_ttl_of_the_whole_group(change: Change, listed: Any) -> None:
    change(("CREATE", weighted("ie", 1)), ("CREATE", weighted("sg", 1)))
    change(("UPSERT", weighted("ie", 1, ttl=5)), ("UPSERT", weighted("sg", 1, ttl=5)))
    assert {each["TTL"] for each in listed()} == {5}


def test_one_routing_policy_only(change: Change) -> None:
    code, message = refusal(change, ("CREATE", weighted("ie", 1, Failover="PRIMARY")))
    assert (code, "but found more than one" in message) == ("InvalidInput", True)


@pytest.mark.parametrize("missing", ["TTL", "ResourceRecords"])
def test_ttl_and_records_are_needed(change: Change, missing: str) -> None:
    record_set = {member: value for member, value in txt("a").items() if member != missing}
    code, message = refusal(change, ("CREATE", record_set))
    assert (code, "all of [TTL, and ResourceRecords]" in message) == ("InvalidInput", True)


@pytest.mark.parametrize(
    ("record_set", "what"),
    [
        (weighted("ie", 256), "Member must have value less than or equal to 255"),
        (record("BOGUS", "x"), "Member must satisfy enum value set: [SOA, A, TXT,"),
        (txt("a", ttl=2**31), "Member must have value less than or equal to 2147483647"),
        (weighted("x" * 129, 1), "Member must have length less than or equal to 128"),
        (record("TXT", " ".join([f'"{"x" * 250}"'] * 16)), "Member must have length less than or equal to 4000"),
        (txt("a", SetIdentifier="p", Failover="THIRD"), "Member must satisfy enum value set: [PRIMARY, SECONDARY]"),
    ],
    ids=["weight", "type", "ttl", "identifier", "length", "failover"],
)
def test_the_limits_of_the_model_are_kept(change: Change, record_set: dict[str, Any], what: str) -> None:
    code, message = refusal(change, ("CREATE", record_set))
    assert (code, message.startswith("1 validation error detected: Value '")) == ("InvalidInput", True)
    assert what in message


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("site", "InvalidCharacterString (Value should be enclosed in quotation marks)"),
        ('"site', "InvalidCharacterString (Value should be enclosed in quotation marks)"),
        ('"a" b', "InvalidCharacterString (Value should be enclosed in quotation marks)"),
        (f'"{"x" * 256}"', "CharacterStringTooLong (Value is too long)"),
        ('"é"', "UnsupportedCharacter (Value contains unsupported characters)"),
    ],
)
def test_a_text_that_is_not_one_is_refused(change: Change, value: str, reason: str) -> None:
    assert refusal(change, ("CREATE", record("TXT", value))) == (
        "InvalidChangeBatch",
        f"[Invalid Resource Record: FATAL problem: {reason} encountered with '{value}']",
    )


@pytest.mark.parametrize("value", [f'"{"x" * 255}" "y"', '"a""b"', '""', r'"a \"quoted\" \303\251"'])
def test_a_text_may_be_long_in_parts_empty_or_escaped(change: Change, listed: Any, value: str) -> None:
    change(("CREATE", record("TXT", value)))
    assert listed()[0]["ResourceRecords"] == [{"Value": value}]


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("A", "192.0.2.1", "192.0.2.256"),
        ("AAAA", "2001:db8::1", "192.0.2.1"),
        ("CNAME", "elsewhere.org", "two words"),
        ("MX", "10 mail.elsewhere.org.", "mail.elsewhere.org"),
        ("CAA", '0 issue "ca.test"', "0 issue ca.test"),
        ("SRV", "1 1 80 host.elsewhere.org", "host"),
        ("NS", "ns.elsewhere.org.", "a..b"),
    ],
)
def test_a_value_must_be_one_of_its_type(change: Change, listed: Any, kind: str, good: str, bad: str) -> None:
    code, message = refusal(change, ("CREATE", record(kind, bad)))
    assert (code, message.startswith("[Invalid Resource Record: FATAL problem: ")) == ("InvalidChangeBatch", True)
    change(("CREATE", record(kind, good)))
    assert listed()[0]["ResourceRecords"] == [{"Value": good}]


def test_the_same_change_twice_is_refused(change: Change) -> None:
    message = refusal(change, ("UPSERT", txt("a")), ("UPSERT", txt("b")))[1]
    assert "invalid set of changes for a resource record set" in message


def test_a_cname_at_the_apex_is_refused(change: Change) -> None:
    message = refusal(change, ("CREATE", record("CNAME", "x.test", name="two-regions.test")))[1]
    assert (
        message
        == "[RRSet of type CNAME with DNS name two-regions.test. is not permitted at apex in zone two-regions.test.]"
    )


def test_the_zones_own_soa_and_ns_stay(change: Change, route53: Any, zone_id: str) -> None:
    ns, soa = route53.list_resource_record_sets(HostedZoneId=zone_id)["ResourceRecordSets"]
    assert refusal(change, ("DELETE", soa))[1] == "[A HostedZone must contain exactly one SOA record.]"
    assert (
        refusal(change, ("DELETE", ns))[1] == "[A HostedZone must contain at least one NS record for the zone itself.]"
    )


def test_more_than_a_hundred_in_a_group_are_refused(change: Change) -> None:
    group = [("CREATE", weighted(f"n{number}", 1)) for number in range(101)]
    assert refusal(change, *group)[0] == "InvalidChangeBatch"
    change(*group[:100])


def test_more_than_a_thousand_records_in_a_batch_are_refused(change: Change) -> None:
    many = txt(*(f"{number}" for number in range(501)))
    assert refusal(change, ("UPSERT", many)) == ("InvalidChangeBatch", "[Number of records limit of 1000 exceeded.]")
    change(("CREATE", many))


def test_more_than_32000_characters_in_a_batch_are_refused(change: Change) -> None:
    long = txt(*(f"{number:0250}" for number in range(64)))
    assert refusal(change, ("UPSERT", long)) == (
        "InvalidChangeBatch",
        "[RDATA character limit of 32000 exceeded.]",
    )
    change(("CREATE", long))


@pytest.mark.parametrize(
    "members",
    [
        {"SetIdentifier": "a", "Region": "eu-west-1"},
        {"SetIdentifier": "a", "GeoLocation": {"CountryCode": "IE"}},
    ],
    ids=["latency", "geolocation"],
)
def test_other_routing_policies_are_not_pretended(change: Change, members: dict[str, Any]) -> None:
    assert refusal(change, ("CREATE", txt("a", **members)))[0] == "NotImplemented"


ALIAS = {"HostedZoneId": "Z", "DNSName": "x.test", "EvaluateTargetHealth": False}


def test_alias_record_sets_are_not_pretended(change: Change) -> None:
    assert refusal(change, ("CREATE", {"Name": NAME, "Type": "A", "AliasTarget": ALIAS}))[0] == "NotImplemented"


def test_a_multivalue_group_has_a_set_identifier_each_and_is_listed_as_it_was_put(change: Change, listed: Any) -> None:
    answers = [record("A", f"192.0.2.{n}", SetIdentifier=f"n{n}", MultiValueAnswer=True) for n in (1, 2)]
    change(*(("CREATE", answer) for answer in answers))
    assert listed() == [{**answer, "Name": f"{NAME}."} for answer in answers]
    code, message = refusal(change, ("CREATE", record("A", "192.0.2.3", MultiValueAnswer=False)))
    assert (code, "Missing field 'SetIdentifier'" in message) == ("InvalidInput", True)


def test_the_record_set_that_came_last_is_the_one_at_fault(change: Change) -> None:
    change(("CREATE", txt("x", SetIdentifier="z", Failover="SECONDARY")))
    assert refusal(change, ("CREATE", weighted("a", 1)))[1] == (
        f"[RRSet with DNS name {NAME}., type TXT, SetIdentifier a cannot be created as a non-weighted set exists with "
        "the same name and type.]"
    )


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        ("A", "192.0.2.1, 192.0.2.1", "ARRDATANotSingleField (Value contains spaces)"),
        ("MX", "10", "MXRRDATANotTwoFields"),
        ("CNAME", "\xe9.test", "UnsupportedCharacter"),
        ("A", r"\# 4 c0000201", "FATAL problem"),
        ("CNAME", "a.test ;comment", "FATAL problem"),
        ("A", "192.0.2.1;comment", "FATAL problem"),
        ("NAPTR", "( 1 1", "FATAL problem"),
    ],
)
def test_what_only_a_zone_file_may_contain_is_no_value(change: Change, kind: str, value: str, reason: str) -> None:
    code, message = refusal(change, ("CREATE", record(kind, value)))
    assert (code, reason in message) == ("InvalidChangeBatch", True)


@pytest.mark.parametrize("kind", ["NS", "DS"])
def test_a_type_of_the_delegation_has_no_routing_policy(change: Change, kind: str) -> None:
    value = {"NS": "ns.elsewhere.org", "DS": f"1 8 2 {'ab' * 32}"}[kind]
    assert refusal(change, ("CREATE", record(kind, value, SetIdentifier="a", Weight=1)))[0] == "InvalidChangeBatch"


def test_a_cname_is_no_multivalue_answer(change: Change) -> None:
    several = record("CNAME", "x.test", SetIdentifier="a", MultiValueAnswer=True)
    assert refusal(change, ("CREATE", several))[0] == "InvalidChangeBatch"


def test_name_servers_have_no_wildcard(change: Change) -> None:
    everywhere = record("NS", "ns.elsewhere.org", name="*.two-regions.test")
    assert refusal(change, ("CREATE", everywhere))[0] == "InvalidChangeBatch"


def test_a_zone_has_one_soa_with_one_value(change: Change, route53: Any, zone_id: str) -> None:
    soa = route53.list_resource_record_sets(HostedZoneId=zone_id)["ResourceRecordSets"][1]
    value = soa["ResourceRecords"][0]["Value"]
    two = {**soa, "ResourceRecords": [{"Value": value}, {"Value": value.replace(" 1 ", " 2 ")}]}
    for wrong in (two, {**soa, "Name": NAME}):
        assert refusal(change, ("UPSERT", wrong))[1] == "[A HostedZone must contain exactly one SOA record.]"


def test_a_page_may_end_anywhere_in_a_weighted_group(change: Change, route53: Any, zone_id: str) -> None:
    change(*(("CREATE", weighted(f"n{number}", 1)) for number in range(5)), ("CREATE", record("A", "192.0.2.1")))
    paginator = route53.get_paginator("list_resource_record_sets")
    seen = []
    for size in range(1, 8):
        pages = paginator.paginate(HostedZoneId=zone_id, PaginationConfig={"PageSize": size})
        seen.append(
            [(each["Type"], each.get("SetIdentifier")) for page in pages for each in page["ResourceRecordSets"]]
        )
    assert all(len(each) == 8 for each in seen)
    assert all(one == other for one, other in itertools.pairwise(seen))


def test_listing_begins_where_it_is_told(change: Change, route53: Any, zone_id: str) -> None:
    change(*(("CREATE", weighted(identifier, 1)) for identifier in "abc"))
    start = {"StartRecordName": NAME, "StartRecordType": "TXT", "StartRecordIdentifier": "b"}
    page = route53.list_resource_record_sets(HostedZoneId=zone_id, **start)["ResourceRecordSets"]
    assert [each["SetIdentifier"] for each in page] == ["b", "c"]
    assert refusal(route53.list_resource_record_sets, HostedZoneId=zone_id, StartRecordType="TXT")[0] == "InvalidInput"


def test_a_change_is_pending_then_in_sync(change: Change, route53: Any) -> None:
    submitted = change(("CREATE", txt("a")))["ChangeInfo"]
    assert submitted["Status"] == "PENDING"
    waiter = route53.get_waiter("resource_record_sets_changed")
    waiter.wait(Id=submitted["Id"], WaiterConfig={"Delay": 0.05, "MaxAttempts": 100})
    assert route53.get_change(Id=submitted["Id"])["ChangeInfo"]["Status"] == "INSYNC"


def test_a_test_answer_is_drawn_by_weight(change: Change, route53: Any, zone_id: str) -> None:
    change(("CREATE", weighted("ie", 3)), ("CREATE", weighted("sg", 1)), ("CREATE", weighted("us", 0)))
    question = {"HostedZoneId": zone_id, "RecordName": NAME, "RecordType": "TXT"}
    answers = [route53.test_dns_answer(**question) for _ in range(60)]
    assert {(each["ResponseCode"], each["RecordName"], each["Protocol"]) for each in answers} == {
        ("NOERROR", f"{NAME}.", "UDP")
    }
    assert set(Counter(each["RecordData"][0] for each in answers)) == {'"ie"', '"sg"'}


def test_a_test_answer_for_nothing_is_nxdomain(route53: Any, zone_id: str) -> None:
    answer = route53.test_dns_answer(HostedZoneId=zone_id, RecordName=NAME, RecordType="TXT")
    assert (answer["ResponseCode"], answer["RecordData"]) == ("NXDOMAIN", [])


def test_the_aws_cli_changes_record_sets(cloud: LocalCloud, zone_id: str, listed: Any) -> None:
    batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": weighted("ie", 230)}]}
    command = [sys.executable, "-m", "awscli", "route53", "change-resource-record-sets", "--output", "json"]
    command += ["--hosted-zone-id", zone_id, "--change-batch", json.dumps(batch)]
    environment = {**os.environ, **cloud.environment}
    finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(finished.stdout)["ChangeInfo"]["Status"] == "PENDING"
    assert listed() == [weighted("ie", 230, name=f"{NAME}.")]
