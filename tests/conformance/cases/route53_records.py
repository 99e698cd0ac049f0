"""Route 53: record sets, batches of changes, and what is answered for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.conformance.case import GAP, SAME, Account, captured, case, documented
from tests.conformance.cases.route53_zones import batch, change, create_zone, list_record_sets, record, route53

SERVICE = "route53"


def text(name: str, value: str, **members: Any) -> dict[str, Any]:
    """A TXT record set with one string."""
    return record("TXT", name, f'"{value}"', **members)


def weighted(name: str, identifier: str, weight: int) -> dict[str, Any]:
    """A weighted TXT record set."""
    return text(name, identifier, SetIdentifier=identifier, Weight=weight)


def refuses_batch(
    aws: Account,
    message: str | None,
    zone_id: str,
    *changes: tuple[str, dict[str, Any]],
    code: str = "InvalidChangeBatch",
) -> str:
    """Expect a refusal of the batch, with status 400: its whole message."""
    method = route53(aws).change_resource_record_sets
    response = aws.refuses(code, 400, message, method, **batch(zone_id, changes))
    return str(response["Error"]["Message"])


def own_record_sets(aws: Account, zone_id: str) -> list[dict[str, Any]]:
    """The zone's record sets but for its own SOA and NS."""
    return list_record_sets(aws, zone_id)[2:]


def refuses_value(aws: Account, kind: str, reason: str, *values: str) -> None:
    """Expect a value to be refused for a reason, and the value to be named."""
    zone_id, name = create_zone(aws)
    for value in values:
        message = f"[Invalid Resource Record: FATAL problem: {reason} encountered with '{value}']"
        refuses_batch(aws, message, zone_id, ("CREATE", record(kind, f"www.{name}", value)))


# Values:


@case(
    "A text stands in quotation marks",
    known_from=documented("AWS Knowledge Center, InvalidCharacterString"),
    moto=GAP,
)
def text_without_quotes(aws: Account) -> None:
    reason = "InvalidCharacterString (Value should be enclosed in quotation marks)"
    refuses_value(aws, "TXT", reason, "site", '"site')


@case("A string of a text has 255 characters at most", known_from=captured("boto/boto3 issue 1462"), moto=GAP)
def string_too_long(aws: Account) -> None:
    refuses_value(aws, "TXT", "CharacterStringTooLong (Value is too long)", f'"{"x" * 256}"')


