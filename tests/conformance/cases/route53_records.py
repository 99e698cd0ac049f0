"""Route 53: the names, types and values of record sets."""

from __future__ import annotations

from tests.conformance.case import GAP, SAME, Account, captured, case, documented
from tests.conformance.cases.route53_zones import change, create_zone, record
from tests.conformance.route53_made import own_record_sets, refuses_batch, text

SERVICE = "route53"


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


@case(
    "A TTL is 2,147,483,647 seconds at most", known_from=documented("API ResourceRecordSet, maximum of TTL"), moto=GAP
)
def ttl_too_large(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    refuses_batch(aws, None, zone_id, ("CREATE", text(f"www.{name}", "x", ttl=2**31)), code="InvalidInput")


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
