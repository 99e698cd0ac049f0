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
    "A TXT value must be in quotation marks; the error names the value and InvalidCharacterString (InvalidChangeBatch)",
    known_from=documented("AWS Knowledge Center, InvalidCharacterString"),
    moto=GAP,
)
def text_without_quotes(aws: Account) -> None:
    reason = "InvalidCharacterString (Value should be enclosed in quotation marks)"
    refuses_value(aws, "TXT", reason, "site", '"site')


@case(
    "A string in a TXT value must not exceed 255 characters (InvalidChangeBatch, CharacterStringTooLong)",
    known_from=captured("boto/boto3 issue 1462"),
    moto=GAP,
)
def string_too_long(aws: Account) -> None:
    refuses_value(aws, "TXT", "CharacterStringTooLong (Value is too long)", f'"{"x" * 256}"')


@case(
    "A TXT value of several strings is stored as sent, with or without a space between the strings",
    known_from=captured("aws/aws-sdk-js-v3 issue 5626, DNSControl/dnscontrol issue 2854"),
    moto=SAME,
)
def several_strings(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    for value in (f'"{"x" * 255}" "y"', '"a""b"'):
        change(aws, zone_id, ("UPSERT", record("TXT", f"www.{name}", value)))
        assert own_record_sets(aws, zone_id)[0]["ResourceRecords"] == [{"Value": value}]


@case(
    "An A record's value must be an IPv4 address (InvalidChangeBatch, ARRDATAIllegalIPv4Address)",
    known_from=captured("gomodules/dns issue 7"),
    moto=GAP,
)
def illegal_address(aws: Account) -> None:
    reason = "ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)"
    refuses_value(aws, "A", reason, "ns-738.awsdns-28.net.", "192.0.2.256")


@case(
    "An A record's value must not contain spaces (InvalidChangeBatch, ARRDATANotSingleField)",
    known_from=captured("danpilch/aws-dyndns issue 3"),
    moto=GAP,
)
def two_addresses_in_a_value(aws: Account) -> None:
    refuses_value(aws, "A", "ARRDATANotSingleField (Value contains spaces)", "192.0.2.1, 192.0.2.1")


@case(
    "An MX record's value needs a preference and a name (InvalidChangeBatch, MXRRDATANotTwoFields)",
    known_from=captured("GSA-TTS/dns pull request 373"),
    moto=GAP,
)
def mail_exchanger_without_preference(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    refuses_batch(aws, "MXRRDATANotTwoFields", zone_id, ("CREATE", record("MX", name, f"mail.{name}")))


@case(
    "A record set can't have the same value twice (InvalidChangeBatch)",
    known_from=captured("kubernetes-sigs/external-dns pull request 6019"),
    moto=GAP,
)
def value_twice(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    twice = record("A", f"www.{name}", "192.0.2.1", "192.0.2.1")
    refuses_batch(aws, "[Duplicate Resource Record: '192.0.2.1']", zone_id, ("CREATE", twice))


@case(
    "A record type outside the enumeration is rejected (InvalidInput)",
    known_from=documented("API ResourceRecordSet, enumeration of Type"),
    moto=GAP,
)
def unknown_type(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    refuses_batch(aws, None, zone_id, ("CREATE", record("BOGUS", f"www.{name}", "x")), code="InvalidInput")


@case(
    "A record set's TTL must not exceed 2147483647 seconds (InvalidInput)",
    known_from=documented("API ResourceRecordSet, maximum of TTL"),
    moto=GAP,
)
def ttl_too_large(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    refuses_batch(aws, None, zone_id, ("CREATE", text(f"www.{name}", "x", ttl=2**31)), code="InvalidInput")


@case(
    "A record set needs ResourceRecords and a TTL, or an AliasTarget (InvalidInput)",
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


@case(
    "A record set with an AliasTarget can't have a TTL and ResourceRecords (InvalidInput)",
    known_from=captured("agorapulse/grails-aws-sdk issue 95"),
    moto=GAP,
)
def alias_with_ttl(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    alias = {"HostedZoneId": zone_id, "DNSName": f"b.{name}", "EvaluateTargetHealth": False}
    both = record("A", f"www.{name}", "192.0.2.1", AliasTarget=alias)
    refuses_batch(aws, "but found more than one in Change with", zone_id, ("CREATE", both), code="InvalidInput")


# Names:


@case(
    "A record set's name must be the zone's name or end with a dot and the zone's name (InvalidChangeBatch)",
    known_from=captured("meltwater/terraform-aws-asg-dns-handler issue 38"),
    moto=GAP,
)
def outside_the_zone(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    for outside in (f"x-{name}", "www.example.org"):
        message = f"[RRSet with DNS name {outside}. is not permitted in zone {name}.]"
        refuses_batch(aws, message, zone_id, ("CREATE", text(outside, "x")))


@case(
    "A record set's name can't have an empty label (InvalidChangeBatch, DomainLabelEmpty)",
    known_from=captured("GSA-TTS/dns pull request 101"),
    moto=GAP,
)
def empty_label(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    message = f"FATAL problem: DomainLabelEmpty (Domain label is empty) encountered with 'a..{name}'"
    refuses_batch(aws, message, zone_id, ("CREATE", text(f"a..{name}", "x")))


@case(
    "A CNAME record can't have the zone's own name (InvalidChangeBatch)",
    known_from=documented("R53DG ResourceRecordTypes, CNAME"),
    moto=GAP,
)
def cname_at_apex(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    refuses_batch(aws, None, zone_id, ("CREATE", record("CNAME", name, "b.two-regions.com")))


@case(
    "A CNAME record can't be created at a name that has other records (InvalidChangeBatch)",
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
    "An A record can't be created at a name that has a CNAME record (InvalidChangeBatch)",
    known_from=captured("RJPearson94/terraform-aws-open-next issue 24"),
    moto=GAP,
)
def others_beside_cname(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    change(aws, zone_id, ("CREATE", record("CNAME", f"www.{name}", name)))
    message = f"[RRSet of type A with DNS name www.{name}. is not permitted because a conflicting RRSet of type "
    refuses_batch(aws, message, zone_id, ("CREATE", record("A", f"www.{name}", "192.0.2.1")))


@case(
    "ListResourceRecordSets returns names in lower case, and an asterisk as \\052",
    known_from=documented("R53DG DomainNameFormat"),
    moto=GAP,
)
def names_as_listed(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    change(aws, zone_id, ("CREATE", text(f"*.{name}", "x")), ("CREATE", text(f"WWW.{name}", "x")))
    assert [each["Name"] for each in own_record_sets(aws, zone_id)] == [f"\\052.{name}.", f"www.{name}."]
