"""Route 53: batches of changes, which are applied whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.conformance.case import GAP, SAME, Account, captured, case, documented
from tests.conformance.cases.route53_zones import change, create_zone, route53
from tests.conformance.route53_made import own_record_sets, refuses_batch, text, weighted

SERVICE = "route53"


# Batches:


@case(
    "CREATE rejects a record set that already exists (InvalidChangeBatch)",
    known_from=captured("kubernetes-sigs/external-dns issue 5939"),
    moto=GAP,
)
def created_twice(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    change(aws, zone_id, ("CREATE", text(f"www.{name}", "x")))
    message = f"[Tried to create resource record set [name='www.{name}.', type='TXT'] but it already exists]"
    refuses_batch(aws, message, zone_id, ("CREATE", text(f"www.{name}", "y")))


@case(
    "The error for creating an existing weighted record set names its set-identifier (InvalidChangeBatch)",
    known_from=captured("barnybug/cli53 issue 317"),
    moto=GAP,
)
def weighted_created_twice(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    change(aws, zone_id, ("CREATE", weighted(f"www.{name}", "a", 1)))
    what = f"[name='www.{name}.', type='TXT', set-identifier='a']"
    message = f"[Tried to create resource record set {what} but it already exists]"
    refuses_batch(aws, message, zone_id, ("CREATE", weighted(f"www.{name}", "a", 2)))


@case(
    "DELETE rejects a record set that doesn't exist (InvalidChangeBatch)",
    known_from=captured("presslabs/zinc issue 252"),
    moto=GAP,
)
def deleted_without_being_there(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    message = f"[Tried to delete resource record set [name='www.{name}.', type='TXT'] but it was not found]"
    refuses_batch(aws, message, zone_id, ("DELETE", text(f"www.{name}", "x")))


@case(
    "DELETE rejects a record set whose value or TTL differs from the current one (InvalidChangeBatch)",
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
    "DELETE removes only the record set with the given name, type and SetIdentifier",
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


@case(
    "UPSERT creates a record set, or replaces its values and TTL",
    known_from=documented("API ChangeResourceRecordSets, UPSERT"),
    moto=SAME,
)
def upsert(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    change(aws, zone_id, ("UPSERT", text(f"www.{name}", "old")))
    change(aws, zone_id, ("UPSERT", text(f"www.{name}", "new", ttl=5)))
    assert own_record_sets(aws, zone_id) == [text(f"www.{name}.", "new", ttl=5)]


@case(
    "The error message for a batch lists all rejected changes (InvalidChangeBatch)",
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
    "If Route 53 rejects one change of a batch, it applies none of the batch",
    known_from=documented("API ChangeResourceRecordSets, transactional changes"),
    moto=GAP,
)
def half_a_batch(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    good, bad = text(f"good.{name}", "x"), text(f"bad.{name}", "x")
    refuses_batch(aws, None, zone_id, ("CREATE", good), ("DELETE", bad))
    assert own_record_sets(aws, zone_id) == []


@case(
    "A batch can't contain the same change twice (InvalidChangeBatch)",
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
    "A batch must not exceed 1,000 records, and UPSERT counts each record twice (InvalidChangeBatch)",
    known_from=captured("DNSControl/dnscontrol issues 493 and 1114"),
    moto=GAP,
)
def too_many_records(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    refuses_batch(aws, "[Number of records limit of 1000 exceeded.]", zone_id, *_many(name, 501, "x"))


@case(
    "A batch's values must not exceed 32,000 characters, and UPSERT counts them twice (InvalidChangeBatch)",
    known_from=captured("DNSControl/dnscontrol issue 908"),
    moto=GAP,
)
def too_many_characters(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    refuses_batch(aws, "[RDATA character limit of 32000 exceeded.]", zone_id, *_many(name, 70, "x" * 250))


@case(
    "A change has the status PENDING at first, then INSYNC",
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


@case(
    "GetChange returns NoSuchChange (404) for an unknown change ID, and the message contains the ID",
    known_from=captured("boto/botocore pull request 543"),
    moto=GAP,
)
def no_such_change(aws: Account) -> None:
    message = "Could not find resource with ID: C15RYMEZ8RZJFM"
    aws.refuses("NoSuchChange", 404, message, route53(aws).get_change, Id="C15RYMEZ8RZJFM")
