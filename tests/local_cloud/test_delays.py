"""What the cloud does while a part of it is late."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from moto.backends import get_backend

from local_cloud.access import known
from local_cloud.access.identities import Permissions, can_be_assumed
from local_cloud.cloud import LocalCloud
from local_cloud.constants import ACCOUNT_ID
from local_cloud.delays import Delays
from local_cloud.errors import AwsError
from local_cloud.services.lambda_functions.rules import check_role
from local_cloud.services.logs import LogsService
from local_cloud.services.s3.young_versioning import YoungVersioning
from tests.kits import cloudfront as cloudfront_kit
from tests.kits import s3 as s3_kit
from tests.kits.cloudfront import FUNCTION, Time, associated, minimal_config
from tests.kits.edge import running_edge

HOUR = 3600.0


@pytest.fixture
def time() -> Time:
    """A clock that only the test moves."""
    return Time()


@pytest.fixture
def late_permissions(clean_cloud: LocalCloud, time: Time) -> Iterator[None]:
    """Services know of roles and policies 20 seconds late."""
    known.be_late(20, now=time)
    yield
    known.be_late(0)


def make_kit(**delays: float) -> s3_kit.Kit:
    kit = s3_kit.make_kit(Delays(**delays))
    s3_kit.make_pair(kit)
    return kit


def test_delays_are_read_by_name() -> None:
    assert Delays.parse(["edge-replicas=3600", "dns=0.5"]) == Delays(edge_replicas=3600, dns=0.5)


@pytest.mark.parametrize("text", ["dns", "dns=soon", "dns=-1", "dns=inf", "weather=1", "edge_replicas=1"])
def test_what_is_no_delay_is_refused_with_the_names(text: str) -> None:
    with pytest.raises(ValueError, match=r"Write NAME=SECONDS\. The names are dns, .*edge-replicas\."):
        Delays.parse([text])


def test_a_new_role_cannot_be_assumed_yet(late_permissions: None, time: Time) -> None:
    arn = s3_kit.make_role(s3_kit.KIT.iam, service="lambda.amazonaws.com")
    with pytest.raises(AwsError, match=r"^The role defined for the function cannot be assumed by Lambda\.$"):
        check_role(arn)

    time.pass_by(20)

    check_role(arn)


def test_sts_gives_no_session_of_a_new_role_yet(late_permissions: None, time: Time) -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": s3_kit.ACCOUNT}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    arn = s3_kit.KIT.iam.create_role(RoleName="helper", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    session = {"RoleArn": arn, "RoleSessionName": "one"}
    code, _, _ = s3_kit.refused(s3_kit.KIT.client("sts").assume_role, **session)

    time.pass_by(20)

    assert code == "AccessDenied"
    assert s3_kit.KIT.client("sts").assume_role(**session)["AssumedRoleUser"]["Arn"].endswith("helper/one")


def test_iam_itself_knows_a_new_role_at_once(late_permissions: None) -> None:
    arn = s3_kit.make_role(s3_kit.KIT.iam)
    s3_kit.allow(s3_kit.KIT.iam, {"s3:GetObject": "*"})

    answer = s3_kit.KIT.iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["s3:GetObject"])

    assert s3_kit.KIT.iam.get_role(RoleName=s3_kit.ROLE_NAME)["Role"]["Arn"] == arn
    assert answer["EvaluationResults"][0]["EvalDecision"] == "allowed"


def test_a_permission_that_was_taken_away_counts_for_a_while(late_permissions: None, time: Time) -> None:
    arn = s3_kit.make_role(s3_kit.KIT.iam)
    s3_kit.allow(s3_kit.KIT.iam, {"s3:GetObject": "*"})
    time.pass_by(20)
    s3_kit.allow(s3_kit.KIT.iam, {"s3:ListBucket": "*"})
    still = Permissions(arn).may("s3:GetObject", "arn:aws:s3:::site/page")

    time.pass_by(20)

    assert (still, Permissions(arn).may("s3:GetObject", "arn:aws:s3:::site/page")) == (True, False)


def test_a_deleted_role_can_be_assumed_for_a_while(late_permissions: None, time: Time) -> None:
    arn = s3_kit.make_role(s3_kit.KIT.iam)
    time.pass_by(20)
    s3_kit.KIT.iam.delete_role(RoleName=s3_kit.ROLE_NAME)
    still = can_be_assumed(arn, "s3.amazonaws.com")

    time.pass_by(20)

    assert (still, can_be_assumed(arn, "s3.amazonaws.com")) == (True, False)


def test_an_identity_is_known_late_to_s3(clean_cloud: LocalCloud) -> None:
    kit = cloudfront_kit.make_kit(Delays(permissions=20))
    config = {"CallerReference": "one", "Comment": "site"}
    made = kit.client.create_cloud_front_origin_access_identity(CloudFrontOriginAccessIdentityConfig=config)
    identity = made["CloudFrontOriginAccessIdentity"]["Id"]
    at_first = kit.service.is_known_identity(identity)

    kit.time.pass_by(20)

    assert (at_first, kit.service.is_known_identity(identity)) == (False, True)


def test_after_versioning_was_enabled_every_second_look_finds_nothing(time: Time) -> None:
    young, bucket, call = YoungVersioning(60, now=time), object(), SimpleNamespace(parameters={"Key": "page"})
    young.begin(bucket)  # type: ignore[arg-type]

    def look() -> str:
        try:
            young.check(call, bucket)  # type: ignore[arg-type]
        except AwsError as error:
            return error.code
        return "found"

    seen = []
    for _ in range(4):
        seen.append(look())
        time.pass_by(0.5)
    time.pass_by(58)

    assert seen == ["NoSuchKey", "found", "NoSuchKey", "found"]
    assert look() == "found"


def test_a_new_rule_copies_nothing_yet(clean_cloud: LocalCloud) -> None:
    kit = make_kit(rule=HOUR)
    s3_kit.put_rules(kit)
    s3_kit.put(kit)

    assert s3_kit.status(kit.ireland, s3_kit.SOURCE) is None


def test_an_object_stays_pending_until_its_replica_is_written(clean_cloud: LocalCloud) -> None:
    kit = make_kit(replication=HOUR)
    s3_kit.put_rules(kit)
    s3_kit.put(kit)
    with pytest.raises(TimeoutError):
        kit.replicator.settle(timeout=0.2)

    assert s3_kit.status(kit.ireland, s3_kit.SOURCE) == "PENDING"
    kit.replicator.stop()


def test_an_invalidation_is_in_progress_and_edges_keep_the_page() -> None:
    with running_edge(late=HOUR) as edge:
        distribution_id = edge.create()
        edge.buckets.put("/page", "hello")
        edge.get("/page")
        edge.invalidate(distribution_id, "/page")

        assert edge.get("/page").x_cache == "Hit from cloudfront"


def test_an_invalidation_is_completed_late() -> None:
    kit = cloudfront_kit.make_kit(Delays(invalidation=HOUR))
    made = kit.client.create_distribution(DistributionConfig=minimal_config())["Distribution"]
    batch = {"CallerReference": "one", "Paths": {"Quantity": 1, "Items": ["/page"]}}
    started = kit.client.create_invalidation(DistributionId=made["Id"], InvalidationBatch=batch)["Invalidation"]
    kit.time.pass_by(HOUR - 1)

    found = kit.client.get_invalidation(DistributionId=made["Id"], Id=started["Id"])

    assert found["Invalidation"]["Status"] == "InProgress"


def test_replicas_stay_at_the_edge() -> None:
    kit = cloudfront_kit.make_kit(Delays(edge_replicas=10 * HOUR))
    config = minimal_config(DefaultCacheBehavior=associated())
    made = kit.client.create_distribution(DistributionConfig=config)
    kit.deploy()
    left = made["Distribution"]["DistributionConfig"]
    left["DefaultCacheBehavior"]["LambdaFunctionAssociations"] = {"Quantity": 0}
    kit.client.update_distribution(Id=made["Distribution"]["Id"], IfMatch=made["ETag"], DistributionConfig=left)
    kit.time.pass_by(9 * HOUR)
    still = kit.service.is_replicated(FUNCTION)

    kit.time.pass_by(2 * HOUR)

    assert (still, kit.service.is_replicated(FUNCTION)) == (True, False)


def test_logs_are_shown_late(clean_cloud: LocalCloud, client: Callable[..., Any], time: Time) -> None:
    logs = LogsService(late=30, now=time)
    groups: Any = get_backend("logs")[ACCOUNT_ID]["eu-west-1"].groups
    any_call: Any = None
    logs.keep("/aws/lambda/us-east-1.site", "eu-west-1", "stream", [json.dumps({"decision": "dns"})])
    time.pass_by(29)
    logs.prepare(any_call)
    at_first = set(groups)

    time.pass_by(1)
    logs.prepare(any_call)

    assert (at_first, set(groups)) == (set(), {"/aws/lambda/us-east-1.site"})
