"""Route 53: record sets with a routing policy, and which may stand beside each other."""

from __future__ import annotations

from tests.conformance.case import GAP, SAME, Account, captured, case, documented
from tests.conformance.cases.route53_zones import batch, change, create_zone, record, route53
from tests.conformance.route53_made import own_record_sets, refuses_batch, text, weighted

SERVICE = "route53"


@case(
    "A record set's Weight must not exceed 255 (InvalidInput)",
    known_from=documented("API ResourceRecordSet, maximum of Weight"),
    moto=GAP,
)
def weight_too_large(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    refuses_batch(aws, None, zone_id, ("CREATE", weighted(f"www.{name}", "a", 256)), code="InvalidInput")


# Members that go together:


@case(
    "A record set with a SetIdentifier needs a routing policy, such as Weight (InvalidInput)",
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
    "A record set with Weight or MultiValueAnswer, even false, needs a SetIdentifier (InvalidInput)",
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
    "A primary failover record set that isn't an alias needs a health check (InvalidChangeBatch)",
    known_from=captured("kubernetes-sigs/external-dns issue 2362"),
    moto=GAP,
)
def primary_without_check(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    message = "[A non-alias primary ResourceRecordSet must have an associated health check. No changes made.]"
    primary = text(f"www.{name}", "x", SetIdentifier="p", Failover="PRIMARY")
    refuses_batch(aws, message, zone_id, ("CREATE", primary))


@case(
    "A record set with a health check that doesn't exist is rejected (NoSuchHealthCheck, 404)",
    known_from=documented("API ChangeResourceRecordSets, NoSuchHealthCheck"),
    moto=GAP,
)
def unknown_check(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    bound = {**weighted(f"www.{name}", "a", 1), "HealthCheckId": "00000000-0000-4000-8000-000000000000"}
    method = route53(aws).change_resource_record_sets
    aws.refuses("NoSuchHealthCheck", 404, None, method, **batch(zone_id, [("CREATE", bound)]))


@case(
    "A weighted record set can't have two values (InvalidChangeBatch)",
    known_from=documented("API ResourceRecordSet, Weight: only one ResourceRecord"),
    moto=GAP,
)
def two_weighted_values(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    two = record("TXT", f"www.{name}", '"a"', '"b"', SetIdentifier="a", Weight=1)
    refuses_batch(aws, None, zone_id, ("CREATE", two))


# Groups:


@case(
    "A simple record set can't be created beside weighted ones of the same name and type (InvalidChangeBatch)",
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
    "A multivalue record set can't be created beside a simple one of the same name and type (InvalidChangeBatch)",
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
    "One batch can delete a simple record set and create weighted ones of the same name and type",
    known_from=documented("API ChangeResourceRecordSets, transactional changes"),
    moto=SAME,
)
def simple_becomes_weighted(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    simple = text(f"www.{name}", "x")
    change(aws, zone_id, ("CREATE", simple))
    change(aws, zone_id, ("DELETE", simple), *(("CREATE", weighted(f"www.{name}", each, 1)) for each in "ab"))
    assert [each["SetIdentifier"] for each in own_record_sets(aws, zone_id)] == ["a", "b"]
