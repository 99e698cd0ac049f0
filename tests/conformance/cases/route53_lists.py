"""Route 53: the order and the pages of lists of record sets."""

from __future__ import annotations

from tests.conformance.case import GAP, SAME, Account, case, documented
from tests.conformance.cases.route53_zones import change, create_zone, route53
from tests.conformance.route53_made import own_record_sets, text, weighted

SERVICE = "route53"


# Lists and changes:


@case(
    "ListResourceRecordSets sorts by name with the labels reversed",
    known_from=documented("API ListResourceRecordSets"),
    moto=SAME,
)
def order(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    labels = ["b", "a.b", "a", "c.a"]
    change(aws, zone_id, *(("CREATE", text(f"{each}.{name}", "x")) for each in labels))
    listed = [each["Name"].removesuffix(f".{name}.") for each in own_record_sets(aws, zone_id)]
    assert listed == ["a", "c.a", "b", "a.b"]


@case(
    "ListResourceRecordSets sorts a-b before a, and the names below a-b before a",
    known_from=documented("API ListResourceRecordSets"),
    moto=GAP,
)
def order_of_hyphens(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    labels = ["a", "c.a", "a-b", "c.a-b"]
    change(aws, zone_id, *(("CREATE", text(f"{each}.{name}", "x")) for each in labels))
    listed = [each["Name"].removesuffix(f".{name}.") for each in own_record_sets(aws, zone_id)]
    assert listed == ["a-b", "c.a-b", "a", "c.a"]


@case(
    "A page of ListResourceRecordSets can end inside a weighted group, and the next page continues there",
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
    "ListResourceRecordSets rejects StartRecordType without StartRecordName (InvalidInput)",
    known_from=documented("API ListResourceRecordSets, InvalidInput"),
    moto=SAME,
)
def type_without_name(aws: Account) -> None:
    zone_id, _ = create_zone(aws)
    method = route53(aws).list_resource_record_sets
    aws.refuses("InvalidInput", 400, None, method, HostedZoneId=zone_id, StartRecordType="TXT")
