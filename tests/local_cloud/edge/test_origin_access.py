"""Whom an edge asks for a page, where there, and in whose name."""

from __future__ import annotations

from local_cloud.call import Asker
from tests.kits.cloudfront import minimal_behavior, minimal_origin
from tests.kits.edge import IRELAND, SINGAPORE, EdgeKit


def test_an_origin_group_asks_the_second_origin_when_the_first_fails(edge: EdgeKit) -> None:
    origins = [minimal_origin(), minimal_origin(Id="twin", DomainName=SINGAPORE)]
    members = {"Quantity": 2, "Items": [{"OriginId": "source"}, {"OriginId": "twin"}]}
    codes = {"StatusCodes": {"Quantity": 2, "Items": [500, 503]}}
    groups = {"Quantity": 1, "Items": [{"Id": "both", "FailoverCriteria": codes, "Members": members}]}
    edge.create(
        Origins={"Quantity": 2, "Items": origins},
        OriginGroups=groups,
        DefaultCacheBehavior=minimal_behavior(TargetOriginId="both"),
    )
    edge.buckets.fail("/page", 503)
    edge.buckets.put("/page", "from the twin", host=SINGAPORE)

    assert edge.get("/page").text == "from the twin"
    assert [asked.host for asked in edge.buckets.asked] == [IRELAND, SINGAPORE]


def test_the_origin_access_identity_is_who_asks(edge: EdgeKit) -> None:
    origin = edge.private_origin()
    edge.create(Origins={"Quantity": 1, "Items": [origin]})
    edge.buckets.put("/page", "hello")

    edge.get("/page")

    identity = origin["S3OriginConfig"]["OriginAccessIdentity"].rpartition("/")[2]
    principal = f"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity {identity}"
    assert edge.buckets.askers[0].principal == principal


def test_with_an_origin_access_control_the_distribution_asks(edge: EdgeKit) -> None:
    config = {"Name": "site", "SigningProtocol": "sigv4", "SigningBehavior": "always"}
    control = edge.cloudfront.client.create_origin_access_control(
        OriginAccessControlConfig=config | {"OriginAccessControlOriginType": "s3"}
    )["OriginAccessControl"]["Id"]
    distribution_id = edge.create(Origins={"Quantity": 1, "Items": [minimal_origin(OriginAccessControlId=control)]})
    edge.buckets.put("/page", "hello")

    edge.get("/page")

    arn = f"arn:aws:cloudfront::123456789012:distribution/{distribution_id}"
    assert edge.buckets.askers == [Asker("cloudfront.amazonaws.com", source_arn=arn)]


def test_a_public_bucket_is_asked_by_no_one_in_particular(edge: EdgeKit) -> None:
    edge.create()

    edge.get("/page")

    assert edge.buckets.askers[0].principal is None


def test_the_origin_path_is_put_before_the_uri(edge: EdgeKit) -> None:
    edge.create(Origins={"Quantity": 1, "Items": [minimal_origin(OriginPath="/site")]})
    edge.buckets.put("/site/a%20page", "hello")

    assert edge.get("/a%20page").text == "hello"