@case(
    "A text of several strings is kept as it was sent, with a space between them or without",
    known_from=captured("aws/aws-sdk-js-v3 issue 5626, DNSControl/dnscontrol issue 2854"),
    moto=SAME,
)
def several_strings(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    for value in (f'"{"x" * 255}" "y"', '"a""b"'):
        change(aws, zone_id, ("UPSERT", record("TXT", f"www.{name}", value)))
        assert own_record_sets(aws, zone_id)[0]["ResourceRecords"] == [{"Value": value}]


@case("An A record holds an IPv4 address", known_from=captured("gomodules/dns issue 7"), moto=GAP)
def illegal_address(aws: Account) -> None:
    reason = "ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)"
    refuses_value(aws, "A", reason, "ns-738.awsdns-28.net.", "192.0.2.256")


@case("An A record holds one field", known_from=captured("danpilch/aws-dyndns issue 3"), moto=GAP)
def two_addresses_in_a_value(aws: Account) -> None:
    refuses_value(aws, "A", "ARRDATANotSingleField (Value contains spaces)", "192.0.2.1, 192.0.2.1")


@case("An MX record has two fields", known_from=captured("GSA-TTS/dns pull request 373"), moto=GAP)
def mail_exchanger_without_preference(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    refuses_batch(aws, "MXRRDATANotTwoFields", zone_id, ("CREATE", record("MX", name, f"mail.{name}")))


@case(
    "A record set has each value once", known_from=captured("kubernetes-sigs/external-dns pull request 6019"), moto=GAP
)
def value_twice(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    twice = record("A", f"www.{name}", "192.0.2.1", "192.0.2.1")
    refuses_batch(aws, "[Duplicate Resource Record: '192.0.2.1']", zone_id, ("CREATE", twice))


@case("A type is one of the enumeration", known_from=documented("API ResourceRecordSet, enumeration of Type"), moto=GAP)
def unknown_type(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    refuses_batch(aws, None, zone_id, ("CREATE", record("BOGUS", f"www.{name}", "x")), code="InvalidInput")


@case("A weight is 255 at most", known_from=documented("API ResourceRecordSet, maximum of Weight"), moto=GAP)
def weight_too_large(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    refuses_batch(aws, None, zone_id, ("CREATE", weighted(f"www.{name}", "a", 256)), code="InvalidInput")


@case(
    "A TTL is 2,147,483,647 seconds at most", known_from=documented("API ResourceRecordSet, maximum of TTL"), moto=GAP
)
def ttl_too_large(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    refuses_batch(aws, None, zone_id, ("CREATE", text(f"www.{name}", "x", ttl=2**31)), code="InvalidInput")


# Members that go together:


@case(
    "A set identifier needs a routing policy",
    known_from=captured("a script of the Cloud Platform of the Ministry of Justice (UK) quotes it"),
    moto=GAP,
)
def identifier_without_policy(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    message = (
        "Invalid request: Expected exactly one of [Weight, Region, Failover, GeoLocation, MultiValueAnswer, "
        "GeoProximityLocation, or CidrRoutingConfig], but found none in Change with [Action=UPSERT, "
    )
    lonely = text(f"www.{name}.", "x", SetIdentifier="a")
    refuses_batch(aws, message, zone_id, ("UPSERT", lonely), code="InvalidInput")


@case(
    "A routing policy needs a set identifier",
    known_from=captured("boto/boto3 issue 2240; MultiValueAnswer=false: aws/aws-sdk issue 75"),
    moto=GAP,
)
def policy_without_identifier(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    message = "Invalid request: Missing field 'SetIdentifier' in Change with [Action=CREATE, "
    for policy in ({"Weight": 1}, {"MultiValueAnswer": False}):
        nameless = text(f"www.{name}.", "x", **policy)
        assert refuses_batch(aws, message, zone_id, ("CREATE", nameless), code="InvalidInput").endswith(
            f"Name=www.{name}., Type=TXT, SetIdentifier=null]"
        )


@case(
    "A record set needs a TTL and values",
    known_from=captured("ministryofjustice/modernisation-platform pull request 10072"),
    moto=GAP,
)
def nothing_to_answer(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    message = (
        "Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or "
        "TrafficPolicyInstanceId], but found none in Change with"
    )
    empty = {"Name": f"www.{name}", "Type": "TXT", "TTL": 60}
    refuses_batch(aws, message, zone_id, ("CREATE", empty), code="InvalidInput")


@case("An alias record set has no TTL", known_from=captured("agorapulse/grails-aws-sdk issue 95"), moto=GAP)
def alias_with_ttl(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    alias = {"HostedZoneId": zone_id, "DNSName": f"b.{name}", "EvaluateTargetHealth": False}
    both = record("A", f"www.{name}", "192.0.2.1", AliasTarget=alias)
    refuses_batch(aws, "but found more than one in Change with", zone_id, ("CREATE", both), code="InvalidInput")


@case(
    "A primary record set needs a health check",
    known_from=captured("kubernetes-sigs/external-dns issue 2362"),
    moto=GAP,
)
def primary_without_check(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    message = "[A non-alias primary ResourceRecordSet must have an associated health check. No changes made.]"
    primary = text(f"www.{name}", "x", SetIdentifier="p", Failover="PRIMARY")
    refuses_batch(aws, message, zone_id, ("CREATE", primary))


@case(
    "A health check that is not there makes no record set",
    known_from=documented("API ChangeResourceRecordSets, NoSuchHealthCheck"),
    moto=GAP,
)
def unknown_check(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    bound = {**weighted(f"www.{name}", "a", 1), "HealthCheckId": "00000000-0000-4000-8000-000000000000"}
    method = route53(aws).change_resource_record_sets
    aws.refuses("NoSuchHealthCheck", 404, None, method, **batch(zone_id, [("CREATE", bound)]))


@case(
    "A weighted record set has one value",
    known_from=documented("API ResourceRecordSet, Weight: only one ResourceRecord"),
    moto=GAP,
)
def two_weighted_values(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    two = record("TXT", f"www.{name}", '"a"', '"b"', SetIdentifier="a", Weight=1)
    refuses_batch(aws, None, zone_id, ("CREATE", two))


# Names:


@case(
    "A record set's name is in the zone",
    known_from=captured("meltwater/terraform-aws-asg-dns-handler issue 38"),
    moto=GAP,
)
def outside_the_zone(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    for outside in (f"x-{name}", "www.example.org"):
        message = f"[RRSet with DNS name {outside}. is not permitted in zone {name}.]"
        refuses_batch(aws, message, zone_id, ("CREATE", text(outside, "x")))


@case("A name has no empty label", known_from=captured("GSA-TTS/dns pull request 101"), moto=GAP)
def empty_label(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    message = f"FATAL problem: DomainLabelEmpty (Domain label is empty) encountered with 'a..{name}'"
    refuses_batch(aws, message, zone_id, ("CREATE", text(f"a..{name}", "x")))


@case("The zone's own name has no CNAME", known_from=documented("R53DG ResourceRecordTypes, CNAME"), moto=GAP)
def cname_at_apex(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    refuses_batch(aws, None, zone_id, ("CREATE", record("CNAME", name, "b.two-regions.com")))


@case(
    "A CNAME comes to no name that has record sets",
    known_from=captured("ansible-collections/amazon.aws issue 2694"),
    moto=GAP,
)
def cname_beside_others(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    change(aws, zone_id, ("CREATE", record("A", f"www.{name}", "192.0.2.1")))
    message = (
        f"[RRSet of type CNAME with DNS name www.{name}. is not permitted as it conflicts with other records with the "
        f"same DNS name in zone {name}.]"
    )
    refuses_batch(aws, message, zone_id, ("CREATE", record("CNAME", f"www.{name}", name)))


@case(
    "Nothing comes to a name that has a CNAME",
    known_from=captured("RJPearson94/terraform-aws-open-next issue 24"),
    moto=GAP,
)
def others_beside_cname(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    change(aws, zone_id, ("CREATE", record("CNAME", f"www.{name}", name)))
    message = f"[RRSet of type A with DNS name www.{name}. is not permitted because a conflicting RRSet of type "
    refuses_batch(aws, message, zone_id, ("CREATE", record("A", f"www.{name}", "192.0.2.1")))


@case(
    "Names are listed in lower case, with odd characters as octal escapes",
    known_from=documented("R53DG DomainNameFormat"),
    moto=GAP,
)
def names_as_listed(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    change(aws, zone_id, ("CREATE", text(f"*.{name}", "x")), ("CREATE", text(f"WWW.{name}", "x")))
    assert [each["Name"] for each in own_record_sets(aws, zone_id)] == [f"\\052.{name}.", f"www.{name}."]


# Groups:


@case(
    "A simple record set does not stand beside weighted ones",
    known_from=captured("chef-boneyard/route53 issue 100"),
    moto=GAP,
)
def simple_beside_weighted(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    change(aws, zone_id, ("CREATE", weighted(f"www.{name}", "a", 1)))
    what = f"RRSet with DNS name www.{name}., type TXT"
    message = f"[{what} cannot be created as other RRSets exist with the same name and type.]"
    refuses_batch(aws, message, zone_id, ("CREATE", text(f"www.{name}", "x")))


@case(
    "A multivalue record set does not stand beside a simple one",
    known_from=captured("cert-manager/cert-manager issue 5388"),
    moto=GAP,
)
def multivalue_beside_simple(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    change(aws, zone_id, ("CREATE", text(f"www.{name}", "x")))
    message = "cannot be created because a non multivalue answer rrset exists with the same name and type."
    multivalue = text(f"www.{name}", "y", SetIdentifier="a", MultiValueAnswer=True)
    refuses_batch(aws, message, zone_id, ("CREATE", multivalue))


@case(
    "A batch may replace a simple record set by weighted ones",
    known_from=documented("API ChangeResourceRecordSets, transactional changes"),
    moto=SAME,
)
def simple_becomes_weighted(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    simple = text(f"www.{name}", "x")
    change(aws, zone_id, ("CREATE", simple))
    change(aws, zone_id, ("DELETE", simple), *(("CREATE", weighted(f"www.{name}", each, 1)) for each in "ab"))
    assert [each["SetIdentifier"] for each in own_record_sets(aws, zone_id)] == ["a", "b"]


# Batches:


@case("What is there is not created again", known_from=captured("kubernetes-sigs/external-dns issue 5939"), moto=GAP)
def created_twice(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    change(aws, zone_id, ("CREATE", text(f"www.{name}", "x")))
    message = f"[Tried to create resource record set [name='www.{name}.', type='TXT'] but it already exists]"
    refuses_batch(aws, message, zone_id, ("CREATE", text(f"www.{name}", "y")))


@case(
    "A refused record set with a routing policy is named with its set identifier",
    known_from=captured("barnybug/cli53 issue 317"),
    moto=GAP,
)
def weighted_created_twice(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    change(aws, zone_id, ("CREATE", weighted(f"www.{name}", "a", 1)))
    what = f"[name='www.{name}.', type='TXT', set-identifier='a']"
    message = f"[Tried to create resource record set {what} but it already exists]"
    refuses_batch(aws, message, zone_id, ("CREATE", weighted(f"www.{name}", "a", 2)))


@case("What is not there is not deleted", known_from=captured("presslabs/zinc issue 252"), moto=GAP)
def deleted_without_being_there(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    message = f"[Tried to delete resource record set [name='www.{name}.', type='TXT'] but it was not found]"
    refuses_batch(aws, message, zone_id, ("DELETE", text(f"www.{name}", "x")))


@case(
    "A delete needs every value as it is now",
    known_from=captured("kubernetes-sigs/external-dns issue 732"),
    moto=GAP,
)
def deleted_with_other_values(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    change(aws, zone_id, ("CREATE", text(f"www.{name}", "x")))
    what = f"[name='www.{name}.', type='TXT']"
    message = f"[Tried to delete resource record set {what} but the values provided do not match the current values]"
    for stale in (text(f"www.{name}", "y"), text(f"www.{name}", "x", ttl=5)):
        refuses_batch(aws, message, zone_id, ("DELETE", stale))


@case(
    "A delete takes the record set with that name, type and set identifier, and no other",
    known_from=documented("API ChangeResourceRecordSets"),
    moto=GAP,
)
def delete_takes_one(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    a, b, other = weighted(f"www.{name}", "a", 1), weighted(f"www.{name}", "b", 1), weighted(f"api.{name}", "a", 1)
    change(aws, zone_id, ("CREATE", a), ("CREATE", b), ("CREATE", other))
    change(aws, zone_id, ("DELETE", a))
    left = [(each["Name"], each["SetIdentifier"]) for each in own_record_sets(aws, zone_id)]
    assert left == [(f"api.{name}.", "a"), (f"www.{name}.", "b")]


@case("An upsert creates and replaces", known_from=documented("API ChangeResourceRecordSets, UPSERT"), moto=SAME)
def upsert(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    change(aws, zone_id, ("UPSERT", text(f"www.{name}", "old")))
    change(aws, zone_id, ("UPSERT", text(f"www.{name}", "new", ttl=5)))
    assert own_record_sets(aws, zone_id) == [text(f"www.{name}.", "new", ttl=5)]


@case(
    "All that is wrong in a batch is listed in one refusal",
    known_from=captured("kubernetes-sigs/external-dns issue 5939"),
    moto=GAP,
)
def several_faults(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    both = [text(f"{label}.{name}", "x") for label in "ab"]
    change(aws, zone_id, *(("CREATE", each) for each in both))
    message = ", ".join(
        f"Tried to create resource record set [name='{each['Name']}.', type='TXT'] but it already exists"
        for each in both
    )
    refuses_batch(aws, f"[{message}]", zone_id, *(("CREATE", each) for each in both))


@case(
    "A batch is applied whole or not at all",
    known_from=documented("API ChangeResourceRecordSets, transactional changes"),
    moto=GAP,
)
def half_a_batch(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    good, bad = text(f"good.{name}", "x"), text(f"bad.{name}", "x")
    refuses_batch(aws, None, zone_id, ("CREATE", good), ("DELETE", bad))
    assert own_record_sets(aws, zone_id) == []


@case(
    "A batch does one thing to a record set once",
    known_from=captured("schwamster/serverless-certificate-creator issue 28"),
    moto=GAP,
)
def same_change_twice(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    message = f"[The request contains an invalid set of changes for a resource record set 'TXT www.{name}.']"
    twice = text(f"www.{name}", "x")
    refuses_batch(aws, message, zone_id, ("CREATE", twice), ("CREATE", twice))


def _many(name: str, count: int, value: str) -> Sequence[tuple[str, dict[str, Any]]]:
    return [("UPSERT", text(f"n{number}.{name}", value)) for number in range(count)]


@case(
    "A batch has 1,000 records at most; those of an upsert count twice",
    known_from=captured("DNSControl/dnscontrol issues 493 and 1114"),
    moto=GAP,
)
def too_many_records(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    refuses_batch(aws, "[Number of records limit of 1000 exceeded.]", zone_id, *_many(name, 501, "x"))


@case(
    "The values of a batch have 32,000 characters at most; those of an upsert count twice",
    known_from=captured("DNSControl/dnscontrol issue 908"),
    moto=GAP,
)
def too_many_characters(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    refuses_batch(aws, "[RDATA character limit of 32000 exceeded.]", zone_id, *_many(name, 70, "x" * 250))


# Lists and changes:


@case("Record sets are listed by reversed labels", known_from=documented("API ListResourceRecordSets"), moto=SAME)
def order(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    labels = ["b", "a.b", "a", "c.a"]
    change(aws, zone_id, *(("CREATE", text(f"{each}.{name}", "x")) for each in labels))
    listed = [each["Name"].removesuffix(f".{name}.") for each in own_record_sets(aws, zone_id)]
    assert listed == ["a", "c.a", "b", "a.b"]


@case("A hyphen is listed before the end of a label", known_from=documented("API ListResourceRecordSets"), moto=GAP)
def order_of_hyphens(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    labels = ["a", "c.a", "a-b", "c.a-b"]
    change(aws, zone_id, *(("CREATE", text(f"{each}.{name}", "x")) for each in labels))
    listed = [each["Name"].removesuffix(f".{name}.") for each in own_record_sets(aws, zone_id)]
    assert listed == ["a-b", "c.a-b", "a", "c.a"]


@case(
    "A page may end inside a weighted group, and the next goes on there",
    known_from=documented("API ListResourceRecordSets, NextRecordIdentifier"),
    moto=GAP,
)
def page_within_a_group(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    change(aws, zone_id, *(("CREATE", weighted(f"www.{name}", each, 1)) for each in "abc"))
    paginator = route53(aws).get_paginator("list_resource_record_sets")
    pages = paginator.paginate(HostedZoneId=zone_id, PaginationConfig={"PageSize": 2})
    listed = [each.get("SetIdentifier") for page in pages for each in page["ResourceRecordSets"]]
    assert listed == [None, None, "a", "b", "c"]


@case(
    "A list begins at a type only with a name",
    known_from=documented("API ListResourceRecordSets, InvalidInput"),
    moto=SAME,
)
def type_without_name(aws: Account) -> None:
    zone_id, _ = create_zone(aws)
    method = route53(aws).list_resource_record_sets
    aws.refuses("InvalidInput", 400, None, method, HostedZoneId=zone_id, StartRecordType="TXT")


@case(
    "A change is PENDING at first, then INSYNC",
    known_from=documented("API GetChange"),
    moto=GAP,
)
def pending_then_in_sync(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    submitted = change(aws, zone_id, ("CREATE", text(f"www.{name}", "x")))["ChangeInfo"]

    def is_in_sync() -> None:
        assert route53(aws).get_change(Id=submitted["Id"])["ChangeInfo"]["Status"] == "INSYNC"

    assert submitted["Status"] == "PENDING"
    aws.eventually(is_in_sync, timeout=120)


@case("A change that was never made is not found", known_from=captured("boto/botocore pull request 543"), moto=GAP)
def no_such_change(aws: Account) -> None:
    message = "Could not find resource with ID: C15RYMEZ8RZJFM"
    aws.refuses("NoSuchChange", 404, message, route53(aws).get_change, Id="C15RYMEZ8RZJFM")


# Answers:


def answer(aws: Account, zone_id: str, name: str, kind: str = "TXT") -> tuple[str, list[str]]:
    """What TestDNSAnswer says: the response code and the data."""
    tested = route53(aws).test_dns_answer(HostedZoneId=zone_id, RecordName=name, RecordType=kind)
    return str(tested["ResponseCode"]), sorted(tested["RecordData"])


@case("TestDNSAnswer says what is answered for a record", known_from=documented("API TestDNSAnswer"), moto=GAP)
def tested_answer(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    change(aws, zone_id, ("CREATE", text(f"www.{name}", "x")))
    aws.eventually(lambda: _expect(answer(aws, zone_id, f"www.{name}"), ("NOERROR", ['"x"'])), timeout=120)
    assert answer(aws, zone_id, f"none.{name}") == ("NXDOMAIN", [])


@case(
    "A record set of weight 0 is not answered beside one with a weight",
    known_from=documented("R53DG routing-policy-weighted"),
    moto=GAP,
)
def weight_zero(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    change(aws, zone_id, *(("CREATE", weighted(f"www.{name}", *each)) for each in (("a", 1), ("b", 0))))
    aws.eventually(lambda: _expect(answer(aws, zone_id, f"www.{name}"), ("NOERROR", ['"a"'])), timeout=120)
    assert {answer(aws, zone_id, f"www.{name}")[1][0] for _ in range(10)} == {'"a"'}


@case(
    "A multivalue group is answered with the values of all its record sets",
    known_from=documented("API ResourceRecordSet, MultiValueAnswer"),
    moto=GAP,
)
def multivalue_answer(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    group = [record("A", f"www.{name}", f"192.0.2.{n}", SetIdentifier=str(n), MultiValueAnswer=True) for n in (1, 2)]
    change(aws, zone_id, *(("CREATE", each) for each in group))
    expected = ("NOERROR", ["192.0.2.1", "192.0.2.2"])
    aws.eventually(lambda: _expect(answer(aws, zone_id, f"www.{name}", "A"), expected), timeout=120)


@case(
    "The mask of a client's subnet is of its address",
    known_from=documented("API TestDNSAnswer, EDNS0ClientSubnetMask"),
    moto=GAP,
)
def subnet_mask(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    asked = {"HostedZoneId": zone_id, "RecordName": name, "RecordType": "SOA"}
    subnet = {"EDNS0ClientSubnetIP": "192.0.2.44", "EDNS0ClientSubnetMask": "33"}
    aws.refuses("InvalidInput", 400, None, route53(aws).test_dns_answer, **asked, **subnet)


def _expect(seen: object, expected: object) -> None:
    assert seen == expected
