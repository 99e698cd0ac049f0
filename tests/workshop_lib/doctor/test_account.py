"""The examination of an account, in a local cloud that enforces the learner's policies."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.notebooks.replay import learner_policies
from workshop_lib import replication
from workshop_lib.cloud import Cloud
from workshop_lib.cloud_process import own_cloud
from workshop_lib.doctor import Examination, Finding, examine_account
from workshop_lib.doctor.permissions import find_principal, judge_permissions, make_requests
from workshop_lib.guards import is_read
from workshop_lib.names import suggest_names
from workshop_lib.policies import LOCAL_ACCOUNT, write_grants

NAMES = suggest_names("ada")


def pick(examination: Examination, what: str) -> Finding:
    """One finding."""
    return next(finding for finding in examination.findings if finding.what == what)


@pytest.fixture(scope="module")
def granted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """A cloud in which the learner has the learner's policies, and nothing is made."""
    folder = tmp_path_factory.mktemp("granted")
    with own_cloud(folder, write_grants(folder, learner=NAMES.learner)) as environment:
        yield Cloud(environment)


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """A cloud in which the learner may do only two things."""
    folder = tmp_path_factory.mktemp("limited")
    policy = folder / "policy.json"
    allowed = {"Effect": "Allow", "Action": ["iam:SimulatePrincipalPolicy", "s3:CreateBucket"], "Resource": "*"}
    policy.write_text(json.dumps({"Version": "2012-10-17", "Statement": [allowed]}), encoding="utf-8")
    with own_cloud(folder, {"enforce": (policy,)}) as environment:
        yield Cloud(environment)


def test_with_the_learners_policies_everything_can_be_looked_at_and_nothing_is_wrong(granted: Cloud) -> None:
    examination = examine_account(granted, NAMES)

    assert {finding.mark for finding in examination.findings} == {"✔"}, examination
    assert pick(examination, "Ireland (eu-west-1)").found == "enabled"
    assert pick(examination, "Earlier runs").found == "left nothing"
    assert pick(examination, f"Bucket {NAMES.source_bucket}").found == "the name is free"


def test_looking_changes_nothing(granted: Cloud) -> None:
    granted.forget_calls()
    examine_account(granted, NAMES)

    operations = [call.operation.partition(":")[2] for call in granted.calls]
    assert len(operations) > 50
    assert [operation for operation in operations if not is_read(operation)] == []


def test_missing_permissions_are_named_and_a_fault(limited: Cloud) -> None:
    permissions = pick(examine_account(limited, NAMES), "Permissions")

    assert permissions.is_fault
    assert "cloudfront:CreateDistribution" in permissions.found
    assert "s3:CreateBucket" not in permissions.found
    assert "docs/instructor.md" in permissions.fix


def test_a_look_that_is_refused_is_no_fault_and_the_others_follow(limited: Cloud) -> None:
    examination = examine_account(limited, NAMES)

    for what in ("Lambda", "Route 53", "Distributions"):
        finding = pick(examination, what)
        assert (finding.mark, finding.is_fault) == ("?", False)
        assert finding.found.startswith("could not look: ")
        assert "AccessDenied" in finding.found


def test_what_exists_is_counted(connected: Cloud) -> None:
    origin = NAMES.source_origin
    s3 = connected.s3(origin.region)
    replication.create_bucket(s3, bucket=origin.bucket, region=origin.region, learner=NAMES.learner)
    destination = NAMES.destination_origin
    connected.s3(destination.region).create_bucket(
        Bucket=destination.bucket, CreateBucketConfiguration={"LocationConstraint": "ap-southeast-1"}
    )

    examination = examine_account(connected, NAMES)

    assert pick(examination, f"Bucket {origin.bucket}").found == "is there, and yours"
    assert pick(examination, "Earlier runs").found.startswith("left: bucket (1)")
    assert destination.bucket in pick(examination, "Your names").found
    assert examination.is_fit


@pytest.mark.parametrize("action", ["iam:PassRole", "iam:PutRolePolicy", "route53:ChangeResourceRecordSets"])
def test_an_action_with_a_condition_is_simulated_with_what_the_condition_wants(action: str) -> None:
    requests = [one for one in make_requests(NAMES, account=LOCAL_ACCOUNT) if action in one["ActionNames"]]

    assert requests
    assert all(one["ContextEntries"][0]["ContextKeyValues"] for one in requests)


def test_every_action_of_the_policies_is_simulated_but_those_with_a_wildcard() -> None:
    simulated = {action for one in make_requests(NAMES, account=LOCAL_ACCOUNT) for action in one["ActionNames"]}
    granted = {
        action
        for policy in learner_policies("ada")
        for statement in policy["Statement"]
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }

    assert granted - simulated == {"lambda:EnableReplication*", "lambda:DisableReplication*"}


def test_many_missing_actions_are_counted() -> None:
    found = judge_permissions([f"s3:Action{number}" for number in range(9)], 80).found

    assert found.endswith("s3:Action5 and 3 more")


def test_the_policies_of_a_session_are_those_of_its_role(connected: Cloud) -> None:
    trust = {"Effect": "Allow", "Principal": {"AWS": LOCAL_ACCOUNT}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = connected.iam.create_role(RoleName="student", Path="/class/", AssumeRolePolicyDocument=document)["Role"]
    session = f"arn:aws:sts::{LOCAL_ACCOUNT}:assumed-role/student/ada"

    assert find_principal(connected, session) == role["Arn"]
    assert find_principal(connected, session.replace("student", "gone")) == f"arn:aws:iam::{LOCAL_ACCOUNT}:role/gone"
