"""Route 53: hosted zones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.conformance.account import sent_as
from tests.conformance.case import GAP, SAME, Account, captured, case, documented, unverified

SERVICE = "route53"


def route53(aws: Account) -> Any:
    """The client. Route 53 has one endpoint for all regions."""
    return aws.client("route53", "us-east-1")


def new_zone_name(aws: Account) -> str:
    """A name that is not registered."""
    return f"{aws.name('zone')}-two-regions.com"


def create_zone(aws: Account, name: str = "") -> tuple[str, str]:
    """A public hosted zone, which is emptied and deleted at the end: its id and its name."""
    name = name or new_zone_name(aws)
    created = route53(aws).create_hosted_zone(Name=name, CallerReference=aws.name("reference"))
    zone_id = created["HostedZone"]["Id"].removeprefix("/hostedzone/")
    aws.clean_up(_delete_zone, aws, zone_id, name)
    return zone_id, name


def _delete_zone(aws: Account, zone_id: str, name: str) -> None:
    listed = list_record_sets(aws, zone_id)
    doomed = [each for each in listed if each["Name"] != f"{name.lower()}." or each["Type"] not in ("SOA", "NS")]
    if doomed:
        change(aws, zone_id, *(("DELETE", each) for each in doomed))
    route53(aws).delete_hosted_zone(Id=zone_id)


def change(aws: Account, zone_id: str, *changes: tuple[str, dict[str, Any]]) -> Any:
    """Send one batch: pairs of an action and a record set."""
    return route53(aws).change_resource_record_sets(**batch(zone_id, changes))


def batch(zone_id: str, changes: Sequence[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    """The parameters of `change_resource_record_sets`."""
    listed = [{"Action": action, "ResourceRecordSet": each} for action, each in changes]
    return {"HostedZoneId": zone_id, "ChangeBatch": {"Changes": listed}}


def list_record_sets(aws: Account, zone_id: str) -> list[dict[str, Any]]:
    """The record sets of a zone, of all pages."""
    pages = route53(aws).get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone_id)
    return [each for page in pages for each in page["ResourceRecordSets"]]


def record(kind: str, name: str, *values: str, ttl: int = 60, **members: Any) -> dict[str, Any]:
    """A record set in botocore's shape."""
    records = [{"Value": value} for value in values]
    return {"Name": name, "Type": kind, "TTL": ttl, "ResourceRecords": records, **members}


@case(
    "CreateHostedZone rejects example.com and names below example.org, as reserved by AWS (InvalidDomainName)",
    known_from=captured(
        "awslabs/aws-saas-boost issue 404; code: aws-samples/sample-agentic-value-accelerator pull request 126"
    ),
    moto=GAP,
)
def reserved_name(aws: Account) -> None:
    for name in ("example.com", "lab.example.org"):
        asked = {"Name": name, "CallerReference": aws.name("reference")}
        message = f"{name} is reserved by AWS!"
        aws.refuses("InvalidDomainName", 400, message, route53(aws).create_hosted_zone, **asked)


@case(
    "CreateHostedZone rejects a name of a single label (InvalidDomainName)",
    known_from=captured("awslabs/aws-saas-boost issue 404, sentence; code by CreateHostedZone"),
    moto=GAP,
)
def top_level_domain(aws: Account) -> None:
    name = aws.name("zone")
    asked = {"Name": name, "CallerReference": aws.name("reference")}
    aws.refuses("InvalidDomainName", 400, f"{name} is reserved by AWS!", route53(aws).create_hosted_zone, **asked)


@case(
    "CreateHostedZone rejects a name with a space (InvalidDomainName)",
    known_from=documented("R53DG DomainNameFormat"),
    moto=GAP,
)
def space_in_name(aws: Account) -> None:
    asked = {"Name": f"two words.{new_zone_name(aws)}", "CallerReference": aws.name("reference")}
    aws.refuses("InvalidDomainName", 400, None, route53(aws).create_hosted_zone, **asked)


@case(
    "CreateHostedZone rejects a label of more than 63 bytes (InvalidDomainName)",
    known_from=documented("R53DG DomainNameFormat"),
    moto=GAP,
)
def label_too_long(aws: Account) -> None:
    asked = {"Name": f"{'a' * 64}.{new_zone_name(aws)}", "CallerReference": aws.name("reference")}
    aws.refuses("InvalidDomainName", 400, None, route53(aws).create_hosted_zone, **asked)


@case(
    "CreateHostedZone rejects a CallerReference that another hosted zone has (HostedZoneAlreadyExists, 409)",
    known_from=captured("saltstack/salt issue 40655; 409 by HostedZoneAlreadyExists"),
    moto=GAP,
)
def caller_reference_reused(aws: Account) -> None:
    asked = {"Name": new_zone_name(aws), "CallerReference": aws.name("reference")}
    created = route53(aws).create_hosted_zone(**asked)
    aws.clean_up(route53(aws).delete_hosted_zone, Id=created["HostedZone"]["Id"])
    message = "A hosted zone has already been created with the specified caller reference."
    aws.refuses("HostedZoneAlreadyExists", 409, message, route53(aws).create_hosted_zone, **asked)


