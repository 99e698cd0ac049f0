"""Which objects a rule takes."""

from __future__ import annotations

from tests.kits.s3 import (
    DESTINATION,
    REPLICATION_ACTIONS,
    SOURCE,
    Kit,
    allow,
    keys,
    make_bucket,
    put,
    put_rules,
    rule,
    status,
)

TAGS_ONLY = {"ID": "tagged", "DeleteMarkerReplication": {"Status": "Disabled"}}


def test_an_object_from_before_the_rule_is_not_replicated_and_has_no_status(kit: Kit) -> None:
    put(kit, "before.html")
    put_rules(kit)
    put(kit, "after.html")
    kit.settle()

    assert keys(kit.singapore, DESTINATION) == {"after.html"}
    assert status(kit.ireland, SOURCE, "before.html") is None


def test_a_copy_in_place_replicates_an_object_from_before_the_rule(kit: Kit) -> None:
    put(kit)
    put_rules(kit)
    kit.ireland.copy_object(
        Bucket=SOURCE, Key="index.html", CopySource=f"{SOURCE}/index.html", MetadataDirective="REPLACE"
    )
    kit.settle()

    assert status(kit.singapore, DESTINATION) == "REPLICA"


def test_the_prefix_tax_copies_no_page(kit: Kit) -> None:
    put_rules(kit, rule(Filter={"Prefix": "Tax"}))
    put(kit, "index.html")
    put(kit, "Tax/2018.pdf")
    kit.settle()

    assert keys(kit.singapore, DESTINATION) == {"Tax/2018.pdf"}
    assert status(kit.ireland, SOURCE, "index.html") is None


def test_a_rule_with_a_tag_takes_objects_that_have_the_tag_when_they_are_put(kit: Kit) -> None:
    put_rules(kit, rule(**TAGS_ONLY, Filter={"Tag": {"Key": "publish", "Value": "yes"}}))
    put(kit, "yes.html", Tagging="publish=yes")
    put(kit, "late.html")
    tags = {"TagSet": [{"Key": "publish", "Value": "yes"}]}
    kit.ireland.put_object_tagging(Bucket=SOURCE, Key="late.html", Tagging=tags)
    kit.settle()

    assert keys(kit.singapore, DESTINATION) == {"yes.html"}


def test_a_rule_with_prefix_and_tags_asks_for_all_of_them(kit: Kit) -> None:
    both = {"And": {"Prefix": "site/", "Tags": [{"Key": "publish", "Value": "yes"}]}}
    put_rules(kit, rule(**TAGS_ONLY, Filter=both))
    put(kit, "site/a.html", Tagging="publish=yes")
    put(kit, "site/b.html")
    put(kit, "c.html", Tagging="publish=yes")
    kit.settle()

    assert keys(kit.singapore, DESTINATION) == {"site/a.html"}


def test_a_disabled_rule_replicates_nothing(kit: Kit) -> None:
    put_rules(kit, rule(Status="Disabled"))
    put(kit)
    kit.settle()

    assert status(kit.ireland, SOURCE) is None


def test_of_two_rules_for_one_destination_the_one_of_higher_priority_decides(kit: Kit) -> None:
    low = rule(ID="low", Priority=1, Destination={"Bucket": f"arn:aws:s3:::{DESTINATION}", "StorageClass": "STANDARD"})
    rare = {"Bucket": f"arn:aws:s3:::{DESTINATION}", "StorageClass": "STANDARD_IA"}
    put_rules(kit, low, rule(ID="high", Priority=2, Filter={"Prefix": "old/"}, Destination=rare))
    put(kit, "old/a.html")
    kit.settle()

    assert kit.singapore.head_object(Bucket=DESTINATION, Key="old/a.html")["StorageClass"] == "STANDARD_IA"


def test_an_object_with_two_destinations_is_completed_only_when_both_have_it(kit: Kit) -> None:
    make_bucket(kit.singapore, "second", versioned=True)
    allow(kit.iam, REPLICATION_ACTIONS | {"s3:ReplicateObject": f"arn:aws:s3:::{DESTINATION}/*"})
    put_rules(kit, rule(), rule(ID="b", Priority=2, Destination={"Bucket": "arn:aws:s3:::second"}))
    put(kit)
    kit.settle()

    assert status(kit.ireland, SOURCE) == "FAILED"
    assert status(kit.singapore, DESTINATION) == "REPLICA"
    assert [failure.destination for failure in kit.replicator.failures] == ["second"]


def test_a_rule_that_is_added_later_does_not_take_what_is_pending(kit: Kit) -> None:
    make_bucket(kit.singapore, "second", versioned=True)
    put_rules(kit)
    with kit.lock:
        put(kit)
        put_rules(kit, rule(), rule(ID="b", Priority=2, Destination={"Bucket": "arn:aws:s3:::second"}))
    kit.settle()

    assert status(kit.ireland, SOURCE) == "COMPLETED"
    assert keys(kit.singapore, "second") == set()
