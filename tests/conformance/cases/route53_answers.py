"""Route 53: what TestDNSAnswer says is answered."""

from __future__ import annotations

from tests.conformance.case import GAP, Account, case, documented
from tests.conformance.cases.route53_zones import change, create_zone, record, route53
from tests.conformance.route53_made import text, weighted

SERVICE = "route53"


# Answers:


def answer(aws: Account, zone_id: str, name: str, kind: str = "TXT") -> tuple[str, list[str]]:
    """What TestDNSAnswer says: the response code and the data."""
    tested = route53(aws).test_dns_answer(HostedZoneId=zone_id, RecordName=name, RecordType=kind)
    return str(tested["ResponseCode"]), sorted(tested["RecordData"])


@case(
    "TestDNSAnswer returns NOERROR with a record's values, or NXDOMAIN for a name without records",
    known_from=documented("API TestDNSAnswer"),
    moto=GAP,
)
def tested_answer(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    change(aws, zone_id, ("CREATE", text(f"www.{name}", "x")))
    aws.eventually(lambda: _expect(answer(aws, zone_id, f"www.{name}"), ("NOERROR", ['"x"'])), timeout=120)
    assert answer(aws, zone_id, f"none.{name}") == ("NXDOMAIN", [])


@case(
    "TestDNSAnswer never returns a record set of weight 0 while another one of the group has a weight above 0",
    known_from=documented("R53DG routing-policy-weighted"),
    moto=GAP,
)
def weight_zero(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    change(aws, zone_id, *(("CREATE", weighted(f"www.{name}", *each)) for each in (("a", 1), ("b", 0))))
    aws.eventually(lambda: _expect(answer(aws, zone_id, f"www.{name}"), ("NOERROR", ['"a"'])), timeout=120)
    assert {answer(aws, zone_id, f"www.{name}")[1][0] for _ in range(10)} == {'"a"'}


@case(
    "TestDNSAnswer returns the values of all record sets of a multivalue group",
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
    "TestDNSAnswer rejects an EDNS0ClientSubnetMask of 33 for an IPv4 address (InvalidInput)",
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
