"""CloudFront's control plane: what it keeps, what it refuses, and when a change is deployed."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.kits.cloudfront import FUNCTION, Kit, associated, make_kit, minimal_behavior, minimal_config, minimal_origin


@pytest.fixture
def kit() -> Kit:
    """CloudFront alone, empty, at a time that stands still."""
    return make_kit()


def refused(action: Any, **parameters: Any) -> tuple[str, int]:
    """Code and status with which CloudFront refuses."""
    with pytest.raises(ClientError) as caught:
        action(**parameters)
    return caught.value.response["Error"]["Code"], caught.value.response["ResponseMetadata"]["HTTPStatusCode"]


def create(kit: Kit, **changes: Any) -> dict[str, Any]:
    """Create a distribution; returns it."""
    return kit.client.create_distribution(DistributionConfig=minimal_config(**changes))["Distribution"]


def disable(kit: Kit, distribution_id: str, **changes: Any) -> str:
    """Disable a distribution; returns the new ETag."""
    held = kit.client.get_distribution_config(Id=distribution_id)
    config = held["DistributionConfig"] | {"Enabled": False} | changes
    return kit.client.update_distribution(Id=distribution_id, IfMatch=held["ETag"], DistributionConfig=config)["ETag"]


def identity_of(kit: Kit) -> str:
    config = {"CallerReference": "one", "Comment": "site"}
    created = kit.client.create_cloud_front_origin_access_identity(CloudFrontOriginAccessIdentityConfig=config)
    return created["CloudFrontOriginAccessIdentity"]["Id"]


def test_what_was_written_is_what_is_read(kit: Kit) -> None:
    reference = f"origin-access-identity/cloudfront/{identity_of(kit)}"
    headers = {"Quantity": 1, "Items": [{"HeaderName": "X-DNS-ORIGIN", "HeaderValue": "origin.two-regions.test"}]}
    origin = minimal_origin(S3OriginConfig={"OriginAccessIdentity": reference}, CustomHeaders=headers)
    created = create(kit, Origins={"Quantity": 1, "Items": [origin]}, DefaultCacheBehavior=associated())

    config = kit.client.get_distribution_config(Id=created["Id"])["DistributionConfig"]

    read = config["Origins"]["Items"][0]
    assert read["CustomHeaders"] == headers
    assert read["S3OriginConfig"]["OriginAccessIdentity"] == reference
    association = config["DefaultCacheBehavior"]["LambdaFunctionAssociations"]["Items"][0]
    assert association == {"LambdaFunctionARN": FUNCTION, "EventType": "origin-request", "IncludeBody": False}
    assert "ForwardedValues" not in config["DefaultCacheBehavior"]


def test_get_edit_update_changes_nothing_but_what_was_edited(kit: Kit) -> None:
    created = create(kit, DefaultCacheBehavior=associated())
    before = kit.client.get_distribution_config(Id=created["Id"])
    config = before["DistributionConfig"] | {"Comment": "changed"}

    kit.client.update_distribution(Id=created["Id"], IfMatch=before["ETag"], DistributionConfig=config)

    after = kit.client.get_distribution_config(Id=created["Id"])
    assert after["DistributionConfig"] == config
    assert after["ETag"] != before["ETag"]


def test_ids_and_domain_names_have_the_form_of_cloudfront(kit: Kit) -> None:
    created = create(kit)

    assert created["Id"].startswith("E")
    assert len(created["Id"]) == 14
    assert created["DomainName"].startswith("d")
    assert created["DomainName"].endswith(".cloudfront.net")
    assert created["ARN"] == f"arn:aws:cloudfront::123456789012:distribution/{created['Id']}"


def test_an_update_from_a_stale_version_is_refused(kit: Kit) -> None:
    created = create(kit)
    stale = kit.client.get_distribution_config(Id=created["Id"])
    disable(kit, created["Id"])

    answer = refused(
        kit.client.update_distribution,
        Id=created["Id"],
        IfMatch=stale["ETag"],
        DistributionConfig=stale["DistributionConfig"],
    )

    assert answer == ("PreconditionFailed", 412)


@pytest.mark.parametrize("edit", [{"CallerReference": "another"}, {"Aliases": None}, {"WebACLId": None}])
def test_an_update_must_start_from_the_whole_configuration(kit: Kit, edit: dict[str, Any]) -> None:
    created = create(kit)
    held = kit.client.get_distribution_config(Id=created["Id"])
    config = {name: value for name, value in (held["DistributionConfig"] | edit).items() if value is not None}

    answer = refused(kit.client.update_distribution, Id=created["Id"], IfMatch=held["ETag"], DistributionConfig=config)

    assert answer == ("IllegalUpdate", 400)


def test_a_new_distribution_is_deployed_after_some_minutes(kit: Kit) -> None:
    created = create(kit)
    kit.time.pass_by(299)
    before = kit.client.get_distribution(Id=created["Id"])["Distribution"]["Status"]

    kit.time.pass_by(2)

    assert before == created["Status"] == "InProgress"
    assert kit.client.get_distribution(Id=created["Id"])["Distribution"]["Status"] == "Deployed"


def test_edges_use_the_old_configuration_until_the_new_one_is_deployed(kit: Kit) -> None:
    created = create(kit)
    kit.deploy()
    disable(kit, created["Id"], Comment="new")
    held = kit.service.find_distribution(created["DomainName"])
    assert held is not None
    while_deploying = held.deployed_config

    kit.deploy()

    assert while_deploying is not None
    assert while_deploying["Comment"] == "site"
    assert held.deployed_config == held.config
    assert held.config["Comment"] == "new"


def test_a_second_update_does_not_hurry_the_first(kit: Kit) -> None:
    created = create(kit)
    kit.deploy()
    disable(kit, created["Id"], Comment="first")
    disable(kit, created["Id"], Comment="second")

    held = kit.service.find_distribution(created["DomainName"])

    assert held is not None
    assert held.deployed_config is not None
    assert held.deployed_config["Comment"] == "site"


def test_a_new_distribution_is_unknown_to_edges_until_it_is_deployed(kit: Kit) -> None:
    created = create(kit)

    held = kit.service.find_distribution(created["DomainName"])

    assert held is not None
    assert held.deployed_config is None


def test_a_distribution_is_not_deleted_while_it_is_being_disabled(kit: Kit) -> None:
    created = create(kit)
    kit.deploy()
    etag = disable(kit, created["Id"])

    assert refused(kit.client.delete_distribution, Id=created["Id"], IfMatch=etag) == ("DistributionNotDisabled", 409)


def test_a_disabled_and_deployed_distribution_is_deleted(kit: Kit) -> None:
    created = create(kit)
    etag = disable(kit, created["Id"])
    kit.deploy()

    kit.client.delete_distribution(Id=created["Id"], IfMatch=etag)

    assert refused(kit.client.get_distribution, Id=created["Id"]) == ("NoSuchDistribution", 404)
    assert kit.service.find_distribution(created["DomainName"]) is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"DefaultCacheBehavior": minimal_behavior(MinTTL=0)}, "InvalidArgument"),
        ({"Origins": {"Quantity": 1, "Items": [minimal_origin(OriginPath="site/")]}}, "InvalidArgument"),
    ],
)
def test_a_configuration_that_aws_refuses_is_refused(kit: Kit, changes: dict[str, Any], code: str) -> None:
    answer = refused(kit.client.create_distribution, DistributionConfig=minimal_config(**changes))

    assert answer[0] == code


GEOGRAPHY = {"GeoRestriction": {"RestrictionType": "blacklist", "Quantity": 1, "Items": ["CH"]}}
LOGGING = {"Enabled": True, "IncludeCookies": False, "Bucket": "logs.s3.amazonaws.com", "Prefix": ""}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"WebACLId": "arn:aws:wafv2:us-east-1:123456789012:global/webacl/one/1"}, "web ACLs"),
        ({"Restrictions": GEOGRAPHY}, "geographic restrictions"),
        ({"Logging": LOGGING}, "access logs"),
        ({"Staging": True}, "staging distributions"),
        ({"DefaultCacheBehavior": minimal_behavior(OriginRequestPolicyId="1")}, "origin request policies"),
        ({"DefaultCacheBehavior": minimal_behavior(ResponseHeadersPolicyId="1")}, "response headers policies"),
        ({"DefaultCacheBehavior": minimal_behavior(SmoothStreaming=True)}, "Smooth Streaming"),
    ],
)
def test_a_setting_that_the_edge_would_ignore_is_refused_by_name(kit: Kit, changes: dict[str, Any], named: str) -> None:
    with pytest.raises(ClientError, match=named) as caught:
        create(kit, **changes)

    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_an_operation_that_is_not_done_is_refused_by_name(kit: Kit) -> None:
    with pytest.raises(ClientError, match="CopyDistribution") as caught:
        kit.client.copy_distribution(PrimaryDistributionId=create(kit)["Id"], CallerReference="two")

    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_a_function_that_may_not_run_at_the_edge_is_refused_with_the_distribution(kit: Kit) -> None:
    config = minimal_config(DefaultCacheBehavior=associated("arn:aws:lambda:us-east-1:123456789012:function:route"))

    answer = refused(kit.client.create_distribution, DistributionConfig=config)

    assert answer == ("InvalidLambdaFunctionAssociation", 400)


def test_a_function_version_stays_replicated_for_a_while_after_it_was_taken_away(kit: Kit) -> None:
    created = create(kit, DefaultCacheBehavior=associated())
    behavior = created["DistributionConfig"]["DefaultCacheBehavior"] | {"LambdaFunctionAssociations": {"Quantity": 0}}
    disable(kit, created["Id"], DefaultCacheBehavior=behavior)
    kit.time.pass_by(1799)
    soon = kit.service.is_replicated(FUNCTION)

    kit.time.pass_by(2)

    assert soon
    assert not kit.service.is_replicated(FUNCTION)


def test_an_identity_that_nothing_uses_is_deleted(kit: Kit) -> None:
    identity = identity_of(kit)
    etag = kit.client.get_cloud_front_origin_access_identity_config(Id=identity)["ETag"]

    kit.client.delete_cloud_front_origin_access_identity(Id=identity, IfMatch=etag)

    listed = kit.client.list_cloud_front_origin_access_identities()["CloudFrontOriginAccessIdentityList"]
    assert listed["Quantity"] == 0


@pytest.mark.parametrize(
    ("policy", "ttls"),
    [
        ("658327ea-f89d-4fab-a63d-7e88639e58f6", (1, 86400, 31536000)),
        ("4135ea2d-6df8-44a3-9df3-4b5a84be39ad", (0, 0, 0)),
    ],
)
def test_the_managed_cache_policies_have_the_ttls_of_aws(kit: Kit, policy: str, ttls: tuple[int, int, int]) -> None:
    config = kit.client.get_cache_policy(Id=policy)["CachePolicy"]["CachePolicyConfig"]

    assert (config["MinTTL"], config["DefaultTTL"], config["MaxTTL"]) == ttls


def invalidate(kit: Kit, distribution_id: str, *paths: str, reference: str = "one") -> dict[str, Any]:
    batch = {"CallerReference": reference, "Paths": {"Quantity": len(paths), "Items": list(paths)}}
    return kit.client.create_invalidation(DistributionId=distribution_id, InvalidationBatch=batch)["Invalidation"]


def test_who_asked_to_hear_of_invalidations_hears_the_paths(kit: Kit) -> None:
    heard: list[tuple[str, list[str]]] = []
    kit.service.on_invalidation(lambda distribution_id, paths: heard.append((distribution_id, paths)))
    created = create(kit)

    invalidate(kit, created["Id"], "/index.html", "/images/*")

    assert heard == [(created["Id"], ["/index.html", "/images/*"])]


@pytest.mark.parametrize("path", ["index.html", "/a*b", "/ü", "/a b", "/~me", "/" + "a" * 4000])
def test_a_path_that_cannot_be_invalidated_is_refused(kit: Kit, path: str) -> None:
    created = create(kit)

    assert refused(lambda: invalidate(kit, created["Id"], path)) == ("InvalidArgument", 400)


def test_tags_are_kept(kit: Kit) -> None:
    tags = {"Items": [{"Key": "workshop", "Value": "two-regions"}]}
    given = {"DistributionConfig": minimal_config(), "Tags": tags}

    arn = kit.client.create_distribution_with_tags(DistributionConfigWithTags=given)["Distribution"]["ARN"]

    assert kit.client.list_tags_for_resource(Resource=arn)["Tags"] == tags


def test_a_listing_comes_in_pages(kit: Kit) -> None:
    ids = {create(kit, reference=str(number))["Id"] for number in range(5)}

    pages = list(kit.client.get_paginator("list_distributions").paginate(PaginationConfig={"PageSize": 2}))

    assert len(pages) == 3
    assert {item["Id"] for page in pages for item in page["DistributionList"]["Items"]} == ids