@case(
    "CreateHostedZone rejects the CallerReference of a deleted hosted zone (HostedZoneAlreadyExists, 409)",
    known_from=captured("saltstack/salt issue 40655"),
    moto=GAP,
)
def caller_reference_of_deleted_zone(aws: Account) -> None:
    asked = {"Name": new_zone_name(aws), "CallerReference": aws.name("reference")}
    created = route53(aws).create_hosted_zone(**asked)
    route53(aws).delete_hosted_zone(Id=created["HostedZone"]["Id"])
    aws.refuses("HostedZoneAlreadyExists", 409, None, route53(aws).create_hosted_zone, **asked)


@case(
    "A hosted zone has four name servers, one each under .com, .net, .org and .co.uk",
    known_from=documented("R53DG SOA-NSrecords"),
    moto=SAME,
)
def four_name_servers(aws: Account) -> None:
    zone_id, _ = create_zone(aws)
    hosts = route53(aws).get_hosted_zone(Id=zone_id)["DelegationSet"]["NameServers"]
    assert sorted(host.split(".", 2)[2] for host in hosts) == ["co.uk", "com", "net", "org"]


@case(
    "A new hosted zone has an NS record set with TTL 172800 and a SOA record set with TTL 900",
    known_from=documented("R53DG SOA-NSrecords"),
    moto=SAME,
)
def first_record_sets(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    listed = [(each["Name"], each["Type"], each["TTL"]) for each in list_record_sets(aws, zone_id)]
    assert listed == [(f"{name}.", "NS", 172800), (f"{name}.", "SOA", 900)]


@case(
    "GetHostedZone returns the zone's name in lower case and with a final dot",
    known_from=documented("R53DG DomainNameFormat"),
    moto=GAP,
)
def name_in_lower_case(aws: Account) -> None:
    name = new_zone_name(aws)
    zone_id, _ = create_zone(aws, name.upper())
    assert route53(aws).get_hosted_zone(Id=zone_id)["HostedZone"]["Name"] == f"{name}."


@case(
    "GetHostedZone returns NoSuchHostedZone (404) for an unknown ID, and the message contains the ID",
    known_from=captured("terraform-aws-modules/terraform-aws-acm issue 119"),
    moto=SAME,
)
def no_such_zone(aws: Account) -> None:
    message = "No hosted zone found with ID: Z0000000NOSUCHZONE"
    aws.refuses("NoSuchHostedZone", 404, message, route53(aws).get_hosted_zone, Id="Z0000000NOSUCHZONE")


@case(
    "DeleteHostedZone returns HostedZoneNotEmpty while the zone has record sets besides its NS and SOA",
    known_from=captured("gruntwork-io/cloud-nuke issue 743"),
    moto=GAP,
)
def zone_not_empty(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    change(aws, zone_id, ("CREATE", record("A", f"www.{name}", "192.0.2.1")))
    message = "The specified hosted zone contains non-required resource record sets"
    aws.refuses("HostedZoneNotEmpty", 400, message, route53(aws).delete_hosted_zone, Id=zone_id)


@case(
    "ChangeResourceRecordSets can't delete a zone's own NS record set (InvalidChangeBatch)",
    known_from=captured("airbnb/zonify issue 1"),
    moto=GAP,
)
def own_name_servers_stay(aws: Account) -> None:
    zone_id, _ = create_zone(aws)
    own = list_record_sets(aws, zone_id)[0]
    message = "A HostedZone must contain at least one NS record for the zone itself."
    refused = route53(aws).change_resource_record_sets
    aws.refuses("InvalidChangeBatch", 400, message, refused, **batch(zone_id, [("DELETE", own)]))


@case(
    "GetHostedZone returns NoSuchHostedZone (404) for a deleted hosted zone",
    known_from=documented("API DeleteHostedZone"),
    moto=SAME,
)
def deleted_zone(aws: Account) -> None:
    zone_id, _ = create_zone(aws)
    route53(aws).delete_hosted_zone(Id=zone_id)
    aws.refuses("NoSuchHostedZone", 404, None, route53(aws).get_hosted_zone, Id=zone_id)


@case(
    "ListHostedZonesByName starts at the first zone whose name is DNSName or sorts after it",
    known_from=documented("API ListHostedZonesByName"),
    moto=GAP,
)
def zones_by_name(aws: Account) -> None:
    parent = new_zone_name(aws)
    for label in ("b", "d"):
        create_zone(aws, f"{label}.{parent}")
    listed = route53(aws).list_hosted_zones_by_name(DNSName=f"c.{parent}", MaxItems="1")
    assert [zone["Name"] for zone in listed["HostedZones"]] == [f"d.{parent}."]


@case(
    "ListHostedZones returns NoSuchDelegationSet (400) for a DelegationSetId that doesn't exist",
    known_from=documented("API ListHostedZones, NoSuchDelegationSet"),
    moto=GAP,
)
def zones_of_no_delegation_set(aws: Account) -> None:
    listed = route53(aws).list_hosted_zones
    aws.refuses("NoSuchDelegationSet", 400, None, listed, DelegationSetId="N0000000000000000000")


@case(
    "The pages of ListHostedZones together list each zone exactly once",
    known_from=documented("API ListHostedZones"),
    moto=SAME,
)
def zones_by_page(aws: Account) -> None:
    made = {create_zone(aws)[0] for _ in range(3)}
    pages = route53(aws).get_paginator("list_hosted_zones").paginate(PaginationConfig={"PageSize": 2})
    listed = [zone["Id"].removeprefix("/hostedzone/") for page in pages for zone in page["HostedZones"]]
    assert made <= set(listed)
    assert len(listed) == len(set(listed))


@case(
    "UpdateHostedZoneComment replaces the comment that GetHostedZone returns",
    known_from=documented("API UpdateHostedZoneComment"),
    moto=SAME,
)
def comment(aws: Account) -> None:
    zone_id, _ = create_zone(aws)
    route53(aws).update_hosted_zone_comment(Id=zone_id, Comment="new")
    assert route53(aws).get_hosted_zone(Id=zone_id)["HostedZone"]["Config"]["Comment"] == "new"


@case(
    "GetHostedZoneLimit returns a limit of at least 10,000 record sets, and counts 2 in a new zone",
    known_from=documented("R53DG DNSLimitations"),
    moto=GAP,
)
def zone_limit(aws: Account) -> None:
    zone_id, _ = create_zone(aws)
    limit = route53(aws).get_hosted_zone_limit(HostedZoneId=zone_id, Type="MAX_RRSETS_BY_ZONE")
    assert (limit["Limit"]["Value"] >= 10_000, limit["Count"]) == (True, 2)


@case(
    "GetHostedZoneLimit rejects MAX_VPCS_ASSOCIATED_BY_ZONE for a public zone (HostedZoneNotPrivate)",
    known_from=documented("API GetHostedZoneLimit, HostedZoneNotPrivate"),
    moto=GAP,
)
def limit_of_private_zones(aws: Account) -> None:
    zone_id, _ = create_zone(aws)
    asked = {"HostedZoneId": zone_id, "Type": "MAX_VPCS_ASSOCIATED_BY_ZONE"}
    aws.refuses("HostedZoneNotPrivate", 400, None, route53(aws).get_hosted_zone_limit, **asked)


@case(
    "AssociateVPCWithHostedZone rejects a public zone (PublicZoneVPCAssociation)",
    known_from=documented("API AssociateVPCWithHostedZone, PublicZoneVPCAssociation"),
    moto=SAME,
    on_aws="it needs a VPC",
)
def vpc_of_public_zone(aws: Account) -> None:
    zone_id, _ = create_zone(aws)
    vpc = {"VPCRegion": "eu-west-1", "VPCId": "vpc-00000000000000000"}
    asked = {"HostedZoneId": zone_id, "VPC": vpc}
    aws.refuses("PublicZoneVPCAssociation", 400, None, route53(aws).associate_vpc_with_hosted_zone, **asked)


@case(
    "ChangeTagsForResource adds, replaces and removes a hosted zone's tags",
    known_from=documented("API ChangeTagsForResource"),
    moto=SAME,
)
def tags(aws: Account) -> None:
    resource = {"ResourceType": "hostedzone", "ResourceId": create_zone(aws)[0]}
    added = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
    route53(aws).change_tags_for_resource(**resource, AddTags=added)
    route53(aws).change_tags_for_resource(**resource, AddTags=[{"Key": "a", "Value": "3"}], RemoveTagKeys=["b"])
    listed = route53(aws).list_tags_for_resource(**resource)["ResourceTagSet"]["Tags"]
    assert listed == [{"Key": "a", "Value": "3"}]


@case(
    "ListHostedZones rejects a MaxItems that isn't a number (InvalidInput)",
    known_from=documented("API ListHostedZones, InvalidInput"),
    moto=GAP,
)
def page_size(aws: Account) -> None:
    aws.refuses("InvalidInput", 400, None, route53(aws).list_hosted_zones, MaxItems="many")


@case(
    "ChangeResourceRecordSets accepts XML sent with the content type of a form",
    known_from=unverified("its API Reference asks for no content type, and curl calls everything a form"),
    moto=GAP,
)
def called_a_form(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    with sent_as(route53(aws), "application/x-www-form-urlencoded"):
        change(aws, zone_id, ("CREATE", record("TXT", name, '"text"')))
    assert [each["Type"] for each in list_record_sets(aws, zone_id) if each["Type"] == "TXT"] == ["TXT"]
